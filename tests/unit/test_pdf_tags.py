"""Tables and headings that a PDF names itself in its structure tree."""

import pypdfium2
import pytest

from ingest.load import load
from ingest.load.limits import Limits
from ingest.load.pdf_tagged_tables import tagged_tables
from ingest.load.pdf_tags import TaggedCell, Tags, page_tags
from ingest.load.pdf_words import Word
from ingest.load.tables import laid_out
from tests.support import made_files as made
from tests.support.pdf_set.content import documents
from tests.support.pdf_set.printed import PRINTS

LEFTS = (60.0, 160.0, 260.0)


def _word(text: str, left: float, top: float) -> Word:
    return Word(text, left, top, left + 40, top + 10, 10, False, 0)


def _read(rows: list[list[str]], places: list[list[tuple[float, float]]], *, heads: int = 1) -> list[list[list[str]]]:
    """The tables of a tree with these cells, whose words stand at these (left, top); "" has no words."""
    words: list[Word] = []
    marks: dict[int, int] = {}
    cells: list[list[TaggedCell]] = []
    for number, (row, spots) in enumerate(zip(rows, places, strict=True)):
        cells.append([])
        for text, (left, top) in zip(row, spots, strict=True):
            word = _word(text, left, top)
            words.append(word)
            marks[id(word)] = len(words)
            cells[-1].append(TaggedCell(number < heads, 1, 1, {len(words)}))
    found = tagged_tables(Tags(tables=[cells]), words, marks)
    return [laid_out(table.rows) for table, _ in found]


def _grid(rows: list[list[str]]) -> list[list[tuple[float, float]]]:
    return [[(LEFTS[column], 100.0 + 20 * number) for column in range(len(row))] for number, row in enumerate(rows)]


def test_a_table_of_the_tree_is_taken_where_its_cells_stand_in_order() -> None:
    rows = [["Mast", "Height", "Owner"], ["M1", "9", "Vik"], ["M2", "7", "Moe"]]
    assert _read(rows, _grid(rows)) == [rows]


def test_a_table_whose_cells_stand_elsewhere_is_not_believed() -> None:
    rows = [["Mast", "Height", "Owner"], ["M1", "9", "Vik"], ["M2", "7", "Moe"]]
    assert _read(rows, _grid(rows)[::-1]) == []
    assert _read(rows, [spots[::-1] for spots in _grid(rows)]) == []


def test_cells_that_the_tree_leaves_out_because_they_are_empty_are_put_back() -> None:
    rows = [["Mast", "Height", "Owner"], ["M1", "Vik"], ["M2", "7"]]
    places = [
        [(left, 100.0) for left in LEFTS],
        [(LEFTS[0], 120.0), (LEFTS[2], 120.0)],
        [(LEFTS[0], 140.0), (LEFTS[1], 140.0)],
    ]
    assert _read(rows, places) == [[rows[0], ["M1", "", "Vik"], ["M2", "7", ""]]]


def test_a_cell_with_a_page_of_text_is_there_for_the_layout() -> None:
    rows = [["Mast", "Height"], ["M1", "x" * 3_000]]
    assert _read(rows, _grid(rows)) == []


@pytest.mark.parametrize("name", ["web-rows-statement", "web-zebra-prices", "web-ruled-revenue"])
def test_the_tree_of_a_browser_s_print_has_its_table(name: str) -> None:
    pdf = pypdfium2.PdfDocument((PRINTS / f"{name}.pdf").read_bytes())
    (table,) = page_tags(pdf[0]).tables
    assert all(cell.is_name for cell in table[0])
    assert not any(cell.is_name for cell in table[-1])
    pdf.close()


def test_a_pdf_without_a_tree_has_no_tags() -> None:
    made_by_word = next(one for one in documents() if one.origin == "docx")
    pdf = pypdfium2.PdfDocument((PRINTS / f"{made_by_word.name}.pdf").read_bytes())
    assert page_tags(pdf[0]) == Tags()
    pdf.close()


def test_cells_over_several_rows_and_columns_are_in_all_of_them() -> None:
    document = load(made.source((PRINTS / "web-zebra-prices.pdf").read_bytes(), "a.pdf"), Limits(ocr_seconds=0))
    assert "Energy | Shore power 63 A | kWh | 0.34\nEnergy | Connection | once | 25.00" in document.text
    document = load(made.source((PRINTS / "web-ruled-revenue.pdf").read_bytes(), "a.pdf"), Limits(ocr_seconds=0))
    assert document.tables[0].header == "Region | 2024 Half 1 | 2024 Half 2 | 2025 Half 1 | 2025 Half 2"


def test_headings_of_the_tree_have_its_levels() -> None:
    document = load(made.source((PRINTS / "web-several.pdf").read_bytes(), "a.pdf"), Limits(ocr_seconds=0))
    assert [(heading.level, heading.text) for heading in document.headings] == [(1, "Year"), (2, "Ferries")]


def test_what_a_picture_shows_is_read_in_the_words_that_the_pdf_has_for_it() -> None:
    content = (PRINTS / "picture-with-description.pdf").read_bytes()
    text = load(made.source(content, "a.pdf"), Limits(ocr_seconds=0)).text
    assert text.endswith("The basin is deepest at the northern quay")
