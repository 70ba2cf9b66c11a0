"""A document's structure as spans of its text: one for each heading, slide or sheet, small ones merged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.core.domain import Document, Heading
from ingest.chunk.boundaries import TokenStarts

SMALL_TOKENS = 80  # sections below this are merged with their neighbours


@dataclass(frozen=True, slots=True)
class Span:
    """A range of the document's text below one heading path."""

    start: int
    end: int
    path: tuple[str, ...]
    bodies: Mapping[tuple[str, ...], int]  # path -> where the text after that path's heading begins
    region: int  # spans of different regions (sheets) are never merged
    tokens: int

    @property
    def body(self) -> int:
        """Offset of the text after the headings of the path."""
        return self.bodies.get(self.path, self.start)

    @property
    def bare(self) -> bool:
        """Whether it holds only headings."""
        return self.body == self.end


def sections(document: Document, tokens: TokenStarts) -> Iterator[Span]:
    """The text between one heading, slide or sheet and the next, in order."""
    resets = {part.start for part in document.parts if part.kind in ("slide", "sheet")}
    sheets = {part.start: part for part in document.parts if part.kind == "sheet" and part.start < part.end}
    headings = {heading.start: heading for heading in document.headings}
    ends = {part.end for part in document.parts if part.kind == "sheet"}
    starts = sorted({0, *resets, *headings, *ends})
    stack: list[tuple[int, str]] = []
    region = 0
    for start, end in zip(starts, [*starts[1:], len(document.text)], strict=True):
        if start in resets:
            stack = []
        if start in ends:
            region, stack = 0, []
        if start in sheets:
            region, stack = sheets[start].number, [(0, sheets[start].name)]
        heading = headings.get(start)
        if heading:
            stack = [(level, text) for level, text in stack if level < heading.level] + [(heading.level, heading.text)]
        if not document.text[start:end].strip():
            continue
        names = tuple(text for _, text in stack)
        path = names[1:] if names[:1] == (document.title,) else names  # the title precedes every path
        body = _after_heading(document.text, heading, end) if heading else start
        yield Span(start, end, path, {path: body}, region, tokens.count(start, end))


def _after_heading(text: str, heading: Heading, end: int) -> int:
    """Offset of the text below a heading.

    `end` when there is no such text; the heading's start when its line has more text than the heading.
    """
    first = text.find("\n", heading.start, end)
    if _letters(text[heading.start : first if first >= 0 else end]) != _letters(heading.text):
        return heading.start
    if first < 0:
        return end
    second = text.find("\n", first + 1, end)
    underline = text[first + 1 : second if second >= 0 else end]
    body = (second if second >= 0 else end) if underline.strip() and not underline.strip("=- ") else first
    return body if any(map(str.isalnum, text[body:end])) else end


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def merged(spans: Iterator[Span], target: int) -> list[Span]:
    """Spans with small neighbours merged below the heading path they share. target: tokens of a merged span."""
    result: list[Span] = []
    for section in spans:
        before = result[-1] if result else None
        if before is None or not _belong_together(before, section, target):
            result.append(section)
            continue
        path, bodies = _shared(before.path, section.path), before.bodies
        if before.bare and _is_below(section, before):
            path, bodies = section.path, {**before.bodies, **section.bodies}
        tokens = before.tokens + section.tokens
        result[-1] = Span(before.start, section.end, path, bodies, section.region, tokens)
    return result


def _belong_together(before: Span, section: Span, target: int) -> bool:
    if before.region != section.region:
        return False
    below = _is_below(section, before)
    if before.bare and below:
        return True  # a heading is never separated from the text below it
    if before.tokens + section.tokens > target:
        return False
    small = min(SMALL_TOKENS, target // 2)
    first_small, second_small = before.tokens < small, section.tokens < small
    return (first_small and second_small) or (below and (first_small or second_small))


def _is_below(section: Span, before: Span) -> bool:
    return section.path[: len(before.path)] == before.path and section.path != before.path


def _shared(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    while length < min(len(first), len(second)) and first[length] == second[length]:
        length += 1
    return first[:length]
