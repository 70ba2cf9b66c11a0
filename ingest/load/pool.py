"""Sources go in from any thread, their documents come out: one loading process for each source in work."""

import threading

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from ingest.load.limits import Limits
from ingest.load.parent import Loader


class Loaders:
    """Lends a loading process to each caller; they are started when needed and kept for the next."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._idle: list[Loader] = []
        self._guard = threading.Lock()

    def load(self, source: Source) -> tuple[tuple[Source, Document | DocumentError], ...]:
        """What a source contains, then the source itself. See ingest.load.parent."""
        with self._guard:
            loader = self._idle.pop() if self._idle else Loader(self._limits)
        try:
            return loader.load(source).documents
        finally:
            with self._guard:
                self._idle.append(loader)

    def close(self) -> None:
        """End the processes."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()
