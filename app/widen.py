"""Chosen passages go in; the same passages with the rest of their sections come out, as far as the tokens reach."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from app.core.domain import Context, Hit, Passage, SectionChunk
from app.pack import joined_location, joined_text, render_one

_REACH = 20  # chunks before and after a passage, at most


class Section(Protocol):
    """Neighbouring chunks under the same headings."""

    @property
    def chunks(self) -> tuple[SectionChunk, ...]: ...


class SectionReader(Protocol):
    """Reads the sections of chunks."""

    def around(self, chunk_ids: Sequence[int], *, reach: int) -> Mapping[int, Section]: ...


class Widening(Protocol):
    """Adds the rest of their sections to passages; `tokens` is what all of them together may gain."""

    @property
    def tokens(self) -> int: ...

    def widen(self, context: Context, *, tokens: int, count_tokens: Callable[[str], int]) -> Context: ...


class KeepPassages:
    """Adds nothing."""

    tokens = 0

    def widen(self, context: Context, *, tokens: int, count_tokens: Callable[[str], int]) -> Context:  # noqa: ARG002
        """The same context."""
        return context


KEEP_PASSAGES = KeepPassages()


class Widener:
    """Adds what stands around the passages: first the neighbours of each, then what is farther away."""

    def __init__(self, sections: SectionReader, *, tokens: int) -> None:
        """tokens: that all passages together may gain; 0 adds nothing and reads nothing."""
        self.tokens = tokens
        self._sections = sections

    def widen(self, context: Context, *, tokens: int, count_tokens: Callable[[str], int]) -> Context:
        """The context with text added to its passages, at most `tokens`; fates stay as they are.

        count_tokens: of a rendered passage. A chunk that is in the prompt already is not added. Raises DatabaseError.
        """
        if tokens <= 0 or not context.passages:
            return context
        ends = {end.chunk_id for passage in context.passages for end in (passage.hits[0], passage.hits[-1])}
        sections = self._sections.around(sorted(ends), reach=_REACH)
        taken = {hit.chunk_id for passage in context.passages for hit in passage.hits}
        growing = [_Growing(passage=passage) for passage in context.passages]
        sides = [
            side
            for one in growing
            for side in (
                _Side(growing=one, waiting=_after(one.passage, sections), after=True),
                _Side(growing=one, waiting=_before(one.passage, sections), after=False),
            )
        ]
        left = tokens
        while any(side.waiting for side in sides):
            for side in sides:
                left -= side.grow(left, taken, count_tokens)
        passages = tuple(one.passage for one in growing)
        return replace(
            context,
            passages=passages,
            hits=_noted(context.hits, passages),
            tokens=sum(passage.tokens for passage in passages),
        )


@dataclass(kw_only=True, slots=True)
class _Growing:
    """A passage as it grows."""

    passage: Passage


@dataclass(kw_only=True, slots=True)
class _Side:
    """One side of a passage, with the chunks that may be added to it, the nearest first."""

    growing: _Growing
    waiting: list[SectionChunk] = field(default_factory=list)
    after: bool

    def grow(self, left: int, taken: set[int], count_tokens: Callable[[str], int]) -> int:
        """Add the next chunk when it fits into the tokens left; returns the tokens it took. Else this side ends."""
        if not self.waiting:
            return 0
        chunk = self.waiting.pop(0)
        if chunk.chunk_id in taken:  # another passage goes on from here
            self.waiting.clear()
            return 0
        wider = _with(self.growing.passage, chunk, count_tokens)
        cost = wider.tokens - self.growing.passage.tokens
        if cost > left:
            self.waiting.clear()
            return 0
        taken.add(chunk.chunk_id)
        self.growing.passage = wider
        return cost


def _noted(hits: Sequence[Hit], passages: Sequence[Passage]) -> tuple[Hit, ...]:
    """The candidates with their fates; one whose text came in with a section says so beside why it was dropped."""
    number_of = {chunk.chunk_id: passage.number for passage in passages for chunk in passage.added}

    def noted(hit: Hit) -> Hit:
        if hit.chunk_id not in number_of:
            return hit
        note = f"its text was added to passage {number_of[hit.chunk_id]} with the section"
        return replace(hit, fate_detail="; ".join(filter(None, (hit.fate_detail, note))))

    return tuple(noted(hit) for hit in hits)


def _after(passage: Passage, sections: Mapping[int, Section]) -> list[SectionChunk]:
    last = passage.hits[-1]
    section = sections.get(last.chunk_id)
    return [chunk for chunk in section.chunks if chunk.ordinal > last.ordinal] if section else []


def _before(passage: Passage, sections: Mapping[int, Section]) -> list[SectionChunk]:
    first = passage.hits[0]
    section = sections.get(first.chunk_id)
    return [chunk for chunk in reversed(section.chunks) if chunk.ordinal < first.ordinal] if section else []


def _with(passage: Passage, chunk: SectionChunk, count_tokens: Callable[[str], int]) -> Passage:
    """The passage with one more chunk of its section."""
    added = tuple(sorted((*passage.added, chunk), key=lambda one: one.ordinal))
    members: list[Hit | SectionChunk] = sorted((*passage.hits, *added), key=lambda one: one.ordinal)
    wider = replace(passage, added=added, text=joined_text(members), location=joined_location(members))
    return replace(wider, tokens=count_tokens(render_one(wider)))
