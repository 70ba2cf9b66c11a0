"""Advisory locks of this process: what one process works on, no other takes up, and what a dead one held is free."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from app.core.database import database_errors
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)


class Locks:
    """All locks of a process are held by one session of their own; they go with it, however it ends.

    A key says what is worked on, for example a file of a collection. Raises DatabaseError.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._guard = threading.Lock()  # one statement at a time on the session
        self._held: set[str] = set()  # the server lets one session take a lock twice

    @contextmanager
    def hold(self, key: str) -> Iterator[bool]:
        """Hold a key; False while somebody else, here or elsewhere, holds it."""
        mine = self._take(key)
        try:
            yield mine
        finally:
            if mine:
                self._give_back(key)

    def close(self) -> None:
        """Give everything back."""
        with self._guard:
            self._forget()

    def _take(self, key: str) -> bool:
        with database_errors(), self._guard:
            if key in self._held:
                return False
            try:
                taken = bool(self._session().execute(_QUERIES["take"], {"key": key}).scalar_one())
            except SQLAlchemyError:
                self._forget()
                raise
            if taken:
                self._held.add(key)
            return taken

    def _give_back(self, key: str) -> None:
        with self._guard:
            self._held.discard(key)
            if self._connection is None:
                return
            try:
                self._connection.execute(_QUERIES["give_back"], {"key": key})
            except SQLAlchemyError:  # the session is gone, and the lock with it
                self._forget()

    def _session(self) -> Connection:
        if self._connection is None:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(_QUERIES["notice_a_dead_peer"])
            self._connection = connection
        return self._connection

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()  # really closed, so that no lock stays with a pooled session
                connection.close()
