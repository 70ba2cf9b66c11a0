"""Tables: spans become a grid of bounded size; title, column names and data are told apart; rows become lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.domain import Rows
from ingest.load.extracted import Builder
from ingest.load.grid import Cell, laid_out
from ingest.load.table_heads import Head, column_names, head_of
from ingest.load.tables import shortened_names, table_text


def rows_of(text: str) -> list[list[str]]:
    """A table of test data: one line for each row, cells divided by |."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").split("\n")]


def built(marked: str) -> tuple[str, list[Rows]]:
    builder = Builder()
    builder.add(marked)
    return builder.text(), builder.tables


# ------------------------------------------------------------------------------------------------------------- spans


def test_a_cell_that_covers_columns_or_rows_stands_in_each_of_them() -> None:
    grid = laid_out(
        [
            [Cell("Region", rows=2), Cell("2024", columns=2), Cell("2023", columns=2)],
            [Cell("Q1"), Cell("Q2"), Cell("Q1"), Cell("Q2")],
            [Cell("North", rows=2), Cell("1"), Cell("2"), Cell("3"), Cell("4")],
            [Cell("5"), Cell("6"), Cell("7"), Cell("8")],
        ]
    )
    assert grid == [
        ["Region", "2024", "2024", "2023", "2023"],
        ["Region", "Q1", "Q2", "Q1", "Q2"],
        ["North", "1", "2", "3", "4"],
        ["North", "5", "6", "7", "8"],
    ]


def test_a_cell_over_the_whole_width_stands_once_and_columns_without_a_cell_of_their_own_are_left_out() -> None:
    grid = laid_out([[Cell("Title", columns=99)], [Cell("a", columns=3), Cell("b", columns=96)], [Cell("c")]])
    assert grid == [["Title"], ["a", "b"], ["c"]]


@pytest.mark.parametrize(
    "rows",
    [
        [[Cell("a", columns=10**9, rows=10**9)] * 3, [Cell("b")]],
        [[Cell("x" * 1_000, rows=10**6)], *[[Cell("b")]] * 5_000],
        [[Cell(str(column), rows=10**6) for column in range(500)], *[[Cell("b")]] * 5_000],
        [[Cell(str(column)) for column in range(1_000)], *[[Cell("b", columns=1_000)]] * 5_000],
        [[Cell("a", columns=column + 1), Cell("b" * 500, columns=1_000)] for column in range(900)],
        [[Cell("a", columns=-5, rows=-5), Cell("b", columns=0, rows=0)]],
    ],
)
def test_spans_made_to_exhaust_memory_are_bounded(rows: list[list[Cell]]) -> None:
    grid = laid_out(rows)
    own = sum(len(cell.text) + 3 for row in rows for cell in row)
    assert sum(len(value) + 1 for row in grid for value in row) < 25 * own + 5_000
    assert len(grid) == len(rows)


cells = st.builds(Cell, st.sampled_from(["a", "b", "", "long " * 60]), st.integers(-1, 1_200), st.integers(-1, 70_000))
small_cells = st.builds(Cell, st.sampled_from(["a", "b", "c", ""]), st.integers(1, 4), st.integers(1, 4))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.one_of(cells, small_cells), max_size=6), max_size=8))
def test_a_grid_has_a_column_for_each_start_and_holds_every_cell(rows: list[list[Cell]]) -> None:
    grid = laid_out(rows)
    assert len(grid) == len(rows)
    assert max(map(len, grid), default=0) <= sum(map(len, rows))
    for row, values in zip(rows, grid, strict=True):
        left = list(values)
        for cell in row:
            assert cell.text in left
            left = left[left.index(cell.text) + 1 :]  # in their order


# -------------------------------------------------------------------------------------------------------- first rows

HEADS = {
    "names over figures": ("Route | Fare\nNorth | 5\nSouth | 7", Head(0, 1)),
    "names over text": ("Name | Town\nMeier | Köln\nSchmidt | Bonn", Head(0, 1)),
    "years over figures": ("Harbour | 2021 | 2022\nAlder | 210 | 714\nBeck | 132 | 302", Head(0, 1)),
    "years downwards, some missing": (
        "Harbour | 2024 | 2020 | 2015\nAlder | 2001 | 714 | 9\nBeck | 132 | 3 | 2002",
        Head(0, 1),
    ),
    "one year": ("Item | 2024\nRent | 1200\nPower | 340\nWater | 80", Head(0, 1)),
    "years without a corner": ("| 2021 | 2022\nAlder | 210 | 714\nBeck | 132 | 302", Head(0, 1)),
    "financial years": ("Item | 2022/23 | 2023/24\nRent | 1200 | 1250\nPower | 340 | 350", Head(0, 1)),
    "quarters": ("Item | Q1 | Q2\nRent | 1200 | 1250\nPower | 340 | 350", Head(0, 1)),
    "numbers of weeks": ("Week | 1 | 2 | 3 | 4\nAnna | 8 | 6 | 0 | 8\nBen | 7 | 7 | 5 | 8", Head(0, 1)),
    "dates over names": ("Shift | 01.03.2026 | 02.03.2026\nEarly | Anna | Ben\nLate | Ben | Cem", Head(0, 1)),
    "age groups": ("Town | 0-17 | 18-64 | 65+\nKöln | 10 | 20 | 5\nBonn | 8 | 12 | 4", Head(0, 1)),
    "amounts with units": ("Mix | 10 °C | 20 °C\nA | 1,5 | 2,5\nB | 1,7 | 2,9", Head(0, 1)),
    "a title and a date": (
        "Stock list | | \nAs of 30 June 2026 | | \nArticle | On hand | Shelf\nGasket | 200 | S0-00\nPipe | 3 | S0-01",
        Head(2, 1),
    ),
    "a title in every column": ("Stock | Stock | Stock\nArticle | On hand | Left\nGasket | 200 | 5", Head(1, 1)),
    "lines of keys and values above": (
        "Export | | | \nCreated | 02.03.2026 | | \nBy | Anna | | \nTicket | Carrier | Net | Remark\n"
        "5000 | C0 | 0,05 | wet\n5001 | C1 | 1,15 | dry",
        Head(3, 1),
    ),
    "keys and values above a table of three columns": (
        "Export | | \nCreated | 02.03.2026 |\nTicket | Carrier | Net\n5000 | C0 | 0,05\n5001 | C1 | 1,15",
        Head(2, 1),
    ),
    "two rows of names with gaps": (
        "| 2024 | | 2023 |\nRegion | Q1 | Q2 | Q1 | Q2\nNorth | 1 | 2 | 3 | 4\nSouth | 5 | 6 | 7 | 8",
        Head(0, 2),
    ),
    "two rows of names, the corner in the upper": (
        "Region | 2024 | | 2023 |\n | Q1 | Q2 | Q1 | Q2\nNorth | 1 | 2 | 3 | 4\nSouth | 5 | 6 | 7 | 8",
        Head(0, 2),
    ),
    "two rows of names laid out": (
        "Region | 2024 | 2024 | 2023 | 2023\nRegion | Q1 | Q2 | Q1 | Q2\nNorth | 1 | 2 | 3 | 4\nSouth | 5 | 6 | 7 | 8",
        Head(0, 2),
    ),
    "two rows of names below a title": (
        "Sales | | | | \n | 2024 | | 2023 |\nRegion | Q1 | Q2 | Q1 | Q2\nNorth | 1 | 2 | 3 | 4\nSouth | 5 | 6 | 7 | 8",
        Head(1, 2),
    ),
    "a row of units": ("Pipe | Length | Weight\n | mm | kg\nA | 100 | 2\nB | 200 | 4", Head(0, 2)),
    "a first row with missing values is data": (
        "Pipe | Length | Weight\nA | unknown | unknown\nB | 200 | 4\nC | 300 | 5",
        Head(0, 1),
    ),
    "years below two names": (
        "Region | Sales | | Costs |\n | 2023 | 2024 | 2023 | 2024\nNorth | 5 | 6 | 3 | 4\nSouth | 7 | 8 | 1 | 2",
        Head(0, 2),
    ),
    "three weeks": ("Week | 1 | 2 | 3\nAnna | 8 | 6 | 0\nBen | 7 | 7 | 5", Head(0, 1)),
    "numbers of sensors": ("Day | 101 | 317 | 205\n01.02.2026 | 0,5 | 0,7 | 2\n02.02.2026 | 1 | 2 | 3", Head(0, 1)),
    "questions": ("Question 1 | Question 2\nAnswer A | Answer B\nAnother | None", Head(0, 1)),
    "one year, once among the values": (
        "Item | 2024\nRent | 1200\nPower | 340\nWater | 80\nTax | 1990\nSea | 7",
        Head(0, 1),
    ),
    "labels and values": ("Name: | Anna\nTown: | Köln\nPhone: | 123", Head(0, 0)),
    "names and values of many kinds": (
        "Customer | Miller\nInvoice | 2024-17\nDate | 12.03.2026\nTotal | 45,00 EUR\nPaid | yes",
        Head(0, 0),
    ),
    "data alone": ("Alder | 210 | 714\nBeck | 132 | 302\nCove | 398 | 725", Head(0, 0)),
    "figures alone": ("1 | 2 | 3\n4 | 5 | 6\n7 | 8 | 9", Head(0, 0)),
    "years as data": ("Alder | 1990 | 2001\nBeck | 1985 | 1999\nCove | 1971 | 2010", Head(0, 0)),
    "codes alone": ("A-17 | north\nB-18 | south\nC-19 | north", Head(0, 0)),
    "dates alone": ("01.03.2026 | rain\n02.03.2026 | sun\n03.03.2026 | rain", Head(0, 0)),
    "a title above figures": ("Measured | | \n1 | 2 | 3\n4 | 5 | 6", Head(1, 0)),
    "addresses are data": ("a@example.org | Köln\nb@example.org | Bonn", Head(0, 0)),
    "data with a closed line": ("Alder | 5 | 6\nBeck | 7 | 8\nCove | closed | closed\nDale | 1 | 2", Head(0, 0)),
    "one row": ("Name | Town", Head(0, 0)),
    "one column": ("Names\nAnna\nBen", Head(0, 0)),
    "one column of figures": ("Prices\n5,00\n7,50", Head(0, 1)),
    "one column of figures alone": ("5,00\n7,50\n8,00", Head(0, 0)),
    "nothing": ("", Head(0, 0)),
}


@pytest.mark.parametrize("name", HEADS)
def test_title_names_and_data_are_told_apart(name: str) -> None:
    text, head = HEADS[name]
    assert head_of(rows_of(text)) == head


def test_rows_of_names_are_joined_from_top_to_bottom() -> None:
    rows = rows_of("| 2024 | | 2023 |\nRegion | Q1 | Q2 | Q1 | Q2")
    assert column_names(rows, spread=True) == ["Region", "2024 Q1", "2024 Q2", "2023 Q1", "2023 Q2"]
    assert column_names(rows_of("Region | 2024 | 2024\nRegion | Q1 | Q2")) == ["Region", "2024 Q1", "2024 Q2"]


table_values = st.sampled_from(["", "Name", "2024", "5", "7,5", "n/a", "a@b.c", "01.02.2026", "18-24", "x" * 90, "Ä 5"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(table_values, min_size=1, max_size=5), max_size=9), st.booleans())
def test_no_value_of_a_table_is_lost(rows: list[list[str]], named: bool) -> None:
    text, tables = built(table_text(rows, named=named))
    for row in rows:
        for value in row:
            assert value[:50] in text
    ends = [0]
    for table in tables:
        assert ends[-1] <= table.start - table.head <= table.start < table.end <= len(text)
        ends.append(table.end)
    assert ends[-1] in (0, len(text))


# ------------------------------------------------------------------------------------------------------------- lines


def test_document_tables_are_lines_below_a_line_of_names() -> None:
    rows = rows_of("Fares of 2026 | | \nRoute | Adults | Children\nNorth | 5 | 3\nSouth | 7 | ")
    text, (table,) = built(table_text(rows, caption="Table 1"))
    assert text == "Table 1\nFares of 2026\nRoute | Adults | Children\nNorth | 5 | 3\nSouth | 7"
    assert (table.caption, table.header) == ("Table 1; Fares of 2026", "Route | Adults | Children")
    assert text[table.start : table.end] == "North | 5 | 3\nSouth | 7"
    assert text[table.start - table.head : table.start].startswith("Table 1\n")


def test_records_name_their_columns_in_every_line_and_keep_the_caption() -> None:
    rows = rows_of("Fares of 2026 | | \nRoute | Adults | Children\nNorth | 5 | 3\nSouth | | 4")
    text, (table,) = built(table_text(rows, named=True))
    assert text == "Fares of 2026\nRoute: North | Adults: 5 | Children: 3\nRoute: South | Children: 4"
    assert (table.caption, table.header) == ("Fares of 2026", "")


def test_names_without_one_for_the_names_of_the_rows() -> None:
    text, _ = built(table_text(rows_of("2021 | 2022\nOslo | 5 | 6\nBonn | 7 | 8"), named=True))
    assert text == "Oslo | 2021: 5 | 2022: 6\nBonn | 2021: 7 | 2022: 8"


def test_tables_below_one_another_have_their_own_names() -> None:
    rows = rows_of(
        "Sales | |\nRegion | Q1 | Q2\nNorth | 1 | 2\n| |\nTotal | 1 | 2\n| |\nStaff | |\nName | Age | Town\n"
        "Anna | 31 | Köln\nBen | 44 | Bonn\n| |\nSource: the office"
    )
    text, tables = built(table_text(rows, named=True))
    assert text == (
        "Sales\nRegion: North | Q1: 1 | Q2: 2\nRegion: Total | Q1: 1 | Q2: 2\n\n"
        "Staff\nName: Anna | Age: 31 | Town: Köln\nName: Ben | Age: 44 | Town: Bonn\nName: Source: the office"
    )
    assert [table.caption for table in tables] == ["Sales", "Staff"]


def test_a_format_may_state_its_rows_of_names() -> None:
    rows = rows_of("1 | 2\n3 | 4\n5 | 6")
    assert built(table_text(rows, name_rows=1))[1][0].header == "1 | 2"
    assert built(table_text(rows, name_rows=0))[1][0].header == ""
    text, (table,) = built(table_text(rows, name_rows=9))
    assert (text, table.header) == ("1 3 | 2 4\n5 | 6", "1 3 | 2 4")


def test_a_table_that_goes_on_keeps_its_names_without_writing_them_again() -> None:
    names = ["Berth", "Depth"]
    for rows in ("B7 | 4.5\nB8 | 5.0", "Berth | Depth\nB7 | 4.5\nB8 | 5.0"):
        text, (table,) = built(table_text(rows_of(rows), names=names, caption="Berths"))
        assert text == "Berths\nB7 | 4.5\nB8 | 5.0"
        assert (table.caption, table.header) == ("Berths", "Berth | Depth")


def test_a_row_of_equal_values_keeps_each_of_them() -> None:
    for named in (False, True):
        text, _ = built(
            table_text(rows_of("Day | Open | Lit\nMonday | yes | no\nx | x | x\nyes | yes | yes"), named=named)
        )
        assert text.count("yes") == 4
        assert text.count("x") == 3
    assert built(table_text(rows_of("yes | yes\n1 | 2\n3 | 4")))[0].startswith("yes | yes")


def test_long_names_are_shortened_alike_and_none_is_left_out() -> None:
    names = [f"column number {n} with a long name" for n in range(12)]
    line = shortened_names(names)
    assert len(line) <= 300
    assert line.count("column number") == 12
    text, (table,) = built(table_text([["q" * 70, "n"], ["yes", "5"], ["no", "6"]], named=True))
    assert text.startswith("q" * 70 + " | n\n" + "q" * 59 + "…: yes | n: 5\n")
    assert table.header == ""


def test_marks_in_source_text_do_not_divide_a_table() -> None:
    text, (table,) = built(table_text([["a\ue00b", "b"], ["\ue007c", "1\ue00a"]], caption="\ue008T\ue009"))
    assert text == "T\na | b\nc | 1"
    assert table.caption == "T"
