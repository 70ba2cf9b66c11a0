"""What the Ask tab does: a question goes to the Answerer, its events come out as HTML, piece by piece."""

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
from app.core.errors import AppError, NotFoundError
from app.web.cards import render_pending_sources
from app.web.parts import Services
from app.web.thread import render_live

_SHORTEST_PAUSE = 0.04  # seconds between two updates of the page; a model may write faster than a browser draws
_LONGEST_PAUSE = 0.5  # seconds; Gradio ends us between two updates, when the browser has gone away
_TITLE = 80  # characters of a chat's title
_MOST_CHATS = 1000


class StopFlag:
    """Set by the stop button of one browser session, read by its running answer."""

    def __init__(self) -> None:
        self.requested = False


@dataclass(kw_only=True, slots=True)
class Progress:
    """What the page shows of an answer under way."""

    question: str
    stage: str = ""
    query: Query | None = None
    context: Context | None = None
    text: str = ""
    sources: str | None = None  # HTML of the right side, once, when the passages are known
    drawn: float = 0.0  # when, in seconds of the monotonic clock
    undrawn: bool = False  # there is text that the page does not show yet

    @property
    def due(self) -> bool:
        """Whether the page should be drawn now: soon after new text, at times even without."""
        return time.monotonic() - self.drawn >= (_SHORTEST_PAUSE if self.undrawn else _LONGEST_PAUSE)

    @property
    def html(self) -> str:
        """The exchange as it stands."""
        return render_live(self.question, stage=self.stage, query=self.query, context=self.context, text=self.text)


class Conversations:
    """Runs questions of one chat after the other; keeps nothing between calls."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def owned(self, chat_id: str | None, owner: str) -> str:
        """The chat's id when it exists and belongs to the owner, else empty: a browser may remember a stale one."""
        known = {chat.id for chat in self._services.ledger.chats(owner=owner, limit=_MOST_CHATS)}
        return chat_id if chat_id in known and chat_id is not None else ""

    def answers(self, chat_id: str, owner: str) -> tuple[Answer, ...]:
        """All answers of an owner's chat, oldest first."""
        return self._services.ledger.chat_answers(chat_id) if self.owned(chat_id, owner) else ()

    def answer(self, answer_id: str, owner: str) -> Answer:
        """An answer of the owner. Raises NotFoundError for one that is unknown or somebody else's."""
        answer = self._services.ledger.load(answer_id)
        belongs = self.owned(answer.chat_id, owner) if answer.chat_id else owner == ""
        if not belongs:
            raise NotFoundError(f"There is no answer {answer_id}.")
        return answer

    def open_chat(self, chat_id: str, question: str, owner: str) -> str:
        """The chat to ask in: the given one, or a new one named after its first question."""
        title = " ".join(question.split())
        title = title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
        return self.owned(chat_id, owner) or self._services.ledger.start_chat(title, owner)

    def run(self, question: Question, stop: StopFlag) -> Iterator[Progress]:
        """Progress of one answer; returns when it is finished or stopped and in either case stored.

        Raises AppError as the Answerer does. Closing this iterator, as Gradio does when a browser goes away, closes
        the Answerer's generator too, which stops the model.
        """
        progress = Progress(question=question.text)
        stop.requested = False
        with closing(self._services.answerer.answer(question)) as events:
            yield progress
            for event in events:
                if stop.requested:
                    return
                if _take(progress, event):
                    progress.drawn, progress.undrawn = time.monotonic(), False
                    yield progress
                    progress.sources = None


def _take(progress: Progress, event: object) -> bool:
    """Take an event in; True when the page should be drawn now."""
    match event:
        case Started(stage=stage):
            progress.stage = stage
        case Rewritten(query=query):
            progress.query = query
        case Retrieved(context=context, scored=scored):
            progress.context = context
            asked = progress.query.text if progress.query else progress.question
            progress.sources = render_pending_sources(context, asked, scored)
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
    """Earlier exchanges as the rewriter reads them; before is an answer that is asked again, and left out."""
    kept: list[Turn] = []
    for answer in answers:
        if answer.id == before:
            break
        if answer.outcome in (Outcome.ANSWERED, Outcome.STOPPED, Outcome.NOT_FOUND) and answer.text:
            kept.append(Turn(question=answer.question, answer=answer.text))
    return tuple(kept)


def problem_line(error: AppError) -> str:
    """An error as the page shows it: its one line."""
    return " ".join(str(error).split())
