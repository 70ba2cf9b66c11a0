"""A run with answerable and unanswerable questions goes in, the relevance floor's curve and a choice come out."""

from dataclasses import dataclass

import numpy as np

from app.core.errors import QuestionError
from app.quality.evaluation.run import Refusal, Run

KEEP = 0.98  # share of the answerable questions that a recommended floor keeps, by default
_STEPS = 101
_FEW = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorCurve:
    """What each floor keeps and refuses."""

    points: tuple[Refusal, ...]  # floor 0 to 1 in steps of 0.01
    current: Refusal
    recommended: Refusal
    keep: float
    warning: str = ""  # when the set is too small to choose by


def floor_curve(run: Run, *, current: float, keep: float = KEEP) -> FloorCurve:
    """The curve, and the lowest floor that refuses as many unanswerable questions as one can at `keep`.

    Raises QuestionError when the set lacks answerable or unanswerable questions.
    """
    points = tuple(run.refusal(float(floor)) for floor in np.linspace(0, 1, _STEPS).round(2))
    if not points[0].answerable or not points[0].unanswerable:
        kind = "unanswerable" if points[0].answerable else "answerable"
        raise QuestionError(
            f"The set has no {kind} questions, so no floor can be chosen. Add some: "
            f"python -m app golden add QUESTION{' --unanswerable' if kind == 'unanswerable' else ' --expect …'}"
        )
    allowed = [point for point in points if (point.kept_share or 0.0) >= keep]
    most = max(point.refused for point in allowed)
    recommended = next(point for point in allowed if point.refused == most)
    few = min(points[0].answerable, points[0].unanswerable)
    warning = f"Only {few} questions of one kind: a guess until there are {_FEW}." if few < _FEW else ""
    return FloorCurve(points=points, current=run.refusal(current), recommended=recommended, keep=keep, warning=warning)
