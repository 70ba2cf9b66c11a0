"""The search stages with a plan before them: each part of a question is searched, and every part gets room."""

import time
from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from app.core.domain import (
    NO_FILTERS,
    Context,
    Filters,
    Hit,
    LeftOut,
    Planned,
    Question,
    Retrieval,
    Retrieved,
    Started,
)
from app.core.plan import Kind, Plan, Step
from app.plan import make_plan
from app.plan.hops import names_in
from app.prefer.wish import wish_of
from app.rerank import Reranker
from app.search import Retriever, Searcher, checked

WHOLE = "whole question"
_NAMED = 3  # passages of the first hop that are read for names
Stage = Started | Planned


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """One step with its candidates."""

    step: Step
    retrieval: Retrieval
    ranked: Retrieved


class PlannedSearcher(Searcher):
    """A question with one fact is searched as ever; the parts of any other are searched one by one and pooled."""

    def __init__(self, *, retriever: Retriever, reranker: Reranker, seconds: float) -> None:
        """seconds: after so many no further part is searched, and the single search counts alone."""
        super().__init__(retriever=retriever, reranker=reranker)
        self._seconds = seconds

    def search(self, text: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieved:
        """The ranked candidates, fates undecided. Raises QuestionError, NotFoundError or CorpusError."""
        question = checked(Question(text=text, collection=collection, filters=filters))
        stages = self.stages(question.text, collection=collection, filters=filters)
        while True:
            try:
                next(stages)
            except StopIteration as end:
                found: Retrieved = end.value
                return found

    def stages(
        self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS
    ) -> Generator[Stage, None, Retrieved]:
        """The single search of the whole question comes first, so that it is there when time runs out."""
        plan = make_plan(query)
        if not plan.parts:
            found = yield from super().stages(query, collection=collection, filters=filters)
            return replace(found, plan=_dated(plan, query))
        end = time.perf_counter() + self._seconds
        yield Planned(plan=plan)
        yield Started(stage="retrieve", detail=f"{WHOLE}: {query}")
        start = time.perf_counter()
        whole = self.retriever.retrieve(query, collection=collection, filters=filters)
        whole_step = Step(name=WHOLE, text=query, found=len(whole.hits), seconds=time.perf_counter() - start)
        found_by_parts = yield from self._parts(plan, query, end, collection=collection, filters=filters)
        yield Started(stage="rerank", detail=WHOLE)
        if len(found_by_parts) < len(plan.parts):
            return self._alone(plan, query, whole, whole_step)
        return self._together(plan, query, whole, whole_step, found_by_parts)

    def _parts(
        self, plan: Plan, query: str, end: float, *, collection: str | None, filters: Filters
    ) -> Generator[Stage, None, list[_Found]]:
        """Each part searched and put in order; fewer than planned when time ran out."""
        found: list[_Found] = []
        for number, part in enumerate(plan.parts, 1):
            if time.perf_counter() > end:
                break
            start = time.perf_counter()
            name = _name(plan.kind, number)
            text = self._with_names(part, found[-1], query) if plan.kind is Kind.TWO_HOPS and found else part
            yield Started(stage="retrieve", detail=f"{name}: {text}")
            retrieval = self.retriever.retrieve(text, collection=collection, filters=filters)
            yield Started(stage="rerank", detail=name)
            ranked = self.reranked(text, retrieval)
            step = Step(name=name, text=text, seconds=time.perf_counter() - start)
            found.append(_Found(step=step, retrieval=retrieval, ranked=ranked))
        return found

    def _with_names(self, part: str, first: _Found, query: str) -> str:
        """The second hop's text with the names in the best passages of the first one."""
        texts = [hit.text for hit in first.ranked.context.hits[:_NAMED]]
        return " ".join((part, *names_in(texts, about=first.step.text, question=query)))

    def _alone(self, plan: Plan, query: str, whole: Retrieval, step: Step) -> Retrieved:
        found = self.reranked(query, whole)
        notice = (
            f"The question has {len(plan.parts)} parts, but searching them took longer than {self._seconds:g} s: "
            "it was searched as a whole only. FOREMOST_PLAN_SECONDS raises the limit."
        )
        return replace(found, plan=replace(plan, steps=(step,)), notices=(*found.notices, notice))

    def _together(
        self, plan: Plan, query: str, whole: Retrieval, whole_step: Step, parts: Sequence[_Found]
    ) -> Retrieved:
        """All candidates, ordered by turns: the best of each part, then the best for the whole question, and again."""
        pool, found_by, counts = _pooled([(whole_step.name, whole), *((one.step.name, one.retrieval) for one in parts)])
        rank_of = {hit.chunk_id: hit.fused_rank for hit in pool}
        last = self.reranked(query, Retrieval(hits=pool, embed_seconds=0.0, sql_seconds=0.0))
        orders = [*((one.step.name, one.ranked.context.hits) for one in parts), (WHOLE, last.context.hits)]
        hits = tuple(
            replace(hit, final_rank=rank, fused_rank=rank_of[hit.chunk_id], found_by=found_by[hit.chunk_id])
            for rank, hit in enumerate(self._by_turns(orders), 1)
        )
        retrieved = [one.retrieval for one in parts]
        ranked = [one.ranked for one in parts]
        notices = [note for one in (whole, *retrieved) for note in one.notes]
        notices += [note for one in (last, *ranked) for note in one.notices]
        steps = (whole_step, *(replace(one.step, found=counts[one.step.name]) for one in parts))
        return Retrieved(
            context=Context(passages=(), hits=hits, tokens=0, token_budget=0),
            left_out=_left_out([(WHOLE, whole), *((one.step.name, one.retrieval) for one in parts)], pool),
            reranker=last.reranker,
            scored=sum(hit.logit is not None for hit in hits),
            notices=tuple(dict.fromkeys(notices)),
            timings=_summed(last.timings, whole, ranked),
            plan=replace(plan, steps=steps),
        )

    def _by_turns(self, orders: Sequence[tuple[str, Sequence[Hit]]]) -> list[Hit]:
        """One of each order in turn, each candidate once, with the scores of the order that values it most."""
        best: dict[int, Hit] = {}
        for _, hits in orders:
            for hit in hits:
                known = best.get(hit.chunk_id)
                if known is None or self.reranker.relevance(hit) > self.reranker.relevance(known):
                    best[hit.chunk_id] = hit
        chosen: dict[int, Hit] = {}
        for place, row in enumerate(zip_longest(*(hits for _, hits in orders)), 1):
            for (name, _), hit in zip(orders, row, strict=True):
                if hit is not None and hit.chunk_id not in chosen:
                    better = best[hit.chunk_id]
                    reason = "; ".join(filter(None, (better.reason, f"number {place} for the {name}")))
                    chosen[hit.chunk_id] = replace(better, reason=reason)
        return list(chosen.values())


def _name(kind: Kind, number: int) -> str:
    return ("first hop", "second hop")[number - 1] if kind is Kind.TWO_HOPS else f"part {number}"


def _dated(plan: Plan, query: str) -> Plan:
    """The plan of one search, which says so where the order follows dates or versions."""
    wish = wish_of(query)
    if not (wish.direction or wish.version):
        return plan
    return replace(plan, kind=Kind.VERSION, reason="it names a version, or asks for the latest or an earlier one")


def _pooled(
    retrievals: Sequence[tuple[str, Retrieval]],
) -> tuple[tuple[Hit, ...], Mapping[int, str], Mapping[str, int]]:
    """Every candidate once, by its best rank in any step; who found each; how many a step found first."""
    hits: dict[int, Hit] = {}
    names: dict[int, list[str]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for name, retrieval in retrievals:
        for hit in retrieval.hits:
            names[hit.chunk_id].append(name)
            if hit.chunk_id not in hits:
                counts[name] += 1
            if hit.chunk_id not in hits or hit.fused_rank < hits[hit.chunk_id].fused_rank:
                hits[hit.chunk_id] = hit
    ordered = sorted(hits.values(), key=lambda hit: hit.fused_rank)  # equal ranks: the whole question first
    pool = tuple(replace(hit, fused_rank=rank) for rank, hit in enumerate(ordered, 1))
    return pool, {chunk: ", ".join(found) for chunk, found in names.items()}, counts


def _left_out(retrievals: Sequence[tuple[str, Retrieval]], pool: Sequence[Hit]) -> tuple[LeftOut, ...]:
    """What the legs brought in any step and no step kept, ranked behind the candidates."""
    kept = {hit.chunk_id for hit in pool}
    found: dict[int, LeftOut] = {}
    for name, retrieval in retrievals:
        for one in retrieval.left_out:
            if one.chunk_id not in kept and one.chunk_id not in found:
                found[one.chunk_id] = replace(one, found_by=name)
    ordered = sorted(found.values(), key=lambda one: one.fused_rank)
    return tuple(replace(one, fused_rank=len(pool) + number) for number, one in enumerate(ordered, 1))


def _summed(last: Mapping[str, float], whole: Retrieval, ranked: Sequence[Retrieved]) -> dict[str, float]:
    """Seconds by stage over all steps."""
    seconds = {stage: value + sum(one.timings[stage] for one in ranked) for stage, value in last.items()}
    seconds["embed"] += whole.embed_seconds
    seconds["sql"] += whole.sql_seconds
    return seconds
