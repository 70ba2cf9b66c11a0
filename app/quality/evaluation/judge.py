"""Decides which candidates of a question are its expected passages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from app.core.domain import Hit
from app.quality.evaluation.questions import EvaluationQuestion
from app.quality.expected.golden import Expected
from app.quality.expected.locate import Locator, absence_of
from app.quality.expected.loss import Loss

Rank = Callable[[Hit], int | None]
ORDERS: Mapping[str, Rank] = {
    "vector": lambda hit: hit.vector_rank,
    "text": lambda hit: hit.text_rank,
    "fused": lambda hit: hit.fused_rank,
    "reranked": lambda hit: hit.final_rank,
}
_NO_SCORE = -1e9  # lower than that of any rank


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The expected passages of one question, in units.

    A unit is what the measures count: an expected passage, or any other candidate by itself.
    """

    grades: Mapping[str, int]  # unit of an expected passage -> grade
    whole: Mapping[str, str]  # address of a document that is meant as a whole -> unit
    chunks: Mapping[int, tuple[str, ...]]  # chunk -> units it holds
    missing: tuple[str, ...] = ()  # expected passages that are not in the database, and why
    losses: tuple[Loss, ...] = ()  # of expected passages that no chunk holds

    def units(self, hit: Hit) -> tuple[str, ...]:
        """The units of a candidate: its expected passages, else its document where documents are meant, else itself."""
        units = self.chunks.get(hit.chunk_id, ())
        document = self.whole.get(hit.source_uri) or self.whole.get(hit.source_uri.rsplit("/", 1)[-1])
        if document:
            units = (*units, document)
        if units:
            return units
        return (f"document {hit.document_id}",) if self.whole else (f"chunk {hit.chunk_id}",)

    def expects(self, hit: Hit) -> bool:
        """Whether the candidate is one of the expected passages."""
        return any(unit in self.grades for unit in self.units(hit))

    def run(self, hits: Sequence[Hit], rank: Rank) -> dict[str, float]:
        """Unit -> score as ir-measures reads it, larger is better; of several candidates of a unit the best counts."""
        scores: dict[str, float] = {}
        for hit in hits:
            hit_rank = rank(hit)
            if hit_rank is None:
                continue
            for index, unit in enumerate(self.units(hit)):
                scores[unit] = max(scores.get(unit, _NO_SCORE), -float(hit_rank) - index / 100)
        return scores

    def best_rank(self, hits: Sequence[Hit], rank: Rank) -> int | None:
        """Rank of the first expected passage, None when there is none."""
        ranks = [hit_rank for hit in hits if (hit_rank := rank(hit)) is not None and self.expects(hit)]
        return min(ranks, default=None)


class Judge:
    """Locates the expected passages of a set in one database."""

    def __init__(self, engine: Engine) -> None:
        self._locator = Locator(engine)
        self._addresses = self._locator.addresses()

    def judge(self, question: EvaluationQuestion) -> Judgement:
        """Locate a question's expected passages."""
        grades: dict[str, int] = {}
        whole: dict[str, str] = {}
        chunks: dict[int, list[str]] = {}
        missing: list[str] = []
        losses: list[Loss] = []
        for number, expected in enumerate(question.expected):
            unit = f"expected {number}"
            grades[unit] = expected.grade
            if _is_document(expected) and expected.source_uri in self._addresses:
                whole[expected.source_uri] = unit
                continue
            located = self._locator.locate(expected, collection=question.collection)
            if problem := absence_of(expected, located):
                missing.append(problem)
            if not located.chunk_ids:
                losses.append(located.loss or Loss.NOT_INGESTED)
            if _is_document(expected):
                whole |= dict.fromkeys((document.source_uri for document in located.documents), unit)
                continue
            for chunk_id in located.chunk_ids:
                chunks.setdefault(chunk_id, []).append(unit)
        return Judgement(
            grades=grades,
            whole=whole,
            chunks={chunk_id: tuple(units) for chunk_id, units in chunks.items()},
            missing=tuple(missing),
            losses=tuple(losses),
        )


def _is_document(expected: Expected) -> bool:
    """Whether the whole document is meant, so that any of its passages counts."""
    return expected.part is None and expected.start_char is None and not expected.quote
