"""Bounds on the passages of one document, and the warnings that say what they leave out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from app.core.domain import Chunk, Document, EmbeddedChunk
from app.core.errors import DocumentError

Loaded = TypeVar("Loaded", bound=Document | DocumentError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How many passages one document may have, and how long embedding them may take."""

    passages: int = 1_000_000
    embed_seconds: float = float("inf")

    def kept(self, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
        """The first chunks with a letter or a digit: nobody searches for the others, such as rulers and brackets."""
        return tuple(chunk for chunk in chunks if _has_words(chunk))[: self.passages]

    def noted(
        self, text: Loaded, chunks: Sequence[Chunk], kept: Sequence[Chunk], embedded: Sequence[EmbeddedChunk]
    ) -> Loaded:
        """The document with warnings about what was left out of its chunks.

        kept: of the chunks, by kept(); embedded: of these, the ones that there was time for.
        """
        if isinstance(text, DocumentError):
            return text
        return replace(text, warnings=(*text.warnings, *self._warnings(chunks, kept, embedded)))

    def _warnings(
        self, chunks: Sequence[Chunk], kept: Sequence[Chunk], embedded: Sequence[EmbeddedChunk]
    ) -> Iterator[str]:
        words = sum(map(_has_words, chunks))
        if words < len(chunks):
            yield f"{_count(len(chunks) - words)} without a letter or digit: left out."
        if len(kept) < words:
            yield (
                f"It has {words:,} passages: the last {words - len(kept):,} were left out{_from(kept[-1:])}. "
                "Split it, or raise FOREMOST_DOCUMENT_PASSAGES."
            )
        if len(embedded) < len(kept):
            last = [item.chunk for item in embedded[-1:]]
            yield (
                f"Embedding it takes more than {self.embed_seconds:g} seconds: {len(kept) - len(embedded):,} of "
                f"{len(kept):,} passages were left out{_from(last)}. "
                "Split it, or raise FOREMOST_DOCUMENT_EMBED_SECONDS."
            )


def _has_words(chunk: Chunk) -> bool:
    return any(map(str.isalnum, chunk.text))


def _count(count: int) -> str:
    return "1 passage" if count == 1 else f"{count:,} passages"


def _from(last: Sequence[Chunk]) -> str:
    """Where the last passage that is searched stands, when the document has pages, slides or sheets."""
    for chunk in last:
        if chunk.part_kind is not None:
            return f", after {chunk.part_kind} {chunk.part_last}"
    return ""
