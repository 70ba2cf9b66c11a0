"""Compares two runs over the same questions: whether the second is worse beyond chance (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.core.errors import QuestionError
from app.quality.evaluation.measure import HEADLINE
from app.quality.evaluation.run import EvaluationRun, QuestionResult

ALPHA = 0.02  # accepted chance of a false alarm: one in fifty comparisons without a difference
RESAMPLES = 9_999
_SEED = 7
_MAX_LOST = 10  # lost questions that a comparison names


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A measure in both runs."""

    measure: str
    before: float
    after: float
    p_worse: float  # one-sided probability of as large a loss by chance alone, 0..1
    questions_better: int
    questions_worse: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two runs beside each other, on the questions that both have."""

    before: str
    after: str
    shared: int
    only_before: int
    only_after: int
    differences: tuple[Difference, ...]
    gate: str  # the measure that decides, named before looking
    alpha: float
    lost: tuple[QuestionResult, ...]  # the questions that lost most, as they are now
    settings: tuple[str, ...]  # differences between the runs, for people

    @property
    def regressed(self) -> bool:
        """Whether the gate's measure is worse beyond chance."""
        return any(d.measure == self.gate and d.after < d.before and d.p_worse <= self.alpha for d in self.differences)


def compare(before: EvaluationRun, after: EvaluationRun, *, gate: str = HEADLINE, alpha: float = ALPHA) -> Comparison:
    """The reranked order of two runs, question by question.

    The gate is one measure, chosen beforehand, with a one-sided paired permutation test (signs of the differences are
    flipped): exact when the runs are exchangeable, whatever the distribution. Runs that agree on every question have
    p = 1. Raises QuestionError when the runs share no question, or the measure is unknown.
    """
    old, new = ({question.key: question for question in run.judged} for run in (before, after))
    shared = [key for key in old if key in new]
    if not shared:
        raise QuestionError(f"The runs {before.name!r} and {after.name!r} have no judged question in common.")
    measures = list(old[shared[0]].values["reranked"])
    if gate not in measures:
        raise QuestionError(f"There is no measure {gate!r}.", fix=f"Known: {', '.join(measures)}.")
    values = {measure: (_values(old, shared, measure), _values(new, shared, measure)) for measure in measures}
    change = values[gate][1] - values[gate][0]
    worst = [shared[at] for at in np.argsort(change, kind="stable") if change[at] < 0]
    return Comparison(
        before=before.name,
        after=after.name,
        shared=len(shared),
        only_before=len(old) - len(shared),
        only_after=len(new) - len(shared),
        differences=tuple(_difference(measure, *pair) for measure, pair in values.items()),
        gate=gate,
        alpha=alpha,
        lost=tuple(new[key] for key in worst[:_MAX_LOST]),
        settings=_changed(before, after),
    )


def p_worse(before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]) -> float:
    """One-sided p-value (0..1) of a loss as large as this between paired values; 1 when nothing differs.

    before, after: shape [questions], one value for each question in the same order.
    """
    if np.array_equal(before, after):
        return 1.0
    from scipy.stats import permutation_test  # noqa: PLC0415  # takes 2 s to import, which every command would pay

    differing = before != after  # pairs that agree do not move the sum, whatever their sign
    if differing.sum() == 1:  # one pair: its sign is one of two
        return 0.5 if after.sum() < before.sum() else 1.0
    test = permutation_test(
        (after[differing], before[differing]),
        lambda a, b, axis: (a - b).sum(axis=axis),
        permutation_type="samples",
        n_resamples=RESAMPLES,
        alternative="less",
        vectorized=True,
        rng=np.random.default_rng(_SEED),
    )
    return float(test.pvalue)


def _difference(measure: str, before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]) -> Difference:
    return Difference(
        measure=measure,
        before=float(before.mean()),
        after=float(after.mean()),
        p_worse=p_worse(before, after),
        questions_better=int((after > before).sum()),
        questions_worse=int((after < before).sum()),
    )


def _values(questions: dict[str, QuestionResult], keys: Sequence[str], measure: str) -> npt.NDArray[np.float64]:
    return np.array([questions[key].values["reranked"][measure] for key in keys], np.float64)


def _changed(before: EvaluationRun, after: EvaluationRun) -> tuple[str, ...]:
    names = sorted(set(before.settings) | set(after.settings))
    changed = [
        f"{name}: {before.settings.get(name)} → {after.settings.get(name)}"
        for name in names
        if before.settings.get(name) != after.settings.get(name)
    ]
    if before.reranker != after.reranker:
        changed.append(f"reranker: {before.reranker} → {after.reranker}")
    if before.corpus != after.corpus:
        changed.append("the corpus differs")
    return tuple(changed)
