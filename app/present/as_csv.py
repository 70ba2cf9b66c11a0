"""Rows go in, the text of a CSV file comes out; a cell that a spreadsheet would run is made plain text."""

import csv
import io
from collections.abc import Sequence

from app.core.domain import Answer, Question
from app.core.plan import Kind

_RUN = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """The rows, names of the columns first."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([_plain(cell) for cell in row] for row in rows)
    return file.getvalue()


def asked_again(answer: Answer) -> Question:
    """The question that a kept answer's table answers; that of a further page is the one before it."""
    text = answer.plan.parts[0] if answer.plan.kind in (Kind.COUNT, Kind.LIBRARY) and answer.plan.parts else ""
    return Question(text=text or answer.query.text, collection=answer.collection, filters=answer.filters)


def _plain(cell: str) -> str:
    """A cell that begins like a formula gets an apostrophe, unless it is a number."""
    number = cell.lstrip("+-").replace(".", "", 1).replace(",", "").isdecimal()
    return f"'{cell}" if cell.startswith(_RUN) and not number else cell
