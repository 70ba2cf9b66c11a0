"""Why a passage is not in an answer: the stage that lost it, the evidence, and the changes that would help."""

from app.quality.diagnosis.diagnose import Diagnosis
from app.quality.diagnosis.trial import Trials
from app.quality.diagnosis.verdict import Standing, Verdict
from app.quality.diagnosis.view import verdict_view

__all__ = ["Diagnosis", "Standing", "Trials", "Verdict", "verdict_view"]
