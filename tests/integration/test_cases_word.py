"""Cases of Word documents: what stands beside the body, or only in its look, is read and found; with the real model."""

import pytest
from sqlalchemy import Engine

from app.core.models.embedding import Embedder
from tests.support.cases import case_document, ingest_case, passages, search


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if " | " in line]


def test_case_01_a_cell_with_two_paragraphs_leaves_the_row_one_line(embedder: Embedder) -> None:
    document = case_document("01")
    lines = rows(document.text)
    assert lines[0] == "Room | Seats | Remarks"
    assert [line for line in lines if line.startswith("Birch | 45 | Step-free access")]
    assert len(lines) == 5
    (table,) = document.tables
    assert table.header == "Room | Seats | Remarks"
    birch = next(chunk for chunk in passages(document, embedder) if "Birch" in chunk.text)
    assert "Booked by reception only" in birch.text


def test_case_06_what_stands_in_header_and_footer_is_found(database: Engine, embedder: Embedder) -> None:
    document = case_document("06")
    for words in ("QP-7741", "Revision C", "Classification: Restricted", "Owner: Tamsin Quill"):
        assert document.text.count(words) == 1
    assert document.title == "Cleaning of the cooling tower"
    ingest_case(database, embedder, "06")
    for question in ("QP-7741", "Who owns procedure QP-7741?"):
        assert "Tamsin Quill" in search(database, embedder, question)[0].text


def test_case_07_a_raised_run_is_a_power() -> None:
    text = case_document("07", "wafers.docx").text
    assert "10^9 ohm metres" in text
    assert "109" not in text


def test_case_08_an_equation_of_word_is_text() -> None:
    assert "is calculated as H = (1.35 P)/(ρ g) where P is" in case_document("08", "pump.docx").text


def test_case_19_a_comment_is_found_beside_what_it_is_about(database: Engine, embedder: Embedder) -> None:
    ingest_case(database, embedder, "19")
    first = search(database, embedder, "Why was the launch postponed?")[0]
    assert "The launch is on Monday." in first.text
    assert "Legal asked us to postpone this to 22 September because of the licence. (Rosa, " in first.text


def test_case_20_a_struck_out_price_is_marked_in_word_too() -> None:
    text = case_document("20", "kayak.docx").text
    assert "costs [struck out: 52 pounds] 59 pounds." in text


def test_case_22_automatic_numbers_of_clauses_are_found(database: Engine, embedder: Embedder) -> None:
    headings = [heading.text for heading in case_document("22").headings]
    assert headings[:2] == ["1 Supply", "1.1 Orders"]
    assert "3.2 Insurance" in headings
    ingest_case(database, embedder, "22")
    for question in ("clause 3.2", "What does clause 3.2 say?"):
        assert search(database, embedder, question)[0].heading.endswith("3.2 Insurance")


@pytest.mark.parametrize(
    ("subject", "answer"),
    [("passenger lift", "checked twice a year"), ("fire pump", "checked every month by the crew")],
)
def test_case_28_sections_below_styles_of_one_s_own_are_found(
    database: Engine, embedder: Embedder, subject: str, answer: str
) -> None:
    document = case_document("28")
    assert [(one.level, one.text) for one in document.headings][:3] == [
        (1, "Boiler"), (1, "Passenger lift"), (1, "Fire pump"),
    ]  # fmt: skip
    ingest_case(database, embedder, "28")
    first = search(database, embedder, f"How often is the {subject} checked?")[0]
    assert first.heading.lower().endswith(subject)
    assert answer in first.text
