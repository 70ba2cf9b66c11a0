"""Tables of PDFs: the made set's score, and the kinds of tables one by one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from app.core.domain import Document
from ingest.load import load
from ingest.load.limits import Limits
from tests.support import made_files
from tests.support.pdf import drawn_pdf, lines_at
from tests.support.pdf_set.content import documents, kept_back, tuned
from tests.support.pdf_set.model import Made
from tests.support.pdf_set.printed import pdf_of
from tests.support.pdf_set.score import Read, Score, order_score, table_score, tables_read

# Measured: ruled .999, aligned .992, order 1.0 but for one document. Issue: .85 and .70.
RULED, ALIGNED, ORDER = 0.97, 0.95, 0.97


def read(content: bytes) -> Document:
    return load(made_files.source(content, "made.pdf"), Limits(ocr_seconds=0))


@pytest.fixture(scope="module")
def results() -> dict[str, tuple[Made, Document]]:
    return {made.name: (made, read(pdf_of(made))) for made in documents()}


def test_the_set_has_forty_documents_of_every_origin_and_half_of_it_is_kept_back() -> None:
    names = [made.name for made in documents()]
    assert len(names) == len(set(names)) >= 40
    assert {made.origin for made in documents()} == {"reportlab", "chromium", "docx", "xlsx", "pptx"}
    assert {made.kind for made in documents()} == {"ruled", "aligned", "prose"}
    assert len(tuned()) == len(kept_back())


@pytest.mark.parametrize(("kind", "floor"), [("ruled", RULED), ("aligned", ALIGNED), ("prose", 1.0)])
@pytest.mark.parametrize("half", [tuned, kept_back])
def test_the_cells_of_the_made_set_stand_in_their_rows_and_columns(
    results: dict[str, tuple[Made, Document]], kind: str, floor: float, half: Any
) -> None:
    total = Score()
    for made in half():
        if made.kind == kind:
            total += table_score(made, tables_read(results[made.name][1]))
    assert total.f1 >= floor


def test_the_prose_of_the_made_set_is_whole_and_in_order(results: dict[str, tuple[Made, Document]]) -> None:
    scores = [order_score(made, document.text) for made, document in results.values()]
    assert sum(scores) / len(scores) >= ORDER


def test_the_score_falls_when_values_stand_under_other_names_or_tables_are_made_up() -> None:
    made = next(made for made in documents() if made.name == "ruled-staff")
    right = tables_read(read(pdf_of(made)))
    assert table_score(made, right).f1 == 1.0
    shifted = [Read(table.header, [[*row[1:], row[0]] for row in table.rows]) for table in right]
    assert table_score(made, shifted).f1 < 0.35
    assert table_score(made, [Read(table.header[::-1], table.rows) for table in right]).f1 < 0.35
    assert table_score(made, [*right, Read(("a", "b"), [("1", "2")] * 20)]).f1 < 0.8
    assert table_score(made, []).f1 == 0.0
    prose = next(made for made in documents() if made.kind == "prose")
    assert table_score(prose, right).f1 == 0.0


def test_the_order_falls_when_columns_are_mixed() -> None:
    made = next(made for made in documents() if made.name == "prose-two-columns")
    text = read(pdf_of(made)).text
    assert order_score(made, text) == 1.0
    words = text.split()
    assert (
        order_score(made, " ".join(word for pair in zip(words[::2], words[1::2], strict=False) for word in pair[::-1]))
        < 0.2
    )


# ------------------------------------------------------------------------------------------------------- single kinds


def _table(canvas: Any, rows: Sequence[Sequence[str]], lefts: Sequence[float], top: float, pitch: float = 18) -> None:
    for number, row in enumerate(rows):
        for left, text in zip(lefts, row, strict=True):
            lines_at(canvas, left, top + number * pitch, [text])


def test_a_table_that_goes_on_knows_its_columns_with_and_without_a_repeated_header() -> None:
    head = [["Mast", "Height", "Owner"]]
    rows = [[f"M{number}", str(number), "Vik" if number % 3 else ""] for number in range(1, 11)]

    def first(canvas: Any) -> None:
        _table(canvas, [*head, *rows[:4]], (60, 140, 220), 700)

    def second(canvas: Any) -> None:
        _table(canvas, [*head, *rows[4:8]], (60, 140, 220), 60)

    def third(canvas: Any) -> None:
        _table(canvas, rows[8:], (60, 140, 220), 60)

    document = read(drawn_pdf(first, second, third))
    assert [table.header for table in document.tables] == ["Mast | Height | Owner"] * 3
    assert document.text.count("Mast | Height | Owner") == 1
    last = document.tables[2]
    assert document.text[last.start : last.end] == "M9 | 9\nM10 | 10 | Vik"


def test_a_table_on_the_next_page_with_other_columns_is_another_one() -> None:
    document = read(
        drawn_pdf(
            lambda canvas: _table(canvas, [["Mast", "Height"], ["A", "3"], ["B", "4"], ["C", "5"]], (60, 140), 720),
            lambda canvas: _table(
                canvas, [["Day", "Wind", "Rain"], ["Mon", "7", "0"], ["Tue", "9", "4"]], (60, 200, 340), 60
            ),
        )
    )
    assert [table.header for table in document.tables] == ["Mast | Height", "Day | Wind | Rain"]


def test_columns_that_only_lines_divide_are_separated_row_by_row() -> None:
    def draw(canvas: Any) -> None:
        _table(
            canvas,
            [["Crane", "Load", "Year"], *([f"K{n}", f"{n} t", str(1990 + n)] for n in range(5))],
            (66, 146, 226),
            100,
        )
        for x in (60, 140, 220, 300):
            canvas.line(x, 842 - 82, x, 842 - 200)
        for y in (82, 106, 200):
            canvas.line(60, 842 - y, 300, 842 - y)

    document = read(drawn_pdf(draw))
    assert "K3 | 3 t | 1993\nK4 | 4 t | 1994" in document.text


def test_a_caption_below_a_table_is_its_caption() -> None:
    def draw(canvas: Any) -> None:
        _table(canvas, [["Crane", "Load"], ["K1", "3 t"], ["K2", "5 t"], ["K3", "8 t"]], (60, 160), 100)
        lines_at(canvas, 60, 190, ["Table 4: Cranes of the northern quay"])

    (table,) = read(drawn_pdf(draw)).tables
    assert table.caption == "Table 4: Cranes of the northern quay"


def test_numbers_cut_by_a_narrow_cell_are_whole_again() -> None:
    def draw(canvas: Any) -> None:
        rows = [["Date", "Sum"], ["12.03.202", "1,204.5"], ["04.11.202", "3,310.0"]]
        for number, row in enumerate(rows):
            top = 100 + number * 34
            lines_at(canvas, 64, top, [row[0], "6"] if number else [row[0]], lead=11)
            lines_at(canvas, 114, top, [row[1], "5"] if number else [row[1]], lead=11)
        for y in (86, 120, 154, 188):
            canvas.line(60, 842 - y, 152, 842 - y)
        for x in (60, 110, 152):
            canvas.line(x, 842 - 86, x, 842 - 188)

    assert "12.03.2026 | 1,204.55\n04.11.2026 | 3,310.05" in read(drawn_pdf(draw)).text


@pytest.mark.parametrize(
    "lines",
    [
        ["1. The first item of a list", "2. The second item of it", "3. The third one", "4. The last one"],
        ["• Rope and chain", "• Paint and oil", "• Lamps and fuses", "• Tools"],
    ],
)
def test_a_list_is_no_table(lines: list[str]) -> None:
    def draw(canvas: Any) -> None:
        for number, line in enumerate(lines):
            mark, text = line.split(" ", 1)
            lines_at(canvas, 60, 100 + 14 * number, [mark])
            lines_at(canvas, 90, 100 + 14 * number, [text])

    document = read(drawn_pdf(draw))
    assert not document.tables
    assert document.text == "\n".join(lines)


def test_a_frame_around_text_and_the_grid_of_a_chart_are_no_tables() -> None:
    def draw(canvas: Any) -> None:
        lines_at(canvas, 60, 100, ["A notice in a frame of its own,", "with two lines."])
        canvas.rect(50, 842 - 120, 300, 40)
        for step in range(8):
            canvas.line(60, 842 - 300 + step * 20, 400, 842 - 300 + step * 20)
            canvas.line(60 + step * 45, 842 - 300, 60 + step * 45, 842 - 160)
        lines_at(canvas, 120, 232, ["Rain"])

    document = read(drawn_pdf(draw))
    assert not document.tables
    assert "A notice in a frame of its own," in document.text


def test_a_document_made_again_has_the_same_bytes() -> None:
    made = next(made for made in documents() if made.origin == "reportlab")
    assert pdf_of(made) == pdf_of(replace(made))
