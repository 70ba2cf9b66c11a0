"""The file of a backup: a zip archive with a manifest and the rows of each table as PostgreSQL's COPY writes them."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.core.errors import AppError, reason

FORMAT = 1
_MANIFEST = "manifest.json"
_LEVEL = 1  # of deflate: higher ones take long and save little on vectors
_BLOCK = 1 << 20
_SUM_MODULUS = 1 << 256


@dataclass(frozen=True, kw_only=True, slots=True)
class TableDump:
    """A table in the archive."""

    name: str
    columns: tuple[tuple[str, str], ...]  # name and type
    rows: int
    checksum: str  # of the rows, whatever their order


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """The candidates of one question, best first: document by address, place and words, none of which is an id."""

    question: str
    collection: str | None
    candidates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What the archive holds."""

    format: int = FORMAT
    created_at: str
    version: str  # of Foremost
    revision: str  # of the schema
    embedding_model: str | None  # of the corpus; None: there is none
    embedding_dimension: int
    settings: Mapping[str, Any]  # without secrets
    models: Mapping[str, str]  # file -> sha256
    tables: tuple[TableDump, ...] = ()
    sequences: Mapping[str, int | None] = field(default_factory=dict)  # last value, None before the first
    rankings: tuple[Ranking, ...] = ()


_READER = TypeAdapter(Manifest)


class RowSum:
    """Counts rows and adds their hashes up: equal for the same rows in any order."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: bytes) -> None:
        """Count one row."""
        self.rows += 1
        self._sum += int.from_bytes(hashlib.sha256(row).digest())

    @property
    def checksum(self) -> str:
        """The sum as hex digits."""
        return f"{self._sum % _SUM_MODULUS:064x}"


class ArchiveWriter:
    """An archive being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def table(self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[bytes]) -> TableDump:
        """Write the rows of a table."""
        total = RowSum()
        with self._archive.open(f"tables/{name}", "w", force_zip64=True) as member:
            for row in rows:
                total.add(row)
                member.write(row)
        return TableDump(name=name, columns=tuple(columns), rows=total.rows, checksum=total.checksum)

    def manifest(self, manifest: Manifest) -> None:
        """Write the manifest, last."""
        self._archive.writestr(_MANIFEST, _READER.dump_json(manifest, indent=1))


@contextmanager
def written(path: Path) -> Iterator[ArchiveWriter]:
    """A new archive, for its owner only. It takes its name when it is complete; until then an older one keeps it."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise AppError(f"{path} cannot be written: {reason(error)}.", fix="Choose another file.") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
                yield ArchiveWriter(archive)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    except OSError as error:
        raise AppError(f"{path} cannot be written: {reason(error)}.", fix="Choose another file.") from error
    finally:
        part.unlink(missing_ok=True)


class Archive:
    """An archive to restore."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._archive = archive

    def rows(self, table: str) -> Iterator[bytes]:
        """Blocks of the rows of a table. Raises AppError when they are damaged."""
        try:
            with self._archive.open(f"tables/{table}") as member:
                while block := member.read(_BLOCK):
                    yield block
        except (zipfile.BadZipFile, OSError, EOFError, KeyError, ValueError) as error:
            raise _damaged(error) from error


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive in a file. Raises AppError when it is none, or of a newer version."""
    with _zip_file(path) as archive:
        try:
            content = json.loads(archive.read(_MANIFEST))
            if content["format"] > FORMAT:
                raise AppError(f"{path} was written by a newer Foremost ({content['version']}).", fix="Update first.")
            manifest = _READER.validate_python(content)
        except (zipfile.BadZipFile, OSError, EOFError, KeyError, TypeError, ValueError, ValidationError) as error:
            raise _damaged(error) from error
        yield Archive(archive, manifest)


@contextmanager
def _zip_file(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise AppError(f"{path} is no backup of Foremost: {reason(error)}.") from error
    with archive:
        yield archive


def _damaged(error: Exception) -> AppError:
    return AppError(f"The backup is damaged ({reason(error)}).", fix="Use another one; nothing was changed.")


Report = Callable[[str], None]
