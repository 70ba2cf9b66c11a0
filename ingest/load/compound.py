"""Compound files (OLE 2): old Office files, Outlook messages and embedded objects; and the file inside an object."""

import contextlib
import io
import re
import struct
from typing import Any

from ingest.load.attached import Attachment
from ingest.load.extracted import unmarked

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKAGER = "\x01Ole10Native"
_OLD_OFFICE = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}
_WHOLE = {"__properties_version1.0": "msg", "EncryptedPackage": "docx"}  # the object is a file of this kind itself
FILE_STREAMS = (_PACKAGER, "Package", "EmbeddedOdf", "package_stream", "CONTENTS")  # streams that hold a file
_IN_ZIPS = {b"word/": "docx", b"xl/": "xlsx", b"ppt/": "pptx", b"content.xml": "odt"}
_ENDINGS = {b"PK\x03\x04": "zip", b"%PDF": "pdf", MAGIC: "doc", b"{\\rtf": "rtf"}
_STREAM = 2  # olefile's number for a stream
_MADE_UP = re.compile(r"\.(bin|ole)$|^[^.]*$", re.IGNORECASE)  # names that say nothing about the format


class Compound:
    """The streams of a compound file. Raises what the parser raises for damaged ones."""

    def __init__(self, content: bytes) -> None:
        import olefile  # noqa: PLC0415  # needed by these formats only

        self._file: Any = olefile.OleFileIO(io.BytesIO(content))
        self._names: dict[tuple[str, ...], list[str]] = {}  # path of a storage -> names of what is directly in it
        for path in self._file.listdir(streams=True, storages=True):
            self._names.setdefault(tuple(path[:-1]), []).append(path[-1])

    def names(self, storage: tuple[str, ...] = (), *, starting: str = "") -> list[str]:
        """Names of the streams and storages directly in a storage that start so, in the file's order."""
        return [name for name in self._names.get(storage, ()) if name.startswith(starting)]

    def read(self, *path: str) -> bytes:
        """Bytes of a stream; empty when there is none."""
        if not self._file.exists(list(path)) or self._file.get_type(list(path)) != _STREAM:
            return b""
        return bytes(self._file.openstream(list(path)).read())


def embedded_file(name: str, content: bytes) -> Attachment | None:
    """The file in an embedded object; None for an object of a program that keeps no file in it.

    content: a compound file, or a file itself. name: of the object, used when the object names no file.
    """
    if not content.startswith(MAGIC):
        return Attachment(name=name, content=content) if content else None
    compound = Compound(content)
    streams = compound.names()
    for stream in FILE_STREAMS:
        inner = compound.read(stream)
        if inner and (found := file_in_stream(name, stream, inner)):
            return found
    for stream, ending in (_WHOLE | _OLD_OFFICE).items():
        if stream in streams:
            plain = _MADE_UP.search(name) is None
            return Attachment(name=name if plain else f"{_MADE_UP.sub('', name) or name}.{ending}", content=content)
    return None


def file_in_stream(name: str, stream: str, data: bytes) -> Attachment | None:
    """The file in one of FILE_STREAMS; None when it is none."""
    if stream == _PACKAGER:
        return packaged_file(name, data[4:])
    if stream == "CONTENTS" and not data.startswith(tuple(_ENDINGS)):  # also used for other data
        return None
    return Attachment(name=_named(name, data), content=data)


def packaged_file(name: str, data: bytes) -> Attachment | None:
    """The file in the data of a Packager object: label, path, length and bytes; None when there is no file."""
    with contextlib.suppress(ValueError, struct.error):
        label, position = _string(data, 2)
        path, position = _string(data, position)
        position += 4
        (length,) = struct.unpack_from("<I", data, position)
        position += 4 + length
        (size,) = struct.unpack_from("<I", data, position)
        content = data[position + 4 : position + 4 + size]
        if content:
            own = re.split(r"[\\/]", label or path)[-1]
            return Attachment(name=unmarked(" ".join(own.split())) or name, content=content)
    return Attachment(name=_named(name, data), content=data) if data.startswith(tuple(_ENDINGS)) else None


def rich_text_object(number: int, data: bytes) -> Attachment | None:
    """The file in the data of an object of a Rich Text file (OLE 1); None when there is none."""
    name = f"object {number}"
    try:
        kind, position = _counted(data, 8)
        _, position = _counted(data, position)
        _, position = _counted(data, position)
        (size,) = struct.unpack_from("<I", data, position)
    except struct.error:
        return None
    inner = data[position + 4 : position + 4 + size]
    if inner.startswith(MAGIC):
        return embedded_file(name, inner)
    if kind == "Package":
        return packaged_file(name, inner)
    return Attachment(name=_named(name, inner), content=inner) if inner.startswith(tuple(_ENDINGS)) else None


def _string(data: bytes, start: int) -> tuple[str, int]:
    end = data.index(b"\x00", start)
    return data[start:end].decode("cp1252", "replace"), end + 1


def _counted(data: bytes, start: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", data, start)
    return data[start + 4 : start + 4 + length].rstrip(b"\x00").decode("latin-1"), start + 4 + length


def _named(name: str, content: bytes) -> str:
    """The name with the ending of the content's format, where the name says nothing about it."""
    if not _MADE_UP.search(name):
        return name
    ending = next((ending for start, ending in _ENDINGS.items() if content.startswith(start)), "bin")
    if ending == "zip":
        ending = next((kind for part, kind in _IN_ZIPS.items() if part in content), ending)
    return f"{_MADE_UP.sub('', name) or name}.{ending}"
