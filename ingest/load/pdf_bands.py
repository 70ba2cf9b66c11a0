"""Bands of a PDF page: what stands side by side, with the gaps between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.load.pdf_lines import Run, run_of
from ingest.load.pdf_table import FoundTable

Item = Run | FoundTable
Gap = tuple[float, float]  # left and right end of a stretch without text
_WIDEST_BLANK = 1.3  # of the font size: between words of a line that is stretched to its column's width
_LEADING = 0.5  # of the font size: space between the lines of a paragraph, at most
_CORE = 0.22  # share of a run's height, at its top and bottom, that may overlap the next line


@dataclass(slots=True)
class Band:
    """Items of a page that overlap one another in height, from left to right."""

    items: list[Item]
    top: float
    bottom: float

    @property
    def runs(self) -> list[Run]:
        """Its runs of words."""
        return [item for item in self.items if isinstance(item, Run)]

    @property
    def text_only(self) -> bool:
        """Whether it has no table in it."""
        return all(isinstance(item, Run) for item in self.items)


def edges(item: Item) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of an item."""
    if isinstance(item, Run):
        return item.left, item.top, item.right, item.bottom
    return item.box


def bands(items: Iterable[Item]) -> list[Band]:
    """The items by band, from the top."""
    result: list[Band] = []
    end = 0.0
    for item in sorted(items, key=lambda item: _core(item)[0]):
        top, bottom = _core(item)
        if result and top < end:
            result[-1].items.append(item)
            end = max(end, bottom)
        else:
            result.append(Band([item], 0, 0))
            end = bottom
    for band in result:
        band.items.sort(key=lambda item: edges(item)[0])
        band.top = min(edges(item)[1] for item in band.items)
        band.bottom = max(edges(item)[3] for item in band.items)
    return result


def healed(page: Sequence[Band]) -> list[Band]:
    """The bands with runs joined that a wide blank divides: the line above or below has text in that place."""
    size = text_size(page)
    result = []
    for index, band in enumerate(page):
        if len(band.items) < 2 or not band.text_only:
            result.append(band)
            continue
        near = [
            page[other]
            for other in (index - 1, index + 1)
            if 0 <= other < len(page)
            and max(page[other].top - band.bottom, band.top - page[other].bottom) < _LEADING * size
        ]
        items: list[Item] = []
        for run in band.runs:
            last = items[-1] if items else None
            if isinstance(last, Run) and _is_blank(last, run, near, size):
                items[-1] = run_of([*last.words, *run.words])
            else:
                items.append(run)
        result.append(Band(items, band.top, band.bottom))
    return result


def _is_blank(one: Run, other: Run, near: Sequence[Band], size: float) -> bool:
    gap = one.right, other.left
    if not 0 <= gap[1] - gap[0] <= _WIDEST_BLANK * size or abs(one.bottom - other.bottom) > 0.2 * size:
        return False
    return any(edges(item)[0] < gap[0] and edges(item)[2] > gap[1] for band in near for item in band.items)


def _core(item: Item) -> tuple[float, float]:
    _, top, _, bottom = edges(item)
    margin = _CORE * (bottom - top) if isinstance(item, Run) else 0
    return top + margin, bottom - margin


def gaps(items: Sequence[Item], narrowest: float) -> list[Gap]:
    """Stretches between items that no item covers, at least `narrowest` points wide."""
    result = []
    end: float | None = None
    for left, _, right, _ in sorted(edges(item) for item in items):
        if end is not None and left - end >= narrowest:
            result.append((end, left))
        end = right if end is None else max(end, right)
    return result


def narrowed(gap: Gap, items: Sequence[Item]) -> Gap:
    """The widest part of a gap that none of the items covers."""
    best, start = (gap[0], gap[0]), gap[0]
    for left, _, right, _ in sorted(edges(item) for item in items):
        if right <= start:
            continue
        if left >= gap[1]:
            break
        if left - start > best[1] - best[0]:
            best = start, left
        start = max(start, right)
    return (start, gap[1]) if gap[1] - start > best[1] - best[0] else best


def valleys(page: Sequence[Band], tolerance: float, narrowest: float) -> list[Gap]:
    """Stretches that at most `tolerance` bands cover, narrowed to where the fewest do; from the left."""
    changes: list[tuple[float, int]] = []
    for band in page:
        for left, _, right, _ in map(edges, band.items):
            changes += [(left, 1), (right, -1)]
    changes.sort(key=lambda change: (change[0], -change[1]))
    found: list[Gap] = []
    covered = 0
    pieces: list[tuple[float, float, int]] = []  # stretches of the present valley with their cover
    for number, (at, change) in enumerate(changes[:-1]):
        covered += change
        following = changes[number + 1][0]
        if covered > tolerance:
            if pieces:
                found.append(_lowest(pieces))
            pieces = []
        elif following > at:
            pieces.append((at, following, covered))
    return [valley for valley in found if valley[1] - valley[0] >= narrowest]


def _lowest(pieces: Sequence[tuple[float, float, int]]) -> Gap:
    """The widest stretch with the least cover."""
    least = min(cover for _, _, cover in pieces)
    widest: Gap = (0.0, 0.0)
    start: float | None = None
    for left, right, cover in pieces:
        if cover > least:
            start = None
            continue
        start = left if start is None else start
        if right - start > widest[1] - widest[0]:
            widest = start, right
    return widest


def middle(values: Sequence[float]) -> float:
    """The median; 0 of nothing."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 0.0


def text_size(page: Sequence[Band]) -> float:
    """The usual font size of these bands."""
    return middle([run.size for band in page for run in band.runs])
