"""Addresses of cells: B7 is row 6, column 1, counted from 0."""

import re

from ingest.load.sheets.grid import MOST_COLUMNS, Range

_MOST_ROWS = 1 << 20
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?(\d{1,7})")


def column_number(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return min(number, MOST_COLUMNS) - 1


def column_letters(number: int) -> str:
    """A for 0, AA for 26."""
    letters, number = "", number + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """B7 for row 6, column 1."""
    return f"{column_letters(column)}{row + 1}"


def cell(address: str) -> tuple[int, int] | None:
    """(row, column) of an address; None for what is none."""
    match = _CELL.fullmatch(address)
    if match is None:
        return None
    return min(max(int(match.group(2)), 1), _MOST_ROWS) - 1, column_number(match.group(1))


def cell_range(address: str) -> Range | None:
    """The range of A1:C3, A:C, 2:5 or A1; None for what is none."""
    first, _, last = address.partition(":")
    start, end = cell(first), cell(last or first)
    if start and end:
        rows, columns = sorted((start[0], end[0])), sorted((start[1], end[1]))
        return Range(rows[0], columns[0], rows[1], columns[1])
    last = last or first
    if (one := _COLUMNS.fullmatch(first)) and (other := _COLUMNS.fullmatch(last)):
        left, right = sorted((column_number(one.group(1)), column_number(other.group(1))))
        return Range(0, left, _MOST_ROWS - 1, right)
    if (one := _ROWS.fullmatch(first)) and (other := _ROWS.fullmatch(last)):
        top, bottom = sorted((int(one.group(1)), int(other.group(1))))
        return Range(min(max(top, 1), _MOST_ROWS) - 1, 0, min(bottom, _MOST_ROWS) - 1, MOST_COLUMNS - 1)
    return None
