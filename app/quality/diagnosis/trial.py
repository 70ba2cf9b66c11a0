"""A question and settings go in, what the search would have made of it comes out; nothing is stored, no model asked."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.domain import NO_FILTERS, Answer, Context, ExactRank, Fate, Filters, Hit
from app.core.settings import Settings, Shapes, shaping_values
from app.pack import pack
from app.quality.diagnosis.verdict import Value
from app.stages import Stages

_RULES_TOKENS = 250  # of the prompt around the passages, roughly; only where no real prompt was built


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One search, past or fresh, with everything that shaped it."""

    question: str  # as the retriever read it
    collection: str | None
    filters: Filters
    settings: Mapping[str, Value]
    context: Context  # candidates with their fates
    scored: int
    reranker: str
    answer: Answer | None = None  # None when no model was asked

    def number(self, name: str) -> float:
        """A setting that is a number."""
        return float(self.settings[name] or 0)


class Trials:
    """Runs searches with changed settings; the rest of the settings is as configured today."""

    def __init__(self, stages: Stages, settings: Settings) -> None:
        self._stages = stages
        self._settings = settings

    def fresh(self, question: str, *, collection: str | None, filters: Filters = NO_FILTERS) -> Run:
        """The question searched, reranked and packed now, as configured."""
        empty = Context(passages=(), hits=(), tokens=0, token_budget=self._room(question))
        kept = shaping_values(self._settings, Shapes.ANSWER)
        run = Run(
            question=question,
            collection=collection,
            filters=filters,
            settings=kept,
            context=empty,
            scored=0,
            reranker="",
        )
        return self.again(run, {})

    def past(self, answer: Answer) -> Run:
        """The search of a past answer, from its ledger. Settings that it does not name are today's."""
        today = shaping_values(self._settings, Shapes.ANSWER)
        kept = {name: answer.settings.get(name, value) for name, value in today.items()}
        return Run(
            question=answer.query.text,
            collection=answer.collection,
            filters=answer.filters,
            settings=kept,
            context=answer.context,
            scored=answer.scored,
            reranker=answer.reranker,
            answer=answer,
        )

    def again(self, run: Run, changes: Mapping[str, Value]) -> Run:
        """The same question over today's corpus with changed settings."""
        settings = self._with(run, changes)
        searcher = self._stages.searcher(settings)
        found = searcher.search(run.question, collection=run.collection, filters=run.filters)
        context = pack(
            found.context.hits,
            limit=settings.passages,
            token_budget=self._budget(run, settings, changes),
            floor=settings.relevance_floor,
            relevance=searcher.reranker.relevance,
            count_tokens=self._counter(run),
            scored=found.scored > 0,
        )
        kept = {**run.settings, **changes}
        return replace(run, settings=kept, context=context, scored=found.scored, reranker=found.reranker, answer=None)

    def candidates(self, run: Run, changes: Mapping[str, Value]) -> tuple[Hit, ...]:
        """The first stage alone."""
        retriever = self._stages.retriever(self._with(run, changes))
        return retriever.retrieve(run.question, collection=run.collection, filters=run.filters).hits

    def exact_ranks(self, run: Run, chunk_ids: Sequence[int]) -> Mapping[int, ExactRank]:
        """Places in each leg's complete order; chunks outside what is searched are left out."""
        retriever = self._stages.retriever(self._with(run, {}))
        return retriever.exact_ranks(run.question, chunk_ids, collection=run.collection, filters=run.filters)

    def relevance(self, run: Run, hit: Hit) -> float:
        """0..1, as compared with the relevance floor."""
        return self._stages.reranker(self._with(run, {})).relevance(hit)

    def tokens(self, text: str) -> int:
        """Tokens of a text, by the stand-in for the chat model's tokenizer."""
        return self._stages.count_tokens(text)

    def _with(self, run: Run, changes: Mapping[str, Value]) -> Settings:
        return self._settings.model_copy(update={**run.settings, **changes})

    def _room(self, question: str) -> int:
        settings = self._settings
        room = settings.context_tokens - settings.answer_tokens - _RULES_TOKENS - self._stages.count_tokens(question)
        return max(0, min(settings.passages_tokens, room))

    def _budget(self, run: Run, settings: Settings, changes: Mapping[str, Value]) -> int:
        """Tokens for passages: what was there, and more when the changed settings give more."""
        had = run.context.token_budget
        more_room = settings.context_tokens - int(run.number("context_tokens")) if "context_tokens" in changes else 0
        narrow = had < int(run.number("passages_tokens"))  # the context left less than the setting allows
        return min(settings.passages_tokens, had + more_room) if narrow else settings.passages_tokens

    def _counter(self, run: Run) -> Callable[[str], int]:
        """Our own count of a passage, scaled to what the model's tokenizer made of this answer's passages."""
        ours = sum(self._stages.count_tokens(passage.text) for passage in run.context.passages)
        theirs = sum(passage.tokens for passage in run.context.passages)
        scale = theirs / ours if run.answer is not None and ours else 1.0
        return lambda text: math.ceil(self._stages.count_tokens(text) * scale)


def repacked(run: Run, *, allowed: Callable[[Hit], bool], limit: int) -> Context:
    """The run's candidates packed once more with room without end; allowed: hits that the floor lets in too."""
    return pack(
        run.context.hits,
        limit=limit,
        token_budget=10**9,
        floor=0.5,
        relevance=lambda hit: float(hit.fate is not Fate.BELOW_FLOOR or allowed(hit)),
        count_tokens=lambda _: 1,
        scored=run.scored > 0,
    )
