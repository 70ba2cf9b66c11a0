"""Repair of a PDF that has lost its end or its cross-reference table.

The table, the page tree and the compressed objects are at a PDF's end. The remaining objects are located by a search
of the bytes, and a new end is written: with the old page tree if it survived, so that lost pages count as pages, else
with a new tree of the remaining pages in the file's order.
"""

import itertools
import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?<![0-9])([0-9]{1,9})[ \t\r\n]{1,9}[0-9]{1,5}[ \t\r\n]{1,9}obj(?![a-z])")
_PAGE = re.compile(rb"/Type[ \t\r\n]{0,9}/Page(?![A-Za-z])")
_TREE = re.compile(rb"/Type[ \t\r\n]{0,9}/Pages(?![A-Za-z])")
_CATALOG = re.compile(rb"/Type[ \t\r\n]{0,9}/Catalog(?![A-Za-z])")
_TREE_REFERENCE = re.compile(rb"/Pages[ \t\r\n]{1,9}([0-9]{1,9})[ \t\r\n]{1,9}[0-9]{1,5}[ \t\r\n]{1,9}R")
_OBJECT_STREAM = re.compile(rb"/Type[ \t\r\n]{0,9}/ObjStm(?![A-Za-z])")
_COUNT = re.compile(rb"/N[ \t\r\n]{1,9}([0-9]{1,9})")
_FIRST = re.compile(rb"/First[ \t\r\n]{1,9}([0-9]{1,9})")
_STREAM = re.compile(rb"stream\r?\n")
_HEAD = 4_096  # bytes of an object in which its type is looked for
_MOST_OBJECTS = 500_000
_MOST_UNPACKED = 64 * 2**20  # bytes of compressed objects


def salvaged(content: bytes) -> bytes | None:
    """The PDF with a new end, None when it has no page or is encrypted."""
    if b"/Encrypt" in content:
        return None
    packed = dict(packed_objects(content))
    added = b"".join(b"%d 0 obj\n%s\nendobj\n" % item for item in packed.items())
    whole = content + b"\nendstream\nendobj\n" + added
    objects = _objects(whole)
    pages = [number for number, head in objects.items() if _PAGE.search(head)]
    if not pages:
        return None
    last = max(objects)
    root = _surviving_root(objects)
    end = b""
    if root is None:
        root, tree = last + 1, last + 2
        kids = b" ".join(b"%d 0 R" % number for number in pages)
        end = b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (root, tree)
        end += b"%d 0 obj\n<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 612 792]>>\nendobj\n" % (tree, len(pages), kids)
    return whole + end + b"trailer\n<</Root %d 0 R/Size %d>>\nstartxref\n0\n%%%%EOF\n" % (root, last + 3)


def _objects(content: bytes) -> dict[int, bytes]:
    """Number -> the beginning of the object, in the file's order; the later one of two with the same number."""
    heads: dict[int, bytes] = {}
    for match in itertools.islice(_OBJECT.finditer(content), _MOST_OBJECTS):
        head = content[match.end() : match.end() + _HEAD]
        heads[int(match.group(1))] = head.split(b"endobj", 1)[0].split(b"stream", 1)[0]
    return heads


def _surviving_root(objects: dict[int, bytes]) -> int | None:
    """Number of the catalog whose page tree survived too."""
    for number, head in reversed(objects.items()):
        if _CATALOG.search(head):
            tree = _TREE_REFERENCE.search(head)
            if tree and _TREE.search(objects.get(int(tree.group(1)), b"")):
                return number
    return None


def packed_objects(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, object) of the object streams that can be inflated."""
    left = _MOST_UNPACKED
    for match in _OBJECT.finditer(content):
        head = content[match.end() : match.end() + _HEAD].split(b"endobj", 1)[0]
        stream = _STREAM.search(head)
        if stream is None or not _OBJECT_STREAM.search(head, 0, stream.start()):
            continue
        count, first = _COUNT.search(head), _FIRST.search(head)
        if count is None or first is None:
            continue
        unpacked = _inflated(content, match.end() + stream.end(), left)
        left -= len(unpacked)
        yield from _in_stream(unpacked, int(first.group(1)))
        if left <= 0:
            return


def _inflated(content: bytes, start: int, most: int) -> bytes:
    """As much of a deflated stream as can be read, at most `most` bytes."""
    inflater = zlib.decompressobj()
    pieces, size = [], 0
    try:
        for position in range(start, len(content), 65_536):
            piece = inflater.decompress(content[position : position + 65_536], most - size)
            pieces.append(piece)
            size += len(piece)
            if inflater.eof or size >= most:
                break
    except zlib.error:
        pass  # the part before the damage is usable
    return b"".join(pieces)


def _in_stream(unpacked: bytes, first: int) -> Iterator[tuple[int, bytes]]:
    """The objects of one stream; it begins with pairs of an object's number and its offset from `first`."""
    words = unpacked[:first].split()
    if not all(word.isdigit() for word in words):
        return
    values = [int(word) for word in words]
    starts = [first + offset for offset in values[1::2]]
    for number, start, end in zip(values[::2], starts, [*starts[1:], len(unpacked)], strict=False):
        if start < end <= len(unpacked):
            yield number, unpacked[start:end]
