"""Chunks go in, the same chunks with their vectors come out, in the same order; batches are sorted by length."""

from array import array
from collections.abc import Callable, Sequence

from app.core.domain import Chunk, EmbeddedChunk
from app.core.models.embedding import Embedder

BATCH = 64  # chunks of similar length embedded in one call: little padding, and progress that moves


def embed(
    chunks: Sequence[Chunk], embedder: Embedder, *, progress: Callable[[int], None] = lambda _: None
) -> tuple[EmbeddedChunk, ...]:
    """Embedded chunks. progress gets the size of each finished batch. Raises ModelError when a text is refused."""
    order = sorted(range(len(chunks)), key=lambda index: -chunks[index].token_count)
    vectors: dict[int, array[float]] = {}  # an eighth of the memory of Python numbers
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        matrix = embedder.embed([chunks[index].embedded_text for index in batch])
        vectors |= {index: array("f", row.tobytes()) for index, row in zip(batch, matrix, strict=True)}
        progress(len(batch))
    return tuple(EmbeddedChunk(chunk=chunk, embedding=vectors[index]) for index, chunk in enumerate(chunks))
