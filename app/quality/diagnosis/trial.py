"""Searches a question again with other settings: nothing is stored and no model is called."""

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
class Search:
    """One search, past or new, with everything that shaped it."""

    question: str  # as the retriever read it
    collection: str | None
    filters: Filters
    settings: Mapping[str, Value]
    context: Context  # candidates with their fates
    scored: int
    reranker: str
    answer: Answer | None = None  # None when no model was called

    def number(self, name: str) -> float:
        """A setting that is a number."""
        return float(self.settings[name] or 0)


class Trials:
    """Runs searches with changed settings; all other settings are as configured today."""

    def __init__(self, stages: Stages, settings: Settings) -> None:
        self._stages = stages
        self._settings = settings

    def fresh(self, question: str, *, collection: str | None, filters: Filters = NO_FILTERS) -> Search:
        """The question searched, reranked and packed now, as configured."""
        empty = Context(passages=(), hits=(), tokens=0, token_budget=self._room(question))
        values = shaping_values(self._settings, Shapes.ANSWER)
        search = Search(
            question=question,
            collection=collection,
            filters=filters,
            settings=values,
            context=empty,
            scored=0,
            reranker="",
        )
        return self.again(search, {})

    def past(self, answer: Answer) -> Search:
        """The search of a past answer, from its ledger. Settings that it does not name are today's."""
        today = shaping_values(self._settings, Shapes.ANSWER)
        values = {name: answer.settings.get(name, value) for name, value in today.items()}
        return Search(
            question=answer.query.text,
            collection=answer.collection,
            filters=answer.filters,
            settings=values,
            context=replace(answer.context, hits=_of_this_search(answer.context.hits)),
            scored=answer.scored,
            reranker=answer.reranker,
            answer=answer,
        )

    def again(self, search: Search, changes: Mapping[str, Value]) -> Search:
        """The same question over today's corpus with changed settings."""
        settings = self._with(search, changes)
        searcher = self._stages.searcher(settings)
        retrieved = searcher.search(search.question, collection=search.collection, filters=search.filters)
        context = pack(
            retrieved.context.hits,
            limit=settings.passages,
            token_budget=self._budget(search, settings, changes),
            floor=settings.relevance_floor,
            relevance=searcher.reranker.relevance,
            count_tokens=self._counter(search),
            scored=retrieved.scored > 0,
        )
        values = {**search.settings, **changes}
        return replace(
            search, settings=values, context=context, scored=retrieved.scored, reranker=retrieved.reranker, answer=None
        )

    def candidates(self, search: Search, changes: Mapping[str, Value]) -> tuple[Hit, ...]:
        """The first stage alone."""
        retriever = self._stages.retriever(self._with(search, changes))
        return retriever.retrieve(search.question, collection=search.collection, filters=search.filters).hits

    def exact_ranks(self, search: Search, chunk_ids: Sequence[int]) -> Mapping[int, ExactRank]:
        """Ranks in each leg's complete order; chunks outside the searched collection and filters are left out."""
        retriever = self._stages.retriever(self._with(search, {}))
        return retriever.exact_ranks(search.question, chunk_ids, collection=search.collection, filters=search.filters)

    def relevance(self, search: Search, hit: Hit) -> float:
        """Relevance of a candidate (0..1), as compared with the relevance floor."""
        return self._stages.reranker(self._with(search, {})).relevance(hit)

    def tokens(self, text: str) -> int:
        """Tokens of a text, by the stand-in for the chat model's tokenizer."""
        return self._stages.count_tokens(text)

    def _with(self, search: Search, changes: Mapping[str, Value]) -> Settings:
        return self._settings.model_copy(update={**search.settings, **changes})

    def _room(self, question: str) -> int:
        settings = self._settings
        room = settings.context_tokens - settings.answer_tokens - _RULES_TOKENS - self._stages.count_tokens(question)
        return max(0, min(settings.passages_tokens, room))

    def _budget(self, search: Search, settings: Settings, changes: Mapping[str, Value]) -> int:
        """Tokens for passages: those of the search, and more when the changed settings give more."""
        budget = search.context.token_budget
        if budget >= int(search.number("passages_tokens")):
            return settings.passages_tokens
        # The context left less than the setting allows: only a larger context gives more.
        if "context_tokens" in changes:
            budget += settings.context_tokens - int(search.number("context_tokens"))
        return min(settings.passages_tokens, budget)

    def _counter(self, search: Search) -> Callable[[str], int]:
        """Our own token count, scaled by the model tokenizer's count of this answer's passages."""
        ours = sum(self._stages.count_tokens(passage.text) for passage in search.context.passages)
        theirs = sum(passage.tokens for passage in search.context.passages)
        scale = theirs / ours if search.answer is not None and ours else 1.0
        return lambda text: math.ceil(self._stages.count_tokens(text) * scale)


def _of_this_search(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The candidates of the search that counted; those that only another one found have no rank in it."""
    return tuple(hit for hit in hits if hit.fate is not Fate.OTHER_READING)


def repacked(search: Search, *, allowed: Callable[[Hit], bool], limit: int) -> Context:
    """The search's candidates packed again without a token budget; allowed: hits that pass the floor in any case."""
    return pack(
        search.context.hits,
        limit=limit,
        token_budget=10**9,
        floor=0.5,
        relevance=lambda hit: float(hit.fate is not Fate.BELOW_FLOOR or allowed(hit)),
        count_tokens=lambda _: 1,
        scored=search.scored > 0,
    )
