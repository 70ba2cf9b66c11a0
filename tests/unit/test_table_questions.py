"""Questions over the cells of a table: what rules compute, how numbers are read, what is left to the search."""

from datetime import date

import pytest

from app.direct.cells import numbers_of
from app.direct.choose import Chosen, choose
from app.direct.compute import Computed, compute
from app.direct.grid import Grid, grid_at
from app.plan.tables import table_question

TODAY = date(2026, 11, 27)
NAMED = (
    "Region: North | Units: 12 | Price: 1,200.50\nRegion: South | Units: 7 | Price: 80.25\nRegion: West | Price: 3.00\n"
    "Region: Total | Units: 19 | Price: 1,283.75"
)
BARS = "Text before.\n\n| Month | Umsatz |\n|---|---:|\n| Mai | 1.234,50 |\n| Juni | 999,00 |\n\nText after."
PLAIN = "Machine | Power (kW) | Hall\nPress | 45 | Hall 1\nLathe | 15 | Hall 2\nMill | 22"


def table(text: str) -> Grid:
    found = grid_at(text, text.index("|") - 1, len(text))
    assert found is not None
    return found


def made(
    question: str, text: str = NAMED, *, about: str = "", language: str | None = "en"
) -> tuple[Chosen, Computed | str]:
    asked = table_question(question, TODAY)
    assert asked is not None
    chosen = choose(asked, table(text), about=about, language=language)
    return chosen, compute(chosen) if not chosen.left else f"left over: {' '.join(chosen.left)}"


def value(question: str, text: str = NAMED, **more: str) -> str:
    computed = made(question, text, **more)[1]
    return computed if isinstance(computed, str) else computed.value


def test_rows_that_name_their_columns_are_a_grid_with_empty_cells() -> None:
    grid = table(NAMED)
    assert grid.names == ("Region", "Units", "Price")
    assert grid.rows[2].cells == ("West", "", "3.00")
    assert [NAMED[row.start : row.start + 9] for row in grid.rows[:2]] == ["Region: N", "Region: S"]


@pytest.mark.parametrize(("text", "last"), [(BARS, ("Juni", "999,00")), (PLAIN, ("Mill", "22", ""))])
def test_rows_below_a_line_of_names_are_a_grid(text: str, last: tuple[str, ...]) -> None:
    assert table(text).rows[-1].cells == last


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the sum of the units?", "19"),  # the row of totals does not count
        ("What is the average price?", "427.92"),
        ("Which region has the highest price?", "1,200.50"),
        ("What is the lowest price?", "3.00"),
        ("How many units in the South?", "7"),
        ("What is the total price in North and South?", "1,280.75"),
        ("How many regions have a price over 50?", "2"),
    ],
)
def test_values_are_computed_from_the_cells(question: str, answer: str) -> None:
    assert value(question) == answer


def test_numbers_are_read_and_written_as_the_column_writes_them() -> None:
    assert value("Was ist die Summe der Umsätze?", BARS, language="de") == "2.233,50"


def test_a_month_and_a_cell_narrow_the_rows() -> None:
    chosen, computed = made("Wie hoch ist der gesamte Umsatz im Mai?", BARS, language="de")
    assert isinstance(computed, Computed)
    assert (computed.value, chosen.filters) == ("1.234,50", ("2026-05",)) or chosen.filters == ("Month = Mai",)


@pytest.mark.parametrize(
    "question",
    [
        "What is the average temperature?",
        "What is the total price of hammers?",
        "What is the second highest price?",
    ],
)
def test_a_word_that_stands_nowhere_leaves_the_question_to_the_search(question: str) -> None:
    assert value(question).startswith("left over")


@pytest.mark.parametrize(
    "question", ["What is the average price per region?", "What is the total except for North?", "How does it work?"]
)
def test_groups_and_exceptions_are_not_computed(question: str) -> None:
    assert table_question(question, TODAY) is None


def test_cells_of_several_units_or_without_numbers_are_not_added() -> None:
    assert "several units" in value("What is the total quantity?", "Good | Quantity\nSand | 3 t\nSalt | 5 kg")
    mixed = "Good | Quantity\nSand | 3\nSalt | many\nRye | 4\nOat | 5\nTea | 6"
    assert value("What is the total quantity?", mixed) == "1 of its cells hold no number"


@pytest.mark.parametrize(
    ("cells", "language", "comma", "unclear"),
    [
        (("1.234", "5.678"), None, False, True),
        (("1.234", "5.678"), "de", True, False),
        (("1,234", "5,678"), "en", False, False),
        (("1.234", "0,5"), None, True, False),
    ],
)
def test_the_column_decides_which_sign_is_the_decimal_one(
    cells: tuple[str, ...], language: str | None, comma: bool, unclear: bool
) -> None:
    column = numbers_of(cells, language=language)
    assert column is not None
    assert (column.comma, column.unclear) == (comma, unclear)


def test_dates_are_no_numbers() -> None:
    assert numbers_of(("03.01.2024", "05.02.2024"), language="de") is None
