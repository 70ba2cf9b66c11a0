"""Advisory locks: two processes never ingest the same document at once, and the locks of a dead process are free."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from app.core.database import database_errors
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)


class Locks:
    """The locks of this process, held by a database session of their own: they end with it, however it ends.

    A key names what is locked, for example a file of a collection. Raises DatabaseError.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._guard = threading.Lock()  # one statement at a time on the session
        self._held: set[str] = set()  # the server lets one session take a lock twice

    @contextmanager
    def hold(self, key: str) -> Iterator[bool]:
        """Hold a key; False while another thread or process holds it."""
        held = self._acquire(key)
        try:
            yield held
        finally:
            if held:
                self._release(key)

    def close(self) -> None:
        """Release all locks."""
        with self._guard:
            self._disconnect()

    def _acquire(self, key: str) -> bool:
        with database_errors(), self._guard:
            if key in self._held:
                return False
            try:
                acquired = bool(self._session().execute(_QUERIES["acquire"], {"key": key}).scalar_one())
            except SQLAlchemyError:
                self._disconnect()
                raise
            if acquired:
                self._held.add(key)
            return acquired

    def _release(self, key: str) -> None:
        with self._guard:
            self._held.discard(key)
            if self._connection is None:
                return
            try:
                self._connection.execute(_QUERIES["release"], {"key": key})
            except SQLAlchemyError:  # the session is gone, and the lock with it
                self._disconnect()

    def _session(self) -> Connection:
        if self._connection is None:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(_QUERIES["keepalive"])
            self._connection = connection
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()  # closed for good: a pooled session would keep its locks
                connection.close()
