"""The stage that lost an expected passage: one vocabulary for diagnosis, evaluation, page and commands (pure)."""

from collections.abc import Mapping
from enum import StrEnum, auto
from types import MappingProxyType

from app.core.domain import Hit


class Side(StrEnum):
    """The part of the system to look at for a loss."""

    DOCUMENTS = "the documents"
    RECALL = "recall"
    RANKING = "ranking"
    PACKING = "packing"
    MODEL = "the model"
    NOTHING = "nothing"


class Loss(StrEnum):
    """The stage that lost the passage, in the order of the pipeline. The values are names for programs."""

    NOT_INGESTED = auto()
    NOT_IN_TEXT = auto()
    NOT_AS_QUOTED = auto()
    SPLIT = auto()
    OUT_OF_SCOPE = auto()
    NOT_RETRIEVED = auto()
    FUSED_OUT = auto()
    NOT_SCORED = auto()
    RERANKED_DOWN = auto()
    BEYOND_LIMIT = auto()
    BELOW_FLOOR = auto()
    DUPLICATE = auto()
    BUDGET = auto()
    NOT_USED = auto()
    IN_PROMPT = auto()
    NOTHING = auto()

    @property
    def text(self) -> str:
        """The stage in words, for people."""
        return _DESCRIPTIONS[self][1]

    @property
    def side(self) -> Side:
        """What kind of loss it is."""
        return _DESCRIPTIONS[self][0]


_DESCRIPTIONS: Mapping[Loss, tuple[Side, str]] = MappingProxyType(
    {
        Loss.NOT_INGESTED: (Side.DOCUMENTS, "not ingested"),
        Loss.NOT_IN_TEXT: (Side.DOCUMENTS, "ingested, but the words are not in its text"),
        Loss.NOT_AS_QUOTED: (Side.DOCUMENTS, "ingested words, but no passage has them in this order"),
        Loss.SPLIT: (Side.DOCUMENTS, "ingested, but the words span two chunks"),
        Loss.OUT_OF_SCOPE: (Side.RECALL, "outside what was searched"),
        Loss.NOT_RETRIEVED: (Side.RECALL, "in neither leg's candidates"),
        Loss.FUSED_OUT: (Side.RECALL, "in a leg's candidates, but fused out"),
        Loss.NOT_SCORED: (Side.RANKING, "not scored in time"),
        Loss.RERANKED_DOWN: (Side.RANKING, "reranked down"),
        Loss.BEYOND_LIMIT: (Side.RANKING, "beyond the passage limit"),
        Loss.BELOW_FLOOR: (Side.PACKING, "below the relevance floor"),
        Loss.DUPLICATE: (Side.PACKING, "dropped as a duplicate"),
        Loss.BUDGET: (Side.PACKING, "no room in the token budget"),
        Loss.NOT_USED: (Side.MODEL, "in the prompt, but not used by the model"),
        Loss.IN_PROMPT: (Side.NOTHING, "in the prompt"),
        Loss.NOTHING: (Side.NOTHING, "cited: nothing was lost"),
    }
)


def ranked_too_low(hit: Hit) -> Loss:
    """Why a candidate came after the passage limit: the reranker moved it down, or its rank was too low before."""
    if hit.logit is not None and hit.rank > hit.fused_rank:
        return Loss.RERANKED_DOWN
    return Loss.BEYOND_LIMIT
