"""What is typed to narrow a search."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.domain import NO_FILTERS, Filters
from app.core.errors import QuestionError
from app.present.filters import filters_view, parse_filters


def test_nothing_typed_is_no_filter() -> None:
    assert parse_filters() == NO_FILTERS


def test_filters_as_json_hold_only_what_is_set() -> None:
    filters = Filters(document_id=17, until=datetime(2026, 1, 31, 12, tzinfo=UTC))
    assert filters_view(filters) == {"document_id": 17, "until": "2026-01-31T12:00:00+00:00"}
    assert filters_view(NO_FILTERS) == {}


def test_a_document_is_named_by_number_or_by_file_name() -> None:
    assert parse_filters(document="17") == Filters(document_id=17)
    assert parse_filters(document="17.pdf") == Filters(document_name="17.pdf")


def test_a_relative_path_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_filters(path="./notes/a").path_prefix == str(tmp_path / "notes" / "a")
    assert parse_filters(path="./notes/").path_prefix == f"{tmp_path / 'notes'}/"
    assert parse_filters(path=".").path_prefix == f"{tmp_path}/"
    assert parse_filters(path="upload:").path_prefix == "upload:"


def test_a_date_without_a_zone_is_local() -> None:
    assert parse_filters(since="2026-01-31").since == datetime(2026, 1, 31).astimezone()
    assert parse_filters(until="2026-01-31T12:00+00:00").until == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_date_that_is_none_says_how_to_write_one() -> None:
    with pytest.raises(QuestionError, match=r"since is no date: 'soon'\. Write it as 2026-01-31"):
        parse_filters(since="soon")
