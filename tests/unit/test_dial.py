"""Estimates with gaps, the choice for a budget, and what the page shows of both."""

from dataclasses import replace

import numpy as np
import pytest

from app.core.errors import QuestionError
from app.quality.dial.estimate import Estimate, Estimator
from app.quality.dial.measure import Step
from app.quality.dial.sweep import SWEEP, Point, SectionPoint, Sweep, marked, recommend
from app.quality.dial.tuning import State
from app.quality.evaluation.floor import floor_curve
from app.web.dial_view import render_choice, render_floor, render_intro, render_progress, render_sweep
from tests.support.runs import result, run_of


def estimate(mean: float, questions: int = 100) -> Estimate:
    return Estimate(mean=mean, low=mean - 0.02, high=mean + 0.02, questions=questions)


def point(candidates: int, quality: float, seconds: float, *, reranker: str = "full", questions: int = 100) -> Point:
    return Point(
        reranker="none" if not candidates else reranker,
        setting="none" if not candidates else "auto",
        candidates=candidates,
        quality=estimate(quality, questions),
        gain=estimate(quality - 0.7),
        found={p: estimate(quality + more) for p, more in ((1, -0.1), (3, 0.0), (5, 0.05), (8, 0.055))},
        p50=seconds,
        p95=2 * seconds,
    )  # fmt: skip


def sweep_of(*points: Point) -> Sweep:
    return Sweep(
        target="golden", questions=100, timed=40, machine="a <machine>", rerankers={"full": "words & more"},
        points=marked(points), left_out=("200 candidates were reranked for 3 of 100 questions.",), seconds=60.0,
    )  # fmt: skip


SWEPT = sweep_of(point(0, 0.70, 0.02), point(10, 0.76, 0.1), point(50, 0.80, 0.4), point(100, 0.8005, 0.9))


def test_with_every_question_measured_the_estimate_is_the_mean() -> None:
    first, second = np.array([0.0, 1.0, 0.5, 0.5]), np.array([1.0, 1.0, 0.0, 0.5])
    one, two = Estimator(np.ones(4, np.bool_)).estimates([first, second])
    assert (one.mean, two.mean) == (0.5, 0.625)
    assert two.questions == 4
    assert one.low <= one.mean <= one.high


def test_what_was_measured_on_some_questions_is_corrected_by_what_all_of_them_have() -> None:
    rng = np.random.default_rng(1)
    base = rng.uniform(0, 1, 400)
    better = np.clip(base + 0.05 + rng.normal(0, 0.02, 400), 0, 1)
    few = better.copy()
    few[np.argsort(base)[:300]] = np.nan  # only the easy questions: their plain mean says 0.9
    found = Estimator(np.ones(400, np.bool_)).estimates([base, few])[-1]
    assert found.mean == pytest.approx(better.mean(), abs=0.02)
    assert found.questions == 100


def test_questions_that_need_no_measuring_weigh_as_what_they_are() -> None:
    base = np.array([0.0] * 50 + [0.5] * 50)
    now = np.array([np.nan] * 50 + [1.0] * 10 + [np.nan] * 40)
    needed = np.array([False] * 50 + [True] * 50)
    found, gain = (Estimator(needed).estimates([base, now], gain=asked)[-1] for asked in (False, True))
    assert found.mean == pytest.approx(0.5)
    assert gain.mean == pytest.approx(0.25)
    assert found.questions == 60


def test_a_gain_is_known_better_than_the_value_itself() -> None:
    rng = np.random.default_rng(2)
    base = rng.choice([0.0, 1.0], 200)
    now = np.clip(base + rng.normal(0.02, 0.01, 200), -1, 2)
    value, gain = (Estimator(np.ones(200, np.bool_)).estimates([base, now], gain=asked)[-1] for asked in (False, True))
    assert gain.high - gain.low < (value.high - value.low) / 10
    assert gain.low > 0


def test_only_settings_that_none_beats_in_both_are_on_the_front() -> None:
    points = marked((point(0, 0.7, 0.02), point(10, 0.69, 0.1), point(50, 0.8, 0.4), point(100, 0.79, 0.9)))
    assert [(p.candidates, p.pareto) for p in points] == [(0, True), (10, False), (50, True), (100, False)]


@pytest.mark.parametrize(
    ("milliseconds", "share", "candidates"), [(100, 95, 0), (250, 95, 10), (250, 50, 10), (400, 50, 50), (5000, 95, 50)]
)
def test_the_best_setting_within_the_budget_is_recommended(milliseconds: int, share: int, candidates: int) -> None:
    assert recommend(SWEPT, milliseconds / 1000, share=share).point.candidates == candidates


def test_as_few_passages_as_serve_as_well_are_recommended_and_named_as_settings() -> None:
    chosen = recommend(SWEPT, 1.0)
    assert chosen.passages == 5
    assert dict(chosen.values) == {"reranker": "auto", "candidates": "50", "passages": "5"}
    assert dict(recommend(SWEPT, 0.05).values) == {"reranker": "none", "passages": "5"}


def test_a_budget_that_nothing_meets_names_the_fastest() -> None:
    with pytest.raises(QuestionError, match="the fastest, no reranking, takes 40 ms"):
        recommend(SWEPT, 0.001)


def test_a_setting_that_was_never_measured_is_not_recommended() -> None:
    swept = sweep_of(point(0, 0.7, 0.02), point(10, 0.9, 0.1, questions=0))
    assert recommend(swept, 1.0).point.candidates == 0


def test_a_sweep_written_and_read_again_is_the_same() -> None:
    assert SWEEP.validate_json(SWEEP.dump_json(SWEPT)) == SWEPT


def test_the_tab_shows_the_sweep_with_its_choice_and_escapes_names() -> None:
    html = render_sweep(SWEPT, recommend(SWEPT, 1.0)) + render_choice(recommend(SWEPT, 0.25))
    assert "a &lt;machine&gt;" in html
    assert "words &amp; more" in html
    assert '<tr class="chosen"><th scope="row">50 candidates, full</th>' in html
    assert "10 candidates, full, 5 passages" in html
    assert "Without a budget: 100 candidates, full" in html
    assert html.count('class="fm-front"') == 4
    assert "3 of 100 questions" in html


def test_the_tab_shows_what_section_context_brings_where_it_was_measured() -> None:
    assert "section tokens" not in render_sweep(SWEPT, None)
    with_sections = replace(
        SWEPT,
        sections=tuple(
            SectionPoint(section_tokens=n, found=estimate(0.9), whole=estimate(whole), gain=estimate(0.1), tokens=700)
            for n, whole in ((0, 0.5), (300, 0.625))
        ),
    )
    assert '<th scope="row">300</th><td>90.0</td><td>62.5</td><td>700</td>' in render_sweep(with_sections, None)


def test_the_tab_says_how_far_it_is_and_why_it_ended() -> None:
    state = State(questions=12, unanswerable=2, drafts=3, in_effect={"passages": "5"})
    assert "<b>12</b> golden questions, 2 of them unanswerable. <b>18</b> more are needed" in render_intro(state)
    assert "golden import" in render_intro(State(questions=0, unanswerable=0, drafts=0, in_effect={}))
    running = State(
        questions=1, unanswerable=0, drafts=0, in_effect={}, running="sweep",
        step=Step(stage="reranking", done=30, of=120),
    )  # fmt: skip
    assert 'aria-valuenow="25"' in render_progress(running)
    ended = State(questions=1, unanswerable=0, drafts=0, in_effect={}, problem="The <server> went.")
    assert "The &lt;server&gt; went." in render_progress(ended)
    assert render_progress(state) == ""


def test_the_tab_shows_where_answers_are_lost_and_the_floor() -> None:
    questions = [result(at, 1.0, relevance=0.6) for at in range(20)] + [result(20, 0.3), result(21, 0.0)]
    questions += [result(30 + at, 0.0, answerable=False, relevance=0.1) for at in range(20)]
    run = run_of([])
    run = type(run)(**{name: getattr(run, name) for name in run.__slots__} | {"questions": tuple(questions)})
    html = render_floor(run, floor_curve(run, current=0.2))
    assert "beyond the passage limit" in html
    assert "<b>0.11</b> refuses 20 of 20" in html
    assert render_floor(None, None) == ""
