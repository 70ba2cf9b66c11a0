"""Embedding: every chunk gets its own vector, whatever order the batches took."""

import numpy as np
import pytest

from app.core.domain import Chunk
from ingest.embed import BATCH, WINDOW, embed, embed_documents
from tests.support.fake_embedder import FakeEmbedder


def make_chunk(ordinal: int, text: str) -> Chunk:
    return Chunk(
        ordinal=ordinal,
        text=text,
        heading_path=(),
        part_kind=None,
        part_first=None,
        part_last=None,
        part_name="",
        start_char=0,
        end_char=len(text),
        token_count=FakeEmbedder().count_tokens([text])[0],
        embedded_text=text,
    )


def test_vectors_come_back_in_the_order_of_the_chunks() -> None:
    embedder = FakeEmbedder(dimension=8)
    chunks = [make_chunk(number, "word " * (number % 7 + 1) + str(number)) for number in range(BATCH + 20)]
    told: list[int] = []
    embedded = embed(chunks, embedder, progress=told.append)
    assert [one.chunk for one in embedded] == chunks
    for one in embedded:
        np.testing.assert_allclose(one.embedding, embedder.embed([one.chunk.embedded_text])[0], rtol=1e-6)
    assert told == [BATCH, 20]


def test_a_batch_holds_chunks_of_similar_length() -> None:
    embedder = FakeEmbedder(dimension=8)
    chunks = [make_chunk(number, "word " * (1 if number % 2 else 30) + f"{number:03}") for number in range(2 * BATCH)]
    embed(chunks, embedder)
    assert [{len(text) for text in batch} for batch in embedder.calls] == [{153}, {8}]


def test_no_chunks_need_no_model() -> None:
    embedder = FakeEmbedder()
    assert embed([], embedder) == ()
    assert embedder.calls == []


def test_a_text_that_occurs_again_and_again_is_embedded_once() -> None:
    embedder = FakeEmbedder(dimension=8)
    chunks = [make_chunk(number, "the same line" if number % 3 else f"line {number}") for number in range(90)]
    told: list[int] = []
    embedded = embed(chunks, embedder, progress=told.append)
    assert [item.chunk for item in embedded] == chunks
    assert sum(map(len, embedder.calls)) == 31
    assert sum(told) == 90
    for item in embedded:
        np.testing.assert_allclose(item.embedding, embedder.embed([item.chunk.embedded_text])[0], rtol=1e-6)


def test_when_time_runs_out_the_beginning_of_a_document_is_kept_and_other_documents_are_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter(range(1_000_000))
    monkeypatch.setattr("ingest.embed.time.perf_counter", lambda: float(next(clock)))  # a batch takes one second
    embedder = FakeEmbedder(dimension=8)
    long = [make_chunk(number, f"words {number}") for number in range(2 * WINDOW)]
    short = [make_chunk(number, f"other {number}") for number in range(3)]
    told: list[int] = []
    first, second = embed_documents([long, short], embedder, seconds=WINDOW / BATCH, progress=told.append)
    assert [item.chunk for item in first] == long[:WINDOW]
    assert [item.chunk for item in second] == short
    assert sum(told) == len(long) + len(short)
