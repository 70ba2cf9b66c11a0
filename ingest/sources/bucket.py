"""A bucket of S3-compatible storage, or what is below a prefix, as a listing: ETags are the revisions."""

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from app.core.errors import AppError, DocumentError, NotFoundError, SettingsError
from ingest.sources.address import SourceAddress
from ingest.sources.listing import Entry
from ingest.sources.login import FIX, Login

try:  # an optional dependency
    import urllib3
    from minio import Minio
    from minio.credentials.providers import AWSConfigProvider, EnvAWSProvider, Provider
    from minio.error import MinioException, S3Error
except ImportError:
    Minio = None  # type: ignore[assignment, misc]

_CONNECT_SECONDS = 10
_READ_SECONDS = 60  # longest silence of the server
_ABSENT = frozenset(("NoSuchKey", "NoSuchBucket", "NoSuchVersion"))
_REFUSED = frozenset(("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"))


class Bucket:
    """See Listing. Without a login the access key of AWS's own tools is used, else none: a public bucket needs none.

    endpoint: the server, https://… or http://…; region: empty: the server is asked. Raises SettingsError for an
    endpoint that is none, and without the optional dependency.
    """

    def __init__(self, address: SourceAddress, *, endpoint: str, region: str, login: Login | None) -> None:
        if Minio is None:
            raise SettingsError("S3 storage needs a package more.", fix="Run: pip install 'foremost[s3]'")
        self._name = address.host
        self._prefix = address.path
        self._login = login
        parts = urlsplit(endpoint)
        self._server = parts.netloc
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
            retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        )
        try:
            self._client = Minio(
                parts.netloc,
                access_key=login.user if login else None,
                secret_key=login.password if login else None,
                secure=parts.scheme != "http",
                region=region or None,
                http_client=pool,
                credentials=None if login else _own_key(),
            )
        except ValueError as error:
            raise SettingsError(
                f"FOREMOST_S3_ENDPOINT: {error}.", fix="Write it as https://s3.example.org:9000, without a path."
            ) from None

    @property
    def base(self) -> str:
        """See Listing."""
        return f"s3://{self._name}/{self._prefix}".rstrip("/")

    def version(self) -> str:
        """See Listing."""
        return ""

    def entries(self) -> Iterator[Entry]:
        """See Listing."""
        below = f"{self._prefix}/" if self._prefix else ""
        with self._errors():
            for item in self._client.list_objects(self._name, prefix=self._prefix or None, recursive=True):
                key = item.object_name or ""
                if item.is_dir or key.endswith("/") or not (key == self._prefix or key.startswith(below)):
                    continue
                yield Entry(
                    uri=f"s3://{self._name}/{key}",
                    key=key,
                    name=posixpath.basename(key),
                    path=key.removeprefix(below),
                    revision={"etag": item.etag} if item.etag else {},
                    size=item.size or 0,
                    modified_at=item.last_modified,
                )

    def read(self, entry: Entry, *, max_bytes: int) -> bytes:
        """See Listing."""
        with self._errors(entry):
            reply = self._client.get_object(self._name, entry.key)
            try:
                return reply.read(max_bytes + 1)
            finally:
                reply.close()

    def close(self) -> None:
        """See Listing."""
        self._client._http.clear()

    @contextmanager
    def _errors(self, entry: Entry | None = None) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            raise self._translated(error, entry) from None
        except (MinioException, urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            problem = f"The storage at {self._server} cannot be read: {self._words(str(error))}."
            raise AppError(problem, fix="Check FOREMOST_S3_ENDPOINT, or run the same command later.") from None

    def _translated(self, error: Any, entry: Entry | None) -> AppError:
        code, words = str(error.code), self._words(f"{error.code}, {error.message}")
        if code in _ABSENT:
            return NotFoundError(f"{self._server} answers: {words}.", fix="Check the address.")
        if entry is not None:
            return DocumentError(f"The server does not send it: {words}.", fix="Check the rights of the access key.")
        fix = f"Check the access key. {FIX}" if code in _REFUSED else "Check the address and FOREMOST_S3_ENDPOINT."
        return AppError(f"{self._server} does not list {self._name}: {words}.", fix=fix)

    def _words(self, text: str) -> str:
        words = " ".join(text.split())[:300].rstrip(".")
        return self._login.hidden(words) if self._login else words


def _own_key() -> "Provider | None":
    """The access key in the environment, or in the file, that AWS's own tools use."""
    for provider in (EnvAWSProvider(), AWSConfigProvider()):
        try:
            provider.retrieve()
        except (ValueError, OSError):
            continue
        return provider
    return None
