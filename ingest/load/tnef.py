"""Loader of winmail.dat (TNEF), in which Outlook packs a message's text and its attachments."""

import struct
from collections.abc import Iterator
from functools import lru_cache

from ingest.load import kinds
from ingest.load.attached import Attachment
from ingest.load.extracted import Extracted
from ingest.load.outlook_text import OutlookMessage, as_mail, decoded, extracted_message, one_line

_ATTRIBUTE = struct.Struct("<BII")  # level, identifier, length
_CODE_PAGE, _SUBJECT, _BODY, _MESSAGE_PROPERTIES = 0x9007, 0x8004, 0x800C, 0x9003
_NEW_ATTACHMENT, _NAME, _DATA, _ATTACHMENT_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_BODY_TEXT, _HTML, _RICH, _SUBJECT_TEXT = 0x1000, 0x1013, 0x1009, 0x0037
_LONG_NAME, _OBJECT_DATA = 0x3707, 0x3701
_FIXED_SIZES = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8,
                0x0040: 8, 0x0048: 16}  # fmt: skip
_UNICODE, _OBJECT = 0x001F, 0x000D
_SEVERAL = 0x1000  # a property with several values
_NAMED = 0x8000  # from this number on properties have names
_MOST_PROPERTIES = 10_000
_DEEPEST = 5  # messages attached to one another
_IDENTIFIER_SIZE = 16  # bytes before an object's own data


def load_tnef(content: bytes) -> Extracted:
    """The text of a message packed as winmail.dat."""
    return extracted_message(_message(content), kinds.TNEF)


def tnef_attachments(content: bytes) -> Iterator[Attachment | None]:
    """The files packed as winmail.dat; None for an object that keeps no file."""
    for attachment in _message(content).attachments:
        yield attachment if attachment.content else None


@lru_cache(maxsize=1)  # it is read for its attachments, then for its text
def _message(content: bytes) -> OutlookMessage:
    return _read(content, 0)


def _read(content: bytes, depth: int) -> OutlookMessage:
    page = 0
    subject = body = b""
    properties: dict[int, bytes | str] = {}
    files: list[dict[int, bytes | str]] = []
    for identifier, data in _attributes(content):
        if identifier == _CODE_PAGE:
            page = int.from_bytes(data[:4], "little")
        elif identifier == _SUBJECT:
            subject = data
        elif identifier == _BODY:
            body = data
        elif identifier == _MESSAGE_PROPERTIES:
            properties |= _properties(data)
        elif identifier == _NEW_ATTACHMENT:
            files.append({})
        elif files and identifier in (_NAME, _DATA):
            files[-1].setdefault(_LONG_NAME if identifier == _NAME else _OBJECT_DATA, data)
        elif files and identifier == _ATTACHMENT_PROPERTIES:
            files[-1] |= _properties(data)
    rich = properties.get(_RICH, b"")
    return OutlookMessage(
        subject=one_line(_text(subject, page) or _text(properties.get(_SUBJECT_TEXT, b""), page)),
        plain=_text(body, page) or _text(properties.get(_BODY_TEXT, b""), page),
        html=_text(properties.get(_HTML, b""), page),
        rich=rich if isinstance(rich, bytes) else b"",
        attachments=tuple(_attachment(number, file, page, depth) for number, file in enumerate(files, start=1)),
    )


def _attachment(number: int, file: dict[int, bytes | str], page: int, depth: int) -> Attachment:
    name = one_line(_text(file.get(_LONG_NAME, b""), page)) or f"attachment {number}"
    data = file.get(_OBJECT_DATA, b"")
    content = data if isinstance(data, bytes) else data.encode()
    if content[_IDENTIFIER_SIZE:].startswith(kinds.TNEF_START) and depth < _DEEPEST:  # a message attached to this one
        inner = as_mail(_read(content[_IDENTIFIER_SIZE:], depth + 1))
        return Attachment(name=f"{name}.eml", content=inner)
    return Attachment(name=name, content=content)


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(identifier, data) of each attribute, up to where the file is damaged."""
    position = 6  # after the signature and a key
    while position + _ATTRIBUTE.size <= len(content):
        _, identifier, length = _ATTRIBUTE.unpack_from(content, position)
        position += _ATTRIBUTE.size
        yield identifier & 0xFFFF, content[position : position + length]
        position += length + 2  # a checksum follows


def _properties(data: bytes) -> dict[int, bytes | str]:
    """Property number -> its value, of those whose size varies; up to where the data are damaged."""
    values: dict[int, bytes | str] = {}
    try:
        (count,) = struct.unpack_from("<I", data)
        position = 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            number, value, position = _property(data, position)
            if value is not None:
                values[number] = value
    except (struct.error, ValueError):
        pass
    return values


def _property(data: bytes, position: int) -> tuple[int, bytes | str | None, int]:
    kind, number = struct.unpack_from("<HH", data, position)
    position += 4
    if number >= _NAMED:
        position = _after_name(data, position)
    several, kind = kind & _SEVERAL, kind & ~_SEVERAL
    if kind in _FIXED_SIZES:
        count = struct.unpack_from("<I", data, position)[0] if several else 1
        return number, None, position + 4 * bool(several) + count * _FIXED_SIZES[kind]
    (count,) = struct.unpack_from("<I", data, position)
    position += 4
    if count > _MOST_PROPERTIES:
        raise ValueError
    value = b""
    for _ in range(count):
        (length,) = struct.unpack_from("<I", data, position)
        value = value or data[position + 4 : position + 4 + length]
        position += 4 + (length + 3) // 4 * 4
    return number, value.decode("utf-16-le", "replace") if kind == _UNICODE else value, position


def _after_name(data: bytes, position: int) -> int:
    (is_text,) = struct.unpack_from("<I", data, position + 16)
    if not is_text:
        return position + 24
    length = int(struct.unpack_from("<I", data, position + 20)[0])
    return position + 24 + (length + 3) // 4 * 4


def _text(value: bytes | str, page: int) -> str:
    text = value if isinstance(value, str) else decoded(value, page)
    return text.replace("\x00", "")
