"""Questions with scored candidates go in, the weights of the final order come out, each set also tried unseen.

The weights are searched on a grid for the best mean nDCG@10 over the sets, each set weighing the same.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
import numpy.typing as npt
from ir_measures import nDCG
from scipy.ndimage import uniform_filter

from app.core.domain import Hit
from app.quality.evaluation.judge import Judge, Judgement
from app.quality.evaluation.run import Progress, silent
from app.quality.evaluation.session import Bench
from app.quality.training.data import TrainingError
from app.rerank import Reranker
from app.rerank.base import cosine
from app.search import Retriever

COSINE = (0.0, 0.5, 1.0, 2.0, 4.0)
FUSED_SCORE = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 14.0)
SPREAD = 1.1  # of the logits within one question once they are weighted: what the other weights are in proportion to
FLOOR, KEPT, SPARE = 0.2, 0.99, 0.4  # this share of the questions keeps a passage above the floor with so much to spare
_MEASURE = nDCG @ 10

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A question with what should be found, and its candidates with their logits."""

    key: str
    hits: tuple[Hit, ...]
    judgement: Judgement


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """nDCG@10 of one set, 0..1."""

    questions: int
    fused: float
    fitted: float  # with the weights of all sets, this one among them
    unseen: float | None  # with weights fitted on the other sets; None when there is no other


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Weights as a model's config.json keeps them, and what they bring."""

    combination: Mapping[str, float]
    gains: Mapping[str, Gain]


def scored(
    place: Bench, retriever: Retriever, reranker: Reranker, *, most: int, progress: Progress = silent
) -> list[Scored]:
    """At most `most` of the questions that a passage answers, evenly spaced, each retrieved and reranked."""
    answerable = [asked for asked in place.questions.questions if asked.expected]
    chosen = answerable[:: max(1, len(answerable) // most)][:most]
    judge, done = Judge(place.engine), list[Scored]()
    for asked in chosen:
        hits = reranker.rerank(asked.text, retriever.retrieve(asked.text, collection=asked.collection).hits).hits
        done.append(Scored(key=asked.key, hits=hits, judgement=judge.judge(asked)))
        progress(len(done), len(chosen))
    return done


def fit(sets: Mapping[str, Sequence[Scored]]) -> Fit:
    """Weights from sets of judged questions. Raises TrainingError when no question has an expected passage."""
    judged = {name: [one for one in rows if one.hits and one.judgement.grades] for name, rows in sets.items()}
    usable = {name: rows for name, rows in judged.items() if rows}
    if not usable:
        raise TrainingError("No question has candidates and an expected passage: there is nothing to fit.")
    weight = _logit_weight([one for rows in usable.values() for one in rows])
    grid = list(itertools.product(COSINE, FUSED_SCORE))
    tables = {name: [_features(one) for one in rows] for name, rows in usable.items()}
    fused = {name: _ndcg(rows, [one[:, 2] for one in tables[name]]) for name, rows in usable.items()}
    values = {
        name: np.array([_ndcg(rows, _scores(tables[name], weight, point)) for point in grid])
        for name, rows in usable.items()
    }
    best = _best([values[name] - fused[name] for name in usable])
    gains = {
        name: Gain(
            questions=len(rows),
            fused=fused[name],
            fitted=float(values[name][best]),
            unseen=_unseen(name, values, fused),
        )
        for name, rows in usable.items()
    }
    by_cosine, by_fused = grid[best]
    combination = {"logit": weight, "cosine": by_cosine, "fused_score": by_fused}
    bias = _bias([one for table in tables.values() for one in table], weight, by_cosine)
    return Fit(combination=combination | {"bias": bias}, gains=gains)


def _bias(tables: Sequence[Array], weight: float, by_cosine: float) -> float:
    best = [float((weight * one[:, 0] + by_cosine * one[:, 1]).max()) for one in tables]
    threshold = float(np.quantile(best, 1 - KEPT)) - SPARE
    return round(math.log(FLOOR / (1 - FLOOR)) - threshold, 2)


def _features(one: Scored) -> Array:
    """[candidates, 3]: logit, cosine, fused score."""
    return np.array([(hit.logit or 0.0, cosine(hit), hit.fused_score) for hit in one.hits])


def _logit_weight(rows: Sequence[Scored]) -> float:
    spread = float(np.mean([_features(one)[:, 0].std() for one in rows]))
    return round(SPREAD / spread, 2) if spread > 0 else 1.0


def _scores(tables: Sequence[Array], weight: float, point: tuple[float, float]) -> list[Array]:
    by_cosine, by_fused = point
    return [weight * one[:, 0] + by_cosine * one[:, 1] + by_fused * one[:, 2] for one in tables]


def _ndcg(rows: Sequence[Scored], scores: Sequence[Array]) -> float:
    judged = {one.key: dict(one.judgement.grades) for one in rows}
    runs: dict[str, dict[str, float]] = {}
    for one, values in zip(rows, scores, strict=True):
        run = runs.setdefault(one.key, {})
        for hit, value in zip(one.hits, values, strict=True):
            for unit in one.judgement.units(hit):
                run[unit] = max(run.get(unit, -np.inf), float(value))
    return float(ir_measures.calc_aggregate([_MEASURE], judged, runs)[_MEASURE])


def _best(gains: Sequence[Array]) -> int:
    """Position in the grid: the middle of the best region, as single points differ by chance. Losses weigh more."""
    shape = (len(COSINE), len(FUSED_SCORE))
    worth = np.mean(gains, axis=0) + 0.5 * np.minimum(0.0, np.min(gains, axis=0))
    smooth = uniform_filter(worth.reshape(shape), 3, mode="constant", cval=float(worth.mean()))
    return int(smooth.argmax())


def _unseen(name: str, values: Mapping[str, Array], fused: Mapping[str, float]) -> float | None:
    others = [values[other] - fused[other] for other in values if other != name]
    return float(values[name][_best(others)]) if others else None
