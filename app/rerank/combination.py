"""A fitted linear combination of the model's logit and the first stage's scores."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from app.core.domain import Hit
from app.core.errors import ModelError
from app.rerank.base import by_score, cosine

_FUSED_K = 60  # The constant of reciprocal rank fusion.


@dataclass(frozen=True, kw_only=True, slots=True)
class Combination:
    """Weights of score = bias + logit × w + cosine × w + fused score × w + w / (60 + fused rank).

    The default ranks by the logit alone.
    """

    logit: float = 1.0
    cosine: float = 0.0
    fused_score: float = 0.0
    fused: float = 0.0  # of the reciprocal fused rank
    bias: float = 0.0

    @classmethod
    def read(cls, weights: Mapping[str, Any] | None) -> "Combination":
        """The weights in a model's config.json. Raises ModelError for a feature that this version does not know."""
        try:
            return cls(**{name: float(weight) for name, weight in (weights or {}).items()})
        except (TypeError, ValueError, AttributeError) as error:
            known = ", ".join(field.name for field in fields(cls))
            raise ModelError(
                f"The reranker's config.json has a combination this version cannot use: {weights!r}.",
                fix=f"It knows {known}, each a number.",
            ) from error

    def score(self, logit: float, hit: Hit) -> float:
        """The combined score of one candidate, larger is better."""
        first_stage = self.fused_score * hit.fused_score + self.fused / (_FUSED_K + hit.fused_rank)
        return self._alone(logit, hit) + first_stage

    def relevance(self, logit: float, hit: Hit) -> float:
        """Relevance (0..1) of this passage on its own, ignoring scores that only rank it against other candidates."""
        return sigmoid(self._alone(logit, hit))

    def _alone(self, logit: float, hit: Hit) -> float:
        return self.bias + self.logit * logit + self.cosine * cosine(hit)


class CombinedOrder:
    """The parts of a Reranker that need no model: order and relevance from logits and a combination."""

    _combination: Combination

    @property
    def own_scale(self) -> bool:
        """Whether the combination was fitted to this model's logits; the default one was not."""
        return self._combination != Combination()

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Candidates with logits, by the same combination."""
        return by_score([self._rescored(hit) for hit in hits])

    def _rescored(self, hit: Hit) -> Hit:
        return hit if hit.logit is None else replace(hit, rerank_score=self._combination.score(hit.logit, hit))

    def relevance(self, hit: Hit) -> float:
        """Relevance from logit and cosine.

        At 0.2, with the shipped model: of 338 development questions put to their own documents all keep a passage, of
        60 put to another corpus of up to 6,000 passages 13 %; paraphrases without a common word stay above it.
        """
        return 0.0 if hit.logit is None else self._combination.relevance(hit.logit, hit)


def sigmoid(value: float) -> float:
    """1 / (1 + e^-value), without overflow."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
