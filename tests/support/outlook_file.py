"""An Outlook message for tests, written by hand: streams in, the bytes of a compound file (MS-CFB) out."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_SECTOR, _SMALL_SECTOR, _SMALL = 512, 64, 4_096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_TEXT, _BYTES, _BINARY = 0x001F, 0x001E, 0x0102
_SUBJECT, _BODY, _CODE_PAGE, _NAME, _DATA = 0x0037, 0x1000, 0x3FDE, 0x3707, 0x3701
_INTEGER = 0x0003


@dataclass
class _Entry:
    name: str
    content: bytes | None = None  # None for a storage
    children: list["_Entry"] = field(default_factory=list)


def outlook_message(
    subject: str, body: str, *, attached: Mapping[str, bytes] | None = None, code_page: tuple[int, str] | None = None
) -> bytes:
    """A message; with a code page of (number, codec) its texts are bytes in it instead of Unicode."""
    texts = [(_SUBJECT, subject), (_BODY, body)]
    kind, codec = (_BYTES, code_page[1]) if code_page else (_TEXT, "utf-16-le")
    values = [(pid, kind, text.encode(codec)) for pid, text in texts]
    integers = [(_CODE_PAGE, code_page[0])] if code_page else []
    root = _Entry("Root Entry", children=_properties(32, values, integers))
    for number, (name, content) in enumerate((attached or {}).items()):
        values = [(_NAME, _TEXT, name.encode("utf-16-le")), (_DATA, _BINARY, content)]
        root.children.append(_Entry(f"__attach_version1.0_#{number:08X}", children=_properties(8, values, [])))
    return _compound(root)


def _properties(header: int, values: list[tuple[int, int, bytes]], integers: list[tuple[int, int]]) -> list[_Entry]:
    table = bytes(header)
    table += b"".join(struct.pack("<HHIII", kind, pid, 6, len(data), 0) for pid, kind, data in values)
    table += b"".join(struct.pack("<HHIII", _INTEGER, pid, 6, value, 0) for pid, value in integers)
    streams = [_Entry(f"__substg1.0_{pid:04X}{kind:04X}", data) for pid, kind, data in values]
    return [_Entry("__properties_version1.0", table), *streams]


def _compound(root: _Entry) -> bytes:
    entries = [root]
    for entry in entries:  # grows while it is walked
        entries += entry.children
    sectors: list[bytes] = []
    chain: list[int] = []
    small: list[bytes] = []
    small_chain: list[int] = []
    starts = {}
    for number, entry in enumerate(entries):
        if entry.content and len(entry.content) < _SMALL:
            starts[number] = _append(small, small_chain, entry.content, _SMALL_SECTOR)
        elif entry.content:
            starts[number] = _append(sectors, chain, entry.content)
    root.content = b"".join(small)  # the small streams are the root's own
    starts[0] = _append(sectors, chain, root.content)
    small_table = _append(sectors, chain, struct.pack(f"<{len(small_chain)}I", *small_chain), filler=b"\xff")
    small_tables = -(-len(small_chain) * 4 // _SECTOR)
    directory = _append(sectors, chain, b"".join(_record(entries, number, starts) for number in range(len(entries))))
    tables = -(-(len(chain) + 2) * 4 // _SECTOR)
    first = len(chain)
    chain += [_FAT] * tables
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * _SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, directory, 0, _SMALL, small_table, small_tables, _END, 0)
    header += struct.pack(f"<{tables}I", *range(first, first + tables)).ljust(436, b"\xff")
    return header + b"".join(sectors) + table


def _append(
    sectors: list[bytes], chain: list[int], content: bytes, size: int = _SECTOR, filler: bytes = b"\x00"
) -> int:
    first = len(sectors)
    pieces = [content[at : at + size].ljust(size, filler) for at in range(0, len(content), size)]
    sectors += pieces
    chain += [*range(first + 1, first + len(pieces)), _END]
    return first


def _record(entries: list[_Entry], number: int, starts: Mapping[int, int]) -> bytes:
    entry = entries[number]
    name = (entry.name + "\x00").encode("utf-16-le")
    kind = 5 if number == 0 else 1 if entry.content is None else 2
    parent = next((other for other in entries if any(child is entry for child in other.children)), None)
    siblings = parent.children if parent else []
    index = next((number for number, sibling in enumerate(siblings) if sibling is entry), 0)
    following = siblings[index + 1] if index + 1 < len(siblings) else None
    right = _index(entries, following) if following else _FREE
    child = _index(entries, entry.children[0]) if entry.children else _FREE
    size = len(entry.content or b"")
    record = name.ljust(64, b"\x00") + struct.pack("<HBBIII", len(name), kind, 1, _FREE, right, child) + bytes(36)
    return record + struct.pack("<IQ", starts.get(number, _END), size)


def _index(entries: list[_Entry], wanted: _Entry) -> int:
    return next(number for number, entry in enumerate(entries) if entry is wanted)
