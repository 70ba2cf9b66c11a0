"""Entries of archives, one by one, within a budget of unpacked bytes.

Nothing is written to disk, so a name such as "../x" in an archive is harmless.
"""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from app.core.errors import DocumentError
from ingest.load import kinds
from ingest.load.damage import DAMAGE, damage_as_document_error
from ingest.load.limits import MIB, Limits

_MOST_RATIO = 200  # unpacked to packed size: text reaches 30, logs 100; a zip bomb far more
_SMALL = 4 * MIB  # up to this size any ratio is harmless
_BLOCK = MIB
_OPENERS: Mapping[str, Callable[[io.BytesIO], Any]] = {
    kinds.GZIP: lambda packed: gzip.GzipFile(fileobj=packed),
    kinds.BZIP2: bz2.BZ2File,
    kinds.XZ: lzma.LZMAFile,
}
_COMPRESSED_SUFFIXES = {"gz": "", "bz2": "", "xz": "", "tgz": "tar", "tbz2": "tar", "txz": "tar"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive."""

    path: str  # as the archive names it
    read: Callable[[], bytes]  # raises DocumentError
    modified_at: datetime | None = None


class Budget:
    """Bytes and entries that may still be unpacked of one source, nested archives included."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.left = limits.unpacked_mib * MIB  # bytes
        self.entries = limits.entries

    def take(self, size: int, packed: int) -> None:
        """Spend `size` bytes. Raises DocumentError past the budget, or when the ratio to `packed` bytes is a bomb's."""
        if size > _SMALL and size > _MOST_RATIO * max(packed, 1):
            raise DocumentError(
                f"It unpacks to {size / MIB:.0f} MiB, {size // max(packed, 1)} times its size, as archives made to "
                "exhaust memory do.",
                fix="Leave it out; if you trust it, unpack it and ingest the files.",
            )
        if size > self.left:
            raise DocumentError(
                f"The archive unpacks to more than {self._limits.unpacked_mib} MiB.",
                fix="Split it, or raise FOREMOST_LOAD_UNPACKED_MIB.",
            )
        self.left -= size


def entries(kind: str, content: bytes, name: str, budget: Budget, notes: list[str]) -> Iterator[Entry]:
    """The files in an archive; adds a sentence to notes for what is left out. Raises DocumentError."""
    if kind == kinds.ZIP:
        yield from _zip_entries(content, budget, notes)
    elif kind == kinds.TAR:
        yield from _tar_entries(content, notes)
    else:
        data = _decompressed(kind, content, budget, notes)
        inner = _inner_name(name)
        if data[257:262] == b"ustar" or (inner.endswith(".tar") and not any(data[:512])):
            yield from _tar_entries(data, notes)
        else:
            yield Entry(inner, lambda: data)


# --------------------------------------------------------------------------------------------------------------- zip


def _zip_entries(content: bytes, budget: Budget, notes: list[str]) -> Iterator[Entry]:
    with damage_as_document_error():
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = archive.infolist()
    for entry in infos:
        if not entry.filename or entry.is_dir():
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            notes.append("Links in it were left out.")
            continue
        yield Entry(entry.filename, partial(_zip_content, archive, entry, budget), _zip_time(entry))


def _zip_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> bytes:
    if entry.flag_bits & 1:
        raise DocumentError("It is encrypted and needs a password.", fix="Save a copy without one.")
    budget.take(entry.file_size, entry.compress_size)
    with damage_as_document_error():  # zipfile yields no more than the declared size
        return archive.read(entry)


def _zip_time(entry: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*entry.date_time, tzinfo=UTC)
    except (ValueError, TypeError):
        return None


# --------------------------------------------------------------------------------------------------------------- tar


def _tar_entries(content: bytes, notes: list[str]) -> Iterator[Entry]:
    """Files of a tar archive up to where it is damaged; together they are no larger than the archive."""
    with damage_as_document_error():
        archive = tarfile.open(fileobj=io.BytesIO(content), mode="r:")  # noqa: SIM115  # entries are read while it is open
    while True:
        try:
            entry = archive.next()
        except DAMAGE:
            notes.append("The archive is damaged; the entries after the damage were not read.")
            return
        if entry is None:
            return
        if entry.isfile() and not entry.issparse():
            yield Entry(entry.name, partial(_tar_content, archive, entry), _tar_time(entry))
        elif not entry.isdir():
            notes.append("Links and special files in it were left out.")
        archive.members = []  # type: ignore[attr-defined]  # otherwise it keeps every entry in memory


def _tar_content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    with damage_as_document_error():
        stream = archive.extractfile(entry)
        content = stream.read() if stream is not None else b""
    if len(content) != entry.size:
        raise DocumentError("The archive ends in the middle of it.", fix="Get a fresh copy.")
    return content


def _tar_time(entry: tarfile.TarInfo) -> datetime | None:
    try:
        return datetime.fromtimestamp(entry.mtime, UTC)
    except (ValueError, OverflowError, OSError):
        return None


# --------------------------------------------------------------------------------------------------- gzip, bzip2, xz


def _decompressed(kind: str, content: bytes, budget: Budget, notes: list[str]) -> bytes:
    """The content of a compressed file, up to where it is damaged."""
    most = min(budget.left, max(_SMALL, _MOST_RATIO * len(content)))
    pieces: list[bytes] = []
    size = 0
    try:
        with _OPENERS[kind](io.BytesIO(content)) as stream:
            while size <= most and (piece := stream.read1(_BLOCK)):
                pieces.append(piece)
                size += len(piece)
    except DAMAGE as error:
        if not size:
            raise DocumentError("It is damaged and cannot be unpacked.", fix="Get a fresh copy.") from error
        notes.append("It is damaged or cut off: it was read as far as it goes.")
    budget.take(size, len(content))
    return b"".join(pieces)


def _inner_name(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    inner = _COMPRESSED_SUFFIXES.get(suffix.lower())
    if not stem or inner is None:
        return name
    return f"{stem}.{inner}" if inner else stem
