"""The result of a diagnosis: which stage lost the passage, how we know, and what would have let it through (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from app.core.domain import Hit
from app.present.candidate_table import what_became

Value = str | int | float | bool | None


class Side(StrEnum):
    """Where to look: whether it is recall or ranking, or neither."""

    DOCUMENTS = "the documents"
    RECALL = "recall"
    RANKING = "ranking"
    PACKING = "packing"
    MODEL = "the model"
    NOTHING = "nothing"


class Loss(StrEnum):
    """The stage that lost the passage, in the order of the road."""

    NOT_INGESTED = "not ingested"
    NOT_IN_TEXT = "ingested, but the words are not in its text"
    SPLIT = "ingested, but the words span two chunks"
    OUT_OF_SCOPE = "outside what was searched"
    NOT_RETRIEVED = "in neither leg's candidates"
    FUSED_OUT = "in a leg's candidates, but fused out"
    NOT_SCORED = "not scored in time"
    RERANKED_DOWN = "reranked down"
    BEYOND_LIMIT = "beyond the passage limit"
    BELOW_FLOOR = "below the relevance floor"
    DUPLICATE = "dropped as a duplicate"
    BUDGET = "no room in the token budget"
    NOT_USED = "in the prompt, but not used by the model"
    IN_PROMPT = "in the prompt; no model was asked"
    NOTHING = "cited: nothing was lost"

    @property
    def side(self) -> Side:
        """What kind of loss it is."""
        return _SIDES[self]


_SIDES: Mapping[Loss, Side] = MappingProxyType(
    dict.fromkeys((Loss.NOT_INGESTED, Loss.NOT_IN_TEXT, Loss.SPLIT), Side.DOCUMENTS)
    | dict.fromkeys((Loss.OUT_OF_SCOPE, Loss.NOT_RETRIEVED, Loss.FUSED_OUT), Side.RECALL)
    | dict.fromkeys((Loss.NOT_SCORED, Loss.RERANKED_DOWN, Loss.BEYOND_LIMIT), Side.RANKING)
    | dict.fromkeys((Loss.BELOW_FLOOR, Loss.DUPLICATE, Loss.BUDGET), Side.PACKING)
    | {Loss.NOT_USED: Side.MODEL, Loss.IN_PROMPT: Side.NOTHING, Loss.NOTHING: Side.NOTHING}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a passage stands at each stage; None where that stage did not rank it."""

    chunk_id: int
    title: str
    heading: str
    place: str
    source_uri: str
    text: str
    vector_rank: int | None
    text_rank: int | None
    fused_rank: int | None = None
    logit: float | None = None
    combined_score: float | None = None
    final_rank: int | None = None
    became: str = "not a candidate"  # its fate, in words
    exact: bool = False  # the leg ranks are of the complete order, not of the legs' candidates

    @property
    def name(self) -> str:
        """Title and heading path, the title said once."""
        if self.heading.startswith(self.title):
            return self.heading
        return " › ".join(part for part in (self.title, self.heading) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """What would have let the passage through."""

    text: str
    settings: Mapping[str, str] = field(default_factory=dict)  # environment variable -> value, when it is settings
    tried: str = ""  # what came of a search with it, when it was tried


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The stage of loss with its evidence."""

    loss: Loss
    question: str
    expected: str  # what was expected, in words
    summary: str  # one sentence
    answer_id: str | None = None  # None when the question was searched afresh
    evidence: tuple[str, ...] = ()
    passage: Standing | None = None  # the expected passage that came furthest
    winners: tuple[Standing, ...] = ()  # what is in the prompt instead, or beside it
    remedies: tuple[Remedy, ...] = ()
    notes: tuple[str, ...] = ()  # for example that the corpus has changed since the answer


def standing_of(hit: Hit, *, answered: bool) -> Standing:
    """A candidate's standing."""
    return Standing(
        chunk_id=hit.chunk_id,
        title=hit.title,
        heading=hit.heading,
        place=hit.location,
        source_uri=hit.source_uri,
        text=hit.text,
        vector_rank=hit.vector_rank,
        text_rank=hit.text_rank,
        fused_rank=hit.fused_rank,
        logit=hit.logit,
        combined_score=hit.rerank_score,
        final_rank=hit.final_rank,
        became=what_became(hit, answered=answered),
    )
