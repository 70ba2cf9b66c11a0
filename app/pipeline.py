"""A question goes in; rewrite, retrieve, rerank, pack, generate and cite run in this order; events come out."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from itertools import product
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
)
from app.core.errors import ModelError
from app.core.plan import Kind, Plan
from app.direct.direct import Direct, DirectAnswer, FoundAnswer
from app.fit import Fitter, Prompts
from app.readings import better_reading
from app.search import Searcher, checked
from app.steps import kept, stoppable
from app.widen import KEEP_PASSAGES, Widening
from app.write import Writer


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
        self._writer = Writer(
            model=model, fitter=self._fitter, not_found=prompts.not_found, answer_tokens=answer_tokens
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
        as_asked = Query(text=question.text, changed=False, reason="")
        draft = AnswerDraft(question=question, query=as_asked, notices=list(self.notices))
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
                    if not (yield from self._computed(draft)):
                        yield from self._writer.write(draft)
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

    def rows(self, question: Question) -> Sequence[Sequence[str]]:
        """All rows of the table that answers the question, names of the columns first; empty where none does."""
        rows = next(filter(None, (one.rows(question) for one in self._direct)), ())
        if rows or self._tables is None:
            return rows
        found = self.search(question.text, collection=question.collection, filters=question.filters)
        return self._tables.rows(question.text, found.context)

    def _understand(self, draft: AnswerDraft) -> Generator[Event, None, None]:
        yield Started(stage="rewrite")
        with draft.timed("rewrite"):
            draft.query = yield from stoppable(self._rewriter.rewrite(draft.question))
        yield Rewritten(query=draft.query)

    def _directly(self, draft: AnswerDraft) -> Generator[Event, None, bool]:
        """Whether the answer is made without a search for passages."""
        readings = dict.fromkeys((draft.question, replace(draft.question, text=draft.query.text)))
        for question, one in product(readings, self._direct):
            with draft.timed("direct"):
                made = yield from kept(draft, one.answer(question))
            if made is not None:
                yield from self._taken(draft, made)
                return True
        return False

    def _taken(self, draft: AnswerDraft, made: Direct) -> Generator[Event, None, None]:
        """The computed answer as the answer."""
        more = made.text.removeprefix(draft.text) if made.text.startswith(draft.text) else ""
        draft.take(made)
        yield from (Notice(text=text) for text in made.notices)
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

    def _computed(self, draft: AnswerDraft) -> Generator[Event, None, bool]:
        """Whether the answer is computed from the cells of a table that was found."""
        if self._tables is None:
            return False
        made = yield from kept(draft, self._tables.answer(draft.query.text, draft.context))
        if isinstance(made, Direct):
            yield from self._taken(draft, replace(made, plan=replace(made.plan, steps=draft.plan.steps)))
            return True
        if made:
            draft.notices.append(made)
            yield Notice(text=made)
        return False

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
