"""Two runs compared: what is a regression, what is chance, and the text of both."""

import numpy as np
import pytest

from app.core.errors import QuestionError
from app.quality.evaluation.compare import ALPHA, compare
from app.quality.evaluation.report import advice, comparison_json, split, verdict
from app.quality.evaluation.run import RUN
from app.quality.expected.loss import Loss
from tests.support.runs import run_of


def test_the_same_results_twice_are_no_regression() -> None:
    values = [1.0] * 150 + [0.5] * 50
    compared = compare(run_of(values, name="a"), run_of(values, name="b"))
    assert not compared.regressed
    assert all(difference.p_worse == 1.0 for difference in compared.differences)


def test_a_single_question_lost_is_no_proof() -> None:
    compared = compare(run_of([1.0] * 30), run_of([0.0] + [1.0] * 29))
    assert not compared.regressed
    assert compared.differences[0].p_worse == 0.5


def test_three_points_lost_on_two_hundred_questions_are_a_regression() -> None:
    before, after = [1.0] * 200, [0.0] * 6 + [1.0] * 194
    compared = compare(run_of(before), run_of(after, name="after"))
    assert compared.regressed
    assert "100.0 → 97.0" in verdict(compared)
    assert [question.key for question in compared.lost] == ["q0", "q1", "q2", "q3", "q4", "q5"]
    assert comparison_json(compared)["regressed"] is True


def test_as_many_won_as_lost_are_no_regression() -> None:
    before, after = [1.0] * 20 + [0.0] * 20, [0.0] * 20 + [1.0] * 20
    assert not compare(run_of(before), run_of(after)).regressed


def test_a_gain_never_alarms_however_sure_it_is() -> None:
    compared = compare(run_of([0.0] * 50 + [1.0]), run_of([1.0] * 51))
    assert not compared.regressed
    assert verdict(compared).startswith("No regression:")


def test_noise_without_a_direction_alarms_about_as_often_as_alpha_says() -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(150):
        base = rng.uniform(0, 1, 60)
        alarms += compare(
            run_of(list(base + rng.normal(0, 0.1, 60))), run_of(list(base + rng.normal(0, 0.1, 60)))
        ).regressed
    assert alarms <= 150 * ALPHA + 3 * (150 * ALPHA) ** 0.5


def test_questions_that_only_one_run_has_are_left_out_and_counted() -> None:
    compared = compare(run_of([1.0] * 10), run_of([1.0] * 12))
    assert (compared.shared, compared.only_before, compared.only_after) == (10, 0, 2)


def test_what_differs_between_the_settings_is_said() -> None:
    compared = compare(run_of([1.0], candidates=50), run_of([1.0], candidates=5))
    assert compared.settings == ("candidates: 50 → 5",)


def test_runs_without_a_common_question_and_unknown_measures_are_refused() -> None:
    with pytest.raises(QuestionError, match="no judged question in common"):
        compare(run_of([]), run_of([1.0]))
    with pytest.raises(QuestionError, match="Known: nDCG@10, P@1"):
        compare(run_of([1.0]), run_of([1.0]), gate="magic")


def test_recall_is_to_be_improved_before_ranking() -> None:
    assert advice(run_of([1.0] * 5 + [0.0] * 3 + [0.3])).startswith("Recall first")
    assert advice(run_of([1.0] * 5 + [0.0] + [0.3] * 3)).startswith("Ranking first")
    assert advice(run_of([1.0])) == "Every expected passage reaches the prompt."
    counts = {loss: count for loss, count, _ in split(run_of([1.0, 0.3, 0.0]))}
    assert (counts[Loss.IN_PROMPT], counts[Loss.BEYOND_LIMIT], counts[Loss.NOT_RETRIEVED]) == (1, 1, 1)


def test_a_run_written_and_read_again_is_the_same() -> None:
    run = run_of([1.0, 0.3, 0.0])
    assert RUN.validate_json(RUN.dump_json(run)) == run


@pytest.mark.parametrize(
    ("stored", "loss"),
    [
        ("among the passages of the prompt", Loss.IN_PROMPT),
        ("in the candidates, ranked too low", Loss.BEYOND_LIMIT),
        ("not in the database", Loss.NOT_INGESTED),
        ("no passage is expected", None),
        ("reranked_down", Loss.RERANKED_DOWN),
    ],
)
def test_a_run_saved_by_an_earlier_version_is_read_with_the_losses_of_today(stored: str, loss: Loss | None) -> None:
    values = RUN.dump_python(run_of([1.0]), mode="json")
    values["questions"][0]["loss"] = stored
    (question,) = RUN.validate_python(values).questions
    assert question.loss is loss
