"""Files embedded in an Office file: other Office files, PDFs, and whatever was dropped into a document as an object."""

import io
import posixpath
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.load.damage import DAMAGE
from ingest.load.ooxml.package import Package

_OBJECTS = frozenset(("oleObject", "package"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = {  # stream of an object that holds a file -> suffix of its name
    "Package": "",
    "CONTENTS": ".pdf",
    "EmbeddedOdf": ".odt",
}
_OLD_FORMATS = {"WordDocument": ".doc", "Workbook": ".xls", "Book": ".xls", "PowerPoint Document": ".ppt"}
_LONGEST_NAME = 200  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedPart:
    """A part of an Office file that is a file of its own."""

    part: str
    name: str  # as it was called when it was embedded, else the part's own


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedFile:
    """A file taken out of an Office file."""

    name: str
    content: bytes


def embedded_parts(package: Package) -> list[EmbeddedPart]:
    """The embedded files of an Office file, without the sheets that charts draw."""
    parts = {
        relation.target
        for part in package.names()
        if "/charts/" not in f"/{part}"
        for relation in package.relations(part).values()
        if relation.kind in _OBJECTS and not relation.external
    }
    return [EmbeddedPart(part=part, name=_file(package, part).name) for part in sorted(parts)]


def embedded_files(package: Package) -> Iterator[EmbeddedFile]:
    """The embedded files with their bytes; objects of programs that store no file are left out."""
    for one in embedded_parts(package):
        file = _file(package, one.part)
        if file.content:
            yield file


def _file(package: Package, part: str) -> EmbeddedFile:
    """The file in a part; without bytes when it is an object of a program that stores no file."""
    content, name = package.read(part), posixpath.basename(part)
    if not content.startswith(_OLE):
        return EmbeddedFile(name=name, content=content)
    try:
        return _from_object(content, name)
    except DAMAGE:
        return EmbeddedFile(name=name, content=b"")


def _from_object(content: bytes, name: str) -> EmbeddedFile:
    import olefile  # noqa: PLC0415  # needed by these objects only

    stem = name.rpartition(".")[0] or name
    with olefile.OleFileIO(io.BytesIO(content)) as objects:
        if objects.exists("\x01Ole10Native"):
            return _dropped_in(objects.openstream("\x01Ole10Native").read(), stem)
        for stream, suffix in _STREAMS.items():
            if objects.exists(stream):
                return EmbeddedFile(name=stem + suffix, content=objects.openstream(stream).read())
        for stream, suffix in _OLD_FORMATS.items():
            if objects.exists(stream):
                return EmbeddedFile(name=stem + suffix, content=content)
    return EmbeddedFile(name=name, content=b"")


def _dropped_in(stream: bytes, stem: str) -> EmbeddedFile:
    """A file of any kind that was dropped into the document: two names, a path, then its bytes."""
    label, place = _string(stream, 6)
    _, place = _string(stream, place)
    (path_length,) = struct.unpack_from("<I", stream, place + 4)
    place += 8 + path_length
    (size,) = struct.unpack_from("<I", stream, place)
    name = label.decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2][:_LONGEST_NAME]
    return EmbeddedFile(name=name or stem, content=stream[place + 4 : place + 4 + size])


def _string(stream: bytes, start: int) -> tuple[bytes, int]:
    """(a string that ends with NUL, offset behind it)."""
    end = stream.index(b"\x00", start)
    return stream[start:end], end + 1
