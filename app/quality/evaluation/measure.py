"""Questions go through both retrieval stages; the result of each comes out, by stage, with its times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, P, R, nDCG

from app.core.domain import Hit
from app.quality.evaluation.judge import ORDERS, Judge, Judgement
from app.quality.evaluation.questions import EvaluationQuestion
from app.quality.evaluation.run import Progress, QuestionResult, silent
from app.quality.expected.loss import Loss, ranked_too_low
from app.search import Retriever, Searcher

MEASURES = (nDCG @ 10, RR @ 10, P @ 1, R @ 5, R @ 10, R @ 50)
HEADLINE = "nDCG@10"
_Values = Mapping[str, Mapping[str, float]]  # order -> measure -> value


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredStages:
    """The stages that are measured."""

    searcher: Searcher  # with its plan, so that parts count as they do in an answer
    deeper: Retriever | None  # the same with as many candidates as a leg has; None when that is no more
    passages: int  # limit of the prompt
    floor: float  # of relevance, 0..1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trial:
    """A question with the candidates that the stages gave for it."""

    question: EvaluationQuestion
    judgement: Judgement
    hits: tuple[Hit, ...]  # final order
    deeper: tuple[Hit, ...]  # fused order, as far as a leg goes
    seconds: Mapping[str, float]  # stage -> seconds

    def candidates(self, order: str) -> tuple[Hit, ...]:
        """The hits of an order: the legs are judged on all they contribute to the fusion."""
        return self.deeper if order in ("vector", "text") else self.hits


def measure(
    questions: Sequence[EvaluationQuestion], stages: MeasuredStages, judge: Judge, *, progress: Progress = silent
) -> tuple[QuestionResult, ...]:
    """The result of every question, in their order. Raises the errors of retrieving and reranking."""
    trials: list[_Trial] = []
    for done, question in enumerate(questions, 1):
        trials.append(_try(question, stages, judge))
        progress(done, len(questions))
    values = _values([trial for trial in trials if trial.judgement.grades])
    return tuple(_result(trial, values.get(trial.question.key, {}), stages) for trial in trials)


def _try(question: EvaluationQuestion, stages: MeasuredStages, judge: Judge) -> _Trial:
    found = stages.searcher.search(question.text, collection=question.collection)
    hits, timings = found.context.hits, found.timings
    seconds = {stage: timings[stage] for stage in ("embed", "sql")}
    seconds["rerank"] = timings["rerank"] + timings["prefer"]
    deeper = hits
    if stages.deeper is not None:
        deeper = stages.deeper.retrieve(question.text, collection=question.collection).hits
    return _Trial(question=question, judgement=judge.judge(question), hits=hits, deeper=deeper, seconds=seconds)


def _values(trials: Sequence[_Trial]) -> dict[str, dict[str, dict[str, float]]]:
    """Question -> order -> measure -> value."""
    judged = {trial.question.key: dict(trial.judgement.grades) for trial in trials}
    values: dict[str, dict[str, dict[str, float]]] = {
        key: {order: {str(measure): 0.0 for measure in MEASURES} for order in ORDERS} for key in judged
    }
    for order, rank in ORDERS.items():
        run = {trial.question.key: trial.judgement.run(trial.candidates(order), rank) for trial in trials}
        for metric in ir_measures.iter_calc(MEASURES, judged, run):
            values[metric.query_id][order][str(metric.measure)] = metric.value
    return values


def _result(trial: _Trial, values: _Values, stages: MeasuredStages) -> QuestionResult:
    relevances = [(hit, stages.searcher.reranker.relevance(hit)) for hit in trial.hits]
    expected = [relevance for hit, relevance in relevances if trial.judgement.expects(hit)]
    return QuestionResult(
        key=trial.question.key,
        text=trial.question.text,
        answerable=trial.question.answerable,
        loss=_loss(trial, max(expected, default=0.0), stages),
        ranks={order: trial.judgement.best_rank(trial.candidates(order), rank) for order, rank in ORDERS.items()},
        values=values,
        relevance=max((relevance for _, relevance in relevances), default=0.0),
        expected_relevance=max(expected, default=None),
        seconds=trial.seconds,
        missing=trial.judgement.missing,
    )


def _loss(trial: _Trial, relevance: float, stages: MeasuredStages) -> Loss | None:
    """Where the first expected passage was lost; None where none is expected. relevance: of the best one, 0..1."""
    judgement = trial.judgement
    if not judgement.grades:
        return None
    expected = [(hit.final_rank, hit) for hit in trial.hits if hit.final_rank is not None and judgement.expects(hit)]
    if expected:
        rank, first = min(expected, key=lambda item: item[0])
        if rank > stages.passages:
            return ranked_too_low(first)
        return Loss.IN_PROMPT if relevance >= stages.floor else Loss.BELOW_FLOOR
    if judgement.best_rank(trial.deeper, ORDERS["fused"]) is not None:
        return Loss.FUSED_OUT
    if len(judgement.losses) == len(judgement.grades):
        return judgement.losses[0]
    return Loss.NOT_RETRIEVED
