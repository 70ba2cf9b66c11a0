"""A document's structure as spans of its text: what stands under one heading, slide or sheet, the small ones merged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.core.domain import Document, Heading
from ingest.chunk.boundaries import TokenStarts

SMALL_TOKENS = 80  # sections below this are merged with their neighbours


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the document under one heading path."""

    start: int
    end: int
    path: tuple[str, ...]
    bodies: Mapping[tuple[str, ...], int]  # path -> where the text after that path's heading begins
    region: int  # spans of different regions (sheets) are never merged
    tokens: int

    @property
    def body(self) -> int:
        """Where the text begins that is not a heading of the path."""
        return self.bodies.get(self.path, self.start)

    @property
    def bare(self) -> bool:
        """Nothing but headings."""
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
        path = names[1:] if names[:1] == (document.title,) else names  # the title stands before every path
        body = _after_heading(document.text, heading, end) if heading else start
        yield Span(start, end, path, {path: body}, region, tokens.count(start, end))


def _after_heading(text: str, heading: Heading, end: int) -> int:
    """Where the text under a heading begins; `end` when there is none, its start when its line says more than it."""
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


def merged(found: Iterator[Span], target: int) -> list[Span]:
    """Sections with the small ones put together under the heading path they share."""
    together: list[Span] = []
    for section in found:
        before = together[-1] if together else None
        if before is None or not _belong_together(before, section, target):
            together.append(section)
            continue
        path, bodies = _shared(before.path, section.path), before.bodies
        if before.bare and _is_below(section, before):
            path, bodies = section.path, {**before.bodies, **section.bodies}
        tokens = before.tokens + section.tokens
        together[-1] = Span(before.start, section.end, path, bodies, section.region, tokens)
    return together


def _belong_together(before: Span, section: Span, target: int) -> bool:
    if before.region != section.region:
        return False
    below = _is_below(section, before)
    if before.bare and below:
        return True  # a heading never stands alone above what it introduces
    if before.tokens + section.tokens > target:
        return False
    small, also_small = (span.tokens < min(SMALL_TOKENS, target // 2) for span in (before, section))
    return (small and also_small) or (below and (small or also_small))


def _is_below(section: Span, before: Span) -> bool:
    return section.path[: len(before.path)] == before.path and section.path != before.path


def _shared(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    while length < min(len(first), len(second)) and first[length] == second[length]:
        length += 1
    return first[:length]
