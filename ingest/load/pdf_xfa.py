"""Forms of a PDF that are kept as XML beside its pages, whose pages say no more than "please wait"."""

import ctypes
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

_MOST_PACKETS = 100
_LONGEST_PACKET = 16 * 2**20  # bytes
_MOST_CHARACTERS = 400  # of pages that can be a placeholder for the form
_ENTITY_DECLARATION = b"<!ENTITY"
_SHOWN = frozenset(("text", "exData"))  # elements of the form's template that hold what people read
_UNSEEN = frozenset(("script", "items", "message"))


def form_lines(pdf: Any, characters: int) -> list[str]:
    """Captions and values of the form, when the pages have so few characters that they stand for it."""
    if characters > _MOST_CHARACTERS:
        return []
    packets = dict(_packets(pdf))
    lines = [*_captions(packets.get("template", b"")), *_values(packets.get("datasets", b""))]
    return list(dict.fromkeys(lines)) if sum(map(len, lines)) > characters else []


def _packets(pdf: Any) -> Iterator[tuple[str, bytes]]:
    import pypdfium2.raw as raw  # noqa: PLC0415  # needed by this format only

    for index in range(min(raw.FPDF_GetXFAPacketCount(pdf), _MOST_PACKETS)):
        size = raw.FPDF_GetXFAPacketName(pdf, index, None, 0)
        name = ctypes.create_string_buffer(max(size, 1))
        raw.FPDF_GetXFAPacketName(pdf, index, name, size)
        length = ctypes.c_ulong()
        raw.FPDF_GetXFAPacketContent(pdf, index, None, 0, length)
        if not 0 < length.value <= _LONGEST_PACKET:
            continue
        content = ctypes.create_string_buffer(length.value)
        if raw.FPDF_GetXFAPacketContent(pdf, index, content, length.value, length):
            yield name.value.decode("utf-8", "replace"), content.raw[: length.value]


def _root(packet: bytes) -> ElementTree.Element | None:
    if not packet or _ENTITY_DECLARATION in packet.replace(b"\x00", b""):
        return None
    try:
        return ElementTree.fromstring(packet)  # noqa: S314  # entity declarations are refused above
    except ElementTree.ParseError:
        return None


def _captions(packet: bytes) -> Iterator[str]:
    """Texts of the form's template, in its own order."""
    root = _root(packet)
    waiting = [] if root is None else [root]
    while waiting:
        element = waiting.pop()
        name = _local(element)
        if name in _UNSEEN:
            continue
        if name in _SHOWN:
            text = " ".join("".join(element.itertext()).split())
            if text:
                yield text
            continue
        waiting += reversed(element)


def _values(packet: bytes) -> Iterator[str]:
    """ "name: value" of the filled-in fields."""
    root = _root(packet)
    for element in root.iter() if root is not None else ():
        value = " ".join((element.text or "").split())
        if value and not len(element):
            yield f"{_local(element)}: {value}"


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]
