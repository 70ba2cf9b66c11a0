"""Token vectors of passages, kept in memory and in one SQLite file of the data directory, both bounded.

It is a cache: losing it costs time only. A damaged file is made again; one that is locked or read-only is left alone.
"""

import json
import logging
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from app.core.models.token_encoder import PassageTokens
from app.core.sql import load_queries

FILE_NAME = "passage_vectors.sqlite3"
MEMORY_BYTES = 128 * 2**20  # about 1,700 passages of 200 tokens
_DAY = 86_400
_WAIT_SECONDS = 2.0  # for another process that writes
_ROOM = 0.9  # what is filled again after passages were dropped
_log = logging.getLogger(__name__)

_QUERIES = {name: query.text for name, query in load_queries(__file__).items()}


class TokenStore:
    """Passages by the key of TokenEncoder.key; of a full store, those unused for longest are dropped. Thread-safe."""

    def __init__(self, folder: Path | None, *, disk_bytes: int, memory_bytes: int = MEMORY_BYTES) -> None:
        """Without a folder or with disk_bytes 0 nothing is kept on disk, with memory_bytes 0 nothing in memory."""
        self._lock = threading.RLock()
        self._memory = _Memory(memory_bytes)
        self._disk = _Disk.opened(folder / FILE_NAME, disk_bytes) if folder is not None and disk_bytes > 0 else None

    def get(self, keys: Iterable[bytes]) -> dict[bytes, PassageTokens]:
        """The passages that are kept, by key."""
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            known = self._memory.get(wanted)
            read = self._disk.get([key for key in wanted if key not in known]) if self._disk else {}
            self._memory.put(read)
        return known | read

    def has(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that are kept on disk, or in memory when there is no disk."""
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            return self._disk.has(wanted) if self._disk else set(self._memory.get(wanted))

    def put(self, passages: Mapping[bytes, PassageTokens]) -> None:
        """Keep these passages."""
        with self._lock:
            self._memory.put(passages)
            if self._disk and passages:
                self._disk.put(passages)

    def clear(self) -> None:
        """Forget everything, on disk too."""
        with self._lock:
            self._memory.clear()
            if self._disk:
                self._disk.clear()

    def stored_bytes(self) -> int:
        """Bytes that the passages take on disk."""
        with self._lock:
            return self._disk.used() if self._disk else 0

    def full(self) -> bool:
        """Whether what is put next may drop what was put before."""
        with self._lock:
            return self._disk is not None and self._disk.used() > self._disk.limit * _ROOM

    def close(self) -> None:
        """Close the file; what is put later is kept in memory only."""
        with self._lock:
            if self._disk:
                self._disk.close()
                self._disk = None


class _Memory:
    def __init__(self, limit: int) -> None:
        self._limit, self._used = limit, 0
        self._passages: OrderedDict[bytes, PassageTokens] = OrderedDict()

    def get(self, keys: Iterable[bytes]) -> dict[bytes, PassageTokens]:
        known = {key: self._passages[key] for key in keys if key in self._passages}
        for key in known:
            self._passages.move_to_end(key)
        return known

    def put(self, passages: Mapping[bytes, PassageTokens]) -> None:
        for key, passage in passages.items():
            if key not in self._passages:
                self._passages[key] = passage
                self._used += passage.nbytes
        while self._used > self._limit and self._passages:
            _, dropped = self._passages.popitem(last=False)
            self._used -= dropped.nbytes

    def clear(self) -> None:
        self._passages.clear()
        self._used = 0


class _Disk:
    """The file. What SQLite refuses costs time only, so reading goes on without it and writing says it once a call."""

    def __init__(self, connection: sqlite3.Connection, limit: int) -> None:
        self.limit = limit  # bytes
        self._connection = connection

    @classmethod
    def opened(cls, path: Path, limit: int) -> "_Disk | None":
        """The store in this file, made again when it is damaged; None when there can be none there."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return cls(_connected(path), limit)
            except sqlite3.OperationalError:  # not writable, locked
                raise
            except sqlite3.DatabaseError:
                path.unlink()
                return cls(_connected(path), limit)
        except (sqlite3.Error, OSError) as error:
            _log.warning("Vectors of passages are not kept on disk: %s (%s).", path, error)
            return None

    def get(self, keys: list[bytes]) -> dict[bytes, PassageTokens]:
        known: dict[bytes, PassageTokens] = {}
        stale = []
        today = _today()
        for key, used, cut, tokens, steps, vectors in self._select("read", keys):
            values = np.frombuffer(vectors, np.int8).reshape(tokens, -1)
            known[bytes.fromhex(key)] = PassageTokens(
                values=values, steps=np.frombuffer(steps, np.float16), cut=bool(cut)
            )
            if used < today:  # noted once a day, so that reading seldom writes
                stale.append(key)
        if stale:
            with suppress(sqlite3.Error):
                self._connection.execute(_QUERIES["mark_used"], {"today": today, "keys": json.dumps(stale)})
        return known

    def has(self, keys: list[bytes]) -> set[bytes]:
        return {bytes.fromhex(key) for (key,) in self._select("present", keys)}

    def put(self, passages: Mapping[bytes, PassageTokens]) -> None:
        today = _today()
        rows = [
            {
                "key": key.hex(),
                "used": today,
                "cut": int(item.cut),
                "tokens": len(item.values),
                "steps": item.steps.tobytes(),
                "vectors": item.values.tobytes(),
            }
            for key, item in passages.items()
        ]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(_QUERIES["write"], rows)
            self._make_room()
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            _log.warning("Vectors of %d passages were not kept on disk (%s).", len(rows), error)
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def clear(self) -> None:
        """Raises sqlite3.Error when the passages could not be removed."""
        self._connection.execute(_QUERIES["clear"])
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log still holds what was removed

    def used(self) -> int:
        """Bytes of the file in use, 0 when they cannot be read."""
        try:
            pages, free, size = (
                int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
        except sqlite3.Error:
            return 0
        return (pages - free) * size

    def close(self) -> None:
        self._connection.close()

    def _select(self, query: str, keys: list[bytes]) -> list[tuple[Any, ...]]:
        wanted = {"keys": json.dumps([key.hex() for key in keys])}
        with suppress(sqlite3.Error):  # locked or damaged: these passages are encoded once more
            return self._connection.execute(_QUERIES[query], wanted).fetchall()
        return []

    def _make_room(self) -> None:
        """Drop the passages unused for longest, of equal ones those stored first, until a tenth is free."""
        used = self.used()
        if used <= self.limit:
            return
        (count,) = self._connection.execute(_QUERIES["count"]).fetchone()
        many = max(1, int(count * (1 - _ROOM * self.limit / used)))
        self._connection.execute(_QUERIES["drop_oldest"], {"count": many})


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(_QUERIES["create_passages"])
        connection.execute(_QUERIES["create_passages_used"])
    except BaseException:
        connection.close()
        raise
    return connection


def _today() -> int:
    return int(time.time()) // _DAY
