"""Answers that are being written: they wait for their turn, and are stored as stopped when the process ends."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from app.core.domain import Event, Question, Started, Waiting
from app.core.errors import AppError
from app.fair_line import FairLine, Place
from app.pipeline import Answerer
from app.spans import NoSpans

_LOOK_SECONDS = 0.02
_LINE_SECONDS = 0.2  # between two looks at the place in the line; a reader who leaves is noticed as often
Entry = Callable[[], AbstractContextManager[None]]


class Running:
    """The answers of a process. Thread-safe."""

    def __init__(self, at_once: int = 0, spans: NoSpans | None = None) -> None:
        """at_once: answers that are written at the same time, others stand in line; 0: no limit."""
        self.spans = spans or NoSpans()
        self._line = FairLine(at_once)
        self._who: Callable[[], str] = str
        self._lock = threading.Lock()
        self._count = 0
        self._ending = threading.Event()
        self._entry: Entry = nullcontext

    def limit(self, entry: Entry, who: Callable[[], str]) -> None:
        """From now on every answer is written within this context, which may refuse it; who(): name of its user."""
        self._entry, self._who = entry, who

    def guarded(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """The same events, once it is their turn; after end() the answer is closed at its next one and so stored."""
        with self._lock:
            self._count += 1
        try:
            with self._entry(), self._line.stand(self._who()) as place:
                yield from self._standing(place, events)
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

    def _standing(self, place: Place, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """The place in the line whenever it changes, until it is one's turn or the process ends."""
        shown, seconds = 0, 0.0
        try:
            while (number := place(seconds)) and not self._ending.is_set():
                yield Waiting() if number == shown else Started(stage="line", detail=in_line(number))
                shown, seconds = number, _LINE_SECONDS
        except GeneratorExit:
            with suppress(AppError):
                next(events, None)  # only an answer that has begun is stored as stopped
            raise

    def end(self, *, seconds: float) -> bool:
        """Close every answer at its next event; whether all were closed in time. New ones end at their first event."""
        self._ending.set()
        deadline = time.monotonic() + seconds
        while self._count and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        return not self._count


def in_line(number: int) -> str:
    """A place in the line for people: 1 is the next one."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending} in line"


class EndableAnswerer(Answerer):
    """An Answerer whose answers end with the process."""

    def __init__(self, *, running: Running, **parts: Any) -> None:
        super().__init__(**parts)
        self._running = running

    def answer(self, question: Question) -> Generator[Event, None, None]:
        """As Answerer.answer, until the process ends."""
        return self._running.spans.traced(self._running.guarded(super().answer(question)))
