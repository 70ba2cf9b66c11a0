"""What the page and programs are told about the parts of a question."""

from dataclasses import replace

from app.core.domain import SIMPLE, Context, Fate, Plan, Query, Retrieved, Started
from app.present.as_json import answer_view, event_view, search_view
from app.present.candidate_table import fate_details
from app.present.question_parts import found_by, parts_lines
from app.web.answer_foot import render_foot
from app.web.candidates import trace
from app.web.details import details_html
from app.web.thread import render_live
from tests.support.builders import make_answer, make_hit

PLAN = Plan(kind="compare", parts=("the <Aurora>", "the Borealis"))
CITED = make_hit(1, found_by=(0, 2), fate=Fate.IN_PROMPT, passage_number=1, cited=True)
DROPPED = make_hit(2, found_by=(1,), fate=Fate.BEYOND_LIMIT, fate_detail="beyond", reason="dated 2026")
ANSWER = make_answer(
    query=Query(text="Compare them", changed=False, reason="", plan=PLAN),
    context=Context(passages=(), hits=(CITED, DROPPED), tokens=0, token_budget=0),
)
LINES = (
    "part 1, also searched on its own: “the <Aurora>”: 1 candidate, 0 in the prompt, 0 cited",
    "part 2, also searched on its own: “the Borealis”: 1 candidate, 1 in the prompt, 1 cited",
)


def test_an_answer_says_what_each_part_brought() -> None:
    assert parts_lines(ANSWER) == LINES
    for html in (render_foot(ANSWER), details_html(ANSWER)):
        assert "“the &lt;Aurora&gt;”: 1 candidate, 0 in the prompt" in html
        assert "“the Borealis”: 1 candidate, 1 in the prompt, 1 cited" in html


def test_an_answer_that_was_searched_once_says_nothing_of_parts() -> None:
    single = replace(ANSWER, query=replace(ANSWER.query, plan=SIMPLE))
    assert parts_lines(single) == ()
    assert "part 1" not in render_foot(single)


def test_a_candidate_names_the_parts_that_found_it() -> None:
    assert found_by(CITED) == "found by the whole question and part 2"
    assert found_by(make_hit(1, found_by=(0, 1, 2))) == "found by the whole question, part 1 and part 2"
    assert found_by(make_hit(1)) == ""
    assert fate_details(DROPPED) == "found by part 1; dated 2026; beyond"
    assert "found by part 1" in trace(DROPPED)


def test_programs_get_the_plan_and_what_each_part_brought() -> None:
    parts = [
        {"text": "the <Aurora>", "candidates": 1, "in_prompt": 0, "cited": 0},
        {"text": "the Borealis", "candidates": 1, "in_prompt": 1, "cited": 1},
    ]
    view = answer_view(ANSWER)
    assert view["plan"] == {"kind": "compare", "parts": parts}
    assert [candidate["found_by"] for candidate in view["candidates"]] == [[0, 2], [1]]
    retrieved = Retrieved(context=ANSWER.context, reranker="r", scored=2)
    assert search_view("Compare them", retrieved)["plan"] == {"kind": "simple", "parts": []}


def test_a_part_is_named_while_it_is_searched() -> None:
    assert event_view(Started(stage="part", detail="the Borealis")) == {
        "event": "stage",
        "stage": "part",
        "part": "the Borealis",
    }
    assert event_view(Started(stage="pack")) == {"event": "stage", "stage": "pack"}
    live = render_live("Compare them", stage="part", detail="the <Aurora>")
    assert "Searching for a part of the question: the &lt;Aurora&gt;…" in live
