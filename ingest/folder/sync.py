"""What was found on disk and what is stored go in, what has to be done comes out; and moves are done at once.

Content is read only to recognise a moved file, or all of it when that is asked for. Otherwise a file counts as
unchanged when size and time are those that were stored with it.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from app.core.domain import CHUNKER_VERSION, Source
from app.core.errors import DocumentError
from app.core.sql import load_queries
from ingest.discover import FileEntry, read, uri_of
from ingest.faults import faults
from ingest.queue.jobs import lock_of
from ingest.queue.locks import Locks

_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A document as it is stored."""

    id: int
    uri: str
    name: str
    sha256: str | None  # None: its file could never be read
    file_bytes: int | None  # of the file when it was last read; None: read it again
    file_modified_at: datetime | None
    chunker_version: str | None
    error: str  # why the file as it is now could not be read; empty when what is stored is what the file says
    unread: bool  # it has scanned pages that were not read for want of tesseract

    @property
    def current(self) -> bool:
        """Something is stored, and cut by this version of the chunker."""
        return self.sha256 is not None and self.chunker_version == CHUNKER_VERSION


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A file that was stored under another path, with the same content."""

    found: FileEntry
    source: Source
    stored: Stored


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a look at the disk asks for."""

    new: tuple[FileEntry, ...] = ()
    changed: tuple[FileEntry, ...] = ()  # or cut by an older version of the chunker
    unchanged: tuple[FileEntry, ...] = ()
    failed: tuple[tuple[FileEntry, str], ...] = ()  # unchanged since they could not be read, with the reason
    unreadable: tuple[FileEntry, ...] = ()  # files and folders that cannot be listed, or were named and do not exist
    moved: tuple[Move, ...] = ()
    gone: tuple[Stored, ...] = ()  # stored, and not on disk any more
    stored: Mapping[str, Stored] = field(default_factory=dict)  # what the look was compared with, by uri

    @property
    def to_read(self) -> tuple[FileEntry, ...]:
        """New and changed files, by path."""
        return tuple(sorted(self.new + self.changed, key=lambda one: one.uri))


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcomes:
    """What is stored of some files now."""

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

    def stored(self, roots: Sequence[Path]) -> dict[str, Stored]:
        """What is stored of these files and of everything below these folders, by uri, in one query."""
        uris = [uri_of(os.path.abspath(root)) for root in roots]
        folders = [uri if uri.endswith("/") else f"{uri}/" for uri in uris]
        asked = {"collection": self._collection, "uris": uris, "folders": folders}
        with faults(), self._engine.connect() as connection:
            rows = connection.execute(_QUERIES["stored_files"], asked).mappings()
            return {row["uri"]: Stored(**row) for row in rows}

    def plan(
        self, found: Sequence[FileEntry], stored: dict[str, Stored], *, checksum: bool = False, retry: bool = False
    ) -> Plan:
        """Compare what was found with what is stored.

        checksum: by content, not by size and time. retry: read again what could not be read before.
        """
        new: list[FileEntry] = []
        changed: list[FileEntry] = []
        unchanged: list[FileEntry] = []
        failed: list[tuple[FileEntry, str]] = []
        for one in found:
            known = stored.get(one.uri)
            if one.problem:
                continue
            if known is None:
                new.append(one)
            elif not self._same(one, known, checksum=checksum):
                (changed if known.sha256 else new).append(one)
            elif retry and (known.error or known.unread):
                changed.append(one)
            elif not known.error:
                unchanged.append(one)
            else:
                failed.append((one, known.error))
        here = {one.uri for one in found if not one.gone}
        gone = [known for uri, known in stored.items() if uri not in here and not _exists(uri)]
        moved = list(self._moves([one for one in new if one.uri not in stored], gone))
        left = {move.stored.uri for move in moved}
        arrived = {move.found.uri for move in moved}
        return Plan(
            new=tuple(one for one in new if one.uri not in arrived),
            changed=tuple(changed),
            unchanged=tuple(unchanged),
            failed=tuple(failed),
            unreadable=tuple(one for one in found if one.problem),
            moved=tuple(moved),
            gone=tuple(known for known in gone if known.uri not in left),
            stored=stored,
        )

    def move(self, move: Move) -> bool:
        """Give a document its file's new path; False when somebody works on it, and reading it anew has to do."""
        keys = sorted(lock_of(uri, self._collection) for uri in (move.found.uri, move.stored.uri))
        values = {
            "id": move.stored.id,
            "sha256": move.source.sha256,
            "old_uri": move.stored.uri,
            "old_name": move.stored.name,
            "uri": move.found.uri,
            "name": move.found.name,
            "modified_at": move.source.modified_at if move.source.settled else None,
        }
        with self._locks.hold(keys[0]) as one, self._locks.hold(keys[1]) as other:
            if not (one and other):
                return False
            with faults(), self._engine.begin() as connection:
                if connection.execute(_QUERIES["rename"], values).one_or_none() is None:
                    return False
                connection.execute(_QUERIES["rename_headings"], values)
                connection.execute(_QUERIES["rename_members"], values)
        return True

    def outcomes(self, uris: Sequence[str]) -> dict[str, Outcomes]:
        """What is stored of some files now; one that is missing is stored no more."""
        asked = {"collection": self._collection, "uris": list(uris)}
        with faults(), self._engine.connect() as connection:
            return {
                row.uri: Outcomes(status=row.status, sha256=row.sha256, error=row.error, warnings=tuple(row.warnings))
                for row in connection.execute(_QUERIES["outcomes"], asked)
            }

    def _same(self, found: FileEntry, stored: Stored, *, checksum: bool) -> bool:
        if stored.sha256 is not None and not stored.current:
            return False
        if checksum and stored.sha256 is not None:
            source = self._read(found)
            return source is not None and source.sha256 == stored.sha256
        return (
            stored.file_modified_at is not None
            and stored.file_bytes == found.size
            and stored.file_modified_at == found.modified_at
        )

    def _moves(self, new: Sequence[FileEntry], gone: Sequence[Stored]) -> Iterator[Move]:
        """New files whose content is stored under a path that is gone; only sizes that occur there are read."""
        left = {(known.sha256, known.file_bytes): known for known in gone if known.sha256 and not known.error}
        sizes = {size for _, size in left}
        for one in new:
            source = self._read(one) if one.size in sizes else None
            known = left.pop((source.sha256, one.size), None) if source else None
            if source and known and known.current:
                yield Move(found=one, source=source, stored=known)

    def _read(self, found: FileEntry) -> Source | None:
        try:
            return read(found, max_bytes=self._max_bytes)
        except DocumentError:
            return None  # its own job tells


def _exists(uri: str) -> bool:
    """Whether something is there; where that cannot be told, it is taken to be, and a link to nowhere is there."""
    escaped = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), uri.encode())
    for path in {uri.encode(), escaped}:  # a name that is not valid text is stored with escapes
        try:
            os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError):
            return True
        return True
    return False
