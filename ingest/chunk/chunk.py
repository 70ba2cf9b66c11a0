"""A Document goes in, its Chunks come out: by structure first, then by the embedding model's own tokens.

Every chunk's text is an exact slice of the document's text and its embedded text fits what the model reads, so
nothing is ever cut at embedding time. Time is linear in the length of the text: it is tokenised once to find the
cuts and once, as chunks, to prove that each fits.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.domain import Chunk, Document
from ingest.chunk.boundaries import Boundaries, TokenStarts
from ingest.chunk.sections import Span, merged, sections
from ingest.chunk.table_headers import TableHeaders

TARGET_TOKENS = 180  # of a chunk's text; with its headings this stays well below the 256 that MiniLM reads
OVERLAP_TOKENS = 0  # headings are repeated in every chunk and neighbours are joined when packed, so none is needed
CONTEXT_TOKENS = 60  # of title and heading path before the text, at most; a quarter of what the model reads at most
MAX_CHARACTERS = 4_000  # of a chunk: text of few tokens (rules, endless words) must not become an endless passage
_SEPARATOR = " › "
_BATCH = 1_024  # chunks counted in one call


class Tokenizer(Protocol):
    """What chunking needs of an embedding model."""

    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...

    def token_offsets(self, text: str) -> list[tuple[int, int]]: ...


def chunk(
    document: Document,
    tokenizer: Tokenizer,
    *,
    target_tokens: int = TARGET_TOKENS,
    overlap_tokens: int = OVERLAP_TOKENS,
) -> tuple[Chunk, ...]:
    """Chunks in reading order; none for a document without text."""
    tokens = TokenStarts(document.text, tokenizer.token_offsets)
    boundaries = Boundaries(document.text, document.media_type)
    contexts, headers = Contexts(document.title, tokenizer), TableHeaders(document)
    target_tokens = min(target_tokens, contexts.least_room)
    spans = merged(sections(document, tokens), target_tokens)
    pieces: list[tuple[int, int, tuple[str, ...]]] = []
    for span in spans:
        room = contexts.room(span.path)
        overlap = min(overlap_tokens, room // 3)
        pieces += [
            (a, b, headers.path(span.path, a))
            for a, b in _split(document.text, span, tokens, boundaries, target_tokens, room, overlap)
        ]
    return _finished(document, _proven(document.text, pieces, contexts, tokenizer), contexts)


# ---------------------------------------------------------------------------------------------------------- by tokens


def _split(
    text: str, span: Span, tokens: TokenStarts, boundaries: Boundaries, target: int, room: int, overlap: int
) -> Iterator[tuple[int, int]]:
    """Character ranges of pieces of nearly equal size, at most `room` tokens each, cut at the best boundary near."""
    first, last = tokens.index(span.start if span.bare else span.body), tokens.index(span.end)
    begin = first
    while begin < last:
        back = max(first, begin - overlap) if begin > first else begin
        start = boundaries.word_at(tokens.start(back), tokens.start(begin)) if back < begin else tokens.start(begin)
        left = last - begin
        if left + (begin - back) <= min(room, target * 1.15) and span.end - start <= MAX_CHARACTERS:
            yield _trimmed(text, start, span.end)
            return
        goal = -(-left // -(-left // target))  # pieces as equal as they can be
        furthest = min(begin + room - (begin - back), begin + int(goal * 1.3) + 1, last)
        furthest = max(min(furthest, tokens.index(start + MAX_CHARACTERS)), begin + 1)
        nearest = min(begin + max(int(goal * 0.6), 1), furthest)
        wanted = min(begin + goal, furthest)
        near, want, far = (tokens.start_or(index, last, span.end) for index in (nearest, wanted, furthest))
        cut = boundaries.best(near, want, far) or want
        begin = max(tokens.index(cut), begin + 1)
        yield _trimmed(text, start, min(cut, tokens.start_or(begin, last, span.end)))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


class Contexts:
    """The title and heading path that stand before a chunk's text, shortened to their share of the model's window."""

    def __init__(self, title: str, tokenizer: Tokenizer) -> None:
        self._title = title
        self._tokenizer = tokenizer
        self._special = tokenizer.count_tokens([""])[0]
        self._limit = min(CONTEXT_TOKENS, tokenizer.max_tokens // 4)
        self.least_room = max(tokenizer.max_tokens - self._special - self._limit, 1)
        self._known: dict[tuple[str, ...], tuple[str, int]] = {}

    def text(self, path: tuple[str, ...]) -> str:
        """What stands before the text of a chunk under this path."""
        return self._of(path)[0]

    def room(self, path: tuple[str, ...]) -> int:
        """Tokens left for the text of a chunk under this path."""
        return max(self._tokenizer.max_tokens - self._special - self._of(path)[1], 1)

    def _of(self, path: tuple[str, ...]) -> tuple[str, int]:
        if path not in self._known:
            names = [self._title, *path]
            context = _SEPARATOR.join(names)
            if self._count(context) > self._limit and len(names) > 2:
                context = _SEPARATOR.join((names[0], "…", names[-1]))
            if self._count(context) > self._limit:
                share = (self._limit - 2) // 2
                context = _SEPARATOR.join(self._cut(name, share) for name in dict.fromkeys((names[0], names[-1])))
            if self._count(context) > self._limit:  # a tokenizer that counts pieces and whole differently
                context = ""
            self._known[path] = (context, self._count(context))
        return self._known[path]

    def _count(self, context: str) -> int:
        return self._tokenizer.count_tokens([context])[0] - self._special

    def _cut(self, name: str, tokens: int) -> str:
        offsets = self._tokenizer.token_offsets(name[:MAX_CHARACTERS])
        return name if len(offsets) <= tokens else name[: offsets[max(tokens - 1, 0)][0]].rstrip() + "…"


# ------------------------------------------------------------------------------------------------------------- proof


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    path: tuple[str, ...]
    tokens: int


def _proven(
    text: str, pieces: list[tuple[int, int, tuple[str, ...]]], contexts: Contexts, tokenizer: Tokenizer
) -> list[_Piece]:
    """The pieces with their exact token counts; one that is too long after all (cut inside a word) is halved."""
    done: list[_Piece] = []
    waiting = [piece for piece in pieces if piece[0] < piece[1]]
    while waiting:
        halved: list[tuple[int, int, tuple[str, ...]]] = []
        for first in range(0, len(waiting), _BATCH):
            batch = waiting[first : first + _BATCH]
            counts = tokenizer.count_tokens([_embedded(text, piece, contexts) for piece in batch])
            for (start, end, path), count in zip(batch, counts, strict=True):
                if count <= tokenizer.max_tokens or end - start < 2:
                    done.append(_Piece(start, end, path, count))
                else:
                    middle = _middle(text, start, end)
                    halved += [(*_trimmed(text, a, b), path) for a, b in ((start, middle), (middle, end))]
        waiting = [piece for piece in halved if piece[0] < piece[1]]
    return sorted(done, key=lambda piece: (piece.start, piece.end))


def _middle(text: str, start: int, end: int) -> int:
    half = (start + end) // 2
    space = text.rfind(" ", start + (end - start) // 4, half)
    return space if space > start else half


def _embedded(text: str, piece: tuple[int, int, tuple[str, ...]], contexts: Contexts) -> str:
    context = contexts.text(piece[2])
    body = text[piece[0] : piece[1]]
    return f"{context}\n{body}" if context else body


def _finished(document: Document, pieces: list[_Piece], contexts: Contexts) -> tuple[Chunk, ...]:
    starts = [part.start for part in document.parts]
    chunks = []
    for ordinal, piece in enumerate(pieces):
        touched = document.parts[max(bisect_right(starts, piece.start) - 1, 0) : bisect_right(starts, piece.end - 1)]
        touched = tuple(part for part in touched if part.start < piece.end and part.end > piece.start)
        first, last = (touched[0], touched[-1]) if touched else (None, None)
        chunks.append(
            Chunk(
                ordinal=ordinal,
                text=document.text[piece.start : piece.end],
                heading_path=piece.path,
                part_kind=first.kind if first else None,
                part_first=first.number if first else None,
                part_last=last.number if last else None,
                part_name=first.name if first else "",
                start_char=piece.start,
                end_char=piece.end,
                token_count=piece.tokens,
                embedded_text=_embedded(document.text, (piece.start, piece.end, piece.path), contexts),
            )
        )
    return tuple(chunks)
