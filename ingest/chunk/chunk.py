"""A Document goes in, its Chunks come out: divided by structure first, then by the embedding model's own tokens.

Every chunk's text is an exact slice of the document's text. Its embedded text fits the model's window, so nothing is
truncated at embedding time. Time is linear in the length of the text: it is tokenised once to choose the cuts and
once, as chunks, to verify that each fits.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.core.domain import Chunk, Document
from ingest.chunk.boundaries import Boundaries, TokenStarts
from ingest.chunk.contexts import MAX_CHARACTERS, Contexts, Tokenizer
from ingest.chunk.sections import Span, merged, sections
from ingest.chunk.table_headers import TableHeaders

TARGET_TOKENS = 180  # of a chunk's text; with its headings this is well below the 256 that MiniLM reads
OVERLAP_TOKENS = 0  # not needed: headings are repeated in every chunk and neighbours are joined when packed
_BATCH = 1_024  # chunks counted in one call


def chunk(
    document: Document,
    tokenizer: Tokenizer,
    *,
    identity: Sequence[str] = (),
    target_tokens: int = TARGET_TOKENS,
    overlap_tokens: int = OVERLAP_TOKENS,
) -> tuple[Chunk, ...]:
    """Chunks in reading order; none for a document without text.

    identity: what the names of its folder and file say (app.core.names.identity); it is embedded before the title.
    """
    tokens = TokenStarts(document.text, tokenizer.token_offsets)
    boundaries = Boundaries(document.text, document.media_type, document.tables)
    contexts, headers = Contexts(document.title, tokenizer, identity), TableHeaders(document)
    target_tokens = min(target_tokens, contexts.least_room)
    pieces: list[_Piece] = []
    for span in merged(sections(document, tokens), target_tokens):
        splitter = _Splitter(
            document.text, tokens, boundaries, contexts, headers, span.path, target_tokens, overlap_tokens
        )
        pieces += [_Piece(start, end, (*span.path, *headers.names(start))) for start, end in splitter.split(span)]
    return _chunks(document, _counted(document.text, pieces, contexts, tokenizer), contexts)


# ---------------------------------------------------------------------------------------------------------- by tokens


@dataclass(frozen=True, slots=True)
class _Splitter:
    """Splits spans into pieces of nearly equal size, at most `room` tokens each, cut at the best boundary nearby."""

    text: str
    tokens: TokenStarts
    boundaries: Boundaries
    contexts: Contexts
    headers: TableHeaders
    path: tuple[str, ...]
    target: int  # tokens
    overlap: int  # tokens of the piece before that are repeated, at most a third of the room

    def split(self, span: Span) -> Iterator[tuple[int, int]]:
        """Character ranges of the pieces."""
        tokens = self.tokens
        first, last = tokens.index(span.start if span.bare else span.body), tokens.index(span.end)
        begin = first
        while begin < last:
            start, repeated = self._start(first, begin)
            left = last - begin
            room = self.contexts.room((*self.path, *self.headers.names(start)))
            if left + repeated <= min(room, self.target * 1.15) and span.end - start <= MAX_CHARACTERS:
                yield _trimmed(self.text, start, span.end)
                return
            cut, begin = self._cut(start, begin, last, room - repeated, span.end)
            yield _trimmed(self.text, start, cut)

    def _start(self, first: int, begin: int) -> tuple[int, int]:
        """(start offset of the piece whose own tokens begin at index `begin`, tokens repeated before them)."""
        overlap = min(self.overlap, self.contexts.room(self.path) // 3)
        back = max(first, begin - overlap) if begin > first else begin
        start = self.tokens.start(begin)
        if back < begin:
            start = self.boundaries.word_at(self.tokens.start(back), start)
        return start, begin - back

    def _cut(self, start: int, begin: int, last: int, room: int, span_end: int) -> tuple[int, int]:
        """(end offset of the piece that begins at offset `start`, index of the first token after it).

        room: tokens of the piece's own that fit.
        """
        left = last - begin
        count = math.ceil(left / max(min(self.target, room), 1))
        goal = math.ceil(left / count)  # so that the remaining pieces are as equal as possible
        most = max(min(begin + room, self.tokens.index(start + MAX_CHARACTERS), last), begin + 1)
        furthest = max(min(begin + int(goal * 1.3) + 1, most), begin + 1)
        nearest = min(begin + max(int(goal * 0.6), 1), furthest)
        wanted = min(begin + goal, furthest)
        low, middle, high = (self.tokens.start_or(index, last, span_end) for index in (nearest, wanted, furthest))
        cut = self.boundaries.best(low, middle, high)
        if cut is None:  # a row longer than the others is kept whole where it fits
            earliest = self.tokens.start_or(begin + 1, last, span_end)
            cut = self.boundaries.row(earliest, middle, self.tokens.start_or(most, last, span_end))
        if cut is None:
            cut = self.boundaries.any(low, middle, high) or middle
        following = max(self.tokens.index(cut), begin + 1)
        return min(cut, self.tokens.start_or(following, last, span_end)), following


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


# ------------------------------------------------------------------------------------------------------ exact counts


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    path: tuple[str, ...]
    tokens: int = 0  # of its embedded text; 0 until counted


def _counted(text: str, pieces: list[_Piece], contexts: Contexts, tokenizer: Tokenizer) -> list[_Piece]:
    """The pieces with exact token counts; a piece that turns out too long (cut inside a word) is halved."""
    done: list[_Piece] = []
    waiting = [piece for piece in pieces if piece.start < piece.end]
    while waiting:
        halves: list[_Piece] = []
        for first in range(0, len(waiting), _BATCH):
            batch = waiting[first : first + _BATCH]
            counts = tokenizer.count_tokens([_embedded(text, piece, contexts) for piece in batch])
            for piece, count in zip(batch, counts, strict=True):
                if count <= tokenizer.max_tokens or piece.end - piece.start < 2:
                    done.append(replace(piece, tokens=count))
                else:
                    halves += _halves(text, piece)
        waiting = [piece for piece in halves if piece.start < piece.end]
    return sorted(done, key=lambda piece: (piece.start, piece.end))


def _halves(text: str, piece: _Piece) -> Iterator[_Piece]:
    middle = (piece.start + piece.end) // 2
    space = text.rfind(" ", piece.start + (piece.end - piece.start) // 4, middle)
    cut = space if space > piece.start else middle
    yield _Piece(*_trimmed(text, piece.start, cut), piece.path)
    yield _Piece(*_trimmed(text, cut, piece.end), piece.path)


def _embedded(text: str, piece: _Piece, contexts: Contexts) -> str:
    context = contexts.text(piece.path)
    body = text[piece.start : piece.end]
    return f"{context}\n{body}" if context else body


def _chunks(document: Document, pieces: list[_Piece], contexts: Contexts) -> tuple[Chunk, ...]:
    starts = [part.start for part in document.parts]
    chunks = []
    for ordinal, piece in enumerate(pieces):
        near = document.parts[max(bisect_right(starts, piece.start) - 1, 0) : bisect_right(starts, piece.end - 1)]
        parts = [part for part in near if part.start < piece.end and part.end > piece.start]
        first, last = (parts[0], parts[-1]) if parts else (None, None)
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
                embedded_text=_embedded(document.text, piece, contexts),
            )
        )
    return tuple(chunks)
