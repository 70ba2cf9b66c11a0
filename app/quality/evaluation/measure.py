"""Questions go through both retrieval stages; how each fared comes out, by stage and with the seconds it took."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, P, R, nDCG

from app.core.domain import Hit
from app.quality.evaluation.judge import ORDERS, Judge, Judgement
from app.quality.evaluation.questions import Asked
from app.quality.evaluation.run import Loss, Progress, QuestionResult, silent
from app.rerank import Reranker
from app.search import Retriever

MEASURES = (nDCG @ 10, RR @ 10, P @ 1, R @ 5, R @ 10, R @ 50)
HEADLINE = "nDCG@10"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stages:
    """What is measured."""

    retriever: Retriever
    deeper: Retriever | None  # the same with as many candidates as a leg has: what was fused out; None when equal
    reranker: Reranker
    passages: int  # that go into the prompt
    floor: float  # of relevance


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """A question with what the stages made of it."""

    asked: Asked
    judgement: Judgement
    hits: tuple[Hit, ...]  # final order
    deeper: tuple[Hit, ...]  # fused order, as far as a leg goes
    seconds: dict[str, float]


def measure(
    questions: Sequence[Asked], stages: Stages, judge: Judge, *, progress: Progress = silent
) -> tuple[QuestionResult, ...]:
    """The result of every question, in their order. Raises what retrieving and reranking raise."""
    seen: list[_Seen] = []
    for done, asked in enumerate(questions, 1):
        seen.append(_see(asked, stages, judge))
        progress(done, len(questions))
    values = _values([one for one in seen if one.judgement.grades])
    return tuple(_result(one, values.get(one.asked.key, {}), stages) for one in seen)


def _see(asked: Asked, stages: Stages, judge: Judge) -> _Seen:
    retrieval = stages.retriever.retrieve(asked.text, collection=asked.collection)
    started = time.perf_counter()
    hits = stages.reranker.rerank(asked.text, retrieval.hits).hits
    seconds = {"embed": retrieval.embed_seconds, "sql": retrieval.sql_seconds, "rerank": time.perf_counter() - started}
    deeper = retrieval.hits
    if stages.deeper is not None:
        deeper = stages.deeper.retrieve(asked.text, collection=asked.collection).hits
    return _Seen(asked=asked, judgement=judge.judge(asked), hits=hits, deeper=deeper, seconds=seconds)


def _values(seen: Sequence[_Seen]) -> dict[str, dict[str, dict[str, float]]]:
    """Question -> order -> measure -> value. The legs are judged on all they contribute to the fusion."""
    judged = {one.asked.key: dict(one.judgement.grades) for one in seen}
    values: dict[str, dict[str, dict[str, float]]] = {
        key: {order: {str(measure): 0.0 for measure in MEASURES} for order in ORDERS} for key in judged
    }
    for order, rank in ORDERS.items():
        run = {
            one.asked.key: one.judgement.run(one.deeper if order in ("vector", "text") else one.hits, rank)
            for one in seen
        }
        for metric in ir_measures.iter_calc(MEASURES, judged, run):
            values[metric.query_id][order][str(metric.measure)] = metric.value
    return values


def _result(seen: _Seen, values: dict[str, dict[str, float]], stages: Stages) -> QuestionResult:
    relevances = [(hit, stages.reranker.relevance(hit)) for hit in seen.hits]
    expected = [relevance for hit, relevance in relevances if seen.judgement.expects(hit)]
    ranks = {
        order: seen.judgement.best_rank(seen.deeper if order in ("vector", "text") else seen.hits, rank)
        for order, rank in ORDERS.items()
    }
    return QuestionResult(
        key=seen.asked.key,
        text=seen.asked.text,
        answerable=seen.asked.answerable,
        loss=_loss(seen, ranks["reranked"], max(expected, default=0.0), stages),
        ranks=ranks,
        values=values,
        relevance=max((relevance for _, relevance in relevances), default=0.0),
        expected_relevance=max(expected, default=None),
        seconds=seen.seconds,
        missing=seen.judgement.missing,
    )


def _loss(seen: _Seen, final_rank: int | None, relevance: float, stages: Stages) -> Loss:
    if not seen.judgement.grades:
        return Loss.NOT_JUDGED
    if final_rank is not None:
        if final_rank > stages.passages:
            return Loss.RANKED_LOW
        return Loss.NONE if relevance >= stages.floor else Loss.BELOW_FLOOR
    if seen.judgement.best_rank(seen.deeper, ORDERS["fused"]) is not None:
        return Loss.FUSED_OUT
    nothing_left = len(seen.judgement.missing) == len(seen.judgement.grades)
    return Loss.NOT_STORED if nothing_left else Loss.NOT_RETRIEVED
