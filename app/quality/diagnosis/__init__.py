"""Why a passage is not in an answer: which stage lost it, how that is known, and what would have let it through."""

from app.quality.diagnosis.diagnose import Diagnosis
from app.quality.diagnosis.trial import Trials
from app.quality.diagnosis.verdict import Loss, Remedy, Side, Standing, Verdict
from app.quality.diagnosis.view import verdict_view
from app.quality.expected.expectation import Expectation
from app.quality.expected.locate import Corpus

__all__ = [
    "Corpus",
    "Diagnosis",
    "Expectation",
    "Loss",
    "Remedy",
    "Side",
    "Standing",
    "Trials",
    "Verdict",
    "verdict_view",
]
