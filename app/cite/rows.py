"""Whether the value of a claim stands in the row and column of a table that the claim is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.cite.words import content_words, folded, same_word

_CELL = " | "


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[str, ...]
    names: tuple[str, ...]  # of the columns, as far as they are known

    @property
    def line(self) -> str:
        return _CELL.join(self.cells)


def other_row(claim: str, value: str, text: str, header: str) -> str:
    """The row that holds the value where the claim is about another row or column; empty when nothing is wrong.

    value: as it is written in the text. header: heading path of the passage, which ends with the names of the columns.
    """
    rows = _rows(text, header)
    holding = [row for row in rows if any(value in cell for cell in row.cells)]
    prose = "\n".join(line for line in text.split("\n") if _CELL not in line)
    if len(rows) < 2 or not holding or value in prose:
        return ""
    words = [folded(word) for word in content_words(claim) if word != value.casefold()]
    marks = [_score(row, words, rows) for row in rows]
    best = max(marks)
    meant = [row for row, mark in zip(rows, marks, strict=True) if mark == best and best > 0] or rows
    if not any(row in meant for row in holding):
        return holding[0].line
    return _other_column(value, words, [row for row in holding if row in meant])


def swapped_cell(claim: str, text: str, header: str) -> tuple[str, str]:
    """(cell, its row) where a claim names one row by its first cell and has a cell that only other rows hold."""
    rows = _rows(text, header)
    meant = [row for row in rows if _stands_in(row.cells[0], claim)]
    if len(meant) != 1:  # none, or a comparison of several
        return "", ""
    own = {cell.casefold() for cell in meant[0].cells}
    prose = "\n".join(line for line in text.split("\n") if _CELL not in line)
    others = [row for row in rows if row.names]  # not the line that names the columns
    for row, cell in ((other, cell) for other in others for cell in other.cells[1:]):
        elsewhere = cell in prose or cell in header or any(cell.casefold() in mine for mine in own)
        if not elsewhere and _stands_in(cell, claim):
            return cell, row.line
    return "", ""


def _stands_in(cell: str, claim: str) -> bool:
    """Whether a cell of two or more characters stands in the claim as it is, not as part of a Latin word or number."""
    pattern = rf"(?<![A-Za-z0-9.,:]){re.escape(cell)}(?![A-Za-z0-9]|[.,:]\d)"
    return len(cell) > 1 and re.search(pattern, claim, re.IGNORECASE) is not None


def _rows(text: str, header: str) -> list[_Row]:
    names = tuple(part.strip() for part in header.rsplit(" › ", 1)[-1].split(_CELL)) if _CELL in header else ()
    rows = []
    for line in text.split("\n"):
        cells = tuple(cell.strip(" |") for cell in line.strip(" |").split(_CELL))
        if len(cells) < 2:
            continue
        own = [cell.partition(": ") for cell in cells]
        if sum(bool(rest) for _, _, rest in own) * 2 > len(cells):  # "Column: value"
            rows.append(
                _Row(tuple(rest or name for name, _, rest in own), tuple(name if rest else "" for name, _, rest in own))
            )
        elif not names and not rows:
            names = cells  # the first line of a table names its columns
            rows.append(_Row(cells, ()))
        else:
            rows.append(_Row(cells, names if len(names) == len(cells) else ()))
    return rows


def _score(row: _Row, words: Sequence[str], rows: Sequence[_Row]) -> int:
    """How many words of the claim are in this row and tell it from other rows."""
    return sum(_in(word, row.cells) for word in words if not all(_in(word, other.cells) for other in rows))


def _in(word: str, cells: Sequence[str]) -> bool:
    return any(same_word(word, folded(other)) for cell in cells for other in content_words(cell))


def _other_column(value: str, words: Sequence[str], rows: Sequence[_Row]) -> str:
    """The cell with its column when the claim names another column of the same row."""
    for row in rows:
        if len(row.names) != len(row.cells):
            return ""
        if value in row.cells[0] and any(map(str.isalpha, row.cells[0])):
            return ""  # it is part of the row's name: TGV 6241
        marks = [
            sum(_in(word, (name,)) for word in words if not all(_in(word, (n,)) for n in row.names))
            for name in row.names
        ]
        best = max(marks[1:])  # the first column names the row, whatever the claim asks of it
        if not best:
            return ""
        if any(value in cell for cell, mark in zip(row.cells, marks, strict=True) if mark == best):
            return ""
    at = next(index for index, cell in enumerate(rows[0].cells) if value in cell)
    return f"{rows[0].names[at]}: {rows[0].cells[at]}"
