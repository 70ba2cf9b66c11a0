"""Headings of Word documents: by outline level and ancestry of styles, whatever the styles are called."""

import pytest

from app.core.domain import Document
from ingest.load import load
from tests.support import made_files as made
from tests.support.office_files import cell, paragraph, row, run, strict, style, table, word_file


def loaded(body: str, styles: str = "", numbering: str = "") -> Document:
    return load(made.source(word_file(body, styles=styles, numbering=numbering), "a.docx"))


def outline(body: str, styles: str = "") -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in loaded(body, styles).headings]


HEADING_1 = style("Heading1", "heading 1", paragraph='<w:outlineLvl w:val="0"/>')
HEADING_2 = style("Heading2", "heading 2", paragraph='<w:outlineLvl w:val="1"/>')


@pytest.mark.parametrize(
    ("styles", "key", "level"),
    [
        (HEADING_1 + style("K", "Kapitel", based_on="Heading1"), "K", 1),
        (HEADING_2 + style("K", "Kapitel", based_on="Heading2") + style("L", "Teil", based_on="K"), "L", 2),
        (style("X", "Anything", paragraph='<w:outlineLvl w:val="2"/>'), "X", 3),
        (style("berschrift2", "heading 2"), "berschrift2", 2),
        (style("U3", "Überschrift 3"), "U3", 3),
        (style("T1", "标题 1"), "T1", 1),
        (style("Z1", "Заголовок 1"), "Z1", 1),
        ("", "Heading4", 4),
        (style("A", "A", based_on="B") + style("B", "B", based_on="A"), "A", None),
        (HEADING_1 + style("T", "TOC Heading", based_on="Heading1", paragraph='<w:outlineLvl w:val="9"/>'), "T", None),
        (style("H", "Heading"), "H", None),
        (style("S", "Heading 1 Char", kind="character"), "Nothing", None),
    ],
)
def test_a_heading_is_known_by_its_style_and_the_styles_it_is_based_on(
    styles: str, key: str, level: int | None
) -> None:
    expected = [] if level is None else [(level, "Pumps")]
    assert outline(paragraph("Pumps", key) + paragraph("They pump."), styles) == expected


def test_a_paragraph_s_own_outline_level_beats_its_style() -> None:
    body = paragraph("Annex", "", '<w:outlineLvl w:val="1"/>') + paragraph(
        "No", "Heading1", '<w:outlineLvl w:val="9"/>'
    )
    assert outline(body, HEADING_1) == [(2, "Annex")]


def test_all_headings_stand_below_the_title() -> None:
    styles = HEADING_1 + HEADING_2 + style("Title", "Title")
    body = paragraph("Annual", "Title") + paragraph("Report", "Title") + paragraph("Sales", "Heading1")
    body += paragraph("North", "Heading2") + paragraph("Costs", "Heading1")
    document = loaded(body, styles)
    assert [(one.level, one.text) for one in document.headings] == [
        (1, "Annual Report"), (2, "Sales"), (3, "North"), (2, "Costs"),
    ]  # fmt: skip
    assert document.title == "Annual Report"


def test_a_long_paragraph_in_a_heading_style_is_text() -> None:
    assert outline(paragraph("word " * 80, "Heading1"), HEADING_1) == []


def test_an_empty_heading_is_none() -> None:
    assert outline(paragraph("", "Heading1") + paragraph("Text."), HEADING_1) == []


def test_headings_within_a_table_of_data_are_its_cells() -> None:
    body = table(
        row(cell(paragraph("Name", "Heading1")), cell(paragraph("Age", "Heading1"))), row("Ann", "40"), row("Bo", "50")
    )
    assert outline(body, HEADING_1) == []
    assert "Name | Age" in loaded(body, HEADING_1).text


def test_headings_in_a_table_that_lays_out_a_page_are_headings() -> None:
    left = paragraph("News", "Heading1") + paragraph("The ferry is back.")
    right = paragraph("Dates", "Heading1") + paragraph("It leaves at six.")
    document = loaded(table(row(cell(left), cell(right))), HEADING_1)
    assert document.text == "# News\n\nThe ferry is back.\n\n# Dates\n\nIt leaves at six."
    assert [one.text for one in document.headings] == ["News", "Dates"]


def test_a_heading_in_a_frame_of_one_cell_is_a_heading() -> None:
    body = table(row(cell(paragraph("Warning", "Heading1") + paragraph("Hot surface."))))
    assert outline(body, HEADING_1) == [(1, "Warning")]


def test_a_line_break_within_a_heading_does_not_end_it() -> None:
    broken = run("Pumps and") + "<w:r><w:br/></w:r>" + run("valves")
    assert outline(paragraph(broken, "Heading1"), HEADING_1) == [(1, "Pumps and valves")]


def test_headings_in_strict_documents_are_known_too() -> None:
    content = word_file(paragraph("Pumps", "Heading1"), styles=HEADING_1)
    document = load(made.source(strict(content), "a.docx"))
    assert [(one.level, one.text) for one in document.headings] == [(1, "Pumps")]
