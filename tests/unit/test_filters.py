"""The options that narrow a search: parsed alike, and offered alike by commands, HTTP and MCP."""

import inspect
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app as commands
from app.core.domain import NO_FILTERS, Filters
from app.core.errors import QuestionError
from app.present.filters import FilterOptions, filter_help, filters_view, with_filter_options


def test_no_option_is_no_filter() -> None:
    assert FilterOptions().parse() == NO_FILTERS


def test_filters_as_json_hold_only_what_is_set() -> None:
    filters = Filters(document_id=17, until=datetime(2026, 1, 31, 12, tzinfo=UTC))
    assert filters_view(filters) == {"document_id": 17, "until": "2026-01-31T12:00:00+00:00"}
    assert filters_view(NO_FILTERS) == {}


def test_a_document_is_named_by_number_or_by_file_name() -> None:
    assert FilterOptions(document="17").parse() == Filters(document_id=17)
    assert FilterOptions(document="17.pdf").parse() == Filters(document_name="17.pdf")


def test_a_relative_path_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert FilterOptions(path="./notes/a").parse().path_prefix == str(tmp_path / "notes" / "a")
    assert FilterOptions(path="./notes/").parse().path_prefix == f"{tmp_path / 'notes'}/"
    assert FilterOptions(path=".").parse().path_prefix == f"{tmp_path}/"
    assert FilterOptions(path="upload:").parse().path_prefix == "upload:"


def test_a_date_without_a_zone_is_local() -> None:
    assert FilterOptions(since="2026-01-31").parse().since == datetime(2026, 1, 31).astimezone()
    assert FilterOptions(until="2026-01-31T12:00+00:00").parse().until == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_malformed_date_is_refused_with_the_right_form() -> None:
    with pytest.raises(QuestionError, match=r"since is not a date: 'soon'\. Write it as 2026-01-31"):
        FilterOptions(since="soon").parse()


def test_a_function_with_filter_options_takes_each_of_them_and_documents_it() -> None:
    def find(query: str, filters: FilterOptions, limit: int = 3) -> tuple[str, FilterOptions, int]:
        """Find.

        Args:
            query: Words.
            filters: What narrows the search.
        """
        return query, filters, limit

    expanded = with_filter_options(find)

    names = [option.name for option in fields(FilterOptions)]
    assert list(inspect.signature(expanded).parameters) == ["query", *names, "limit"]
    assert expanded("oars", "club", language="en") == ("oars", FilterOptions(collection="club", language="en"), 3)
    assert f"            language: {filter_help('language')}\n" in (expanded.__doc__ or "")
    assert "filters:" not in (expanded.__doc__ or "")


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_command_offers_every_filter_option_with_its_help(command: str) -> None:
    shown = CliRunner().invoke(commands, [command, "--help"], env={"COLUMNS": "200"}).output
    for option in fields(FilterOptions):
        assert f"--{option.name.replace('_', '-')}" in shown
        assert filter_help(option.name) in " ".join(shown.split())
