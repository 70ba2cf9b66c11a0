"""An error with its fix, as commands and page show it."""

from collections.abc import Callable

import pytest

from app.commands.console import print_problem
from app.core.errors import AppError, DatabaseError
from app.present.problem import Problem, problem_of
from app.web.problem import render_problem
from ingest.commands.screen import print_error

ERROR = DatabaseError("The schema is\n at <nothing>.", fix="Run: python -m app migrate")


def test_a_problem_is_what_the_error_states_one_line_each() -> None:
    assert problem_of(ERROR) == Problem("The schema is at <nothing>.", "Run: python -m app migrate")
    assert str(problem_of(ERROR)) == "The schema is at <nothing>. fix: Run: python -m app migrate"
    assert str(problem_of(AppError("Only a problem."))) == "Only a problem."


def test_an_error_of_another_library_is_its_first_line_without_a_fix() -> None:
    assert problem_of(ValueError("first.\nsecond")) == Problem("first")


@pytest.mark.parametrize("print_it", [print_problem, print_error], ids=["app", "ingest"])
def test_a_command_prints_the_problem_then_its_fix(
    print_it: Callable[[AppError], None], capsys: pytest.CaptureFixture[str]
) -> None:
    print_it(AppError("The schema is at <nothing>.", fix="Run: python -m app migrate"))
    print_it(AppError("Only [b]a[/b] problem."))

    shown = capsys.readouterr()
    assert shown.out == ""
    assert [line.strip() for line in shown.err.splitlines()] == [
        "Error: The schema is at <nothing>.",
        "fix: Run: python -m app migrate",
        "Error: Only [b]a[/b] problem.",
    ]


def test_the_page_shows_the_problem_then_its_fix_both_escaped() -> None:
    html = render_problem(problem_of(ERROR))

    assert html == (
        '<p class="fm-problem" role="alert">The schema is at &lt;nothing&gt;.'
        '<span class="fm-fix"><b>fix:</b> Run: python -m app migrate</span></p>'
    )
    assert "fm-fix" not in render_problem(Problem("Only a problem."))
