"""A fitted linear combination of the model's logit and the first stage's scores."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.core.domain import Hit
from app.core.errors import ModelError
from app.rerank.base import cosine

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


def sigmoid(value: float) -> float:
    """1 / (1 + e^-value), without overflow."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
