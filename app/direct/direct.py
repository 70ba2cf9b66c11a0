"""An answer that needs no passages packed for the model, and what makes one."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.domain import Context, Event, Message, Outcome, Question, Sentence, Usage
from app.core.plan import Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Direct:
    """A finished answer; its sentences are checked already."""

    text: str
    plan: Plan
    context: Context
    sentences: tuple[Sentence, ...] = ()
    outcome: Outcome = Outcome.ANSWERED
    notices: tuple[str, ...] = ()
    prompt: tuple[Message, ...] = ()  # of the last call of the model; empty without one
    usage: Usage | None = None


class DirectAnswer(Protocol):
    """Answers the questions of one kind; None for any other question, which is then searched as ever.

    Steps are events; the tokens among them are the answer's text as it grows.
    """

    def answer(self, question: Question) -> Generator[Event, None, Direct | None]: ...

    def rows(self, question: Question) -> Sequence[Sequence[str]]:
        """All rows of the answer's table, the columns' names first; empty where it has none."""
        ...


class FoundAnswer(Protocol):
    """Answers from the candidates of the search; None, or a line that says why not, leaves them to the model."""

    def answer(self, question: str, context: Context) -> Generator[Event, None, Direct | str | None]: ...

    def rows(self, question: str, context: Context) -> Sequence[Sequence[str]]: ...
