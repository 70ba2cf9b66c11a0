"""Answers in progress on the server: each chat has at most one, which goes on whether or not a browser listens."""

import contextvars
import logging
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from app.core.domain import Event, Finished, Question, Waiting
from app.core.errors import AppError
from app.unanswered import Asked

_AT_ONCE = 32  # chats that are answered at the same time; each takes a thread
_QUEUED = 10  # questions that wait in one chat
_KEPT = 100  # failed questions that no browser has replaced yet
_PULSE = 0.5  # seconds; after so long without an event a listener hears that nothing is new
_log = logging.getLogger(__name__)


class Kept(Protocol):
    """Keeps questions until they are answered, beyond the life of this process."""

    def keep(self, chat_id: str, asked: Asked) -> None: ...

    def drop(self, asked_id: str) -> bool: ...


class Running:
    """One answer: collects its events for any number of listeners."""

    def __init__(self, asked: Asked) -> None:
        self.text = asked.text
        self.replaces = asked.replaces
        self.stopping = False
        self.error: Exception | None = None  # instead of a stored answer
        self.answer_id = ""  # once it is stored
        self._events: list[Event] = []
        self._ended = False
        self._changed = threading.Condition()

    @property
    def ended(self) -> bool:
        """Whether the answer is stored, or has failed."""
        return self._ended

    def events(self) -> Iterator[tuple[Event, ...]]:
        """All events so far, then new ones as they arrive; empty after half a second without any."""
        count, ended = 0, False
        while not ended:
            with self._changed:
                if len(self._events) == count and not self._ended:
                    self._changed.wait(_PULSE)
                new, ended = tuple(self._events[count:]), self._ended
            count += len(new)
            yield new

    def stop(self) -> None:
        """End the answer at its next event; what is written is kept."""
        with self._changed:
            self.stopping = True
            self._changed.notify_all()

    def collect(self, events: Generator[Event, None, None]) -> None:
        """Run the answer to its end. Raises what the Answerer raises."""
        with closing(events):  # closing stores what is written as stopped
            for event in events:
                if isinstance(event, Finished):
                    self.answer_id = event.answer.id
                if not isinstance(event, Waiting):
                    with self._changed:
                        self._events.append(event)
                        self._changed.notify_all()
                if self.stopping:
                    return

    def end(self) -> None:
        """Tell the listeners that no event follows."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()


@dataclass(kw_only=True, slots=True)
class _Chat:
    current: Running
    asked: Asked
    waiting: list[Asked] = field(default_factory=list)
    thread: threading.Thread | None = None  # None when the last question failed and nothing runs


class RunningAnswers:
    """The running answer and the waiting questions of each chat; owned by the page's server, safe for threads."""

    def __init__(
        self,
        answer: Callable[[Question], Generator[Event, None, None]],
        question: Callable[[str, Asked], Question],
        kept: Kept,
    ) -> None:
        """question: id of a chat and what was asked in it -> the whole question, with the chat's history as it is."""
        self._answer = answer
        self._question = question
        self._kept = kept
        self._chats: dict[str, _Chat] = {}
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, chat_id: str, asked: Asked) -> bool:
        """Begin to answer, or put the question behind the running one; True when it began.

        Raises AppError when the server is at its limits, or the database is away.
        """
        self._kept.keep(chat_id, asked)
        try:
            return self._begun_or_queued(chat_id, asked)
        except AppError:
            self._kept.drop(asked.id)
            raise

    def _begun_or_queued(self, chat_id: str, asked: Asked) -> bool:
        with self._lock:
            if self._closed:
                raise AppError("The server is shutting down.", fix="Ask again when it is back.")
            chat = self._chats.get(chat_id)
            if chat is not None and chat.thread is not None:
                if len(chat.waiting) >= _QUEUED:
                    raise AppError(f"{_QUEUED} questions wait in this chat already.", fix="Wait until one is answered.")
                chat.waiting.append(asked)
                return False
            if sum(other.thread is not None for other in self._chats.values()) >= _AT_ONCE:
                raise AppError(f"The server answers {_AT_ONCE} chats already.", fix="Ask again in a moment.")
            self._begin(chat_id, asked)
            return True

    def _begin(self, chat_id: str, asked: Asked) -> None:
        context = contextvars.copy_context()  # for whom the database is read
        thread = threading.Thread(target=context.run, args=(self._work, chat_id), name=f"answer {chat_id}", daemon=True)
        self._chats.pop(chat_id, None)
        failed = [key for key, chat in self._chats.items() if chat.thread is None]
        for key in failed[: max(0, len(failed) - _KEPT)]:
            del self._chats[key]
        self._chats[chat_id] = _Chat(current=Running(asked), asked=asked, thread=thread)
        thread.start()

    def current(self, chat_id: str) -> Running | None:
        """The chat's running answer, or its last question when that failed unstored."""
        with self._lock:
            chat = self._chats.get(chat_id)
            return chat.current if chat else None

    def waiting(self, chat_id: str) -> tuple[Asked, ...]:
        """Questions that are asked next, in order."""
        with self._lock:
            chat = self._chats.get(chat_id)
            return tuple(chat.waiting) if chat else ()

    def chats(self) -> frozenset[str]:
        """Ids of the chats that are being answered."""
        with self._lock:
            return frozenset(key for key, chat in self._chats.items() if chat.thread is not None)

    def remove(self, chat_id: str, asked_id: str) -> None:
        """Take a waiting question back; one that has begun meanwhile goes on."""
        with self._lock:
            chat = self._chats.get(chat_id)
            if chat:
                chat.waiting = [asked for asked in chat.waiting if asked.id != asked_id]
        self._kept.drop(asked_id)

    def known(self, chat_id: str) -> frozenset[str]:
        """Ids of the questions of a chat that are being answered, or wait for it."""
        with self._lock:
            chat = self._chats.get(chat_id)
            running = [chat.asked] if chat and chat.thread is not None else []
            return frozenset(asked.id for asked in (*running, *(chat.waiting if chat else ())))

    def stop(self, chat_id: str) -> None:
        """Stop the running answer; the next waiting question follows."""
        if running := self.current(chat_id):
            running.stop()

    def forget(self, *chat_ids: str) -> None:
        """Stop the answers of chats that are deleted, and drop what waits in them."""
        for chat_id in chat_ids:
            with self._lock:
                chat = self._chats.get(chat_id)
                if chat is not None:
                    chat.waiting.clear()
                    chat.current.stop()

    def close(self, seconds: float = 10.0) -> None:
        """Stop every answer and wait until each is stored as stopped, at most so long in all threads each.

        Questions that wait stay kept: the page offers them when the server is back.
        """
        with self._lock:
            self._closed = True
            chats = list(self._chats.values())
            for chat in chats:
                chat.waiting.clear()
        for chat in chats:
            chat.current.stop()
        for chat in chats:
            if chat.thread is not None:
                chat.thread.join(seconds)

    def _work(self, chat_id: str) -> None:
        """Answer the chat's questions one after the other; the thread's body."""
        with self._lock:
            chat = self._chats[chat_id]
        while True:
            running = chat.current
            try:
                running.collect(self._answer(self._question(chat_id, chat.asked)))
            except AppError as error:
                running.error = error
            except Exception as error:  # noqa: BLE001  # a thread has no caller: page and log show it
                _log.exception("An answer failed")
                running.error = error
            self._answered(chat.asked)
            more = self._advance(chat_id, chat)
            running.end()  # only now: a listener that looks for the next answer must find it
            if not more:
                return

    def _answered(self, asked: Asked) -> None:
        """Forget a question that is stored as an answer, or has failed in front of its reader."""
        try:
            self._kept.drop(asked.id)
        except AppError:
            _log.warning("The database is away: a question that was answered will be offered once more")

    def _advance(self, chat_id: str, chat: _Chat) -> bool:
        """Make the next waiting question the current one; False when there is none."""
        with self._lock:
            if chat.waiting:
                chat.asked = chat.waiting.pop(0)
                chat.current = Running(chat.asked)
                return True
            chat.thread = None
            if chat.current.error is None:
                del self._chats[chat_id]
            return False
