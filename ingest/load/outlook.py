"""Loader of Outlook messages (.msg), with their attachments and the messages attached to them."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from ingest.load import kinds
from ingest.load.attached import Attachment
from ingest.load.compound import FILE_STREAMS, Compound, file_in_stream
from ingest.load.extracted import Extracted
from ingest.load.outlook_text import OutlookMessage, as_mail, decoded, extracted_message, one_line

_PROPERTIES = "__properties_version1.0"
_RECIPIENT, _ATTACHMENT = "__recip_version1.0_", "__attach_version1.0_"
_UNICODE, _BYTES, _BINARY, _OBJECT, _INTEGER, _TIME = 0x001F, 0x001E, 0x0102, 0x000D, 0x0003, 0x0040
_MESSAGE_PAGE, _BODY_PAGE = 0x3FFD, 0x3FDE  # code pages
_SUBJECT, _BODY, _HTML, _RICH = 0x0037, 0x1000, 0x1013, 0x1009
_SENDER, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_TO, _CC, _SENT, _DELIVERED = 0x0E04, 0x0E03, 0x0039, 0x0E06
_NAME, _ADDRESS, _SMTP, _KIND = 0x3001, 0x3003, 0x39FE, 0x0C15  # of a recipient
_LONG_NAME, _SHORT_NAME, _DATA, _SHOWN_NAME = 0x3707, 0x3704, 0x3701, 0x3001  # of an attachment
_KIND_CC = 2
_RECORD = struct.Struct("<HHI8s")
_HEADERS = (32, 24, 8)  # bytes before the properties: of a file, of an attached message, of anything else
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_DEEPEST = 5  # messages attached to one another
_MOST = 2_000  # recipients, attachments


def load_outlook(content: bytes) -> Extracted:
    """One message: subject, From, To, Cc and Date, then its text."""
    return extracted_message(_message(content), kinds.OUTLOOK)


def outlook_attachments(content: bytes) -> Iterator[Attachment | None]:
    """The files and messages attached to a message; None for an object that keeps no file."""
    message = _message(content)
    for attachment in message.attachments:
        yield attachment if attachment.content else None


@lru_cache(maxsize=1)  # a message is read for its attachments, then for its text
def _message(content: bytes) -> OutlookMessage:
    return _read(Compound(content), (), _HEADERS[0], 0)


def _read(compound: Compound, storage: tuple[str, ...], header: int, depth: int) -> OutlookMessage:
    properties = _Properties(compound, storage, header)
    fields = {
        "From": _sender(properties),
        **_recipients(compound, storage, properties),
        "Date": properties.time(_SENT) or properties.time(_DELIVERED),
    }
    return OutlookMessage(
        subject=one_line(properties.text(_SUBJECT)),
        fields={name: value for name, value in fields.items() if value},
        plain=properties.text(_BODY),
        html=properties.text(_HTML, page=_BODY_PAGE),
        rich=properties.stream(_RICH, _BINARY),
        attachments=tuple(_attachments(compound, storage, depth)),
    )


def _sender(properties: "_Properties") -> str:
    name = one_line(properties.text(_SENDER))
    address = one_line(properties.text(_SENDER_SMTP) or properties.text(_SENDER_ADDRESS))
    return _person(name, address)


def _person(name: str, address: str) -> str:
    if not address or "@" not in address or address == name:  # addresses within an Exchange server say nothing
        return name or address
    return f"{name} <{address}>".strip()


def _recipients(compound: Compound, storage: tuple[str, ...], properties: "_Properties") -> dict[str, str]:
    people: dict[str, list[str]] = {"To": [], "Cc": []}
    for name in compound.names(storage, starting=_RECIPIENT)[:_MOST]:
        person = _Properties(compound, (*storage, name), _HEADERS[2], pages=properties.pages)
        address = person.text(_SMTP) or person.text(_ADDRESS)
        shown = _person(one_line(person.text(_NAME)), one_line(address))
        people["Cc" if person.integer(_KIND) == _KIND_CC else "To"].append(shown)
    if not any(people.values()):
        return {"To": one_line(properties.text(_TO)), "Cc": one_line(properties.text(_CC))}
    return {field: ", ".join(filter(None, names)) for field, names in people.items()}


def _attachments(compound: Compound, storage: tuple[str, ...], depth: int) -> Iterator[Attachment]:
    for number, name in enumerate(compound.names(storage, starting=_ATTACHMENT)[:_MOST], start=1):
        path = (*storage, name)
        properties = _Properties(compound, path, _HEADERS[2])
        own = next(filter(None, map(properties.text, (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))), "")
        shown = one_line(own) or f"attachment {number}"
        inner = f"__substg1.0_{_DATA:04X}{_OBJECT:04X}"
        content = properties.stream(_DATA, _BINARY)
        if content:
            yield Attachment(name=shown, content=content)
        elif _PROPERTIES in compound.names((*path, inner)) and depth < _DEEPEST:
            message = _read(compound, (*path, inner), _HEADERS[1], depth + 1)
            named = shown if shown != f"attachment {number}" else message.subject or shown
            yield Attachment(name=f"{named.removesuffix('.msg')}.eml", content=as_mail(message))
        else:
            yield _object(compound, (*path, inner), shown) or Attachment(name=shown, content=b"")


def _object(compound: Compound, path: tuple[str, ...], name: str) -> Attachment | None:
    """The file in an embedded object, whose streams stand in a storage of the message."""
    for stream in FILE_STREAMS:
        content = compound.read(*path, stream)
        if content and (file := file_in_stream(name, stream, content)):
            return file
    return None


class _Properties:
    """The properties of a message, recipient or attachment."""

    def __init__(
        self, compound: Compound, storage: tuple[str, ...], header: int, *, pages: dict[int, int] | None = None
    ) -> None:
        self._compound = compound
        self._storage = storage
        table = compound.read(*storage, _PROPERTIES)[header:]
        usable = table[: len(table) // _RECORD.size * _RECORD.size]
        self._fixed = {(number, kind): value for kind, number, _, value in _RECORD.iter_unpack(usable)}
        own = {page: self.integer(page) for page in (_MESSAGE_PAGE, _BODY_PAGE)}
        self.pages = {page: value for page, value in own.items() if value} or pages or {}

    def stream(self, number: int, kind: int) -> bytes:
        """Bytes of a property of variable size."""
        return self._compound.read(*self._storage, f"__substg1.0_{number:04X}{kind:04X}")

    def text(self, number: int, *, page: int = _MESSAGE_PAGE) -> str:
        """A property as text; empty when it is missing."""
        unicode = self.stream(number, _UNICODE)
        if unicode:
            return unicode.decode("utf-16-le", "replace").rstrip("\x00")
        data = self.stream(number, _BYTES) or self.stream(number, _BINARY)
        other = self.pages.get(_BODY_PAGE) or self.pages.get(_MESSAGE_PAGE)
        return decoded(data, self.pages.get(page) or other).rstrip("\x00")

    def integer(self, number: int) -> int:
        """A property as a number; 0 when it is missing."""
        return int.from_bytes(self._fixed.get((number, _INTEGER), b"")[:4], "little")

    def time(self, number: int) -> str:
        """A property as a time for people; empty when it is missing or no time."""
        value = int.from_bytes(self._fixed.get((number, _TIME), b""), "little")
        try:
            return (_EPOCH + timedelta(microseconds=value // 10)).strftime("%Y-%m-%d %H:%M UTC") if value else ""
        except OverflowError:
            return ""
