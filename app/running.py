"""Answers that are being written: when the process ends they are stored as stopped, with the text so far."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from app.core.domain import Event, Question
from app.pipeline import Answerer

_LOOK_SECONDS = 0.02
Entry = Callable[[], AbstractContextManager[None]]


class Running:
    """The answers of a process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._ending = threading.Event()
        self._entry: Entry = nullcontext

    def limit(self, entry: Entry) -> None:
        """From now on every answer is written within this context, which may refuse it."""
        self._entry = entry

    def guarded(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """The same events; after end() the answer is closed at its next one, which stores it as stopped."""
        with self._lock:
            self._count += 1
        try:
            with self._entry():
                for event in events:
                    if self._ending.is_set():
                        return
                    yield event
        finally:
            try:
                events.close()
            finally:
                with self._lock:
                    self._count -= 1

    def end(self, *, seconds: float) -> bool:
        """Close every answer at its next event; whether all were closed in time. New ones end at their first event."""
        self._ending.set()
        deadline = time.monotonic() + seconds
        while self._count and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        return not self._count


class EndableAnswerer(Answerer):
    """An Answerer whose answers end with the process."""

    def __init__(self, *, running: Running, **parts: Any) -> None:
        super().__init__(**parts)
        self._running = running

    def answer(self, question: Question) -> Generator[Event, None, None]:
        """As Answerer.answer, until the process ends."""
        return self._running.guarded(super().answer(question))
