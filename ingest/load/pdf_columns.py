"""Columns of text on a PDF page: where a gutter divides it into parts that are read one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.load.pdf_bands import Band, Gap, Item, bands, edges, gaps, narrowed, text_size, valleys
from ingest.load.pdf_lines import Run

_NARROWEST = 0.8  # of the font size: width of a gutter
_NARROW = 0.25  # of the font size: what is left of a strip between columns of a table
_LINES = 3  # of running text, at least, beside a gutter
_FULL = 0.7  # of its column's width: a line of running text
_CLOSE = 0.7  # of the font size: usual space between lines of running text, at most
_SHARE_LOW = 0.25  # of its lines that begin with a small letter
_SHARE_FULL = 0.4  # of the lines of running text
_ALIKE = 0.22  # of the font size, by which lines of one row differ in height
_WIDER = 0.16  # of the font size: by which the space between rows is wider than between the lines of a cell
_COUPLED = 0.6  # share of lines that stand at the height of a line beside them, in rows of a table
_MOST_LINES_OF_ROW = 6
_WIDE_SPACE = 0.8  # of the font size: space between a table and text below it
_TALL = 7.5  # of the font size: height of a part that is columns of text and no row of a table
_MOST_BANDS = 400
_MOST_GAPS = 60  # of a band
_MOST_CANDIDATES = 40  # longest strips that are looked at


@dataclass(frozen=True, slots=True)
class Gutter:
    """A white stretch between two columns of text."""

    first: int  # of the bands beside it
    last: int
    at: float


def gutter(page: Sequence[Band]) -> Gutter | None:
    """The longest gutter that divides running text, None when there is none."""
    if len(page) > _MOST_BANDS:
        return None
    size = text_size(page)
    candidates = sorted(_candidates(page, size), key=lambda found: page[found[0]].top - page[found[1]].bottom)
    for first, last, strip in candidates[:_MOST_CANDIDATES]:
        if _divides(page, first, last, strip, size):
            return Gutter(first, last, (strip[0] + strip[1]) / 2)
    return None


def _candidates(page: Sequence[Band], size: float) -> Iterator[tuple[int, int, Gap]]:
    """(first band, last band, strip) of white strips between items, each as long as it goes."""
    narrowest = _NARROWEST * size
    white = [gaps(band.items, narrowest) for band in page]
    seen: set[tuple[int, Gap]] = set()
    for start in range(len(page)):
        for gap in white[start][:_MOST_GAPS]:
            if (start, gap) in seen:
                continue
            first, last, strip = _extended(page, start, gap, narrowest)
            for index in range(first, last + 1):
                seen |= {(index, other) for other in white[index][:_MOST_GAPS] if _covers(other, strip)}
            for part in _parts(page, first, last, size):
                yield (*_trimmed(page, *part, strip, size), strip)


def _parts(page: Sequence[Band], first: int, last: int, size: float) -> list[tuple[int, int]]:
    """The bands first..last, and the parts of them that wide spaces divide: a table above columns may have its gap."""
    ends = [index for index in range(first, last) if page[index + 1].top - page[index].bottom > _WIDE_SPACE * size]
    parts = list(zip([first, *(end + 1 for end in ends)], [*ends, last], strict=True))
    long = [(start, end) for start, end in parts if page[end].bottom - page[start].top > _TALL * size]
    return [(first, last), *long] if ends else [(first, last)]


def _extended(page: Sequence[Band], start: int, gap: Gap, narrowest: float) -> tuple[int, int, Gap]:
    """(first band, last band, strip) of the bands around `start` that leave a strip of the gap white."""
    ends = []
    strip = gap
    for step in (1, -1):
        index = start
        while 0 <= index + step < len(page):
            narrower = narrowed(strip, page[index + step].items)
            if narrower[1] - narrower[0] < narrowest:
                break
            strip = narrower
            index += step
        ends.append(index)
    return ends[1], ends[0], strip


def _covers(gap: Gap, strip: Gap) -> bool:
    return gap[0] <= strip[0] + 0.1 and gap[1] >= strip[1] - 0.1


def _trimmed(page: Sequence[Band], first: int, last: int, strip: Gap, size: float) -> tuple[int, int]:
    """Without bands at the ends that stand apart and on one side only, as headings above and below columns do."""
    both = [i for i in range(first, last + 1) if all(_sides(page[i].items, strip))]
    if not both:
        return first, first
    top, bottom = both[0], both[-1]
    while top > first and page[top].top - page[top - 1].bottom < 0.8 * size:
        top -= 1
    while bottom < last and page[bottom + 1].top - page[bottom].bottom < 0.8 * size:
        bottom += 1
    return top, bottom


def _sides(items: Sequence[Item], strip: Gap) -> tuple[list[Item], list[Item]]:
    at = (strip[0] + strip[1]) / 2
    left = [item for item in items if edges(item)[2] <= at]
    return left, [item for item in items if edges(item)[0] >= at]


def _divides(page: Sequence[Band], first: int, last: int, strip: Gap, size: float) -> bool:
    """Whether the two sides of a strip are read one after the other, and not row by row."""
    part = page[first : last + 1]
    left, right = _sides([item for band in part for item in band.items], strip)
    if not left or not right:
        return False
    rows_left, rows_right = bands(left), bands(right)
    if _is_prose(rows_left, size, last=True) and _is_prose(rows_right, size, last=False):
        return not _in_rows(part, strip, size, prose=True)
    if min(len(rows_left), len(rows_right)) < _LINES and not any(
        not row.text_only for row in (*rows_left, *rows_right)
    ):
        return False
    if any(_goes_on(page[index], strip, size) for index in (first - 1, last + 1) if 0 <= index < len(page)):
        return False
    return not _coupled(part, rows_left, rows_right, strip, size)


def _goes_on(band: Band, strip: Gap, size: float) -> bool:
    """Whether a strip goes on, narrower, between items of the band above or below: between columns of a table."""
    narrower = narrowed(strip, band.items)
    return narrower[1] - narrower[0] >= _NARROW * size and all(_sides(band.items, narrower))


def _is_prose(rows: Sequence[Band], size: float, *, last: bool) -> bool:
    """Whether the lines beside a gutter are running text: most of them as wide as the widest, of several words.

    last: whether the column next to the gutter is the last of this side, else the first; there may be more beyond.
    """
    white = valleys(rows, 0.1 * len(rows), _NARROWEST * size)
    start = white[-1][1] if white and last else float("-inf")
    end = white[0][0] if white and not last else float("inf")
    lines = []
    for row in rows:
        runs = [run for run in row.runs if start - 1 <= run.left and run.right <= end + 1]
        if runs:
            lines.append(runs)
    if len(lines) < _LINES or not _flows(lines, size):
        return False
    width = max(run.right for line in lines for run in line) - min(line[0].left for line in lines)
    full = sum(
        line[-1].right - line[0].left >= _FULL * width and sum(len(run.words) for run in line) >= 3 for line in lines
    )
    return full >= max(_LINES, _SHARE_FULL * len(lines))


def _flows(lines: Sequence[Sequence[Run]], size: float) -> bool:
    """Whether lines are set close, and some of them begin within a sentence, where the script has small letters."""
    spaces = sorted(after[0].top - before[0].bottom for before, after in pairwise(lines))
    if spaces[len(spaces) // 2] > _CLOSE * size:
        return False
    begins = [line[0].words[0].text[:1] for line in lines]
    cased = [letter for letter in begins if letter.lower() != letter.upper()]
    low = sum(letter.islower() for letter in cased)
    return len(cased) < 0.5 * len(begins) or low >= _SHARE_LOW * len(cased)


def _coupled(page: Sequence[Band], left: Sequence[Band], right: Sequence[Band], strip: Gap, size: float) -> bool:
    """Whether the lines of both sides are rows of a table: at the same heights."""
    if any(not row.text_only for row in (*left, *right)):
        return False
    few, many = sorted((_middles(left), _middles(right)), key=len)
    near = sum(any(abs(one - other) <= _ALIKE * size for other in many) for one in few)
    return near >= _COUPLED * len(few) or _in_rows(page, strip, size, prose=False)


def _middles(rows: Sequence[Band]) -> list[float]:
    """The heights at which there is text."""
    return sorted({round((run.top + run.bottom) / 2, 0) for row in rows for run in row.runs})


def _in_rows(page: Sequence[Band], strip: Gap, size: float, *, prose: bool) -> bool:
    """Whether the bands are rows of a table: apart from one another, with cells on both sides that begin together.

    prose: both sides are running text, so rows of one line each do not count.
    """
    rows = _rows(page, size)
    if prose and sum(len(row) > 1 for row in rows) < 0.5 * len(rows):
        return False
    if not rows:
        rows = [] if prose else [[band] for band in page]
    if len(rows) < _LINES:
        return False
    good = 0
    for row in rows:
        items = [item for band in row for item in band.items]
        left, right = _sides(items, strip)
        if not left or not right or not all(isinstance(item, Run) for item in items):
            continue
        tops = [min(edges(item)[1] for item in side) for side in (left, right)]
        middles = [
            (top + max(edges(item)[3] for item in side)) / 2 for top, side in zip(tops, (left, right), strict=True)
        ]
        together = abs(tops[0] - tops[1]) <= _ALIKE * size or abs(middles[0] - middles[1]) <= _ALIKE * size
        good += together and max(len(bands(left)), len(bands(right))) <= _MOST_LINES_OF_ROW
    return good >= 0.75 * len(rows)


def _rows(page: Sequence[Band], size: float) -> list[list[Band]]:
    """Bands by row: a wider space than between the lines of a cell divides rows; none when all spaces are alike."""
    spaces = [after.top - before.bottom for before, after in pairwise(page)]
    if len(spaces) < 2 or max(spaces) - min(spaces) < _WIDER * size:
        return []
    threshold = min(spaces) + _WIDER * size
    rows = [[page[0]]]
    for space, band in zip(spaces, page[1:], strict=True):
        if space > threshold:
            rows.append([band])
        else:
            rows[-1].append(band)
    return rows
