"""A server that speaks as much of S3 as listing and reading a bucket need, on 127.0.0.1; lists come in pages of two."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "papers"
_PAGE = 2


class S3Server:
    """The objects of one bucket by key. Signatures are not checked, the access key is."""

    def __init__(self) -> None:
        self.key = "AKIATEST"
        self.objects: dict[str, bytes] = {}
        self.log: list[str] = []  # paths with their queries
        self.failing: set[str] = set()  # keys that are answered with AccessDenied
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.log.append(self.path)
                status, body = server.answer(self.path, self.headers.get("Authorization", ""))
                self.send_response(status)
                self.send_header("Content-Type", "application/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, path: str, authorization: str) -> tuple[int, bytes]:
        """Status and body."""
        parts = urlsplit(path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        if f"Credential={self.key}/" not in authorization:
            return 403, _error("InvalidAccessKeyId", f"There is no such key: {authorization}")
        if bucket != BUCKET:
            return 404, _error("NoSuchBucket", "The specified bucket does not exist")
        query = parse_qs(parts.query, keep_blank_values=True)
        if "location" in query:
            return (
                200,
                b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-north-1</LocationConstraint>',
            )
        if not key:
            return 200, self._list(query.get("prefix", [""])[0], query.get("continuation-token", [""])[0])
        if key in self.failing:
            return 403, _error("AccessDenied", "Access Denied")
        if key not in self.objects:
            return 404, _error("NoSuchKey", "The specified key does not exist.")
        return 200, self.objects[key]

    def _list(self, prefix: str, after: str) -> bytes:
        keys = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        contents = "".join(
            f"<Contents><Key>{escape(quote(key))}</Key><LastModified>2026-05-04T10:00:00.000Z</LastModified>"
            f"<ETag>&quot;{hashlib.sha256(self.objects[key]).hexdigest()[:32]}&quot;</ETag>"
            f"<Size>{len(self.objects[key])}</Size></Contents>"
            for key in keys[:_PAGE]
        )
        more = len(keys) > _PAGE
        token = f"<NextContinuationToken>{escape(keys[_PAGE - 1])}</NextContinuationToken>" if more else ""
        return (
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{BUCKET}</Name><EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>{token}"
            f"{contents}</ListBucketResult>"
        ).encode()


def _error(code: str, message: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode()
