"""Frozen values that the stages of both roads pass to one another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from app.core.plan import ONE_SEARCH, Plan

# ---------------------------------------------------------------------------------------------- a document goes in

HEADING_SEPARATOR = " › "  # between the title and the headings of a heading path
CHUNKER_VERSION = "3"  # Of ingest.chunk.chunk; a change of its output needs the next, and documents are chunked again.


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file with its identity and bytes."""

    uri: str  # absolute path of a file on disk, or upload:NAME for one sent through the page; unique per collection
    name: str  # the file's own name, shown to people
    content: bytes
    sha256: str  # hex digest of content
    modified_at: datetime | None = None
    settled: bool = True  # False: changed so recently that another change may not change its size and time
    tags: tuple[str, ...] | None = None  # by rules of its folders; None: not known here, the stored ones stay


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A heading of the document text."""

    level: int  # 1 is the outermost
    text: str
    start: int  # character offset of the heading line in Document.text


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A page, slide or sheet: a span of the document text."""

    kind: Literal["page", "slide", "sheet"]
    number: int  # from 1, in the file's own order
    name: str = ""  # of a sheet
    start: int  # character offset into Document.text, inclusive
    end: int  # exclusive


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The rows of a table: a span of the document text, below the lines of its caption and of its columns' names."""

    caption: str = ""  # title of the table
    header: str = ""  # the columns' names; empty when there are none, or when each row has them
    head: int = 0  # characters directly before `start` that hold caption and names
    start: int  # character offset into Document.text, inclusive
    end: int  # exclusive


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """The text of a source, with its structure as offsets into that text."""

    title: str
    text: str  # no NUL, no lone surrogates, \n line ends
    media_type: str  # detected from the content, for example application/pdf
    language: str | None  # ISO 639-1, None when it is unknown
    headings: tuple[Heading, ...] = ()
    parts: tuple[Part, ...] = ()
    tables: tuple[Rows, ...] = ()  # in order; where rows do not name their columns themselves
    warnings: tuple[str, ...] = ()  # what could not be read, for people
    ocr_missing: bool = False  # it has pages without text, and tesseract was not installed to read them
    tags: tuple[str, ...] = ()  # as clean_tags() returns them, from the file's own front matter


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """A passage of a document that fits the embedding model's input."""

    ordinal: int  # from 0, in reading order
    text: str  # exactly Document.text[start_char:end_char]
    heading_path: tuple[str, ...]  # outermost first
    part_kind: Literal["page", "slide", "sheet"] | None
    part_first: int | None  # number of the first page, slide or sheet it touches
    part_last: int | None
    part_name: str  # of a sheet, else empty
    start_char: int
    end_char: int
    token_count: int  # tokens of embedded_text in the embedding model's own tokenizer, special tokens included
    embedded_text: str  # what the embedding model reads: title and headings, then the text


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedChunk:
    """A chunk with its vector."""

    chunk: Chunk
    embedding: Sequence[float]  # unit length, of the embedding model's dimension


# ---------------------------------------------------------------------------------------------- a question goes in

_LARGEST_NUMBER = 2**63 - 1  # of a document: the database's bigint


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One earlier exchange of a chat."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which documents are searched: those that meet every criterion that is set.

    Of several collections or documents one is enough; of several tags a document has them all.
    """

    collections: tuple[str, ...] = ()  # names
    documents: tuple[int | str, ...] = ()  # numbers, or the files' own names
    tags: tuple[str, ...] = ()  # as clean_tags() returns them
    path_prefix: str | None = None  # beginning of the source URI
    media_type: str | None = None  # application/pdf; text/* for a family
    language: str | None = None  # ISO 639-1
    since: datetime | None = None  # date of the file, or of its ingestion if it has none, at or after this
    until: datetime | None = None  # the same date before this

    def criteria(self) -> dict[str, Any]:
        """The criteria that are set, as JSON values for documents_that_meet() of the database."""
        numbers = [item for item in self.documents if isinstance(item, int) and 0 <= item <= _LARGEST_NUMBER]
        values: dict[str, Any] = {
            "collections": list(self.collections),
            "tags": list(self.tags),
            "path_prefix": self.path_prefix,
            "media_type": self.media_type,
            "language": self.language,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }
        chosen = {name: value for name, value in values.items() if value not in (None, [])}
        if self.documents:
            names = [item for item in self.documents if isinstance(item, str)]
            chosen |= {"document_ids": numbers, "document_names": names}
        return chosen


NO_FILTERS = Filters()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a chat chose for its answers; empty or None: as configured."""

    model: str = ""  # name, as its server lists it
    passages: int | None = None  # largest number in the prompt
    candidates: int | None = None  # that the first stage returns
    rerank: bool = True  # False: the first stage's order stays


AS_CONFIGURED = Choice()


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question with the earlier exchanges of its chat."""

    text: str
    collection: str | None = None  # None searches all collections
    filters: Filters = NO_FILTERS
    history: tuple[Turn, ...] = ()  # oldest first
    chat_id: str | None = None
    choice: Choice = AS_CONFIGURED
    replaces: str | None = None  # id of an answer of the chat: this one becomes its next version
    alone: bool = False  # True: it is searched as it stands, whatever was asked before


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """The question for the retriever, which stands on its own."""

    text: str
    changed: bool  # True when it says more than what was asked
    reason: str  # why it was rewritten or not, for people
    also: str = ""  # a second text that is searched for: of the question alone and with words added, the other one
    added: tuple[str, ...] = ()  # words of the question before, by which the two differ


def location_of(kind: str | None, first: int | None, last: int | None, name: str) -> str:
    """The part of a document for people: "page 3", "slides 2–3", "sheet Prices", or "" for a document without parts."""
    if kind is None or first is None:
        return ""
    if kind == "sheet" and name:
        return f"sheet {name}"
    return f"{kind} {first}" if last in (None, first) else f"{kind}s {first}–{last}"


def full_heading(title: str, heading: str) -> str:
    """Title and heading path; a path that begins with the title does not repeat it."""
    return heading if heading.startswith(title) else HEADING_SEPARATOR.join(filter(None, (title, heading)))


class Fate(StrEnum):
    """How a candidate ended. Every candidate of an answer has exactly one."""

    IN_PROMPT = "in the prompt"
    BEYOND_LIMIT = "dropped: beyond the passage limit"
    NOT_SCORED = "dropped: not scored within the time limit"
    DUPLICATE = "dropped: same text as a better passage"
    BUDGET = "dropped: no room in the token budget"
    BELOW_FLOOR = "dropped: below the relevance floor"
    FUSED_OUT = "dropped: fused out"
    OTHER_READING = "dropped: only the other search found it"
    NOT_USED = "dropped: the answer was computed without it"
    UNDECIDED = "not decided yet"


BEHIND = "behind "  # begins the reason of a candidate whose version the question does not mean


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A candidate passage with its rank and score at every stage; None if the stage did not rank it."""

    chunk_id: int
    document_id: int
    collection: str
    title: str
    source_uri: str
    media_type: str
    heading: str  # title and heading path joined with HEADING_SEPARATOR, outermost first
    part_kind: str | None
    part_first: int | None
    part_last: int | None
    part_name: str
    ordinal: int
    start_char: int
    end_char: int
    text: str
    vector_rank: int | None = None  # from 1
    vector_distance: float | None = None  # cosine distance, 0..2; also if the vector leg did not rank it
    text_rank: int | None = None  # from 1
    text_score: float | None = None  # larger is better; also if the text leg did not rank it; None: no common word
    fused_rank: int  # from 1, always present
    fused_score: float  # 0..1, weighted mean of cosine and text score, each divided by the best of all candidates
    logit: float | None = None  # the reranker's raw score; None when it was not scored
    rerank_score: float | None = None  # the final order is sorted by it, larger is better
    final_rank: int | None = None  # from 1, after reranking
    fate: Fate = Fate.UNDECIDED
    fate_detail: str = ""  # for people, for example "same text as candidate 3"
    passage_number: int | None = None  # n of [n], when it is in the prompt
    cited: bool = False
    name: str = ""  # of the document's file
    dated: datetime | None = None  # of the document: the file's date, or of its ingestion if it has none
    holds_quote: bool = False  # every quoted run of the question stands in it as it is written
    reason: str = ""  # why it stands where it does, for people; empty when only the scores decided
    found_by: str = ""  # steps of the plan that brought it: "part 1, whole question"; empty where one search was made
    similarity: float | None = None  # cosine on the built-in embedding model's scale; None: 1 - vector_distance

    @property
    def rank(self) -> int:
        """The final rank, or the fused rank where no final order was made."""
        return self.final_rank or self.fused_rank

    @property
    def location(self) -> str:
        """Where the passage stands in its document, for people: "page 3", or "" for a document without parts."""
        return location_of(self.part_kind, self.part_first, self.part_last, self.part_name)


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A passage that a leg brought and the fusion left out, with its ranks and scores as a Hit has them."""

    chunk_id: int
    vector_rank: int | None
    vector_distance: float
    text_rank: int | None
    text_score: float | None
    fused_rank: int
    fused_score: float
    holds_quote: bool
    found_by: str = ""  # as of a Hit


@dataclass(frozen=True, kw_only=True, slots=True)
class ExactRank:
    """A chunk's rank in the complete order of each leg, by exact comparison and without limits."""

    vector_rank: int  # from 1
    vector_distance: float  # cosine distance, 0..2
    text_rank: int | None  # from 1; None when it holds no word of the question
    text_score: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Retrieval:
    """The candidates of one query, best fused first."""

    hits: tuple[Hit, ...]
    embed_seconds: float
    sql_seconds: float
    notes: tuple[str, ...] = ()  # degraded modes, for people
    left_out: tuple[LeftOut, ...] = ()  # brought by a leg, but no candidates; best fused first


@dataclass(frozen=True, kw_only=True, slots=True)
class Reranking:
    """The candidates in their final order."""

    hits: tuple[Hit, ...]  # final_rank 1 first; those not scored last, in fused order
    reranker: str  # name shown to people
    scored: int  # number of candidates with a logit
    truncated: int = 0  # number of candidates of which the model read only the beginning
    seconds: float = 0.0
    notes: tuple[str, ...] = ()  # degraded modes, for people


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionChunk:
    """A stored chunk as a part of its section, without any rank: nothing retrieved it."""

    chunk_id: int
    document_id: int
    ordinal: int  # from 0, in reading order of its document
    heading: str
    start_char: int
    end_char: int
    part_kind: str | None
    part_first: int | None
    part_last: int | None
    part_name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A numbered passage of the prompt: a chunk, or neighbouring chunks of a section joined."""

    number: int  # n of [n], from 1; 1 is the strongest
    hits: tuple[Hit, ...]  # in reading order
    text: str  # as the model reads it
    title: str
    heading: str
    location: str  # "page 3", "pages 3–4", "slide 2", "sheet Prices" or empty
    tokens: int  # of the passage as rendered in the prompt, header line included
    source: str = ""  # name and date of its file as the model reads them; empty in answers of earlier versions
    added: tuple[SectionChunk, ...] = ()  # the rest of the section in `text`, in reading order; nothing retrieved it


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """The passages in the prompt, and all candidates with their fates."""

    passages: tuple[Passage, ...]
    hits: tuple[Hit, ...]  # all candidates, final order, each with its fate
    tokens: int  # of all passages as rendered
    token_budget: int
    fused_out: tuple[Hit, ...] = ()  # best fused first, with the beginning of their text; filled in at the end


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelInfo:
    """The chat model in use, as its server described it."""

    backend: Literal["ollama", "openai", "embedded"]
    name: str
    context_tokens: int  # of every call, as confirmed by the server
    tokens_counted: bool  # True: counted by the server's tokenizer; False: an upper estimate
    options: Mapping[str, str | int | float] = field(default_factory=dict)
    digest: str = ""  # sha256 of the weights, where it is known


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Token counts of a call, and whether the server read the whole prompt."""

    prompt_tokens: int | None  # read by the server; None when it does not report them
    sent_tokens: int  # by our own count or estimate
    answer_tokens: int | None
    context_tokens: int
    finish_reason: str  # "stop", "length", "cancelled" or another word of the server
    uncut: Literal["proven", "not proven"]  # proven: the server refuses over-long prompts, or its count covers ours
    proof: str  # the reason, for people


class Support(StrEnum):
    """How a sentence of an answer is supported."""

    CITED = "cited"  # the model wrote a marker that points to a passage
    ATTRIBUTED = "attributed"  # no marker; a passage supports it by our own comparison
    UNSUPPORTED = "unsupported"  # no passage supports it
    NOT_A_CLAIM = "not a claim"  # a greeting, a heading, "I don't know"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence of the answer with its support."""

    text: str  # with its valid markers, exactly Answer.text[start:end]
    start: int
    end: int
    support: Support
    passages: tuple[int, ...] = ()  # passage numbers
    score: float | None = None  # 0..1, agreement with the best passage
    doubt: str = ""  # why its passage does not seem to support a cited sentence, for people


@dataclass(frozen=True, kw_only=True, slots=True)
class Citations:
    """An answer's text with its markers checked."""

    text: str  # without markers of unknown passages
    sentences: tuple[Sentence, ...]
    removed_markers: int
    cited: frozenset[int]  # numbers of the passages that are cited or attributed


class Outcome(StrEnum):
    """How an answer ended."""

    ANSWERED = "answered"
    NOT_FOUND = "not found in your documents"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Everything about one answer; the ledger stores exactly this."""

    id: str  # UUID
    chat_id: str | None
    question: str
    query: Query
    collection: str | None
    text: str  # as shown, markers checked
    outcome: Outcome
    sentences: tuple[Sentence, ...]
    removed_markers: int
    context: Context
    prompt: tuple[Message, ...]
    model: ModelInfo | None  # None when no model was called
    usage: Usage | None
    reranker: str
    scored: int
    notices: tuple[str, ...]  # every fallback and degraded mode, for people
    timings: Mapping[str, float]  # seconds per stage: rewrite, embed, sql, rerank, pack, first_token, generate, cite
    settings: Mapping[str, str | int | float | bool | None]  # those that shaped this answer
    filters: Filters = NO_FILTERS
    plan: Plan = ONE_SEARCH
    error: str = ""
    feedback: int = 0  # -1, 0 or 1
    created_at: datetime | None = None
    replaces: str | None = None  # id of an answer whose next version this is; of a stored answer, the first version
    versions: tuple[str, ...] = ()  # ids of all versions, this one among them, oldest first; empty for the only one

    @property
    def version(self) -> int:
        """Number of this version, from 1."""
        return self.versions.index(self.id) + 1 if self.id in self.versions else 1


# ------------------------------------------------------------------------------------ events for page and commands


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """A stage has begun."""

    stage: Literal["line", "rewrite", "retrieve", "rerank", "pack", "count", "compute", "read", "generate", "cite"]
    detail: str = ""  # what is searched for, where a plan has several steps, or the place in the line: "3rd in line"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """The question for the retriever."""

    query: Query


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """The question needs more than one search."""

    plan: Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Retrieved:
    """All candidates in final order with their fates, before the first token."""

    context: Context
    reranker: str
    scored: int
    notices: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)  # seconds per stage: embed, sql, rerank, pack
    left_out: tuple[LeftOut, ...] = ()  # brought by a leg, but no candidates
    plan: Plan = ONE_SEARCH


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A piece of the answer as it arrives, never empty; citations are checked at the end."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """The model is at work and has sent nothing yet. Sent a few times a second, so that a listener can stop it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A degraded mode, for people."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """Always the last event; Answer.outcome says how it ended."""

    answer: Answer


Event = Started | Rewritten | Planned | Retrieved | Waiting | Token | Notice | Finished
