"""Stand-in for the measurements of the Measure tab: a made-up sweep and floor; it records what was applied."""

from collections.abc import Mapping
from dataclasses import replace

from typing_extensions import override

from app.core.errors import NotFoundError
from app.quality.dial.estimate import Estimate
from app.quality.dial.measure import Step
from app.quality.dial.sweep import Point, Sweep, marked
from app.quality.dial.tuning import State
from app.quality.evaluation.floor import floor_curve
from app.web.dial_tab import TuningService
from tests.support.runs import result, run_of

_MACHINE = "AMD EPYC × 2"
_FOUND = ((1, -0.12), (3, 0.03), (5, 0.06), (8, 0.065))
_SETTINGS = (
    ("none", 0, 0.7040, 0.021), ("small", 10, 0.7150, 0.094), ("small", 20, 0.7240, 0.171), ("small", 50, 0.7330, 0.43),
    ("small", 100, 0.7350, 0.87), ("small", 200, 0.7360, 1.7), ("full", 10, 0.7220, 0.081), ("full", 20, 0.7370, 0.142),
    ("full", 50, 0.7560, 0.35), ("full", 100, 0.7590, 0.69), ("full", 200, 0.7600, 1.4),
)  # fmt: skip


def _estimate(mean: float, wide: float) -> Estimate:
    return Estimate(mean=mean, low=mean - wide, high=mean + wide, questions=300)


def made_sweep() -> Sweep:
    """Eleven settings as a sweep finds them."""
    points = tuple(
        Point(
            reranker=reranker,
            setting={"none": "none", "small": "late-interaction", "full": "auto"}[reranker],
            candidates=candidates,
            quality=_estimate(quality, 0.04),
            gain=_estimate(quality - 0.704, 0.012 if candidates else 0.0),
            found={passages: _estimate(quality + more, 0.04) for passages, more in _FOUND},
            p50=seconds,
            p95=1.6 * seconds,
        )
        for reranker, candidates, quality, seconds in _SETTINGS
    )
    return Sweep(
        target="golden", questions=300, timed=40, machine=_MACHINE, points=marked(points), seconds=412.0,
        rerankers={"small": "late interaction", "full": "reranker-minilm-l6-int8 (late interaction, int8 ONNX)"},
        left_out=("200 candidates were reranked for 75 of 300 questions.",),
    )  # fmt: skip


class FakeTuning(TuningService):
    """Measures nothing; a started sweep stays at a quarter until it is finished or stopped."""

    def __init__(self, *, questions: int = 340) -> None:
        self.applied: list[Mapping[str, str]] = []
        self.covered: tuple[str, ...] = ()
        self._state = State(
            questions=questions,
            unanswerable=40 if questions > 40 else 0,
            drafts=0,
            in_effect={"reranker": "auto", "candidates": "50", "passages": "5", "relevance_floor": "0.2"},
        )

    def shrink(self, questions: int) -> None:
        """Have only so many golden questions, all answerable."""
        self._state = replace(self._state, questions=questions, unanswerable=0)

    def state(self) -> State:
        """The current state."""
        return self._state

    @override
    def start_sweep(self, minutes: float) -> None:
        """Start, and stay at a quarter."""
        if not self._state.questions:
            raise NotFoundError("The golden set is empty.")
        self._state = replace(self._state, running="sweep", step=Step(stage="reranking", done=75, of=300))

    def start_floor(self) -> None:
        """Start and finish at once."""
        questions = [result(at, 1.0, relevance=0.25 + at / 400) for at in range(280)]
        questions += [result(300 + at, 0.3) for at in range(12)] + [result(320 + at, 0.0) for at in range(8)]
        questions += [result(400 + at, 0.0, answerable=False, relevance=at / 80) for at in range(40)]
        run = replace(run_of([]), questions=tuple(questions))
        self._state = replace(self._state, run=run, curve=floor_curve(run, current=0.2))

    @override
    def start_drafts(self, count: int) -> None:
        """Draft at once."""
        self._state = replace(self._state, drafts=count, drafted=tuple(f"Question {n}?" for n in range(count)))

    @override
    def accept_drafts(self) -> int:
        """Accept them."""
        count = self._state.drafts
        self._state = replace(self._state, drafts=0, drafted=(), questions=self._state.questions + count)
        return count

    def finish(self) -> None:
        """End the sweep with the made one."""
        questions = self._state.questions - self._state.unanswerable
        self._state = replace(self._state, running="", step=None, sweep=replace(made_sweep(), questions=questions))

    def stop(self) -> None:
        """End the sweep without a result."""
        self._state = replace(self._state, running="", step=None, problem="Stopped. What was scored is kept.")

    @override
    def apply(self, values: Mapping[str, str], reason: str) -> tuple[str, ...]:
        """Record the values."""
        self.applied.append(dict(values))
        return self.covered
