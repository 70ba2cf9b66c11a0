"""A fitted combination: the model's logit and the first stage's scores go in, one score to rank by comes out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.core.domain import Hit
from app.core.errors import ModelError
from app.rerank.base import cosine


@dataclass(frozen=True, kw_only=True, slots=True)
class Combination:
    """score = bias + logit × w + cosine × w + text score × w + w / (fused_k + fused rank); the default is the logit.

    The fused rank and not the fused score, whose size depends on the fusion's settings. A candidate that the full-text
    leg did not find has a text score of 0.
    """

    logit: float = 1.0
    cosine: float = 0.0
    text: float = 0.0
    fused: float = 0.0
    fused_k: float = 60.0
    bias: float = 0.0

    @classmethod
    def read(cls, weights: Mapping[str, Any] | None) -> "Combination":
        """From a model's config.json. Raises ModelError for a feature this version does not know."""
        try:
            return cls(**{name: float(weight) for name, weight in (weights or {}).items()})
        except (TypeError, ValueError, AttributeError) as error:
            known = ", ".join(field.name for field in fields(cls))
            raise ModelError(
                f"The reranker's config.json has a combination this version cannot use: {weights!r}. "
                f"It knows {known}, each a number."
            ) from error

    def score(self, logit: float, hit: Hit) -> float:
        """The combined score of one candidate, larger is better."""
        first_stage = self.text * (hit.text_score or 0.0) + self.fused / (self.fused_k + hit.fused_rank)
        return self._alone(logit, hit) + first_stage

    def relevance(self, logit: float, hit: Hit) -> float:
        """0..1 from what question and passage say by themselves: the rank among others and a text score, which grows
        with the question's length, tell candidates of one question apart and no more.
        """
        return sigmoid(self._alone(logit, hit))

    def _alone(self, logit: float, hit: Hit) -> float:
        return self.bias + self.logit * logit + self.cosine * cosine(hit)


def sigmoid(value: float) -> float:
    """1 / (1 + e^-value), without overflow."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
