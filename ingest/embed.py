"""Chunks go in, the same chunks with their vectors come out, in the same order; batches are sorted by length."""

import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.domain import Chunk, EmbeddedChunk
from app.core.models.embedding import Embedder

BATCH = 64  # chunks of similar length embedded in one call: little padding, and progress that moves
WINDOW = 16 * BATCH  # chunks that are sorted together: when time runs out, what is done is the text's beginning


def embed(
    chunks: Sequence[Chunk], embedder: Embedder, *, progress: Callable[[int], None] = lambda _: None
) -> tuple[EmbeddedChunk, ...]:
    """Embedded chunks. progress gets the size of each finished batch. Raises ModelError when a text is refused."""
    return embed_documents([chunks], embedder, progress=progress)[0]


def embed_documents(
    documents: Sequence[Sequence[Chunk]],
    embedder: Embedder,
    *,
    seconds: float = float("inf"),
    progress: Callable[[int], None] = lambda _: None,
) -> list[tuple[EmbeddedChunk, ...]]:
    """The embedded chunks of each document; all are embedded together, so that batches are full.

    seconds: of one document; when they are spent, the rest of its chunks is left out. progress gets the number of
    chunks that each step has finished. Raises ModelError when a text is refused.
    """
    items = [_Item(number, chunk) for number, chunks in enumerate(documents) for chunk in chunks]
    clock = _Clock(seconds)
    done: list[list[EmbeddedChunk]] = [[] for _ in documents]
    for start in range(0, len(items), WINDOW):
        window = items[start : start + WINDOW]
        vectors = _embedded(window, embedder, clock, progress)
        for item in window:
            vector = vectors.get(item.chunk.embedded_text)
            if vector is not None:
                done[item.document].append(EmbeddedChunk(chunk=item.chunk, embedding=vector))
    return [tuple(chunks) for chunks in done]


@dataclass(frozen=True, slots=True)
class _Item:
    document: int  # its index
    chunk: Chunk


class _Clock:
    """Seconds spent on each document."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._spent: defaultdict[int, float] = defaultdict(float)

    def has_time(self, item: _Item) -> bool:
        """Whether the item's document may take more time."""
        return self._spent[item.document] < self._seconds

    def share(self, seconds: float, items: Sequence[_Item]) -> None:
        """Divide the time of a batch among the documents of its items, by their tokens."""
        tokens = sum(item.chunk.token_count for item in items)
        for item in items:
            self._spent[item.document] += seconds * item.chunk.token_count / max(tokens, 1)


def _embedded(
    window: Sequence[_Item], embedder: Embedder, clock: _Clock, progress: Callable[[int], None]
) -> dict[str, "array[float]"]:
    """Text -> its vector, of the texts in a window; a text that occurs several times is embedded once."""
    items: dict[str, _Item] = {}
    counts: defaultdict[str, int] = defaultdict(int)
    for item in window:
        items.setdefault(item.chunk.embedded_text, item)
        counts[item.chunk.embedded_text] += 1
    waiting = sorted(items.values(), key=lambda item: -item.chunk.token_count)
    vectors: dict[str, array[float]] = {}  # an eighth of the memory of Python numbers
    for start in range(0, len(waiting), BATCH):
        batch = [item for item in waiting[start : start + BATCH] if clock.has_time(item)]
        if not batch:
            continue
        texts = [item.chunk.embedded_text for item in batch]
        started = time.perf_counter()
        matrix = embedder.embed(texts)
        clock.share(time.perf_counter() - started, batch)
        vectors |= {text: array("f", row.tobytes()) for text, row in zip(texts, matrix, strict=True)}
        progress(sum(counts[text] for text in texts))
    left_out = len(window) - sum(counts[text] for text in vectors)
    if left_out:
        progress(left_out)
    return vectors
