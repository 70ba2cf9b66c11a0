"""Compares files on disk with stored documents, plans what to ingest and remove, and moves documents of moved files.

A file counts as unchanged when its size and time are the stored ones. Content is read only to recognise a moved file,
or of every file with `checksum`.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from app.core.database import reachable, transaction
from app.core.domain import CHUNKER_VERSION, HEADING_SEPARATOR, Source
from app.core.errors import DocumentError
from app.core.file_lock import lock_of
from app.core.names import searched_name
from app.core.sql import load_queries
from ingest.discover import FileEntry, read, uri_of
from ingest.queue.locks import Locks

_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """The stored document of a file."""

    id: int
    uri: str
    name: str
    sha256: str | None  # None: the file could never be read
    file_bytes: int | None  # size of the file when it was last read; None: read it again
    file_modified_at: datetime | None
    chunker_version: str | None
    error: str  # why the latest version of the file could not be read; empty when the stored one is the latest
    partly_read: bool  # it, or a document in it, could not be read for want of a program, or failed
    tags: Mapping[str, str]  # tag -> origin

    @property
    def current(self) -> bool:
        """Whether a version is stored, chunked by this version of the chunker."""
        return self.sha256 is not None and self.chunker_version == CHUNKER_VERSION


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A file that was stored under another path, with the same content."""

    file: FileEntry
    source: Source
    stored: StoredFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The differences between files and corpus."""

    new: tuple[FileEntry, ...] = ()
    changed: tuple[FileEntry, ...] = ()  # or chunked by an older version of the chunker
    unchanged: tuple[FileEntry, ...] = ()
    failed: tuple[tuple[FileEntry, str], ...] = ()  # unchanged since they could not be read, with the error
    unreadable: tuple[FileEntry, ...] = ()  # files and folders without permission, or that were named and do not exist
    moved: tuple[Move, ...] = ()
    gone: tuple[StoredFile, ...] = ()  # stored, and no longer on disk
    links: tuple[str, ...] = ()  # links that lead out of the folders and were not followed, as text
    stored: Mapping[str, StoredFile] = field(default_factory=dict)  # by uri, as it was compared with the files

    @property
    def to_read(self) -> tuple[FileEntry, ...]:
        """New and changed files, by path."""
        return tuple(sorted(self.new + self.changed, key=lambda file: file.uri))


@dataclass(frozen=True, kw_only=True, slots=True)
class FileState:
    """What is stored of a file after its job."""

    status: str  # ready, empty or failed
    sha256: str | None
    error: str
    warnings: tuple[str, ...]


class Sync:
    """Compares files with the documents of one collection. Raises DatabaseError."""

    def __init__(self, engine: Engine, collection: str, locks: Locks, *, max_bytes: int) -> None:
        self._engine = engine
        self._collection = collection
        self._locks = locks
        self._max_bytes = max_bytes

    def stored(self, roots: Sequence[Path]) -> dict[str, StoredFile]:
        """The stored documents of these files and of everything below these folders, by uri, in one query."""
        uris = [uri_of(os.path.abspath(root)) for root in roots]
        folders = [uri if uri.endswith("/") else f"{uri}/" for uri in uris]
        params = {"collection": self._collection, "uris": uris, "folders": folders}
        with reachable(self._engine) as connection:
            rows = connection.execute(_QUERIES["stored_files"], params).mappings()
            return {row["uri"]: StoredFile(**row) for row in rows}

    def plan(
        self, files: Sequence[FileEntry], stored: dict[str, StoredFile], *, checksum: bool = False, retry: bool = False
    ) -> Plan:
        """Compare files with what is stored of them.

        checksum: by content, not by size and time. retry: read files again that could not be read before.
        """
        new: list[FileEntry] = []
        changed: list[FileEntry] = []
        unchanged: list[FileEntry] = []
        failed: list[tuple[FileEntry, str]] = []
        for file in files:
            known = stored.get(file.uri)
            if file.problem:
                continue
            if known is None:
                new.append(file)
            elif not self._same(file, known, checksum=checksum):
                (changed if known.sha256 else new).append(file)
            elif retry and (known.error or known.partly_read):
                changed.append(file)
            elif not known.error:
                unchanged.append(file)
            else:
                failed.append((file, known.error))
        on_disk = {file.uri for file in files if not file.gone}
        gone = [known for uri, known in stored.items() if uri not in on_disk and not _exists(uri)]
        moved = list(self._moves([file for file in new if file.uri not in stored], gone))
        old_uris = {move.stored.uri for move in moved}
        new_uris = {move.file.uri for move in moved}
        return Plan(
            new=tuple(file for file in new if file.uri not in new_uris),
            changed=tuple(changed),
            unchanged=tuple(unchanged),
            failed=tuple(failed),
            unreadable=tuple(file for file in files if file.problem),
            moved=tuple(moved),
            gone=tuple(known for known in gone if known.uri not in old_uris),
            stored=stored,
        )

    def move(self, move: Move) -> bool:
        """Give a document the new path of its file; False when a job holds it, and the file has to be read."""
        first, second = sorted(lock_of(uri, self._collection) for uri in (move.file.uri, move.stored.uri))
        params = {
            "id": move.stored.id,
            "sha256": move.source.sha256,
            "old_uri": move.stored.uri,
            "old_name": move.stored.name,
            "uri": move.file.uri,
            "name": move.file.name,
            "searched_name": searched_name(move.file.uri, move.file.name),
            "separator": HEADING_SEPARATOR,
            "modified_at": move.source.modified_at if move.source.settled else None,
        }
        with self._locks.hold(first) as first_held, self._locks.hold(second) as second_held:
            if not (first_held and second_held):
                return False
            with transaction(self._engine) as connection:
                if connection.execute(_QUERIES["rename"], params).one_or_none() is None:
                    return False
                connection.execute(_QUERIES["rename_headings"], params)
                members = connection.execute(_QUERIES["rename_members"], params).all()
                names = [{"id": row.id, "name": searched_name(row.source_uri, row.name)} for row in members]
                if names:
                    connection.execute(_QUERIES["rename_chunks"], names)
        return True

    def states(self, uris: Sequence[str]) -> dict[str, FileState]:
        """What is stored of some files now; a file of which nothing is stored is left out."""
        params = {"collection": self._collection, "uris": list(uris)}
        with reachable(self._engine) as connection:
            return {
                row.uri: FileState(status=row.status, sha256=row.sha256, error=row.error, warnings=tuple(row.warnings))
                for row in connection.execute(_QUERIES["file_states"], params)
            }

    def _same(self, file: FileEntry, stored: StoredFile, *, checksum: bool) -> bool:
        if stored.sha256 is not None and not stored.current:
            return False
        if checksum and stored.sha256 is not None:
            source = self._read(file)
            return source is not None and source.sha256 == stored.sha256
        return (
            stored.file_modified_at is not None
            and stored.file_bytes == file.size
            and stored.file_modified_at == file.modified_at
        )

    def _moves(self, new: Sequence[FileEntry], gone: Sequence[StoredFile]) -> Iterator[Move]:
        """New files whose content is stored under a path that is gone; only files of a size among those are read."""
        candidates = {(known.sha256, known.file_bytes): known for known in gone if known.sha256 and not known.error}
        sizes = {size for _, size in candidates}
        for file in new:
            source = self._read(file) if file.size in sizes else None
            known = candidates.pop((source.sha256, file.size), None) if source else None
            if source and known and known.current:
                yield Move(file=file, source=source, stored=known)

    def _read(self, file: FileEntry) -> Source | None:
        try:
            return read(file, max_bytes=self._max_bytes)
        except DocumentError:
            return None  # the file's own job reports it


def _exists(uri: str) -> bool:
    """Whether a path exists. A broken link does, and so does a path that may not be looked at."""
    escaped = re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), uri.encode())
    for path in {uri.encode(), escaped}:  # a name that is not valid text is stored with escapes
        try:
            os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError):
            return True
        return True
    return False
