"""Words one letter away, and quoted words, without a database."""

import pytest

from app.core.quotes import quoted
from app.core.typos import variants


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("maternty", "maternity"), ("maternitty", "maternity"), ("matermity", "maternity"), ("matenrity", "maternity"),
        ("aternity", "maternity"), ("Abnahne", "abnahme"), ("провека", "проверка"), ("μουσειο", "μουσειον"),
    ],
)  # fmt: skip
def test_what_was_meant_is_one_letter_away(mistyped: str, meant: str) -> None:
    assert meant in variants(mistyped)


@pytest.mark.parametrize("word", ["", "cat", "KX771", "PPR-9087", "東京都の予算案", "a" * 31, "don't"])
def test_codes_short_words_and_other_scripts_are_left_alone(word: str) -> None:
    assert variants(word) == []


def test_variants_are_bounded_and_without_the_word_itself() -> None:
    assert "maternity" not in variants("maternity")
    assert len(variants("a" * 30)) <= len(variants("abcdefghijklmnopqrstuvwxyzabcd")) < 60 * 30


@pytest.mark.parametrize(
    ("question", "runs", "only"),
    [
        ('"force majeure"', ("force majeure",), True),
        ('Which clause says "force  majeure"?', ("force majeure",), False),
        ("„höhere Gewalt“ und «force majeure»", ("höhere Gewalt", "force majeure"), False),
        ("»höhere Gewalt«", ("höhere Gewalt",), True),
        ("“red door” “blue gate”", ("red door", "blue gate"), True),
        ("「不可抗力」とは", ("不可抗力",), False),
        ('"valve"', ("valve",), True),
        ('a 5" pipe and a 6" pipe', (), False),
        ("it's the manager's 'red' door", (), False),
        ('"" or "?"', (), False),
        ('an "open end', (), False),
    ],
)
def test_quoted_runs(question: str, runs: tuple[str, ...], only: bool) -> None:
    result = quoted(question)
    assert (result.runs, result.only) == (runs, only)


def test_a_single_quoted_word_is_required_only_when_nothing_else_is_asked() -> None:
    assert quoted('What does "virtual" mean?').required == ()
    assert quoted('"virtual"').required == ("virtual",)
    assert quoted('What does "virtual memory" mean?').required == ("virtual memory",)


def test_runs_are_bounded() -> None:
    assert len(quoted(" ".join(f'"run {n} of many"' for n in range(40))).runs) == 5
    assert len(quoted(f'"{"word " * 400}"').runs[0]) <= 200
