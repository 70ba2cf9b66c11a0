"""Which questions have parts, and how the candidates of parts become one order."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event

import pytest

from app.core.domain import SIMPLE, Context, Hit, LeftOut, Plan, Retrieved, Started, Waiting
from app.core.errors import ModelError
from app.plan.make import plan_of
from app.plan.pool import pooled, pooled_left_out
from app.plan.searching import search_parts
from tests.support.builders import make_hit


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "When was the pump replaced, and who inspects the lifeboats?",
            ("When was the pump replaced", "who inspects the lifeboats?"),
        ),
        (
            "Who signs the report and in which drawer is it filed by the Aurora?",
            ("Who signs the report", "in which drawer is it filed by the Aurora?"),
        ),
        (
            "What does a ticket cost? How many lifeboats are there?",
            ("What does a ticket cost?", "How many lifeboats are there?"),
        ),
        (
            "Wann wurde die Pumpe ersetzt und wer prüft die Rettungsboote?",
            ("Wann wurde die Pumpe ersetzt", "wer prüft die Rettungsboote?"),
        ),
        (
            "Quand la pompe a été remplacée et combien de canots y a-t-il ?",
            ("Quand la pompe a été remplacée", "combien de canots y a-t-il ?"),
        ),
        (
            "¿Cuándo se cambió la bomba y quién revisa los botes?",
            ("¿Cuándo se cambió la bomba", "quién revisa los botes?"),
        ),
    ],
)
def test_questions_of_several_facts_are_parted(question: str, parts: tuple[str, ...]) -> None:
    assert plan_of(question) == Plan(kind="parts", parts=parts)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Compare the flat's lease with the office's lease.", ("the flat's lease", "the office's lease")),
        (
            "Compare the Aurora and the Borealis in terms of fuel.",
            ("the Aurora fuel", "the Borealis fuel"),
        ),
        ("What is the difference between a lease, a licence and a loan?", ("a lease", "a licence", "a loan")),
        (
            "What is the difference between the port of Hull and York and the port of Bergen?",
            ("the port of Hull and York", "the port of Bergen"),
        ),
        ("How does the winter timetable differ from the summer one?", ("the winter timetable", "the summer one")),
        (
            "Which is longer, the Aurora or the Borealis?",
            ("Which is longer the Aurora", "Which is longer the Borealis"),
        ),
        ("Is the Aurora faster than the Borealis?", ("the Aurora faster", "the Borealis faster")),
        (
            "What is the notice period of the flat and of the office?",
            ("What is the notice period of the flat", "What is the notice period of the office"),
        ),
        ("Vergleiche den Mietvertrag mit dem Leihvertrag.", ("den Mietvertrag", "dem Leihvertrag")),
        ("Was ist der Unterschied zwischen Miete und Pacht?", ("Miete", "Pacht")),
        ("Worin unterscheidet sich die Aurora von der Borealis?", ("die Aurora", "der Borealis")),
        ("Quelle est la différence entre le bail et le prêt ?", ("le bail", "le prêt")),
        ("Comparez le bail avec le prêt", ("le bail", "le prêt")),
        ("¿Cuál es la diferencia entre el alquiler y el préstamo?", ("el alquiler", "el préstamo")),
        ("¿En qué se diferencian el alquiler y el préstamo?", ("el alquiler", "el préstamo")),
    ],
)
def test_comparisons_are_parted_by_their_things(question: str, parts: tuple[str, ...]) -> None:
    assert plan_of(question) == Plan(kind="compare", parts=parts)


@pytest.mark.parametrize(
    "question",
    [
        "When does the first ferry sail?",
        "What are the rules for dogs and cats?",
        "When and where does the ferry sail?",
        "When was Tesla born and where did he die?",  # the second part does not say who
        "What did the ECDC and WHO ask the countries?",  # a name, no question word
        "How do fees compare to other schools?",  # the other thing is not named
        'What does "stop and wait" mean, and who said "never"?',  # a quotation decides what is found
        "I look for papers on non-users. Which libraries have studied them? Why do they stay away?",
        "Is it safe for adrenal masses larger than 7 cm?",
        "",
    ],
)
def test_all_other_questions_are_searched_once(question: str) -> None:
    assert plan_of(question) == SIMPLE


def test_a_long_message_is_searched_once() -> None:
    assert plan_of("When was the pump replaced, and who inspects the lifeboats" + " of the ship" * 40 + "?") == SIMPLE


def hits(*chunks: int, logits: Sequence[float | None] = ()) -> tuple[Hit, ...]:
    """Candidates in final order, with the given logits or falling ones."""
    values = logits or [-float(rank) for rank in range(len(chunks))]
    return tuple(
        replace(make_hit(chunk), fused_rank=rank, final_rank=rank, logit=logit, rerank_score=logit)
        for rank, (chunk, logit) in enumerate(zip(chunks, values, strict=True), 1)
    )


def by_logit(hit: Hit) -> float:
    """A relevance that follows the logit alone."""
    return hit.logit if hit.logit is not None else -99.0


def test_every_part_has_its_turn_and_a_candidate_keeps_its_better_scores() -> None:
    order = pooled([hits(1, 9, 2), hits(1, 3, 4), hits(5, 1, 6, logits=(7.0, 5.0, 4.0))], by_logit)
    assert [hit.chunk_id for hit in order] == [1, 5, 3, 6, 4, 9, 2]
    assert [hit.final_rank for hit in order] == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(hit.fused_rank for hit in order) == [1, 2, 3, 4, 5, 6, 7]
    first = order[0]
    assert (first.found_by, first.logit) == ((0, 1, 2), 5.0)
    assert (order[1].found_by, order[5].found_by) == ((2,), (0,))


def test_candidates_that_were_not_scored_come_last() -> None:
    order = pooled([hits(1), hits(2, 3, logits=(1.0, None)), hits(4)], by_logit)
    assert [hit.chunk_id for hit in order] == [2, 4, 1, 3]


def test_what_is_left_out_of_all_searches_is_ranked_behind_the_candidates() -> None:
    def out(chunk: int, rank: int) -> LeftOut:
        return LeftOut(
            chunk_id=chunk, vector_rank=rank, vector_distance=0.5, text_rank=None, text_score=None, fused_rank=rank,
            fused_score=0.1, holds_quote=False,
        )  # fmt: skip

    left = pooled_left_out([(out(1, 3), out(7, 4)), (out(8, 3), out(7, 5))], hits(1, 2))
    assert [(one.chunk_id, one.fused_rank, one.found_by) for one in left] == [(8, 3, (1,)), (7, 4, (0, 1))]


def found(*chunks: int) -> Retrieved:
    """A search's result."""
    context = Context(passages=(), hits=hits(*chunks), tokens=0, token_budget=0)
    return Retrieved(context=context, reranker="r", scored=len(chunks), timings={"sql": 0.5}, notices=("same",))


TWO = Plan(kind="parts", parts=("first", "second"))


def run(search: Callable[[str], Retrieved], seconds: float = 60) -> tuple[list[Started | Waiting], Retrieved]:
    """The events of searching two parts, and the result."""
    steps = search_parts(TWO, found(1, 2), search, seconds=seconds, relevance=by_logit)
    events = []
    while True:
        try:
            events.append(next(steps))
        except StopIteration as end:
            result: Retrieved = end.value
            return events, result


def test_each_part_is_a_stage_and_their_results_are_one() -> None:
    events, result = run(lambda part: found(3) if part == "first" else found(4, 1))
    assert [event for event in events if isinstance(event, Started)] == [
        Started(stage="part", detail="first"),
        Started(stage="part", detail="second"),
    ]
    assert [hit.chunk_id for hit in result.context.hits] == [3, 4, 1, 2]
    assert (result.plan, result.scored, result.timings, result.notices) == (TWO, 4, {"sql": 1.5}, ("same",))


def test_parts_that_take_too_long_leave_the_single_search_with_a_notice() -> None:
    go_on = Event()

    def slow(part: str) -> Retrieved:
        if part == "second":
            go_on.wait(20)
        return found(3)

    events, result = run(slow, seconds=0.3)
    go_on.set()
    assert Waiting() in events
    assert result.context == found(1, 2).context
    assert result.plan == SIMPLE
    assert result.notices[-1].startswith("The parts of the question were not searched one by one: part 2 was not found")


def test_a_part_that_fails_leaves_the_single_search_with_a_notice() -> None:
    def failing(part: str) -> Retrieved:
        raise ModelError(f"no model for {part}")

    _, result = run(failing)
    assert result.context == found(1, 2).context
    assert "part 1 failed (no model for first)" in result.notices[-1]
