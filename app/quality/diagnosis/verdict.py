"""The result of a diagnosis: the stage that lost the passage, its evidence, and the changes that would help (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.domain import Hit, full_heading
from app.core.names import UPLOAD
from app.present.candidate_table import what_became
from app.quality.expected.loss import Loss

Value = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A passage's rank and score at each stage; None where that stage did not rank it."""

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
        """Title and heading path, then the file's name where they do not say it."""
        heading = full_heading(self.title, self.heading)
        file_name = self.source_uri.rpartition("/")[2].removeprefix(UPLOAD)
        return heading if file_name in heading else f"{heading} · {file_name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """A change that lets the passage through, or may."""

    text: str
    settings: Mapping[str, str] = field(default_factory=dict)  # environment variable -> value, when it is settings
    tried: str = ""  # result of a search with it, in words; empty when it was not tried
    helps: bool | None = None  # whether that search has the passage in the prompt; None when it was not tried


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The stage of loss with its evidence."""

    loss: Loss
    question: str
    expected: str  # the expectation in words
    summary: str  # one sentence
    answer_id: str | None = None  # None when the question was searched afresh
    evidence: tuple[str, ...] = ()
    passage: Standing | None = None  # the expected passage that came furthest
    winners: tuple[Standing, ...] = ()  # the passages in the prompt, without the expected one
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
