"""A folder of a WebDAV server, with the folders below it, as a listing: ETag, or time and size, are the revisions."""

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx
from lxml import etree

from app.core.errors import AppError, DocumentError, NotFoundError
from ingest.sources.address import SourceAddress
from ingest.sources.listing import Entry
from ingest.sources.login import FIX, Login

_TIMEOUT = httpx.Timeout(60, connect=10)  # seconds
_LONGEST_LIST = 64 * 2**20  # bytes, of one folder
_ASKED = (
    b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop>'
    b"<resourcetype/><getetag/><getlastmodified/><getcontentlength/></prop></propfind>"
)
_REFUSED = frozenset((401, 403, 407))
_ABSENT = frozenset((404, 410))


class WebDavFolder:
    """See Listing. Raises SettingsError before a password crosses a network unencrypted."""

    def __init__(self, address: SourceAddress, *, login: Login | None) -> None:
        encrypted = address.scheme == "webdavs"
        if login is not None:
            login.require_protected(address.host, encrypted=encrypted, instead=f"webdavs://{address.server}/…")
        self._server = address.server
        self._origin = f"{'https' if encrypted else 'http'}://{address.server}"
        self._scheme = address.scheme
        self._path = f"/{address.path}".rstrip("/")
        auth = httpx.BasicAuth(login.user, login.password) if login else None
        self._client = httpx.Client(auth=auth, timeout=_TIMEOUT, follow_redirects=False)

    @property
    def base(self) -> str:
        """See Listing."""
        return self._uri(self._path)

    def version(self) -> str:
        """See Listing."""
        return ""

    def entries(self) -> Iterator[Entry]:
        """See Listing."""
        waiting, visited = [self._path], {self._path}
        while waiting:
            folder = waiting.pop()
            for path, properties in self._listed(folder):
                if not self._holds(path):
                    continue  # a server that lists what is elsewhere is not followed
                if properties.get("collection"):
                    if path not in visited:
                        visited.add(path)
                        waiting.append(path)
                elif path == folder == self._path or path not in visited:
                    visited.add(path)
                    yield self._entry(path, properties)

    def read(self, entry: Entry, *, max_bytes: int) -> bytes:
        """See Listing."""
        with self._errors(), self._client.stream("GET", self._url(entry.key)) as reply:
            if reply.status_code in _ABSENT:
                raise NotFoundError(f"The server answers {reply.status_code}.")
            if reply.status_code != 200:
                raise DocumentError(f"The server answers {reply.status_code} instead of a file.")
            return _body(reply, max_bytes)

    def close(self) -> None:
        """See Listing."""
        self._client.close()

    def _entry(self, path: str, properties: Mapping[str, str]) -> Entry:
        etag, modified = properties.get("getetag", ""), properties.get("getlastmodified", "")
        size = properties.get("getcontentlength", "")
        dated = {"modified": modified, "size": size} if modified else {}
        return Entry(
            uri=self._uri(path),
            key=path,
            name=posixpath.basename(path),
            path=path[len(self._path) + 1 :] or posixpath.basename(path),
            revision={"etag": etag} if etag else dated,
            size=int(size) if size.isdecimal() else 0,
            modified_at=_time(modified),
        )

    def _listed(self, folder: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Path and properties of a folder, or of the one file that the path is, and of all that is directly in it."""
        url = self._url(folder) + ("" if folder == self._path else "/")
        with self._errors():
            reply = self._propfind(url)
            if reply.is_redirect and urlsplit(urljoin(url, reply.headers["location"])).path == f"{urlsplit(url).path}/":
                reply = self._propfind(f"{url}/")
        self._require_list(reply.status_code, folder)
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            tree = etree.fromstring(reply.content, parser)
        except etree.XMLSyntaxError:
            raise AppError(f"{self._server} answers with a damaged list of {folder}/.") from None
        for response in tree.iterfind("{DAV:}response"):
            href = response.findtext("{DAV:}href") or ""
            path = unquote(urlsplit(urljoin(url, href.strip())).path).rstrip("/")  # its host may be behind a proxy
            yield path, _properties(response)

    def _propfind(self, url: str) -> httpx.Response:
        headers = {"Depth": "1", "Content-Type": "application/xml"}
        with self._client.stream("PROPFIND", url, content=_ASKED, headers=headers) as reply:
            body = _body(reply, _LONGEST_LIST)
        if len(body) > _LONGEST_LIST:
            raise AppError(f"{self._server} lists more than {_LONGEST_LIST // 2**20} MiB of names in one folder.")
        headers = {name: value for name, value in reply.headers.items() if name == "location"}
        return httpx.Response(reply.status_code, headers=headers, content=body)

    def _require_list(self, status: int, folder: str) -> None:
        if status == 207:
            return
        if status in _ABSENT and folder == self._path:
            raise NotFoundError(f"The server answers {status}.", fix="Check the address.")
        if status in _REFUSED:
            raise AppError(f"{self._server} does not let you list {folder}/ ({status}).", fix=FIX)
        raise AppError(
            f"{self._server} answers {status} instead of a list of {folder}/.",
            fix="Check that the address is that of a WebDAV folder, or run the same command later.",
        )

    def _holds(self, path: str) -> bool:
        return (path.startswith(f"{self._path}/") or path == self._path) and ".." not in path.split("/")

    def _uri(self, path: str) -> str:
        return f"{self._scheme}://{self._server}{quote(path)}"

    def _url(self, path: str) -> str:
        return self._origin + (quote(path) or "/")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            words = str(error).rstrip(".") or type(error).__name__
            raise AppError(
                f"{self._server} cannot be read: {words}.", fix="Check the address, or run the same command later."
            ) from None


def _body(reply: httpx.Response, max_bytes: int) -> bytes:
    body = bytearray()
    for piece in reply.iter_bytes(1 << 16):
        body += piece
        if len(body) > max_bytes:
            break
    return bytes(body)


def _properties(response: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for propstat in response.iterfind("{DAV:}propstat"):
        if " 200" not in (propstat.findtext("{DAV:}status") or ""):
            continue
        for name in ("getetag", "getlastmodified", "getcontentlength"):
            value = (propstat.findtext(f"{{DAV:}}prop/{{DAV:}}{name}") or "").strip()
            if value:
                found[name] = value
        if propstat.find("{DAV:}prop/{DAV:}resourcetype/{DAV:}collection") is not None:
            found["collection"] = "1"
    return found


def _time(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None
