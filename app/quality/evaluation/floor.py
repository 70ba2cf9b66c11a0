"""The relevance floor's curve of a run, and the recommended floor (pure)."""

from dataclasses import dataclass

import numpy as np

from app.core.errors import QuestionError
from app.quality.evaluation.run import EvaluationRun, Refusal

KEEP = 0.98  # share of the answerable questions that a recommended floor keeps, by default
_STEPS = 101  # floors from 0 to 1
_MIN_QUESTIONS = 20  # of each kind; with fewer the recommended floor is a guess


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorCurve:
    """The questions that each floor keeps and refuses."""

    points: tuple[Refusal, ...]  # floor 0 to 1 in steps of 0.01
    current: Refusal
    recommended: Refusal
    keep: float
    warning: str = ""  # when the set is too small to choose by

    @property
    def answerable(self) -> int:
        """Number of answerable questions."""
        return self.current.answerable

    @property
    def unanswerable(self) -> int:
        """Number of unanswerable questions."""
        return self.current.unanswerable


def floor_curve(run: EvaluationRun, *, current: float, keep: float = KEEP) -> FloorCurve:
    """The curve, and the lowest floor that refuses the most unanswerable questions while it keeps enough.

    keep: the least share (0..1) of the answerable questions that the recommended floor keeps.

    Raises QuestionError when the set lacks answerable or unanswerable questions.
    """
    points = tuple(run.refusal(float(floor)) for floor in np.linspace(0, 1, _STEPS).round(2))
    if not points[0].answerable or not points[0].unanswerable:
        kind, option = ("unanswerable", "--unanswerable") if points[0].answerable else ("answerable", "--expect …")
        raise QuestionError(
            f"The set has no {kind} questions, so no floor can be chosen.",
            fix=f"Add some: python -m app golden add QUESTION {option}",
        )
    allowed = [point for point in points if (point.kept_share or 0.0) >= keep]
    most = max(point.refused for point in allowed)
    recommended = next(point for point in allowed if point.refused == most)
    questions = min(points[0].answerable, points[0].unanswerable)
    warning = ""
    if questions < _MIN_QUESTIONS:
        warning = f"Only {questions} questions of one kind: a guess until there are {_MIN_QUESTIONS}."
    return FloorCurve(points=points, current=run.refusal(current), recommended=recommended, keep=keep, warning=warning)
