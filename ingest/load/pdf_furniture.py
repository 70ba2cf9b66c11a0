"""Running heads and feet of a PDF: lines that repeat at the edge of its pages are kept once."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.load.pdf_lines import FAR
from ingest.load.pdf_paragraphs import TextLine
from ingest.load.pdf_table import FoundTable

EDGE = 0.12  # of a page's height: where running heads and feet stand
_OUTERMOST = 4  # lines at either edge
_PAGES = 3  # on which a line repeats; two are enough when they follow each other, or in a short document
_SHORT = 4  # pages of a short document
_SAME = 4.0  # points by which the height of a running head differs
_LARGEST = 1.4  # times the size of the text; larger lines, as the titles of slides, are no furniture
_NUMBER = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_PAGE_NAMES = (
    "page pages pg p seite seiten s blatt página pág pagina pag side sida strona str стр страница σελίδα oldal sayfa"
    " halaman trang sivu"
)
_PAGE_WORDS = frozenset(f"{_PAGE_NAMES} of von de sur di av af z из i ii iii iv v vi vii viii ix x xi xii".split())
Items = list[TextLine | FoundTable]
# A number counts pages beside a word for it, before "of 12", or alone between signs and wide gaps.
_PAGE_BEFORE = re.compile(rf"\b(?:{_PAGE_NAMES.replace(' ', '|')})\.?\s*$", re.IGNORECASE)
_OF_AFTER = re.compile(r"\s+(?:of|von|de|sur|di|av|af|из)\s+\d", re.IGNORECASE)
_SIGN_BEFORE = re.compile(rf"(?:^|[{FAR}|·•–—/-])\s*$")
_SIGN_AFTER = re.compile(rf"\s*(?:[{FAR}|·•–—/-]|$)")


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line at the edge of a page, or a part of it that stands far from the others."""

    page: int
    line: TextLine
    part: int
    text: str
    at_top: bool


Fates = dict[tuple[int, int], dict[int, bool]]  # (page, id of a line) -> part that repeats -> whether it stays


def without_furniture(pages: Sequence[tuple[float, list[Items]]], body_size: float) -> list[list[Items]]:
    """The regions of every page without heads and feet that an earlier page has, and without page numbers.

    pages: (height, regions) of every page. body_size: font size of the text; larger lines are headings and stay.
    """
    groups: dict[tuple[str, bool], list[_Edge]] = {}
    for number, (height, regions) in enumerate(pages):
        for edge in _edges(number, height, regions):
            if edge.line.size <= _LARGEST * body_size:
                groups.setdefault((_NUMBER.sub("#", edge.text.casefold()), edge.at_top), []).append(edge)
    fates: Fates = {}
    for group in groups.values():
        for edge, stays in _repeated(group, len(pages)):
            fates.setdefault((edge.page, id(edge.line)), {})[edge.part] = stays
    return [_arranged(number, regions, fates, body_size) for number, (_, regions) in enumerate(pages)]


def _arranged(number: int, regions: Sequence[Items], fates: Fates, body_size: float) -> list[Items]:
    """The regions of a page; heads and feet that stay come first, so that they divide no sentence."""
    staying: list[Items] = []
    kept: list[Items] = []
    for region in regions:
        items: Items = []
        for item in region:
            parts = fates.get((number, id(item)))
            if parts is None or not isinstance(item, TextLine):
                items.append(item)
                continue
            texts = [text for part, text in enumerate(item.text.split(FAR)) if parts.get(part, True)]
            if texts:
                # A running head is no heading, whatever its letters.
                head = replace(item, text=FAR.join(texts), size=min(item.size, body_size), bold=False)
                staying.append([head])
        kept.append(items)
    return [*staying, *kept]


def _edges(number: int, height: float, regions: Sequence[Items]) -> list[_Edge]:
    lines = [item for region in regions for item in region if isinstance(item, TextLine)]
    top = sorted((line for line in lines if line.bottom <= EDGE * height), key=lambda line: line.top)
    bottom = sorted((line for line in lines if line.top >= (1 - EDGE) * height), key=lambda line: -line.top)
    return [
        _Edge(number, line, part, text, at_top)
        for found, at_top in ((top, True), (bottom, False))
        for line in found[:_OUTERMOST]
        for part, text in enumerate(line.text.split(FAR))
    ]


def _repeated(group: Sequence[_Edge], count: int) -> list[tuple[_Edge, bool]]:
    """The lines of a group that repeat, each with whether it says something new."""
    heights = sorted(edge.line.top for edge in group)
    usual = heights[len(heights) // 2]
    same = [edge for edge in group if abs(edge.line.top - usual) <= _SAME]
    on = sorted({edge.page for edge in same})
    in_a_row = any(after - before == 1 for before, after in pairwise(on))
    if len(on) < (2 if count <= _SHORT or in_a_row else _PAGES):
        return []
    counters = _counters(same)
    seen: set[str] = set()
    repeated = []
    for edge in same:
        text = _without_counters(edge.text, counters)
        repeated.append((edge, text not in seen and not _is_page_number(text, counters)))
        seen.add(text)
    return repeated


def _counters(group: Sequence[_Edge]) -> set[int]:
    """Which numbers of the lines count the pages: they stand by themselves, or beside a word for it."""
    offsets: dict[int, Counter[int]] = {}
    for edge in group:
        for position, match in enumerate(_NUMBER.finditer(edge.text)):
            if len(match.group()) < 7 and _may_count(edge.text, *match.span()):
                offsets.setdefault(position, Counter())[int(match.group()) - edge.page] += 1
    return {position for position, values in offsets.items() if values.most_common(1)[0][1] >= 0.6 * len(group)}


def _may_count(text: str, start: int, end: int) -> bool:
    """Whether a number of a line can be a page's."""
    if _PAGE_BEFORE.search(text, 0, start) or _OF_AFTER.match(text, end):
        return True
    return bool(_SIGN_BEFORE.search(text, 0, start) and _SIGN_AFTER.match(text, end))


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
