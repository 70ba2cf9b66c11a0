"""Late interaction: each token of the question is matched with the most similar token of the passage."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.core.domain import Hit, Reranking
from app.core.models.embedding import Embedder, Matrix
from app.core.models.find import BUILT_IN
from app.rerank.base import LONG_QUESTION, Score, by_score, cosine_relevance, linear, passage_text, rerank_within

# rerank_score = MaxSim + this × (full-text score / best full-text score of the candidates). nDCG@10 on the development
# sets: .777 in fused order, .787 by MaxSim alone, .795 with this weight, and the same with 0.05 and 0.2.
TEXT_WEIGHT = 0.1


class LateInteraction:
    """Reranker over the token vectors of the embedding model (MaxSim); it needs no other model.

    logit: mean over the question's tokens of the best cosine with any token of the passage, -1..1.
    """

    name = "late interaction (MaxSim over the embedding model's tokens)"

    def __init__(self, embedder: Embedder, *, budget_ms: int) -> None:
        self._embedder = embedder
        self._budget_ms = budget_ms
        self.own_scale = embedder.name == BUILT_IN  # the numbers of relevance() are for its tokens
        self.key = f"late interaction, {embedder.name}"

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        """Candidates by MaxSim and full-text score together. Raises ModelError when the model fails."""
        cut = self._embedder.count_tokens([question])[0] > self._embedder.max_tokens
        notes = (LONG_QUESTION,) if cut else ()
        query_tokens = _inner(self._embedder.token_vectors([question])[0])
        best_text = _best_text(hits)

        def score(group: Sequence[Hit]) -> list[Score]:
            texts = [passage_text(hit) for hit in group]
            vectors = self._embedder.token_vectors(texts)
            lengths = self._embedder.count_tokens(texts)
            return [
                _score(query_tokens, tokens, hit, best_text, truncated=length > self._embedder.max_tokens)
                for hit, tokens, length in zip(group, vectors, lengths, strict=True)
            ]

        return rerank_within(hits, score, name=self.name, budget_ms=self._budget_ms, notes=notes)

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Candidates with logits, by MaxSim and full-text score together."""
        best_text = _best_text(hits)
        return by_score([_rescored(hit, best_text) for hit in hits])

    def relevance(self, hit: Hit) -> float:
        """The larger of the relevances by cosine and by MaxSim: a cosine of 0.3 or a MaxSim of 0.5 gives 0.2.

        The cosine recognises paraphrases, MaxSim the identifiers and rare words that a long passage's vector hides.
        With both, all 120 questions of cosine_relevance keep a passage, and no more of the foreign questions do.
        """
        by_tokens = 0.0 if hit.logit is None else linear(hit.logit, 0.425, 0.8)
        return max(cosine_relevance(hit), by_tokens)


def _rescored(hit: Hit, best_text: float) -> Hit:
    return hit if hit.logit is None else replace(hit, rerank_score=_with_text(hit.logit, hit, best_text))


def _score(query_tokens: Matrix, tokens: Matrix, hit: Hit, best_text: float, *, truncated: bool) -> Score:
    similarity = max_sim(query_tokens, _inner(tokens))
    return Score(logit=similarity, rerank_score=_with_text(similarity, hit, best_text), truncated=truncated)


def _with_text(similarity: float, hit: Hit, best_text: float) -> float:
    agreement = (hit.text_score or 0.0) / best_text if best_text > 0 else 0.0
    return similarity + TEXT_WEIGHT * agreement


def _best_text(hits: Sequence[Hit]) -> float:
    return max((hit.text_score or 0.0 for hit in hits), default=0.0)


def max_sim(query_tokens: Matrix, tokens: Matrix) -> float:
    """Mean over the question's tokens of the largest cosine with a token of the passage; 0 when either has none.

    Both are matrices [tokens, dimension] with rows of unit length.
    """
    if not len(query_tokens) or not len(tokens):
        return 0.0
    return float(np.mean(np.max(query_tokens @ tokens.T, axis=1)))


def _inner(vectors: Matrix) -> Matrix:
    """The vectors without the two special tokens, which match each other in every passage."""
    return vectors[1:-1] if len(vectors) > 2 else vectors
