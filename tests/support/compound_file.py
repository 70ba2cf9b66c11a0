"""A compound file (MS-CFB) for tests, as Outlook messages and embedded objects are: a tree of streams goes in."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

_SECTOR, _SMALL_SECTOR, _SMALL = 512, 64, 4_096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


@dataclass
class Entry:
    """A stream, or a storage of others."""

    name: str
    content: bytes | None = None  # None for a storage
    children: list["Entry"] = field(default_factory=list)


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams at its root."""
    return compound(Entry("Root Entry", children=[Entry(name, content) for name, content in streams.items()]))


def compound(root: Entry) -> bytes:
    """The bytes of a compound file; at most some 50 kB of streams."""
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


def _record(entries: list[Entry], number: int, starts: Mapping[int, int]) -> bytes:
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


def _index(entries: list[Entry], wanted: Entry) -> int:
    return next(number for number, entry in enumerate(entries) if entry is wanted)
