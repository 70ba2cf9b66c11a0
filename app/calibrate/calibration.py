"""Scores of pairs go in; where a model scores on this corpus, and the line to the built-in model, come out (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.core.scale import Scale

# With fewer questions whose own passage scores above an unrelated one, a model's scores say nothing on this corpus.
SEPARATES = 0.75


class Kind(StrEnum):
    """Which scores of which model; each kind has one built-in model, for whose scores the floors were chosen."""

    EMBEDDING = "embedding"  # cosine of question and passage
    LATE_INTERACTION = "late interaction"  # MaxSim over the embedding model's tokens
    CROSS_ENCODER = "cross-encoder"  # logit


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Where a model's scores of unrelated and of related pairs of a corpus lie."""

    unrelated: float  # mean score of a question and a random passage
    spread: float  # standard deviation of the same
    related: float  # mean score of a question and the passage it was drawn from
    separation: float  # share of questions (0..1) whose own passage scores above a random one
    questions: int
    passages: int = 0  # of the corpus when it was measured

    @property
    def separates(self) -> bool:
        """Whether the scores tell what belongs together from what does not."""
        return self.separation >= SEPARATES and self.related > self.unrelated


# (unrelated, related) of the built-in models over four corpora, measured by this package (tests/quality/RESULTS.md,
# Calibration). A cross-encoder's are those of the built-in one as relevance reads it: weighed logit, cosine and bias.
BUILT_IN = {
    Kind.EMBEDDING: (0.03, 0.65),
    Kind.LATE_INTERACTION: (0.20, 0.84),
    Kind.CROSS_ENCODER: (-4.9, 4.8),
}


def calibration(own: Sequence[float], other: Sequence[Sequence[float]], *, passages: int) -> Calibration:
    """own[i]: score of question i and its own passage; other[i]: its scores with unrelated passages, at least one."""
    flat = np.concatenate([np.asarray(scores, np.float64) for scores in other])
    above = [
        float(np.mean([(mine > score) + 0.5 * (mine == score) for score in scores]))
        for mine, scores in zip(own, other, strict=True)
    ]
    return Calibration(
        unrelated=float(flat.mean()),
        spread=float(flat.std()),
        related=float(np.mean(own)),
        separation=float(np.mean(above)),
        questions=len(own),
        passages=passages,
    )


def scale_of(measured: Calibration, kind: Kind, *, note: str = "") -> Scale:
    """The line on which unrelated and related pairs lie where they do with the built-in model of the kind."""
    unrelated, related = BUILT_IN[kind]
    slope = (related - unrelated) / (measured.related - measured.unrelated)
    return Scale(slope=slope, shift=unrelated - slope * measured.unrelated, note=note)
