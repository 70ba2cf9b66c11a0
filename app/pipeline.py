"""A question goes in; rewrite, retrieve, rerank, pack, generate and cite run in this order; events come out."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.answer_draft import AnswerDraft
from app.cite.cite import SupportScorer, cite
from app.core.chat import ChatModel
from app.core.domain import (
    AS_CONFIGURED,
    NO_FILTERS,
    Answer,
    Choice,
    Citations,
    Context,
    Event,
    Filters,
    Finished,
    Hit,
    Message,
    ModelInfo,
    Notice,
    Outcome,
    Passage,
    Query,
    Question,
    Retrieved,
    Rewritten,
    Started,
    Token,
    Usage,
    Waiting,
)
from app.core.errors import ModelError, QuestionError
from app.core.plan import Kind, Plan
from app.pack import pack, render
from app.present.instructions import instruction_notice
from app.readings import better_reading
from app.search import Searcher, checked
from app.widen import KEEP_PASSAGES, Widening

_SMALLEST_BUDGET = 64  # Tokens for passages. No useful passage fits into less.


class Rewriter(Protocol):
    """Makes a follow-up a question that stands on its own. Yields while it works, so that it can be stopped."""

    def rewrite(self, question: Question) -> Generator[None, None, Query]: ...


class Ledger(Protocol):
    """Stores answers."""

    def store(self, answer: Answer) -> None: ...


class Listing(Protocol):
    """Answers a question about which documents there are; empty for any other question."""

    def answer(self, question: Question) -> str: ...


class WritePrompt(Protocol):
    """Builds the messages of a prompt from rendered passages, the line between them, and a question."""

    def __call__(self, *, passages: str, boundary: str, question: str) -> tuple[Message, ...]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompts:
    """The fixed texts of a conversation with the model."""

    answer: WritePrompt
    boundary: Callable[[str], str]  # id of an answer -> the line between its passages
    not_found: str  # the sentence with which the model says that the passages do not hold the answer


class Answerer:
    """Answers questions. It keeps no state between them, so one object serves many people at once."""

    def __init__(
        self,
        *,
        rewriter: Rewriter,
        searcher: Searcher,
        model: ChatModel,
        support: SupportScorer,
        ledger: Ledger,
        listing: Listing,
        prompts: Prompts,
        passages: int,
        passages_tokens: int,
        answer_tokens: int,
        relevance_floor: float,
        support_floor: float,
        settings: Mapping[str, str | int | float | bool | None],
        notices: Sequence[str] = (),
        widening: Widening = KEEP_PASSAGES,
        as_chosen: "Callable[[Choice], Answerer] | None" = None,
    ) -> None:
        """as_chosen: builds the answerer for a chat that chose its own; None: every question is answered here."""
        self.reranker_name = searcher.reranker.name
        self.relevance_floor = relevance_floor
        self.notices = tuple(notices)
        self._rewriter = rewriter
        self._searcher = searcher
        self._model = model
        self._support = support
        self._ledger = ledger
        self._listing = listing
        self._prompts = prompts
        self._passages = passages
        self._passages_tokens = passages_tokens
        self._answer_tokens = answer_tokens
        self._support_floor = support_floor
        self._settings = settings
        self._widening = widening
        self._as_chosen = as_chosen

    def relevance(self, hit: Hit) -> float:
        """Relevance (0..1) of a candidate that this reranker scored; compared with the floor."""
        return self._searcher.reranker.relevance(hit)

    @property
    def info(self) -> ModelInfo:
        """The model in use; its context may turn out smaller once the server has loaded it."""
        return self._model.info

    def answer(self, question: Question) -> Generator[Event, None, None]:
        """Events of one answer, Finished last. Closing the generator stops the model and stores the text so far.

        Raises QuestionError, NotFoundError or CorpusError before anything is stored; a model's failure ends in a
        Finished answer with outcome FAILED and the error's line.
        """
        question = checked(question)
        if question.choice != AS_CONFIGURED and self._as_chosen is not None:
            chosen = self._as_chosen(question.choice)
            yield from chosen.answer(replace(question, choice=AS_CONFIGURED))
            return
        query = Query(text=question.text, changed=False, reason="")
        draft = AnswerDraft(question=question, query=query, notices=list(self.notices))
        try:
            draft.text = self._listing.answer(question)
            if draft.text:
                draft.plan = Plan(kind=Kind.LIBRARY, reason="it asks which documents there are")
                draft.outcome = Outcome.ANSWERED
                yield Token(text=draft.text)
            else:
                yield from self._understand(draft)
                yield from self._gather(draft)
                yield from self._write(draft)
        except GeneratorExit:
            draft.outcome = Outcome.STOPPED
            self._finish(draft)
            raise
        except ModelError as error:
            draft.outcome, draft.error = Outcome.FAILED, str(error)
        yield Started(stage="cite")
        yield Finished(answer=self._finish(draft))

    def search(self, text: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieved:
        """The ranked candidates, fates undecided. No chat model is called and nothing is stored."""
        return self._searcher.search(text, collection=collection, filters=filters)

    def _understand(self, draft: AnswerDraft) -> Generator[Event, None, None]:
        yield Started(stage="rewrite")
        with draft.timed("rewrite"):
            draft.query = yield from _stoppable(self._rewriter.rewrite(draft.question))
        yield Rewritten(query=draft.query)

    def _gather(self, draft: AnswerDraft) -> Generator[Event, None, None]:
        collection, filters = draft.question.collection, draft.question.filters
        others: tuple[Hit, ...] = ()
        if draft.query.also:
            reading = yield from better_reading(self._searcher, draft.query, collection=collection, filters=filters)
            draft.query, retrieved, others = reading.query, reading.retrieved, reading.others
            yield Rewritten(query=draft.query)
        else:
            retrieved = yield from self._searcher.stages(draft.query.text, collection=collection, filters=filters)
        draft.add(retrieved)
        yield Started(stage="pack")
        with draft.timed("pack"):
            context = self._pack(draft)
            draft.context = replace(context, hits=(*context.hits, *others))
        for text in retrieved.notices:
            yield Notice(text=text)
        yield Retrieved(context=draft.context, reranker=draft.reranker, scored=draft.scored)

    def _pack(self, draft: AnswerDraft) -> Context:
        """Choose passages that fit the model's context beside the instructions, the question and the answer."""
        bare = self._model.count_tokens(self._prompt(draft, ()))
        room = self.info.context_tokens - self._answer_tokens - bare
        if room < _SMALLEST_BUDGET:
            raise QuestionError(
                f"The question leaves no room for passages: question and instructions take {bare} tokens, the answer "
                f"{self._answer_tokens}, and the context is {self.info.context_tokens}.",
                fix="Shorten it, or raise FOREMOST_CONTEXT_TOKENS.",
            )
        count = _passage_counter(self._model)
        budget = min(self._passages_tokens, room)
        while True:
            context = pack(
                draft.context.hits,
                limit=self._passages,
                token_budget=budget,
                floor=self.relevance_floor,
                relevance=self._searcher.reranker.relevance,
                count_tokens=count,
                scored=draft.scored > 0,
            )
            excess = self._excess(draft, context)
            if excess <= 0 or not context.passages:
                return self._widened(draft, context, count)
            budget -= excess  # Counted one by one, passages are a few tokens short of the whole prompt.

    def _prompt(self, draft: AnswerDraft, passages: Sequence[Passage]) -> tuple[Message, ...]:
        boundary = self._prompts.boundary(draft.id)
        return self._prompts.answer(passages=render(passages, boundary), boundary=boundary, question=draft.query.text)

    def _excess(self, draft: AnswerDraft, context: Context) -> int:
        """Tokens of the whole prompt and the answer beyond the model's context; negative: room that is left."""
        whole = self._model.count_tokens(self._prompt(draft, context.passages))
        return whole + self._answer_tokens - self.info.context_tokens

    def _widened(self, draft: AnswerDraft, context: Context, count: Callable[[str], int]) -> Context:
        """The passages with the rest of their sections, as far as the whole prompt still fits."""
        tokens = min(self._widening.tokens, -self._excess(draft, context)) if self._widening.tokens else 0
        while tokens > 0:
            wider = self._widening.widen(context, tokens=tokens, count_tokens=count)
            excess = self._excess(draft, wider)
            if excess <= 0:
                return wider
            tokens -= excess
        return context

    def _write(self, draft: AnswerDraft) -> Generator[Event, None, None]:
        if not draft.context.passages:
            draft.outcome, draft.text = Outcome.NOT_FOUND, self._prompts.not_found
            yield Token(text=draft.text)
            return
        warning = instruction_notice(draft.context.passages)
        if warning:
            draft.notices.append(warning)
            yield Notice(text=warning)
        yield Started(stage="generate")
        draft.prompt = self._prompt(draft, draft.context.passages)
        draft.usage = yield from self._generate(draft)
        if not draft.text.strip():
            raise ModelError(f"The model {self.info.name} answered nothing.", fix="Ask again, or choose another model.")
        draft.outcome = Outcome.NOT_FOUND if self._says_not_found(draft.text) else Outcome.ANSWERED
        if draft.usage.finish_reason == "length":
            draft.notices.append(
                f"The answer was ended at {self._answer_tokens} tokens. FOREMOST_ANSWER_TOKENS raises the limit."
            )

    def _generate(self, draft: AnswerDraft) -> Generator[Event, None, Usage]:
        """Stream the model's answer into the draft."""
        start = time.perf_counter()
        stream = self._model.stream(draft.prompt, max_tokens=self._answer_tokens)
        try:
            while True:
                piece = next(stream)
                if not piece:  # The model is still reading the prompt.
                    yield Waiting()
                    continue
                draft.timings.setdefault("first_token", time.perf_counter() - start)
                draft.text += piece
                yield Token(text=piece)
        except StopIteration as end:
            usage: Usage = end.value
            return usage
        finally:
            stream.close()  # Closes the connection, which is what stops the server's work.
            draft.timings["generate"] = time.perf_counter() - start

    def _says_not_found(self, text: str) -> bool:
        """Whether the answer begins with the sentence that means "not in the passages"."""
        return text.strip().casefold().startswith(self._prompts.not_found.strip().rstrip(".").casefold())

    def _finish(self, draft: AnswerDraft) -> Answer:
        """Check the citations and store the answer, without boundary lines that the model repeated."""
        draft.text = draft.text.replace(self._prompts.boundary(draft.id), "")
        with draft.timed("cite"):
            citations = self._cite(draft)
        draft.context = replace(draft.context, fused_out=self._searcher.describe(draft.left_out))
        answer = draft.finished(citations, self.info, self._settings)
        self._ledger.store(answer)
        return answer

    def _cite(self, draft: AnswerDraft) -> Citations:
        if draft.outcome is Outcome.NOT_FOUND or not draft.context.passages:
            return Citations(text=draft.text.strip(), sentences=(), removed_markers=0, cited=frozenset())
        return cite(
            draft.text,
            draft.context.passages,
            question=draft.query.text,
            support=self._support,
            floor=self._support_floor,
        )


def _stoppable(steps: Generator[None, None, Query]) -> Generator[Event, None, Query]:
    """Run the steps with a Waiting event after each, so that a listener can close the generator there."""
    try:
        while True:
            next(steps)
            yield Waiting()
    except StopIteration as end:
        query: Query = end.value
        return query
    finally:
        steps.close()


def _passage_counter(model: ChatModel) -> Callable[[str], int]:
    """Counts the tokens that a rendered passage adds to a prompt; each text is counted once."""
    empty = model.count_tokens((Message(role="user", content=""),))
    counts: dict[str, int] = {}

    def count(text: str) -> int:
        if text not in counts:
            counts[text] = model.count_tokens((Message(role="user", content=f"{text}\n\n"),)) - empty
        return counts[text]

    return count
