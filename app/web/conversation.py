"""Runs a question for the Ask tab and turns the events of its answer into HTML, piece by piece."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from app.core.domain import (
    Answer,
    Context,
    Outcome,
    Query,
    Question,
    Retrieved,
    Rewritten,
    Started,
    Token,
    Turn,
    Waiting,
)
from app.core.errors import NotFoundError
from app.web.cards import render_pending_sources
from app.web.parts import Services
from app.web.relevance import Scale, scale_of
from app.web.thread import render_live

_SHORTEST_PAUSE = 0.04  # seconds between two updates of the page; a model may write faster than a browser draws
_LONGEST_PAUSE = 0.5  # seconds; only at an update can Gradio end a handler whose browser has gone away
_TITLE = 80  # characters of a chat's title


class StopFlag:
    """Set by the stop button of one browser session, read by its running answer."""

    def __init__(self) -> None:
        self.requested = False


@dataclass(kw_only=True, slots=True)
class Progress:
    """An answer in progress, as far as the page shows it."""

    question: str
    stage: str = ""
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
        return render_live(self.question, stage=self.stage, query=self.query, context=self.context, text=self.text)


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
        belongs = self.owned(answer.chat_id, owner) if answer.chat_id else owner == ""
        if not belongs:
            raise NotFoundError(f"There is no answer {answer_id}.")
        return answer

    def open_chat(self, chat_id: str, question: str, owner: str) -> str:
        """Id of the given chat, or of a new one named after its first question."""
        title = " ".join(question.split())
        title = title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
        return self.owned(chat_id, owner) or self._services.ledger.start_chat(title, owner)

    def run(self, question: Question, stop: StopFlag) -> Iterator[Progress]:
        """Progress of one answer; ends when the answer is finished or stopped, and stored.

        Raises AppError as the Answerer does. Gradio closes this iterator when the browser goes away; that closes the
        Answerer's generator too, which stops the model.
        """
        progress = Progress(question=question.text)
        stop.requested = False
        scale = scale_of(self._services.answerer)
        with closing(self._services.answerer.answer(question)) as events:
            yield progress
            for event in events:
                if stop.requested:
                    return
                if _take(progress, event, scale):
                    progress.drawn, progress.undrawn = time.monotonic(), False
                    yield progress
                    progress.sources = None


def _take(progress: Progress, event: object, scale: Scale) -> bool:
    """Add an event to the progress; True when the page should be updated now."""
    match event:
        case Started(stage=stage):
            progress.stage = stage
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
        case Waiting():
            return progress.due
        case _:
            return False
    return True


def turns(answers: Sequence[Answer], *, before: str = "") -> tuple[Turn, ...]:
    """Earlier exchanges for the rewriter. `before`: id of an answer to repeat; it and later ones are left out."""
    kept: list[Turn] = []
    for answer in answers:
        if answer.id == before:
            break
        if answer.outcome in (Outcome.ANSWERED, Outcome.STOPPED, Outcome.NOT_FOUND) and answer.text:
            kept.append(Turn(question=answer.question, answer=answer.text))
    return tuple(kept)
