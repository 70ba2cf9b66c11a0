"""Running heads and feet of a PDF: lines that repeat at the edge of its pages are kept once."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.load.pdf_paragraphs import TextLine
from ingest.load.pdf_table import FoundTable

EDGE = 0.15  # of a page's height: where running heads and feet stand
_OUTERMOST = 4  # lines at either edge
_PAGES = 3  # on which a line repeats; two are enough in a short document
_SHORT = 4  # pages of a short document
_SAME = 4.0  # points by which the height of a running head differs
_LARGEST = 1.4  # times the size of the text; larger lines, as the titles of slides, are no furniture
_NUMBER = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_PAGE_WORDS = frozenset(
    "page pages p pg of seite seiten s von blatt de sur página pág pagina pag di side av af sida strona str z"
    " стр страница из σελίδα oldal sayfa halaman trang sivu i ii iii iv v vi vii viii ix x xi xii".split()
)

Items = list[TextLine | FoundTable]


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line at the edge of a page."""

    page: int
    line: TextLine
    at_top: bool


def without_furniture(pages: Sequence[tuple[float, list[Items]]], body_size: float) -> list[list[Items]]:
    """The regions of every page without heads and feet that an earlier page has, and without page numbers.

    pages: (height, regions) of every page. body_size: font size of the text; larger lines are headings and stay.
    """
    groups: dict[tuple[str, bool], list[_Edge]] = {}
    for number, (height, regions) in enumerate(pages):
        for edge in _edges(number, height, regions):
            if edge.line.size <= _LARGEST * body_size:
                groups.setdefault((_NUMBER.sub("#", edge.line.text.casefold()), edge.at_top), []).append(edge)
    fates: dict[tuple[int, int], bool] = {}  # (page, id of a line that repeats) -> whether it stays
    for group in groups.values():
        fates |= {(edge.page, id(edge.line)): stays for edge, stays in _repeated(group, len(pages))}
    return [_arranged(number, regions, fates, body_size) for number, (_, regions) in enumerate(pages)]


def _arranged(
    number: int, regions: Sequence[Items], fates: dict[tuple[int, int], bool], body_size: float
) -> list[Items]:
    """The regions of a page; heads and feet that stay come first, so that they divide no sentence."""
    staying: Items = []
    kept: list[Items] = []
    for region in regions:
        kept.append([item for item in region if (number, id(item)) not in fates])
        for item in region:
            if fates.get((number, id(item))) and isinstance(item, TextLine):
                # A running head is no heading, whatever its letters.
                staying.append(replace(item, size=min(item.size, body_size), bold=False))
    return [*([line] for line in staying), *kept]


def _edges(number: int, height: float, regions: Sequence[Items]) -> list[_Edge]:
    lines = [item for region in regions for item in region if isinstance(item, TextLine)]
    top = sorted((line for line in lines if line.bottom <= EDGE * height), key=lambda line: line.top)
    bottom = sorted((line for line in lines if line.top >= (1 - EDGE) * height), key=lambda line: -line.top)
    return [_Edge(number, line, at_top=True) for line in top[:_OUTERMOST]] + [
        _Edge(number, line, at_top=False) for line in bottom[:_OUTERMOST]
    ]


def _repeated(group: Sequence[_Edge], count: int) -> list[tuple[_Edge, bool]]:
    """The lines of a group that repeat, each with whether it says something new."""
    heights = sorted(edge.line.top for edge in group)
    usual = heights[len(heights) // 2]
    same = [edge for edge in group if abs(edge.line.top - usual) <= _SAME]
    if len({edge.page for edge in same}) < (2 if count <= _SHORT else _PAGES):
        return []
    counters = _counters(same)
    seen: set[str] = set()
    repeated = []
    for edge in same:
        text = _without_counters(edge.line.text, counters)
        repeated.append((edge, text not in seen and not _is_page_number(text, counters)))
        seen.add(text)
    return repeated


def _counters(group: Sequence[_Edge]) -> set[int]:
    """Which numbers of the lines count the pages."""
    offsets: dict[int, Counter[int]] = {}
    for edge in group:
        for position, match in enumerate(_NUMBER.finditer(edge.line.text)):
            if len(match.group()) < 7:
                offsets.setdefault(position, Counter())[int(match.group()) - edge.page] += 1
    return {position for position, values in offsets.items() if values.most_common(1)[0][1] >= 0.6 * len(group)}


def _without_counters(text: str, counters: set[int]) -> str:
    position = -1

    def replaced(match: re.Match[str]) -> str:
        nonlocal position
        position += 1
        return "#" if position in counters else match.group()

    return _NUMBER.sub(replaced, text)


def _is_page_number(text: str, counters: set[int]) -> bool:
    words = [word.casefold() for word in _LETTERS.findall(text)]
    return bool(counters or words) and all(word in _PAGE_WORDS for word in words) and len(words) <= 3
