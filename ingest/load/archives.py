"""Archives: bytes go in, their entries come out one by one, never more bytes than the budget says.

Names within an archive are only ever text here: nothing is written to disk, so "../" leads nowhere.
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
from ingest.load.damage import DAMAGE, damage_told
from ingest.load.limits import MIB, Limits

_MOST_RATIO = 200  # unpacked to packed: text reaches 30, logs 100; past this and a few MiB it is made to be a bomb
_SMALL = 4 * MIB
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
    """What may still be unpacked of one source, archives within it included."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.left = limits.unpacked_mib * MIB  # bytes
        self.entries = limits.entries

    def take(self, size: int, packed: int) -> None:
        """Spend bytes. Raises DocumentError when they are too many, or too many for what they were packed into."""
        if size > _SMALL and size > _MOST_RATIO * max(packed, 1):
            raise DocumentError(
                f"It unpacks to {size / MIB:.0f} MiB, {size // max(packed, 1)} times its size, as archives made to "
                "exhaust memory do: it is refused."
            )
        if size > self.left:
            raise DocumentError(
                f"The archive unpacks to more than {self._limits.unpacked_mib} MiB: split it, or raise "
                "FOREMOST_LOAD_UNPACKED_MIB."
            )
        self.left -= size


def entries(kind: str, content: bytes, name: str, budget: Budget, notes: list[str]) -> Iterator[Entry]:
    """The files in an archive; what is left out is told in notes. Raises DocumentError when it cannot be opened."""
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
    with damage_told():
        archive = zipfile.ZipFile(io.BytesIO(content))
        found = archive.infolist()
    for entry in found:
        if not entry.filename or entry.is_dir():
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            notes.append("Links in it were left out.")
            continue
        yield Entry(entry.filename, partial(_zip_content, archive, entry, budget), _zip_time(entry))


def _zip_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> bytes:
    if entry.flag_bits & 1:
        raise DocumentError("It is encrypted and needs a password: save a copy without one.")
    budget.take(entry.file_size, entry.compress_size)
    with damage_told():  # zipfile yields no more than the size it declares
        return archive.read(entry)


def _zip_time(entry: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*entry.date_time, tzinfo=UTC)
    except (ValueError, TypeError):
        return None


# --------------------------------------------------------------------------------------------------------------- tar


def _tar_entries(content: bytes, notes: list[str]) -> Iterator[Entry]:
    """Files of a tar archive as far as it goes; they cannot be larger than it is."""
    with damage_told():
        archive = tarfile.open(fileobj=io.BytesIO(content), mode="r:")  # noqa: SIM115  # entries are read while it is open
    while True:
        try:
            entry = archive.next()
        except DAMAGE:
            notes.append("The archive is damaged: what follows the damage was not read.")
            return
        if entry is None:
            return
        if entry.isfile() and not entry.issparse():
            yield Entry(entry.name, partial(_tar_content, archive, entry), _tar_time(entry))
        elif not entry.isdir():
            notes.append("Links and special files in it were left out.")
        archive.members = []  # type: ignore[attr-defined]  # it remembers every entry otherwise


def _tar_content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    with damage_told():
        stream = archive.extractfile(entry)
        content = stream.read() if stream is not None else b""
    if len(content) != entry.size:
        raise DocumentError("The archive ends in the middle of it: get a fresh copy.")
    return content


def _tar_time(entry: tarfile.TarInfo) -> datetime | None:
    try:
        return datetime.fromtimestamp(entry.mtime, UTC)
    except (ValueError, OverflowError, OSError):
        return None


# --------------------------------------------------------------------------------------------------- gzip, bzip2, xz


def _decompressed(kind: str, content: bytes, budget: Budget, notes: list[str]) -> bytes:
    """The one file in a compressed file, as far as it goes."""
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
            raise DocumentError("It is damaged and cannot be unpacked: get a fresh copy.") from error
        notes.append("It is damaged or cut off: it was read as far as it goes.")
    budget.take(size, len(content))
    return b"".join(pieces)


def _inner_name(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    inner = _COMPRESSED_SUFFIXES.get(suffix.lower())
    if not stem or inner is None:
        return name
    return f"{stem}.{inner}" if inner else stem
