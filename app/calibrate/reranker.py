"""A reranker whose scores have a scale of their own, read on that of the built-in one."""

from collections.abc import Sequence
from dataclasses import replace

from app.calibrate.calibrations import Calibrations, has_own_scale
from app.core.domain import Hit, Reranking
from app.core.scale import Scale
from app.rerank import EnglishOnly, Reranker
from app.rerank.base import by_score, cosine_relevance


def calibrated(reranker: Reranker, calibrations: Calibrations) -> Reranker:
    """The reranker, calibrated on the corpus unless floor and weights were fitted to its own scores."""
    if isinstance(reranker, EnglishOnly):
        return reranker.over(lambda inside: calibrated(inside, calibrations))
    return reranker if has_own_scale(reranker) else CalibratedReranker(reranker, calibrations)


class CalibratedReranker:
    """Reranker whose order and relevance read standardised logits; a hit keeps the raw one.

    When the logits do not tell related passages from unrelated ones on this corpus, the first stage's order stays,
    relevance is the cosine's, and a note says so.
    """

    def __init__(self, reranker: Reranker, calibrations: Calibrations) -> None:
        self.name = reranker.name
        self.uncalibrated = self._reranker = reranker
        self._calibrations = calibrations

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        """The candidates by standardised logit. Raises ModelError or DatabaseError."""
        scale, useless = self._calibrations.reranker(self._reranker) if hits else (Scale(), "")
        result = self._reranker.rerank(question, hits)
        note = scale.note if scale else f"{useless}: the order is the first stage's."
        return replace(result, hits=self._ordered(result.hits, scale), notes=(*result.notes, *filter(None, [note])))

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Candidates with logits, as rerank() would order them."""
        return self._ordered(hits, self._calibrations.reranker(self._reranker)[0])

    def relevance(self, hit: Hit) -> float:
        """The reranker's own relevance (0..1) of the standardised logit."""
        scale, _ = self._calibrations.reranker(self._reranker)
        if scale is None:
            return 0.0 if hit.logit is None else cosine_relevance(hit)
        return self._reranker.relevance(_standardised(hit, scale))

    def _ordered(self, hits: Sequence[Hit], scale: Scale | None) -> tuple[Hit, ...]:
        if scale is None:
            return by_score([hit if hit.logit is None else replace(hit, rerank_score=hit.fused_score) for hit in hits])
        raw = {hit.chunk_id: hit.logit for hit in hits}
        ordered = self._reranker.reorder([_standardised(hit, scale) for hit in hits])
        return tuple(replace(hit, logit=raw[hit.chunk_id]) for hit in ordered)


def _standardised(hit: Hit, scale: Scale) -> Hit:
    return hit if hit.logit is None else replace(hit, logit=scale.of(hit.logit))
