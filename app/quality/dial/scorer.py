"""Logits of a question's candidates, from the cache where it has them, and the time that reranking takes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.domain import Hit
from app.prefer.prefer import prefer
from app.quality.dial.cache import Cache, identity, pair_id
from app.rerank import Reranker

DEPTHS = (10, 20, 50, 100, 200)  # candidates


@dataclass(frozen=True, kw_only=True, slots=True)
class Contender:
    """A reranker that takes part in a sweep."""

    label: str  # "small", "full" or "cross"
    setting: str  # value of FOREMOST_RERANKER
    reranker: Reranker  # without a time limit


class Scorer:
    """Scores each pair of question and passage once; every later run takes it from the cache."""

    def __init__(self, contender: Contender, cache: Cache) -> None:
        self.contender = contender
        self.identity = identity(contender.reranker)
        self._cache = cache

    def logits(self, question: str, hits: Sequence[Hit]) -> dict[str, float]:
        """Pair -> logit for every candidate."""
        by_pair = {pair_id(question, hit): hit for hit in hits}
        cached = self._cache.scores(self.identity, list(by_pair))
        missing = [hit for pair, hit in by_pair.items() if pair not in cached]
        return cached | self._score(question, missing)

    def timed(self, question: str, hits: Sequence[Hit], depths: Sequence[int] = DEPTHS) -> dict[int, float]:
        """Seconds of reranking at each depth, measured by scoring slice after slice; cached logits are not used.

        hits: as many as the deepest depth, in fused order; with fewer, deeper depths take the time of those.
        """
        cached = self._cache.timings(self.identity, question)
        if set(depths) <= set(cached):
            return {depth: cached[depth] for depth in depths}
        measured: dict[int, float] = {}
        total, done = 0.0, 0
        for depth in depths:
            part = hits[done:depth]
            started = time.perf_counter()
            self._score(question, part)
            total += time.perf_counter() - started
            measured[depth], done = total, max(done, depth)
        self._cache.save_timings(self.identity, question, measured)
        return measured

    def order(self, question: str, hits: Sequence[Hit], logits: dict[str, float]) -> tuple[Hit, ...]:
        """The candidates in the reranker's final order."""
        scored = [replace(hit, logit=logits[pair_id(question, hit)]) for hit in hits]
        reranker = self.contender.reranker
        return prefer(question, reranker.reorder(scored), reranker.relevance).hits

    def _score(self, question: str, hits: Sequence[Hit]) -> dict[str, float]:
        if not hits:
            return {}
        scored = self.contender.reranker.rerank(question, hits).hits
        logits = {pair_id(question, hit): hit.logit for hit in scored if hit.logit is not None}
        self._cache.save_scores(self.identity, logits)
        return logits
