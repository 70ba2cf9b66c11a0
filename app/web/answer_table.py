"""Lines of a Markdown table go in, the table as HTML comes out; its cells are rendered by the caller."""

import re
from collections.abc import Callable, Sequence

_CELL = re.compile(r"[^|]+")
_SHORT = 24  # characters
_RULE = re.compile(r"[\s|:-]+")


def is_row(line: str) -> bool:
    """Whether a line is a row of a Markdown table."""
    bare = line.strip()
    return len(bare) > 2 and bare.startswith("|") and bare.endswith("|")


def render_table(text: str, rows: Sequence[tuple[int, int]], cell: Callable[[int, int], str]) -> str:
    """HTML of consecutive rows. The first is the head where a line of dashes follows it.

    rows: spans of the text. cell: HTML of a span of the text.
    """
    headed = len(rows) > 1 and _RULE.fullmatch(text, *rows[1]) is not None
    html = []
    for number, (start, end) in enumerate(rows):
        if headed and number == 1:
            continue
        tag = "th" if headed and number == 0 else "td"
        cells = []
        for match in _CELL.finditer(text, *_inner(text, start, end)):
            span = _trimmed(text, *match.span())
            cells.append(f"<{tag}{_short(*span) if tag == 'td' else ''}>{cell(*span)}</{tag}>")
        html.append(f"<tr>{''.join(cells)}</tr>")
    return f'<div class="fm-rows"><table>{"".join(html)}</table></div>'


def _short(start: int, end: int) -> str:
    """Dates, numbers and names stay on one line; the table scrolls where it is too wide."""
    return ' class="fm-short"' if end - start <= _SHORT else ""


def _inner(text: str, start: int, end: int) -> tuple[int, int]:
    """The span between the first and the last bar."""
    return text.index("|", start) + 1, text.rindex("|", start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
