"""An Outlook message for tests, written by hand: its properties go in, the bytes of a compound file come out."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.support.compound_file import Entry, compound

_TEXT, _BYTES, _BINARY, _INTEGER, _OBJECT = 0x001F, 0x001E, 0x0102, 0x0003, 0x000D
_SUBJECT, _BODY, _CODE_PAGE, _NAME, _DATA, _METHOD = 0x0037, 0x1000, 0x3FDE, 0x3707, 0x3701, 0x3705
_HTML, _RICH = 0x1013, 0x1009
_EMBEDDED_MESSAGE = 5  # a value of _METHOD

_Value = tuple[int, int, bytes]  # (property, type, data)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A message attached to another."""

    subject: str
    body: str


def outlook_message(
    subject: str,
    body: str,
    *,
    attached: Mapping[str, bytes] | None = None,
    code_page: tuple[int, str] | None = None,
    html: str = "",
    rich: str = "",
    fields: Mapping[int, str] | None = None,
    messages: Sequence[Attached] = (),
) -> bytes:
    """A message; with a code page of (number, codec) its texts are bytes in it instead of Unicode.

    rich: RTF, kept in the compressed form. fields: further texts by the number of their property.
    """
    texts = {_SUBJECT: subject, _BODY: body} | dict(fields or {})
    kind, codec = (_BYTES, code_page[1]) if code_page else (_TEXT, "utf-16-le")
    values = [(number, kind, text.encode(codec)) for number, text in texts.items() if text]
    values += [(_HTML, _BINARY, html.encode())] if html else []
    values += [(_RICH, _BINARY, compressed_rich_text(rich.encode("latin-1")))] if rich else []
    integers = [(_CODE_PAGE, code_page[0])] if code_page else []
    root = Entry("Root Entry", children=_properties(32, values, integers))
    for name, content in (attached or {}).items():
        file = [(_NAME, _TEXT, name.encode("utf-16-le")), (_DATA, _BINARY, content)]
        root.children.append(_attachment(len(root.children), _properties(8, file, [])))
    for message in messages:
        inner = [(_SUBJECT, _TEXT, message.subject.encode("utf-16-le"))]
        inner += [(_BODY, _TEXT, message.body.encode("utf-16-le"))]
        storage = Entry(f"__substg1.0_{_DATA:04X}{_OBJECT:04X}", children=_properties(24, inner, []))
        parts = [*_properties(8, [], [(_METHOD, _EMBEDDED_MESSAGE)]), storage]
        root.children.append(_attachment(len(root.children), parts))
    return compound(root)


def compressed_rich_text(content: bytes) -> bytes:
    """RTF in Outlook's compressed form (MS-OXRTFCP), all of it literal."""
    body = b""
    for start in range(0, len(content), 8):
        body += b"\x00" + content[start : start + 8]
    end = (207 + len(content)) % 4096  # a reference to the write position ends the text
    if len(content) % 8:
        whole = len(content) // 8 * 9
        body = body[:whole] + bytes([1 << (len(content) % 8)]) + body[whole + 1 :]
    else:
        body += b"\x01"
    body += struct.pack(">H", end << 4)
    return struct.pack("<IIII", len(body) + 12, len(content), 0x75465A4C, 0) + body


def _attachment(number: int, children: list[Entry]) -> Entry:
    return Entry(f"__attach_version1.0_#{number:08X}", children=children)


def _properties(header: int, values: Sequence[_Value], integers: list[tuple[int, int]]) -> list[Entry]:
    table = bytes(header)
    table += b"".join(struct.pack("<HHIII", kind, pid, 6, len(data), 0) for pid, kind, data in values)
    table += b"".join(struct.pack("<HHIII", _INTEGER, pid, 6, value, 0) for pid, value in integers)
    streams = [Entry(f"__substg1.0_{pid:04X}{kind:04X}", data) for pid, kind, data in values]
    return [Entry("__properties_version1.0", table), *streams]
