"""Embedding: every chunk gets its own vector, whatever order the batches took."""

import numpy as np

from app.core.domain import Chunk
from ingest.embed import BATCH, embed
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
    embed([make_chunk(number, "word " * (1 if number % 2 else 30)) for number in range(2 * BATCH)], embedder)
    assert [{len(text) for text in batch} for batch in embedder.calls] == [{150}, {5}]


def test_no_chunks_need_no_model() -> None:
    embedder = FakeEmbedder()
    assert embed([], embedder) == ()
    assert embedder.calls == []
