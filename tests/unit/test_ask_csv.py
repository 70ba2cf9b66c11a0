"""`ask --csv`: all rows on standard output, or an error that says that no table answers."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.commands import ask as command
from app.core.errors import NotFoundError
from tests.support.boat_list import ASKED, ROWS, BoatList


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    services: Any = SimpleNamespace(answerer=BoatList(), close=lambda: None)
    monkeypatch.setattr(command, "open_services", lambda _settings, *, report: services)  # noqa: ARG005
    return lambda *words: CliRunner().invoke(app, ["ask", *words])


def test_all_rows_are_printed_and_nothing_else(run: Callable[..., Any]) -> None:
    done = run(ASKED, "--csv")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[:3] == ["Boat,Litres", "Heron,3", "'=Teal,-2"]  # a cell that a spreadsheet would run is text
    assert len(lines) == len(ROWS)


def test_a_question_without_a_table_ends_in_an_error(run: Callable[..., Any]) -> None:
    done = run("When do they sail?", "--csv")
    assert isinstance(done.exception, NotFoundError)
    assert str(done.exception).startswith("No list or table answers this question.")
    assert done.stdout == ""
