"""Where an expected passage stands in the corpus: documents, occurrences and chunks (pure)."""

from dataclasses import dataclass
from datetime import datetime

from app.core.domain import location_of
from app.quality.expected.loss import Loss

# Where no chunk holds a whole passage, a chunk counts as the passage when it holds this share of it, …
_SHARE_OF_PASSAGE = 0.5
# … or when this share of the chunk lies inside a longer passage.
_SHARE_OF_CHUNK = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredDocument:
    """A document as the library knows it."""

    id: int
    collection: str
    source_uri: str
    sha256: str | None
    name: str
    title: str
    status: str  # ready, empty or failed
    error: str
    warnings: tuple[str, ...]
    created_at: datetime
    ingested_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredChunk:
    """A chunk with its text."""

    id: int
    document_id: int
    ordinal: int
    heading: str
    text: str
    part_kind: str | None
    part_first: int | None
    part_last: int | None
    part_name: str
    start_char: int
    end_char: int

    @property
    def location(self) -> str:
        """Where it stands in its document, for people: "page 3", or "" for a document without parts."""
        return location_of(self.part_kind, self.part_first, self.part_last, self.part_name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One occurrence of the expected passage in a document."""

    document: StoredDocument
    whole: tuple[StoredChunk, ...]  # chunks that hold all of it
    pieces: tuple[StoredChunk, ...] = ()  # chunks that hold some of it, where none holds all
    start_char: int | None = None  # inclusive; None: not a span but a document, a part or a chunk
    end_char: int | None = None  # exclusive
    words: str = ""  # the span as the document has it

    @property
    def accepted(self) -> tuple[StoredChunk, ...]:
        """Chunks any one of which counts as the passage: those that hold all of it, else those that hold most of it."""
        if self.whole or self.start_char is None or self.end_char is None:
            return self.whole
        accepted = []
        for piece in self.pieces:
            shared = min(piece.end_char, self.end_char) - max(piece.start_char, self.start_char)
            if shared >= _SHARE_OF_PASSAGE * (self.end_char - self.start_char) or shared >= _SHARE_OF_CHUNK * (
                piece.end_char - piece.start_char
            ):
                accepted.append(piece)
        return tuple(accepted)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuotedWord:
    """A word of a quote that says something."""

    word: str
    held: bool  # some passage has it
    common: bool  # so many passages have it that it tells nothing about this one


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """What the corpus holds of an expected passage."""

    documents: tuple[StoredDocument, ...] = ()  # those named by the expectation
    occurrences: tuple[Occurrence, ...] = ()
    uploads: tuple[tuple[str, str, str], ...] = ()  # name, status and error of files that were sent but are not stored
    failures: tuple[tuple[str, str], ...] = ()  # name and error of documents that could not be read
    words: tuple[QuotedWord, ...] = ()  # of a quote that no text holds
    complete: bool = True  # False: the corpus is so large that only its text index was searched for the words

    @property
    def whole(self) -> tuple[tuple[StoredDocument, StoredChunk], ...]:
        """Every chunk that is, or holds, the whole passage."""
        return tuple((occurrence.document, chunk) for occurrence in self.occurrences for chunk in occurrence.whole)

    @property
    def chunk_ids(self) -> frozenset[int]:
        """Chunks any one of which counts as the passage."""
        return frozenset(chunk.id for occurrence in self.occurrences for chunk in occurrence.accepted)

    @property
    def loss(self) -> Loss | None:
        """The loss that the corpus alone explains; None when some chunk holds the whole passage."""
        if self.whole:
            return None
        if any(occurrence.pieces for occurrence in self.occurrences):
            return Loss.SPLIT
        if any(document.status != "failed" for document in self.documents):
            return Loss.NOT_IN_TEXT
        if any(word.held and not word.common for word in self.words):
            return Loss.NOT_AS_QUOTED
        if self.words and all(word.held for word in self.words):
            return Loss.NOT_AS_QUOTED
        return Loss.NOT_INGESTED
