"""A pool of loading processes, one for each source that is being loaded."""

import threading

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from ingest.load.limits import Limits
from ingest.load.parent import IsolatedLoader


class LoaderPool:
    """Loads sources from any thread; processes are started on demand and kept for the next source."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._idle: list[IsolatedLoader] = []
        self._lock = threading.Lock()

    def load(self, source: Source) -> tuple[tuple[Source, Document | DocumentError], ...]:
        """The documents in a source, the source itself last. See ingest.load.parent."""
        with self._lock:
            loader = self._idle.pop() if self._idle else IsolatedLoader(self._limits)
        try:
            return loader.load(source).documents
        finally:
            with self._lock:
                self._idle.append(loader)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()
