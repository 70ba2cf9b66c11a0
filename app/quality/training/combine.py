"""Fits the weights of the final order on questions with scored candidates, with cross-validation over the sets.

The weights are searched on a grid for the best mean nDCG@10 over the sets; each set has the same weight.
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
SPREAD = 1.1  # standard deviation of the weighted logits within one question; it sets the scale of the other weights
FLOOR = 0.2  # default relevance floor, 0..1
KEPT = 0.99  # share of the questions that keep a passage above the floor
SPARE = 0.4  # distance, in logits, by which that passage is above the floor
_MEASURE = nDCG @ 10

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A question with its judgement, and its candidates with their logits."""

    key: str
    hits: tuple[Hit, ...]
    judgement: Judgement


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """nDCG@10 of one set, 0..1."""

    questions: int
    fused: float
    fitted: float  # with the weights of all sets, this one among them
    unseen: float | None  # with weights fitted on the other sets; None when there is no other set


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Weights as in a model's config.json, and their gains."""

    combination: Mapping[str, float]
    gains: Mapping[str, Gain]


def scored(
    bench: Bench, retriever: Retriever, reranker: Reranker, *, most: int, progress: Progress = silent
) -> list[Scored]:
    """At most `most` of the questions with an expected passage, evenly spaced, each retrieved and reranked."""
    answerable = [question for question in bench.questions.questions if question.expected]
    chosen = answerable[:: max(1, len(answerable) // most)][:most]
    judge, done = Judge(bench.engine), list[Scored]()
    for question in chosen:
        retrieval = retriever.retrieve(question.text, collection=question.collection)
        hits = reranker.rerank(question.text, retrieval.hits).hits
        done.append(Scored(key=question.key, hits=hits, judgement=judge.judge(question)))
        progress(len(done), len(chosen))
    return done


def fit(sets: Mapping[str, Sequence[Scored]]) -> Fit:
    """Weights from sets of judged questions. Raises TrainingError when no question has an expected passage."""
    judged = {name: [row for row in rows if row.hits and row.judgement.grades] for name, rows in sets.items()}
    usable = {name: rows for name, rows in judged.items() if rows}
    if not usable:
        raise TrainingError("No question has candidates and an expected passage: there is nothing to fit.")
    weight = _logit_weight([row for rows in usable.values() for row in rows])
    grid = list(itertools.product(COSINE, FUSED_SCORE))
    tables = {name: [_features(row) for row in rows] for name, rows in usable.items()}
    fused = {name: _ndcg(rows, [table[:, 2] for table in tables[name]]) for name, rows in usable.items()}
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
    bias = _bias([table for rows in tables.values() for table in rows], weight, by_cosine)
    return Fit(combination=combination | {"bias": bias}, gains=gains)


def _bias(tables: Sequence[Array], weight: float, by_cosine: float) -> float:
    """The bias with which KEPT of the questions have a passage whose relevance is SPARE above FLOOR."""
    best = [float((weight * table[:, 0] + by_cosine * table[:, 1]).max()) for table in tables]
    threshold = float(np.quantile(best, 1 - KEPT)) - SPARE
    return round(math.log(FLOOR / (1 - FLOOR)) - threshold, 2)


def _features(row: Scored) -> Array:
    """[candidates, 3]: logit, cosine, fused score."""
    return np.array([(hit.logit or 0.0, cosine(hit), hit.fused_score) for hit in row.hits])


def _logit_weight(rows: Sequence[Scored]) -> float:
    spread = float(np.mean([_features(row)[:, 0].std() for row in rows]))
    return round(SPREAD / spread, 2) if spread > 0 else 1.0


def _scores(tables: Sequence[Array], weight: float, point: tuple[float, float]) -> list[Array]:
    by_cosine, by_fused = point
    return [weight * table[:, 0] + by_cosine * table[:, 1] + by_fused * table[:, 2] for table in tables]


def _ndcg(rows: Sequence[Scored], scores: Sequence[Array]) -> float:
    judged = {row.key: dict(row.judgement.grades) for row in rows}
    runs: dict[str, dict[str, float]] = {}
    for row, values in zip(rows, scores, strict=True):
        run = runs.setdefault(row.key, {})
        for hit, value in zip(row.hits, values, strict=True):
            for unit in row.judgement.units(hit):
                run[unit] = max(run.get(unit, -np.inf), float(value))
    return float(ir_measures.calc_aggregate([_MEASURE], judged, runs)[_MEASURE])


def _best(gains: Sequence[Array]) -> int:
    """Index in the grid of the centre of the best region, as single points differ by chance. Losses weigh more."""
    shape = (len(COSINE), len(FUSED_SCORE))
    worth = np.mean(gains, axis=0) + 0.5 * np.minimum(0.0, np.min(gains, axis=0))
    smooth = uniform_filter(worth.reshape(shape), 3, mode="constant", cval=float(worth.mean()))
    return int(smooth.argmax())


def _unseen(name: str, values: Mapping[str, Array], fused: Mapping[str, float]) -> float | None:
    others = [values[other] - fused[other] for other in values if other != name]
    return float(values[name][_best(others)]) if others else None
