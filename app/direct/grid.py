"""The text of a document and a place in it go in; the table there comes out as names of columns and rows (pure).

Ingestion writes a row a line: "Name: value | Name: value", "value | value" below a line of names, or Markdown's bars.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_SEPARATOR = " | "
_RULE = re.compile(r"[|\s:-]*-[|\s:-]*")
_NAMED = re.compile(r"(?P<name>[^|:]{1,60}(?::(?! )[^|:]{0,40})?): (?P<value>.*)", re.DOTALL)
_FEWEST_ROWS = 2
_MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row with its place in the text."""

    cells: tuple[str, ...]  # as many as there are names; empty where there is none
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A table."""

    names: tuple[str, ...]
    rows: tuple[GridRow, ...]

    @property
    def start(self) -> int:
        """Offset of its first row."""
        return self.rows[0].start


def grid_at(text: str, start: int, end: int) -> Grid | None:
    """The table of which a row stands between two offsets; None where there is none with names of columns."""
    lines = _lines(text)
    first = next((n for n, (a, b) in enumerate(lines) if b > start and a < end and _is_row(text[a:b])), None)
    if first is None:
        return None
    names = _names_in(text, lines, first)
    last = first
    while first > 0 and _goes_on(text[slice(*lines[first - 1])], names):
        first -= 1
    while last + 1 < len(lines) and _goes_on(text[slice(*lines[last + 1])], names) and last - first < _MOST_ROWS:
        last += 1
    spans = lines[first : last + 1]
    return _named(text, spans) or _positional(text, spans)


def _lines(text: str) -> list[tuple[int, int]]:
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    return lines


def _is_row(line: str) -> bool:
    return _SEPARATOR in line or (line.startswith("|") and line.rstrip().endswith("|"))


def _names_in(text: str, lines: Sequence[tuple[int, int]], at: int) -> frozenset[str]:
    """Names of columns that the rows around carry."""
    found: set[str] = set()
    for start, end in lines[max(0, at - 3) : at + 4]:
        if _SEPARATOR in (line := text[start:end]):
            found.update(match["name"] for part in line.split(_SEPARATOR) if (match := _NAMED.match(part)))
    return frozenset(found)


def _goes_on(line: str, names: frozenset[str]) -> bool:
    """Whether a line belongs to the table; a row with one value alone has no bar."""
    named = _NAMED.match(line)
    return _is_row(line) or bool(named and named["name"] in names)


def _named(text: str, spans: Sequence[tuple[int, int]]) -> Grid | None:
    """Rows that name their columns; None where most do not."""
    split = [text[start:end].split(_SEPARATOR) for start, end in spans]
    matches = [[_NAMED.match(part) for part in parts] for parts in split]
    counts = Counter(match["name"] for row in matches for match in row if match)
    whole = sum(all(row) for row in matches)
    common = [name for name, count in counts.items() if count > 1 or len(spans) == 1]
    if not common or whole < 0.7 * len(spans) or max(counts.values()) < 0.5 * len(spans):
        return None
    names = tuple(
        dict.fromkeys(name for row in matches for match in row if match and (name := match["name"]) in common)
    )
    rows = []
    for (start, end), parts, found in zip(spans, split, matches, strict=True):
        cells, last = dict.fromkeys(names, ""), ""
        for part, match in zip(parts, found, strict=True):
            if match and match["name"] in cells and not cells[match["name"]]:
                last = match["name"]
                cells[last] = match["value"].strip()
            elif last:  # a bar within a value
                cells[last] += f"{_SEPARATOR}{part}"
        if any(cells.values()):
            rows.append(GridRow(tuple(cells.values()), start, end))
    return Grid(names=names, rows=tuple(rows)) if len(names) > 1 and len(rows) >= _FEWEST_ROWS else None


def _positional(text: str, spans: Sequence[tuple[int, int]]) -> Grid | None:
    """Rows below a line of names."""
    rows = []
    for start, end in spans:
        line = text[start:end].strip()
        if not _RULE.fullmatch(line):
            rows.append(GridRow(tuple(_cells(line)), start, end))
    if len(rows) <= _FEWEST_ROWS:
        return None
    names = rows[0].cells
    if not all(names[1:]) or any(re.fullmatch(r"[\d.,%€$£\s-]+", name) for name in names):
        return None
    width = len(names)
    body = tuple(
        GridRow((*row.cells, *[""] * (width - len(row.cells)))[:width], row.start, row.end)
        for row in rows[1:]
        if row.cells != names  # repeated on a further page
    )
    return Grid(names=names, rows=body)


def _cells(line: str) -> list[str]:
    bare = line.strip()
    if bare.startswith("|") and bare.endswith("|"):
        bare = bare[1:-1]
    return [cell.strip().strip("*`").strip() for cell in re.split(r"(?<!\\)\|", bare)]
