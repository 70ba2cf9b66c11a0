"""The result of a sweep: quality and time of each setting, and the recommendation for a time budget (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from app.core.errors import QuestionError
from app.quality.dial.estimate import Estimate

PASSAGES = (1, 3, 5, 8)
FEWEST = 30  # test questions; with fewer the best setting is chance
NO_RERANKER = "none"
_NEAR = 0.001  # nDCG: settings closer than this count as equally good, and the fastest is recommended
_NEAR_PASSAGES = 0.01  # the same for the share of questions whose passage is in the prompt


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A setting of candidates and reranker."""

    reranker: str  # "none", "small", "full" or "cross"
    setting: str  # value of FOREMOST_RERANKER
    candidates: int  # that are reranked; 0 with no reranker
    quality: Estimate  # nDCG@10 of the final order
    gain: Estimate  # difference of that to no reranking
    found: Mapping[int, Estimate]  # passages -> share of the questions with an expected passage among them
    p50: float  # seconds from the question to the final order: embedding, SQL, reranking
    p95: float
    pareto: bool = False  # no other is both better and faster

    @property
    def name(self) -> str:
        """The setting for people."""
        return "no reranking" if self.reranker == NO_RERANKER else f"{self.candidates} candidates, {self.reranker}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionPoint:
    """A number of section tokens, with everything else as configured."""

    section_tokens: int  # value of FOREMOST_SECTION_TOKENS
    found: Estimate  # share of the questions with an expected passage in the prompt
    whole: Estimate  # share of the questions with every expected passage in the prompt
    gain: Estimate  # difference of `whole` to no section context
    tokens: float  # of all passages in the prompt, mean


@dataclass(frozen=True, kw_only=True, slots=True)
class Sweep:
    """Every setting on one set of questions and one machine."""

    target: str
    questions: int
    timed: int  # questions on which the seconds were measured
    machine: str
    rerankers: Mapping[str, str]  # "small", "full", "cross" -> name
    points: tuple[Point, ...]
    left_out: tuple[str, ...]  # what was not measured, for people
    seconds: float  # that the sweep took
    created_at: datetime | None = None
    sections: tuple[SectionPoint, ...] = ()  # fewest tokens first; empty in sweeps of earlier versions


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """The settings for a time budget."""

    point: Point
    passages: int
    budget: float  # seconds
    share: int  # percent of the questions that must be within it: 50 or 95
    best: Point  # of all settings, regardless of time

    @property
    def values(self) -> Mapping[str, str]:
        """Settings by field name."""
        values = {"reranker": self.point.setting, "passages": str(self.passages)}
        return values if self.point.reranker == NO_RERANKER else values | {"candidates": str(self.point.candidates)}


def marked(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The points, with `pareto` set for those that no other point beats in both quality and median time."""

    def beaten(point: Point) -> bool:
        return any(
            other.quality.mean >= point.quality.mean
            and other.p50 <= point.p50
            and (other.quality.mean > point.quality.mean or other.p50 < point.p50)
            for other in points
        )

    return tuple(replace(point, pareto=not beaten(point)) for point in points)


def recommend(sweep: Sweep, budget: float, *, share: int = 95) -> Recommendation:
    """The best setting within the budget (the fastest of equally good ones), with the fewest passages that suffice.

    budget: seconds within which `share` percent (50 or 95) of the questions must be. Raises QuestionError when no
    setting is that fast.
    """
    measured = [point for point in sweep.points if point.quality.questions]
    within = [point for point in measured if _seconds(point, share) <= budget]
    if not within:
        fastest = min(measured, key=lambda point: _seconds(point, share))
        raise QuestionError(
            f"No setting is within {1000 * budget:.0f} ms: the fastest, {fastest.name}, takes "
            f"{1000 * _seconds(fastest, share):.0f} ms.",
            fix="Allow more.",
        )
    best = max(within, key=lambda point: point.quality.mean)
    good = [point for point in within if point.quality.mean >= best.quality.mean - _NEAR]
    chosen = min(good, key=lambda point: point.p50)
    most = max(estimate.mean for estimate in chosen.found.values())
    passages = min(count for count, share_found in chosen.found.items() if share_found.mean >= most - _NEAR_PASSAGES)
    overall = max(measured, key=lambda point: point.quality.mean)
    return Recommendation(point=chosen, passages=passages, budget=budget, share=share, best=overall)


def _seconds(point: Point, share: int) -> float:
    return point.p50 if share == 50 else point.p95


SWEEP = TypeAdapter(Sweep)
