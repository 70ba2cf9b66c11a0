"""No reranker: the fused order is the final order."""

from collections.abc import Sequence
from dataclasses import replace

from app.core.domain import Hit, Reranking
from app.rerank.base import cosine_relevance


class KeepOrder:
    """Reranker that keeps the first stage's order and scores nothing."""

    name = "none (first-stage order)"
    own_scale = True

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:  # noqa: ARG002  # the Protocol's
        """The candidates by fused rank."""
        ordered = sorted(hits, key=lambda hit: hit.fused_rank)
        return Reranking(
            hits=tuple(replace(hit, final_rank=rank) for rank, hit in enumerate(ordered, 1)),
            reranker=self.name,
            scored=0,
        )

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """The candidates by fused rank."""
        return self.rerank("", hits).hits

    def relevance(self, hit: Hit) -> float:
        """From the cosine alone, so a long passage that holds the identifier in question may stay below 0.2."""
        return cosine_relevance(hit)
