"""The rest of a section around chosen passages: neighbours first, within the tokens, never twice."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest

from app.core.domain import Context, Fate, Hit, Passage, SectionChunk
from app.pack import pack, render, render_one
from app.widen import Section, SectionReader, Widener
from tests.support.builders import BOUNDARY, make_hit

WORDS = "one two three four five"


@dataclass(frozen=True)
class _Found:
    chunks: tuple[SectionChunk, ...]


class _Shelf(SectionReader):
    """A document of one section, each chunk of which has five words of its own and a page of its own."""

    def __init__(self, chunks: int) -> None:
        self.chunks = tuple(
            SectionChunk(
                chunk_id=100 + n, document_id=1, ordinal=n, heading="Document 1 › Section", start_char=1000 * n,
                end_char=1000 * n + 100, part_kind="page", part_first=n + 1, part_last=n + 1, part_name="",
                text=f"c{n} {WORDS}",
            )
            for n in range(chunks)
        )  # fmt: skip
        self.reads: list[tuple[list[int], int]] = []

    def around(self, chunk_ids: Sequence[int], *, reach: int) -> Mapping[int, Section]:
        self.reads.append((list(chunk_ids), reach))
        return {number: _Found(self.chunks) for number in chunk_ids if number < 100 + len(self.chunks)}

    def hit(self, ordinal: int) -> Hit:
        chunk = self.chunks[ordinal]
        return make_hit(
            ordinal + 1, chunk.text, chunk_id=chunk.chunk_id, document_id=1, title="Document 1", ordinal=ordinal,
            source_uri="/docs/1.md", part_kind="page", part_first=ordinal + 1, part_last=ordinal + 1,
        )  # fmt: skip


def count(text: str) -> int:
    return len(text.split())


def packed(hits: Sequence[Hit]) -> Context:
    return pack(
        hits, limit=5, token_budget=500, floor=0.0, relevance=lambda _: 1.0, count_tokens=count, scored=True
    )  # fmt: skip


def widened(shelf: _Shelf, context: Context, tokens: int) -> Context:
    return Widener(shelf, tokens=tokens).widen(context, tokens=tokens, count_tokens=count)


def added(passage: Passage) -> list[int]:
    return [chunk.ordinal for chunk in passage.added]


def test_neighbours_come_before_what_is_farther_away() -> None:
    shelf = _Shelf(9)
    context = packed([shelf.hit(4)])

    grown = [added(widened(shelf, context, tokens).passages[0]) for tokens in (5, 6, 12, 18, 24)]

    assert grown == [[], [5], [3, 5], [3, 5, 6], [2, 3, 5, 6]]


def test_every_passage_gets_its_neighbours_before_one_gets_more() -> None:
    shelf = _Shelf(20)
    wide = widened(shelf, packed([shelf.hit(3), shelf.hit(12)]), 26)

    assert [added(passage) for passage in wide.passages] == [[2, 4], [11, 13]]


def test_the_text_is_in_reading_order_and_the_place_and_tokens_follow() -> None:
    shelf = _Shelf(5)
    before = packed([shelf.hit(2)])
    wide = widened(shelf, before, 1000)
    passage = wide.passages[0]

    assert passage.text == "\n".join(chunk.text for chunk in shelf.chunks)
    assert passage.location == "pages 1–5"
    assert passage.tokens == count(render_one(passage)) == wide.tokens
    assert wide.tokens - before.tokens <= 1000


def test_added_text_is_never_counted_as_retrieved() -> None:
    shelf = _Shelf(5)
    before = packed([shelf.hit(2), make_hit(7)])
    wide = widened(shelf, before, 1000)

    assert wide.hits == before.hits
    assert [passage.hits for passage in wide.passages] == [passage.hits for passage in before.passages]
    assert [hit.fate for hit in wide.hits] == [Fate.IN_PROMPT, Fate.IN_PROMPT]
    assert added(wide.passages[1]) == []


def test_a_dropped_candidate_whose_text_came_in_with_a_section_stays_dropped_and_says_so() -> None:
    shelf = _Shelf(5)
    context = pack(
        [shelf.hit(2), shelf.hit(4)], limit=1, token_budget=500, floor=0.0, relevance=lambda _: 1.0, count_tokens=count,
        scored=True,
    )  # fmt: skip
    dropped = widened(shelf, context, 1000).hits[1]

    assert (dropped.fate, dropped.passage_number) == (Fate.BEYOND_LIMIT, None)
    assert dropped.fate_detail.endswith("; its text was added to passage 1 with the section")


def test_no_chunk_is_in_the_prompt_twice() -> None:
    shelf = _Shelf(10)
    wide = widened(shelf, packed([shelf.hit(2), shelf.hit(5), shelf.hit(6)]), 1000)

    text = render(wide.passages, BOUNDARY)
    assert all(text.count(f"c{n} ") == 1 for n in range(10))


def test_overlapping_chunks_are_joined_without_their_overlap() -> None:
    shelf = _Shelf(2)
    first, second = shelf.chunks
    shelf.chunks = (first, replace(second, start_char=97, end_char=200, text="ive six"))

    assert widened(shelf, packed([shelf.hit(0)]), 1000).passages[0].text == f"c0 {WORDS} six"


@pytest.mark.parametrize(("tokens", "hits"), [(0, 1), (100, 0)])
def test_nothing_is_read_when_nothing_may_be_added(tokens: int, hits: int) -> None:
    shelf = _Shelf(5)
    context = packed([shelf.hit(2)][:hits])

    assert widened(shelf, context, tokens) == context
    assert shelf.reads == []


def test_a_passage_whose_document_is_gone_stays_as_it_is() -> None:
    shelf = _Shelf(1)
    context = packed([make_hit(500)])
    assert widened(shelf, context, 100) == context


@pytest.mark.parametrize("tokens", range(1, 60, 7))
def test_the_tokens_are_never_exceeded(tokens: int) -> None:
    shelf = _Shelf(12)
    for pair in itertools.combinations(range(0, 12, 3), 2):
        before = packed([shelf.hit(n) for n in pair])
        assert widened(shelf, before, tokens).tokens - before.tokens <= tokens
