"""The chats of an owner for the Ask tab, and the events of a running answer as HTML, piece by piece."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.chats import turns
from app.core.domain import (
    Answer,
    Context,
    Event,
    Query,
    Question,
    Retrieved,
    Rewritten,
    Started,
    Token,
)
from app.core.errors import NotFoundError
from app.present.chat_options import read_options
from app.unanswered import Asked
from app.web.cards import render_pending_sources
from app.web.parts import Services
from app.web.relevance import Scale
from app.web.running import Running, RunningAnswers
from app.web.thread import render_live

_SHORTEST_PAUSE = 0.04  # seconds between two updates of the page; a model may write faster than a browser draws
_LONGEST_PAUSE = 0.5  # seconds; only at an update can Gradio end a handler whose browser has gone away
_TITLE = 80  # characters of a chat's title


class View:
    """What one browser session looks at; a handler that shows an answer ends when the session turns to another."""

    def __init__(self) -> None:
        self.serial = 0
        self.followed = ""  # chat whose running answer is being shown

    def open(self, chat: str) -> int:
        """Turn to a chat; returns the number that `serial` keeps until the next turn."""
        self.serial += 1
        self.followed = chat
        return self.serial

    def close(self, serial: int) -> None:
        """Nothing is shown any more, unless the session has turned to something else since."""
        if self.serial == serial:
            self.followed = ""


@dataclass(kw_only=True, slots=True)
class Progress:
    """An answer in progress, as far as the page shows it."""

    question: str
    stage: str = ""
    detail: str = ""  # of the stage, where a plan has several steps
    stopping: bool = False
    query: Query | None = None
    context: Context | None = None
    text: str = ""
    sources: str | None = None  # HTML of the right side, once, when the passages are known
    drawn: float = 0.0  # time of the last update, in seconds of the monotonic clock
    undrawn: bool = False  # there is text that the page does not show yet

    @property
    def due(self) -> bool:
        """Whether the page should be drawn now: soon after new text, at times even without."""
        return time.monotonic() - self.drawn >= (_SHORTEST_PAUSE if self.undrawn else _LONGEST_PAUSE)

    @property
    def html(self) -> str:
        """The exchange so far."""
        stage = "stop" if self.stopping else self.stage
        return render_live(
            self.question, stage=stage, detail=self.detail, query=self.query, context=self.context, text=self.text
        )


class Conversations:
    """The chats and answers of an owner; keeps nothing between calls."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def owned(self, chat_id: str | None, owner: str) -> str:
        """The chat's id if it exists and belongs to the owner, else empty: a browser may remember a deleted chat."""
        return chat_id if chat_id and self._services.chats.has(chat_id, owner=owner) else ""

    def answers(self, chat_id: str, owner: str) -> tuple[Answer, ...]:
        """All answers of an owner's chat, oldest first."""
        return self._services.ledger.chat_answers(chat_id) if self.owned(chat_id, owner) else ()

    def answer(self, answer_id: str, owner: str) -> Answer:
        """An answer of the owner. Raises NotFoundError for an unknown one and for one of another owner."""
        answer = self._services.ledger.load(answer_id)
        alone = answer.chat_id is None and self._services.programs.has(answer_id, owner=owner)
        belongs = alone or self.owned(answer.chat_id, owner)
        if not belongs:
            raise NotFoundError(f"There is no answer {answer_id}.")
        return answer

    def open_chat(self, chat_id: str, question: str, owner: str) -> str:
        """Id of the given chat, or of a new one named after its first question."""
        title = " ".join(question.split())
        title = title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
        return self.owned(chat_id, owner) or self._services.ledger.start_chat(title, owner)

    def question(self, chat: str, asked: Asked) -> Question:
        """The question with its options and the chat's history as it is now.

        For a new version of an answer, only what was said before that answer is history. Raises QuestionError for an
        option that means nothing.
        """
        history = turns(self.answers(chat, asked.owner), before=asked.replaces)
        question = read_options(asked.options).question(asked.text, history=history, chat_id=chat)
        return replace(question, replaces=asked.replaces or None, alone=asked.alone)

    def show_version(self, answer_id: str, owner: str) -> Answer:
        """Show a version of an answer of the owner in place of the others. Raises NotFoundError."""
        answer = self.answer(answer_id, owner)
        self._services.ledger.show_version(answer.id)
        return answer


def running_answers(services: Services) -> RunningAnswers:
    """The answers in progress of a page over the services; settings applied later hold from the next question on."""
    return RunningAnswers(
        lambda question: services.answerer.answer(question), Conversations(services).question, services.unanswered
    )


def watch(running: Running, scale: Scale) -> Iterator[Progress]:
    """Progress of an answer, first as far as it is, then piece by piece; ends when it is stored or has failed."""
    progress = Progress(question=running.text)
    for events in running.events():
        taken = [_take(progress, event, scale) for event in events]
        stopped, progress.stopping = progress.stopping, running.stopping
        if any(taken) or progress.due or progress.stopping != stopped:
            progress.drawn, progress.undrawn = time.monotonic(), False
            yield progress
            progress.sources = None


def _take(progress: Progress, event: Event, scale: Scale) -> bool:
    """Add an event to the progress; True when the page should be updated now."""
    match event:
        case Started(stage=stage, detail=detail):
            progress.stage, progress.detail = stage, detail
        case Rewritten(query=query):
            progress.query = query
        case Retrieved(context=context, scored=scored):
            progress.context = context
            question = progress.query.text if progress.query else progress.question
            progress.sources = render_pending_sources(context, question, scored, scale)
        case Token(text=text):
            progress.text += text
            progress.undrawn = True
            return progress.due
        case _:
            return False
    return True
