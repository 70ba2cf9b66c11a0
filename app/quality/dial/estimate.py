"""Estimates of a setting's mean with confidence intervals, from values that some questions lack (pure)."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
_DRAWS = 1_000
_SEED = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A mean over all questions."""

    mean: float
    low: float  # 95 % interval, by resampling questions
    high: float
    questions: int  # on which it was measured, those whose value is certain without measuring included


class Estimator:
    """Means of a chain of settings, each measured on fewer questions than the one before.

    A deeper setting's mean is the mean of a shallower one plus the mean difference on the questions measured at both.
    Questions that need no measuring (their passage is not among the candidates at any depth, so that every order has
    the value 0) are a stratum of their own. With every question measured, the estimate is the plain mean.
    """

    def __init__(self, needed: npt.NDArray[np.bool_]) -> None:
        """needed: bool [questions], whether a question's values depend on the setting."""
        self._needed = needed
        count = len(needed)
        rng = np.random.default_rng(_SEED)
        resampled = rng.multinomial(count, np.full(count, 1 / max(count, 1)), size=_DRAWS) if count else np.ones((1, 0))
        self._weights = np.vstack([np.ones((1, count)), resampled]).astype(np.float64)  # first row: the sample itself

    def estimates(self, chain: Sequence[FloatArray], *, gain: bool = False) -> list[Estimate]:
        """One estimate for each setting of the chain.

        chain: values [questions] of each setting, NaN where a question was not measured; chain[0] has no NaN. A
        setting without any measured question repeats the one before it, with 0 questions. gain: estimate the
        difference to chain[0]. Its interval is much narrower than that of the value, as hard questions are hard for
        both.
        """
        sums = np.zeros(len(self._weights)) if gain else self._mean(chain[0])
        estimates = [_estimate(sums, len(self._needed))]
        certain = int((~self._needed).sum())
        for before, now in itertools.pairwise(chain):
            measured = self._needed & ~np.isnan(now) & ~np.isnan(before)
            sums = sums + self._difference(now, before, measured)
            count = int(measured.sum())
            estimates.append(_estimate(sums, count + certain if count else 0))
        return estimates

    def _mean(self, values: FloatArray) -> FloatArray:
        return np.asarray(self._weights @ values / np.maximum(self._weights.sum(axis=1), 1), np.float64)

    def _difference(self, now: FloatArray, before: FloatArray, measured: npt.NDArray[np.bool_]) -> FloatArray:
        if not measured.any():
            return np.zeros(len(self._weights))
        weights = self._weights[:, measured]
        totals = weights.sum(axis=1)
        means = weights @ (now - before)[measured] / np.maximum(totals, 1)
        share = self._weights[:, self._needed].sum(axis=1) / np.maximum(self._weights.sum(axis=1), 1)
        return np.asarray(means * share, np.float64)


def _estimate(sums: FloatArray, questions: int) -> Estimate:
    low, high = np.percentile(sums[1:], (2.5, 97.5)) if len(sums) > 1 else (sums[0], sums[0])
    mean = float(sums[0])
    return Estimate(mean=mean, low=min(float(low), mean), high=max(float(high), mean), questions=questions)
