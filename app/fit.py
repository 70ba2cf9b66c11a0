"""Ranked candidates go in; the passages that fit the model's context beside the question come out, and a prompt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.chat import ChatModel
from app.core.domain import Context, Hit, Message, Passage
from app.core.errors import QuestionError
from app.pack import pack, render
from app.widen import Widening

_SMALLEST_BUDGET = 64  # Tokens for passages. No useful passage fits into less.


class WritePrompt(Protocol):
    """Builds the messages of a prompt from rendered passages, the line between them, and a question."""

    def __call__(self, *, passages: str, boundary: str, question: str) -> tuple[Message, ...]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompts:
    """The fixed texts of a conversation with the model."""

    answer: WritePrompt
    boundary: Callable[[str], str]  # id of an answer -> the line between its passages
    not_found: str  # the sentence with which the model says that the passages do not hold the answer


class Fitter:
    """Packs passages for one model."""

    def __init__(
        self,
        *,
        model: ChatModel,
        prompts: Prompts,
        relevance: Callable[[Hit], float],
        passages: int,
        passages_tokens: int,
        answer_tokens: int,
        floor: float,
        widening: Widening,
    ) -> None:
        """passages: largest number. passages_tokens: of all of them. relevance, floor: see app.pack."""
        self._model = model
        self._prompts = prompts
        self._relevance = relevance
        self._passages = passages
        self._passages_tokens = passages_tokens
        self._answer_tokens = answer_tokens
        self._floor = floor
        self._widening = widening

    def prompt(self, passages: Sequence[Passage], *, answer_id: str, question: str) -> tuple[Message, ...]:
        """The messages with these passages."""
        boundary = self._prompts.boundary(answer_id)
        return self._prompts.answer(passages=render(passages, boundary), boundary=boundary, question=question)

    def fit(self, hits: Sequence[Hit], *, answer_id: str, question: str, scored: bool) -> Context:
        """Passages that fit the model's context beside the instructions, the question and the answer.

        Raises QuestionError when the question leaves no room for any.
        """
        written = _Written(self, answer_id, question)
        bare = self._model.count_tokens(written.prompt(()))
        whole = self._model.info.context_tokens
        room = whole - self._answer_tokens - bare
        if room < _SMALLEST_BUDGET:
            raise QuestionError(
                f"The question leaves no room for passages: question and instructions take {bare} tokens, the answer "
                f"{self._answer_tokens}, and the context is {whole}.",
                fix="Shorten it, or raise FOREMOST_CONTEXT_TOKENS.",
            )
        count = _passage_counter(self._model)
        budget = min(self._passages_tokens, room)
        while True:
            context = pack(
                hits,
                limit=self._passages,
                token_budget=budget,
                floor=self._floor,
                relevance=self._relevance,
                count_tokens=count,
                scored=scored,
            )
            excess = self._excess(written, context)
            if excess <= 0 or not context.passages:
                return self._widened(written, context, count)
            budget -= excess  # Counted one by one, passages are a few tokens short of the whole prompt.

    def _excess(self, written: "_Written", context: Context) -> int:
        """Tokens of the whole prompt and the answer beyond the model's context; negative: room that is left."""
        whole = self._model.count_tokens(written.prompt(context.passages))
        return whole + self._answer_tokens - self._model.info.context_tokens

    def _widened(self, written: "_Written", context: Context, count: Callable[[str], int]) -> Context:
        """The passages with the rest of their sections, as far as the whole prompt still fits."""
        tokens = min(self._widening.tokens, -self._excess(written, context)) if self._widening.tokens else 0
        while tokens > 0:
            wider = self._widening.widen(context, tokens=tokens, count_tokens=count)
            excess = self._excess(written, wider)
            if excess <= 0:
                return wider
            tokens -= excess
        return context


@dataclass(frozen=True, slots=True)
class _Written:
    """The prompt of one question."""

    fitter: Fitter
    answer_id: str
    question: str

    def prompt(self, passages: Sequence[Passage]) -> tuple[Message, ...]:
        return self.fitter.prompt(passages, answer_id=self.answer_id, question=self.question)


def _passage_counter(model: ChatModel) -> Callable[[str], int]:
    """Counts the tokens that a rendered passage adds to a prompt; each text is counted once."""
    empty = model.count_tokens((Message(role="user", content=""),))
    counts: dict[str, int] = {}

    def count(text: str) -> int:
        if text not in counts:
            counts[text] = model.count_tokens((Message(role="user", content=f"{text}\n\n"),)) - empty
        return counts[text]

    return count
