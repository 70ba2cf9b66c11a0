"""A question goes in; rewrite, retrieve, rerank, pack, generate and cite run in this order; events come out."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
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
    Event,
    Filters,
    Finished,
    Hit,
    ModelInfo,
    Notice,
    Outcome,
    Query,
    Question,
    Retrieved,
    Rewritten,
    Started,
    Token,
    Usage,
    Waiting,
)
from app.core.errors import ModelError
from app.core.plan import Kind, Plan
from app.direct.direct import Direct, DirectAnswer, FoundAnswer
from app.fit import Fitter, Prompts
from app.present.instructions import instruction_notice
from app.readings import better_reading
from app.search import Searcher, checked
from app.widen import KEEP_PASSAGES, Widening


class Rewriter(Protocol):
    """Makes a follow-up a question that stands on its own. Yields while it works, so that it can be stopped."""

    def rewrite(self, question: Question) -> Generator[None, None, Query]: ...


class Ledger(Protocol):
    """Stores answers."""

    def store(self, answer: Answer) -> None: ...


class Listing(Protocol):
    """Answers a question about which documents there are; empty for any other question."""

    def answer(self, question: Question) -> str: ...


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
        direct: Sequence[DirectAnswer] = (),
        tables: FoundAnswer | None = None,
        as_chosen: "Callable[[Choice], Answerer] | None" = None,
    ) -> None:
        """direct: tried in order before the search. tables: tried after it.

        as_chosen: builds the answerer for a chat that chose its own; None: every question is answered here.
        """
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
        self._answer_tokens = answer_tokens
        self._support_floor = support_floor
        self._settings = settings
        self._fitter = Fitter(
            model=model,
            prompts=prompts,
            relevance=searcher.reranker.relevance,
            passages=passages,
            passages_tokens=passages_tokens,
            answer_tokens=answer_tokens,
            floor=relevance_floor,
            widening=widening,
        )
        self._direct, self._tables = tuple(direct), tables
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
                if not (yield from self._directly(draft)):
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

    def _directly(self, draft: AnswerDraft) -> Generator[Event, None, bool]:
        """Whether the answer is made without a search for passages."""
        question = replace(draft.question, text=draft.query.text)
        for one in self._direct:
            with draft.timed("direct"):
                made = yield from _kept(draft, one.answer(question))
            if made is not None:
                yield from self._taken(draft, made)
                return True
        return False

    def _taken(self, draft: AnswerDraft, made: Direct) -> Generator[Event, None, None]:
        """The computed answer as the answer."""
        more = made.text.removeprefix(draft.text) if made.text.startswith(draft.text) else ""
        draft.take(made)
        for text in made.notices:
            yield Notice(text=text)
        yield Retrieved(context=draft.context, reranker=draft.reranker, scored=draft.scored)
        if more:
            yield Token(text=more)

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
            context = self._fitter.fit(
                draft.context.hits, answer_id=draft.id, question=draft.query.text, scored=draft.scored > 0
            )
            draft.context = replace(context, hits=(*context.hits, *others))
        for text in retrieved.notices:
            yield Notice(text=text)
        yield Retrieved(context=draft.context, reranker=draft.reranker, scored=draft.scored)

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
        draft.prompt = self._fitter.prompt(draft.context.passages, answer_id=draft.id, question=draft.query.text)
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
            citations = draft.checked or self._cite(draft)
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


def _kept(
    draft: AnswerDraft, steps: Generator[Event, None, Direct | str | None]
) -> Generator[Event, None, Direct | str | None]:
    """The steps; their tokens are kept in the draft as they pass, so that a stopped answer has them."""
    try:
        while True:
            event = next(steps)
            if isinstance(event, Token):
                draft.text += event.text
            yield event
    except StopIteration as end:
        made: Direct | str | None = end.value
        return made
    finally:
        steps.close()


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
