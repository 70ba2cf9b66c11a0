"""The steps of a plan, as page, commands and programs show them."""

from dataclasses import replace

from app.core.domain import Planned, Started
from app.core.plan import ONE_SEARCH, Kind, Plan, Step
from app.present.as_json import answer_view, candidate_view, event_view
from app.present.candidate_table import fate_details
from app.present.plan_lines import plan_lines, step_line
from app.web.thread import render_exchange, render_live
from tests.support.builders import make_answer, make_hit

PLAN = Plan(
    kind=Kind.COMPARE,
    reason="it compares 2 things",
    parts=("the <Berlin> lease", "the Hamburg lease"),
    steps=(
        Step(name="whole question", text="Compare both", found=50, used=1),
        Step(name="part 1", text="the <Berlin> lease", found=3, used=2),
    ),
)


def test_each_step_says_what_was_searched_and_what_it_brought() -> None:
    assert plan_lines(PLAN) == (
        "compare: it compares 2 things",
        "whole question: Compare both — 50 new candidates, 1 used",
        "part 1: the <Berlin> lease — 3 new candidates, 2 used",
    )
    assert plan_lines(ONE_SEARCH) == ()


def test_the_page_shows_the_steps_of_an_answer_and_the_one_that_runs() -> None:
    page = render_exchange(make_answer(plan=PLAN))
    assert "2 searches — compare: it compares 2 things" in page
    assert "<li>part 1: the &lt;Berlin&gt; lease — 3 new candidates, 2 used</li>" in page
    assert "fm-plan" not in render_exchange(make_answer())
    assert "(part 1: the lease)" in render_live("Compare", stage="retrieve", detail="part 1: the lease")
    assert step_line("Searching", "") == "Searching"


def test_programs_get_the_plan_as_it_runs_and_with_the_answer() -> None:
    assert event_view(Started(stage="retrieve", detail="part 1: a")) == {
        "event": "stage", "stage": "retrieve", "detail": "part 1: a",
    }  # fmt: skip
    assert event_view(Started(stage="pack")) == {"event": "stage", "stage": "pack"}
    planned = event_view(Planned(plan=replace(PLAN, steps=())))
    assert planned is not None
    assert planned["event"] == "plan"
    assert planned["parts"] == ["the <Berlin> lease", "the Hamburg lease"]
    view = answer_view(make_answer(plan=PLAN))["plan"]
    assert view["kind"] == "compare"
    assert [step["name"] for step in view["steps"]] == ["whole question", "part 1"]


def test_a_candidate_names_the_step_that_found_it() -> None:
    hit = make_hit(1, "A lease.", found_by="part 1, whole question", fate_detail="joined to passage 1")
    assert fate_details(hit) == "joined to passage 1; found by the search part 1, whole question"
    assert candidate_view(hit)["found_by"] == "part 1, whole question"
    assert candidate_view(make_hit(1, "A lease."))["found_by"] == ""
