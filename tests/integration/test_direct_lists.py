"""Counting and listing over a database: exact by metadata, at least by words, page by page, within a user's rights."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from app.core.domain import Filters, Outcome, Question, Turn
from app.core.plan import Kind
from app.direct.direct import Direct
from app.direct.lists import Lists
from tests.support.cases import ingest_sources, made_source
from tests.support.fake_embedder import FakeEmbedder
from tests.support.fakes import NothingNear
from tests.support.generators import returned


@pytest.fixture
def lists(database: Engine) -> Lists:
    """25 incident reports of May 2024, each with a fire in every fifth, and a note."""
    sources = [
        made_source(
            f"/x/incidents/incident-2024-05-{day:02}.txt",
            f"Report {day}. " + ("There was a fire." if day % 5 == 0 else "There was noise."),
        )
        for day in range(1, 26)
    ]
    note = made_source("/x/note.txt", "A spider has eight legs.", modified_at=datetime(2020, 2, 3, tzinfo=UTC))
    ingest_sources(database, FakeEmbedder(max_tokens=256), [*sources, note])
    return Lists(database, NothingNear(), today=lambda: date(2026, 11, 27))


def asked(lists: Lists, text: str, *history: str) -> Direct | None:
    turns = tuple(Turn(question=question, answer="") for question in history)
    return returned(lists.answer(Question(text=text, history=turns)))


def test_a_condition_of_metadata_is_counted_exactly_and_the_month_is_the_latest_one(lists: Lists) -> None:
    found = asked(lists, "How many incidents in May?")
    assert found is not None
    assert found.text.startswith("Exactly 25 documents · named “incidents” · 2024-05:")
    assert found.plan.kind is Kind.COUNT


def test_each_row_cites_a_passage_and_words_are_counted_over_the_whole_index(lists: Lists) -> None:
    found = asked(lists, "Which incidents mention fire?")
    assert found is not None
    assert found.text.startswith("At least 5 documents")
    assert [passage.hits[0].name[-6:-4] for passage in found.context.passages] == ["05", "10", "15", "20", "25"]
    assert all(found.text[one.start : one.end] == one.text for one in found.sentences)
    assert [one.passages for one in found.sentences[1:]] == [(number,) for number in range(1, 6)]


def test_the_next_page_shows_the_rest_and_the_rows_are_all_of_them(lists: Lists) -> None:
    first, second = asked(lists, "How many incidents in May?"), asked(lists, "more", "How many incidents in May?")
    assert first is not None
    assert second is not None
    assert "Rows 1–20 of 25" in first.text
    assert "| 20 |" in first.text
    assert "| 21 |" not in first.text
    assert "Rows 21–25 of 25" in second.text
    assert "| 21 |" in second.text
    assert second.plan.parts == ("How many incidents in May?",)
    assert len(lists.rows(Question(text="How many incidents in May?"))) == 26


def test_what_no_document_is_called_is_searched_for(lists: Lists) -> None:
    assert asked(lists, "How many legs are there?") is None
    assert asked(lists, "How many parties in May?") is None


def test_words_that_no_document_holds_are_said_so(lists: Lists) -> None:
    found = asked(lists, "Which documents mention zeppelins?")
    assert found is not None
    assert (found.outcome, found.text) == (Outcome.NOT_FOUND, "No document holds “zeppelins”.")


def test_dates_of_files_count_where_no_name_has_one_and_filters_narrow(lists: Lists) -> None:
    found = asked(lists, "Which documents are from 2020?")
    assert found is not None
    assert "| 1 | note.txt | 2020-02-03 |" in found.text
    narrowed = Question(text="How many documents mention fire?", filters=Filters(path_prefix="/elsewhere"))
    empty = returned(lists.answer(narrowed))
    assert empty is not None
    assert empty.outcome is Outcome.NOT_FOUND


def test_what_is_new_is_dated_by_its_arrival(lists: Lists) -> None:
    lately = Lists(lists._engine, NothingNear(), today=date.today)
    found = asked(lately, "What is new since today?") or asked(lately, "Which documents were added today?")
    assert found is not None
    assert found.text.startswith("Exactly 26 documents")
    assert found.plan.kind is Kind.LIBRARY
