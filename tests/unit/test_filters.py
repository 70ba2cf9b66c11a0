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
    filters = Filters(documents=(17,), until=datetime(2026, 1, 31, 12, tzinfo=UTC))
    assert filters_view(filters) == {"documents": [17], "until": "2026-01-31T12:00:00+00:00"}
    assert filters_view(NO_FILTERS) == {}


def test_a_document_is_named_by_number_or_by_file_name() -> None:
    assert FilterOptions(document="17").parse() == Filters(documents=(17,))
    assert FilterOptions(document="17.pdf").parse() == Filters(documents=("17.pdf",))


@pytest.mark.parametrize("names", [("north", "south"), "north\nsouth", ["north", " south", "north", ""]])
def test_several_values_are_a_list_or_lines(names: str | tuple[str, ...]) -> None:
    options = FilterOptions(collection=names, document=names, tag=names)
    assert options.only_collection is None
    assert options.parse() == Filters(
        collections=("north", "south"), documents=("north", "south"), tags=("north", "south")
    )


def test_a_single_collection_is_no_filter_so_that_its_index_serves() -> None:
    options = FilterOptions(collection=("north",))
    assert (options.only_collection, options.parse()) == ("north", NO_FILTERS)


def test_a_comma_divides_tags_but_no_names() -> None:
    options = FilterOptions(tag="#Finance, Q3", document="Smith, J.pdf")
    assert options.parse() == Filters(tags=("finance", "q3"), documents=("Smith, J.pdf",))


def test_a_number_that_no_document_can_have_matches_nothing() -> None:
    assert FilterOptions(document="9" * 30).parse().criteria() == {"document_ids": [], "document_names": []}


def test_only_criteria_that_are_set_reach_the_database() -> None:
    assert NO_FILTERS.criteria() == {}
    filters = Filters(collections=("a",), documents=(3, "b.md"), tags=("c",), language="de")
    assert filters.criteria() == {
        "collections": ["a"], "document_ids": [3], "document_names": ["b.md"], "tags": ["c"], "language": "de",
    }  # fmt: skip


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


@pytest.mark.parametrize("command", ["ask", "search", "why", "evaluate"])
def test_a_command_offers_every_filter_option_with_its_help(command: str) -> None:
    shown = CliRunner().invoke(commands, [command, "--help"], env={"COLUMNS": "200"}).output
    for option in fields(FilterOptions):
        assert f"--{option.name.replace('_', '-')}" in shown
        assert filter_help(option.name) in " ".join(shown.split())
