"""The relevance floor: what each one refuses, and which is recommended."""

from dataclasses import replace

import pytest

from app.core.errors import QuestionError
from app.quality.evaluation.floor import floor_curve
from app.quality.evaluation.run import EvaluationRun
from tests.support.runs import result, run_of


def run_with(answerable: list[float], unanswerable: list[float]) -> EvaluationRun:
    questions = [result(at, 1.0, relevance=value) for at, value in enumerate(answerable)]
    questions += [result(100 + at, 0.0, answerable=False, relevance=value) for at, value in enumerate(unanswerable)]
    return replace(run_of([]), questions=tuple(questions))


def test_the_lowest_floor_that_refuses_as_much_as_can_be_is_recommended() -> None:
    curve = floor_curve(run_with([0.5] * 49 + [0.1], [0.05, 0.3, 0.6] * 10), current=0.2)
    assert curve.recommended.floor == 0.31
    assert (curve.recommended.refused, curve.recommended.kept) == (20, 49)
    assert curve.recommended.precision == 20 / 21
    assert curve.recommended.recall == 20 / 30
    assert curve.warning == ""


def test_a_stricter_wish_to_keep_gives_a_lower_floor() -> None:
    run = run_with([0.5] * 49 + [0.1], [0.05, 0.3, 0.6] * 10)
    curve = floor_curve(run, current=0.2, keep=1.0)
    assert curve.recommended.floor == 0.06
    assert curve.recommended.kept_share == 1.0


def test_few_questions_are_warned_about_and_one_kind_alone_is_refused() -> None:
    assert "Only 3 questions" in floor_curve(run_with([0.9] * 30, [0.1] * 3), current=0.2).warning
    with pytest.raises(QuestionError, match="no unanswerable questions"):
        floor_curve(run_with([0.9], []), current=0.2)
    with pytest.raises(QuestionError, match="no answerable questions"):
        floor_curve(run_with([], [0.9]), current=0.2)


def test_floor_zero_refuses_nothing_and_the_shares_fall_as_it_rises() -> None:
    curve = floor_curve(run_with([0.2, 0.5, 0.9], [0.1, 0.4]), current=0.2)
    assert (curve.points[0].kept, curve.points[0].refused) == (3, 0)
    kept = [point.kept for point in curve.points]
    assert kept == sorted(kept, reverse=True)
