"""Searching by parts: what is pooled, how turns are taken, what a step says, and what happens when time runs out."""

from dataclasses import replace
from typing import Any

from typing_extensions import override

from app.core.domain import NO_FILTERS, Filters, Hit, Planned, Retrieval, Retrieved, Started
from app.core.plan import Kind
from app.planned_search import PlannedSearcher
from app.rerank import KeepOrder
from app.search import Retriever, Searcher
from tests.support.builders import make_hit

BERLIN = make_hit(1, "The Berlin lease ends after three months.")
HAMBURG = make_hit(2, "The Hamburg lease ends after six months.")
OTHER = [make_hit(n, f"Another rule, number {n}.") for n in range(3, 9)]
COMPARED = "Compare the Berlin lease and the Hamburg lease"


class _ByWord(Retriever):
    """Whole questions find other passages first; a part finds its own."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    @override
    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval:
        self.asked.append(query)
        hits = list(OTHER)
        if query == "the Berlin lease":
            hits = [BERLIN, *OTHER[:3]]
        elif query == "the Hamburg lease":
            hits = [HAMBURG, *OTHER[2:4]]
        ranked = tuple(
            replace(hit, fused_rank=rank, vector_distance=0.5 + rank / 100) for rank, hit in enumerate(hits, 1)
        )
        return Retrieval(hits=ranked, embed_seconds=0.0, sql_seconds=0.0)


def _search(text: str, *, seconds: float = 60) -> tuple[Retrieved, list[Any], _ByWord]:
    retriever = _ByWord()
    stages = PlannedSearcher(retriever=retriever, reranker=KeepOrder(), seconds=seconds).stages(text)
    events: list[Any] = []
    while True:
        try:
            events.append(next(stages))
        except StopIteration as end:
            return end.value, events, retriever


def _ids(hits: tuple[Hit, ...]) -> list[int]:
    return [hit.chunk_id for hit in hits]


def test_a_simple_question_is_searched_once_with_the_same_result() -> None:
    found, events, retriever = _search("How long does the lease run?")
    plain = Searcher(retriever=_ByWord(), reranker=KeepOrder()).search("How long does the lease run?")
    assert retriever.asked == ["How long does the lease run?"]
    assert found.context == plain.context
    assert [event.stage for event in events] == ["retrieve", "rerank"]


def test_every_part_gets_its_turn_and_each_candidate_names_who_found_it() -> None:
    found, events, retriever = _search(COMPARED)
    assert retriever.asked == [COMPARED, "the Berlin lease", "the Hamburg lease"]
    assert _ids(found.context.hits)[:2] == [BERLIN.chunk_id, HAMBURG.chunk_id]
    by_id = {hit.chunk_id: hit for hit in found.context.hits}
    assert len(by_id) == len(found.context.hits) == 8
    assert by_id[1].found_by == "part 1"
    assert by_id[2].found_by == "part 2"
    assert by_id[5].found_by == "whole question, part 1, part 2"
    assert by_id[1].reason == "number 1 for the part 1"
    assert sorted(hit.fused_rank for hit in found.context.hits) == list(range(1, 9))
    assert [hit.final_rank for hit in found.context.hits] == list(range(1, 9))
    assert isinstance(events[0], Planned)
    details = [event.detail for event in events if isinstance(event, Started) and event.stage == "retrieve"]
    assert details == [f"whole question: {COMPARED}", "part 1: the Berlin lease", "part 2: the Hamburg lease"]


def test_the_plan_says_what_each_step_brought() -> None:
    plan = _search(COMPARED)[0].plan
    assert plan.kind is Kind.COMPARE
    assert [(step.name, step.found) for step in plan.steps] == [("whole question", 6), ("part 1", 1), ("part 2", 1)]


def test_when_time_runs_out_the_single_search_counts_and_a_notice_says_so() -> None:
    found, _, retriever = _search(COMPARED, seconds=0)
    plain = Searcher(retriever=_ByWord(), reranker=KeepOrder()).search(COMPARED)
    assert retriever.asked == [COMPARED]
    assert found.context == plain.context
    assert found.notices[-1].endswith("FOREMOST_PLAN_SECONDS raises the limit.")
    assert [step.name for step in found.plan.steps] == ["whole question"]


def test_the_second_hop_is_searched_with_names_that_the_first_one_found() -> None:
    class Hops(_ByWord):
        @override
        def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval:
            self.asked.append(query)
            hit = make_hit(1, "Project Orion is owned by a group in the north, Team Falcon.")
            return Retrieval(hits=(hit,), embed_seconds=0.0, sql_seconds=0.0)

    retriever = Hops()
    searcher = PlannedSearcher(retriever=retriever, reranker=KeepOrder(), seconds=60)
    found = searcher.search("Who manages the team that owns project Orion?")
    assert retriever.asked[1:] == ["team that owns project Orion", "Who manages team Team Falcon"]
    assert [step.name for step in found.plan.steps] == ["whole question", "first hop", "second hop"]


def test_a_question_for_the_newest_version_says_so_and_is_searched_once() -> None:
    found, _, retriever = _search("What does the latest price list say?")
    assert found.plan.kind is Kind.VERSION
    assert len(retriever.asked) == 1
