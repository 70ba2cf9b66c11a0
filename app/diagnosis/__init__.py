"""Why a passage is not in an answer: which stage lost it, how that is known, and what would have let it through."""

from app.diagnosis.corpus import Corpus
from app.diagnosis.diagnose import Diagnosis
from app.diagnosis.expectation import Expectation
from app.diagnosis.trial import Parts, Trials
from app.diagnosis.verdict import Loss, Remedy, Side, Standing, Verdict
from app.diagnosis.view import verdict_view

__all__ = [
    "Corpus",
    "Diagnosis",
    "Expectation",
    "Loss",
    "Parts",
    "Remedy",
    "Side",
    "Standing",
    "Trials",
    "Verdict",
    "verdict_view",
]
