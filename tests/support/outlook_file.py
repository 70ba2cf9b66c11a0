"""An Outlook message for tests, written by hand: streams in, the bytes of a compound file (MS-CFB) out."""

import struct
from collections.abc import Mapping

from tests.support.compound_file import Entry, compound

_TEXT, _BYTES, _BINARY = 0x001F, 0x001E, 0x0102
_SUBJECT, _BODY, _CODE_PAGE, _NAME, _DATA = 0x0037, 0x1000, 0x3FDE, 0x3707, 0x3701
_INTEGER = 0x0003


def outlook_message(
    subject: str, body: str, *, attached: Mapping[str, bytes] | None = None, code_page: tuple[int, str] | None = None
) -> bytes:
    """A message; with a code page of (number, codec) its texts are bytes in it instead of Unicode."""
    texts = [(_SUBJECT, subject), (_BODY, body)]
    kind, codec = (_BYTES, code_page[1]) if code_page else (_TEXT, "utf-16-le")
    values = [(pid, kind, text.encode(codec)) for pid, text in texts]
    integers = [(_CODE_PAGE, code_page[0])] if code_page else []
    root = Entry("Root Entry", children=_properties(32, values, integers))
    for number, (name, content) in enumerate((attached or {}).items()):
        values = [(_NAME, _TEXT, name.encode("utf-16-le")), (_DATA, _BINARY, content)]
        root.children.append(Entry(f"__attach_version1.0_#{number:08X}", children=_properties(8, values, [])))
    return compound(root)


def _properties(header: int, values: list[tuple[int, int, bytes]], integers: list[tuple[int, int]]) -> list[Entry]:
    table = bytes(header)
    table += b"".join(struct.pack("<HHIII", kind, pid, 6, len(data), 0) for pid, kind, data in values)
    table += b"".join(struct.pack("<HHIII", _INTEGER, pid, 6, value, 0) for pid, value in integers)
    streams = [Entry(f"__substg1.0_{pid:04X}{kind:04X}", data) for pid, kind, data in values]
    return [Entry("__properties_version1.0", table), *streams]
