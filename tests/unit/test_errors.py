"""Errors of our own, and the one line that is shown of another library's."""

import pickle

import pytest
from sqlalchemy.exc import OperationalError

from app.core.errors import AppError, DatabaseError, reason


def test_the_text_is_the_problem_and_its_fix_on_one_line() -> None:
    error = DatabaseError("The database cannot be reached.", fix="Start it.")
    assert (str(error), error.problem, error.fix) == (
        "The database cannot be reached. Start it.",
        "The database cannot be reached.",
        "Start it.",
    )
    assert str(AppError("Only a problem.")) == "Only a problem."


def test_an_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(AppError("A problem.", fix="A fix.")))  # noqa: S301  # our own bytes
    assert (str(error), error.problem, error.fix) == ("A problem. A fix.", "A problem.", "A fix.")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("first.\nsecond"), "first"),
        (ValueError(), "ValueError"),
        (OperationalError("SELECT 1", {}, Exception("connection refused.\nIs it running?")), "connection refused"),
    ],
)
def test_the_reason_is_the_first_line_of_the_cause(error: BaseException, line: str) -> None:
    assert reason(error) == line
