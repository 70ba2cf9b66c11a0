"""A folder of an IMAP server as a listing: each mail is an item, its UID and the folder's UIDVALIDITY the revision."""

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from app.core.errors import AppError, DocumentError, NotFoundError, reason
from ingest.sources.address import SourceAddress
from ingest.sources.listing import Entry
from ingest.sources.login import FIX, Login, is_loopback

_SECONDS = 60  # longest silence of the server
_SLACK = 2**20  # bytes: some servers tell sizes that are a little wrong
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")


class Mailbox:
    """See Listing. It is opened for reading only: no mail is marked as seen."""

    def __init__(self, address: SourceAddress, *, login: Login | None) -> None:
        self._address = address
        self._login = login
        self._folder = re.sub(r"/?;UID=\d*$", "", address.path) or "INBOX"  # the address of a mail means its folder
        self._connection: _Bounded | None = None

    @property
    def base(self) -> str:
        """See Listing; the form is that of RFC 5092."""
        address = self._address
        user = quote(address.user, safe="@")
        return f"{address.scheme}://{user}@{address.server}/{quote(self._folder)}/;UID="

    def version(self) -> str:
        """See Listing."""
        return ""

    def entries(self) -> Iterator[Entry]:
        """See Listing. Mails that are marked as deleted are not in it, as in mail programs."""
        with self._errors():
            connection = self._opened()
            validity = (connection.response("UIDVALIDITY")[1] or [b""])[0] or b""
            if connection.response("EXISTS")[1] == [b"0"]:
                return
            lines = _required(connection.uid("FETCH", "1:*", "(UID FLAGS RFC822.SIZE INTERNALDATE)"))
        for line in lines:
            uid, size = _UID.search(line), _SIZE.search(line)
            if uid is not None and size is not None and b"\\deleted" not in line.lower():
                number = uid[1].decode()
                yield Entry(
                    uri=self.base + number,
                    key=number,
                    name=f"mail {number}.eml",
                    path="",
                    revision={"uidvalidity": validity.decode("ascii", "replace"), "uid": int(number)},
                    size=int(size[1]),
                    modified_at=_received(line),
                )

    def read(self, entry: Entry, *, max_bytes: int) -> bytes:
        """See Listing."""
        with self._errors():
            connection = self._opened()
            connection.most = max_bytes + _SLACK
            kind, parts = connection.uid("FETCH", entry.key, "(BODY.PEEK[])")
        if kind != "OK":
            raise DocumentError(f"The server does not send it ({kind}).", fix="Run the same command later.")
        for part in parts:
            if isinstance(part, tuple):
                return bytes(part[1])
        raise NotFoundError("It is no longer there.")

    def close(self) -> None:
        """See Listing."""
        if self._connection is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                self._connection.logout()
        self._connection = None

    def _opened(self) -> "_Bounded":
        if self._connection is None:
            if self._login is None:
                raise AppError(f"No password is known for {self._address.user} at {self._address.host}.", fix=FIX)
            self._connection = self._connected()
            self._sign_in(self._connection, self._login)
            self._examine(self._connection)
        return self._connection

    def _connected(self) -> "_Bounded":
        address, context = self._address, ssl.create_default_context()
        if address.scheme == "imaps":
            return _BoundedTls(address.host, address.port or 993, ssl_context=context, timeout=_SECONDS)
        connection = _Bounded(address.host, address.port or 143, timeout=_SECONDS)
        if not is_loopback(address.host):
            if "STARTTLS" not in connection.capabilities:
                connection.shutdown()
                raise AppError(
                    f"{address.host} offers no encryption here, and a password would cross the network.",
                    fix=f"Write imaps://{address.user}@{address.host}/{self._folder} instead.",
                )
            connection.starttls(context)
        return connection

    def _sign_in(self, connection: imaplib.IMAP4, login: Login) -> None:
        try:
            if "AUTH=PLAIN" in connection.capabilities:
                secret = f"\0{login.user}\0{login.password}".encode()
                connection.authenticate("PLAIN", lambda _: secret)
            else:
                connection.login(login.user, login.password)
        except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
            if isinstance(error, imaplib.IMAP4.abort):
                raise
            raise AppError(
                f"{self._address.host} does not sign {login.user} in: {self._words(error)}.",
                fix="Check user name and password; many providers want a password for programs.",
            ) from None

    def _examine(self, connection: imaplib.IMAP4) -> None:
        name = _utf7(self._folder).replace("\\", "\\\\").replace('"', '\\"')
        if connection.select(f'"{name}"', readonly=True)[0] != "OK":
            raise NotFoundError(f"{self._address.host} has no folder {self._folder}.", fix="Check the address.")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (imaplib.IMAP4.error, OSError) as error:
            problem = f"{self._address.host} cannot be read: {self._words(error)}."
            raise AppError(problem, fix="Check the address, or run the same command later.") from None

    def _words(self, error: BaseException) -> str:
        said = error.args[0] if error.args and isinstance(error.args[0], bytes) else None
        words = said.decode("utf-8", "replace") if said is not None else reason(error)
        return self._login.hidden(words).rstrip(".") if self._login else words


class _Bounded(imaplib.IMAP4):
    """A connection that does not take a literal of any length that a server announces."""

    most = 64 * _SLACK  # bytes

    def read(self, size: int) -> bytes:
        """See IMAP4."""
        if size > self.most:
            raise imaplib.IMAP4.abort(f"the server sends {size:,} bytes at once")
        return super().read(size)


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    pass


def _required(reply: tuple[str, list[Any]]) -> list[bytes]:
    if reply[0] != "OK":
        raise imaplib.IMAP4.error(f"the server answers {reply[0]}")
    return [part for part in reply[1] if isinstance(part, bytes)]


def _received(line: bytes) -> datetime | None:
    """The time at which the server received a mail."""
    found = re.search(rb'INTERNALDATE "([^"]+)"', line)
    with suppress(ValueError):
        if found is not None:
            return datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    return None


def _utf7(name: str) -> str:
    """A folder's name as IMAP writes it: other letters than ASCII's in a variant of base64 (RFC 3501, 5.1.3)."""

    def encoded(match: re.Match[str]) -> str:
        packed = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{packed}-"

    return re.sub(r"[^\x20-\x7e]+", encoded, name.replace("&", "&-"))
