"""A small TLS proxy in front of a page, with a certificate of its own, for tests."""

import http.client
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.certificate import write_certificate

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@contextmanager
def tls_proxy(upstream: str, *, prefix: str, strips: bool) -> Iterator[tuple[str, ssl.SSLContext]]:
    """Address of the proxy without the prefix, and what a client trusts.

    strips: whether the proxy takes the prefix off before it passes a request on, as nginx and traefik can.
    """
    target = urlsplit(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            path = self.path.removeprefix(prefix) or "/" if strips else self.path
            headers = {name: value for name, value in self.headers.items() if name.lower() not in {*_HOP, "host"}}
            headers |= {
                "Host": target.netloc,
                "X-Forwarded-Host": self.headers["host"],
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": str(self.client_address[0]),
                "Content-Length": str(length),
                "Connection": "close",
            }
            connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
            connection.request(self.command, path, body, headers)
            response = connection.getresponse()
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.end_headers()
            while piece := response.read1(65536):
                self.wfile.write(piece)
            connection.close()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with tempfile.TemporaryDirectory() as folder:
        certificate, key = write_certificate(Path(folder), "localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        trust = ssl.create_default_context(cafile=str(certificate))
        trust.check_hostname = False  # the tests name the host in a header
        with Server(("127.0.0.1", 0), Handler) as server:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield f"https://127.0.0.1:{server.server_address[1]}", trust
            finally:
                server.shutdown()
                thread.join()
