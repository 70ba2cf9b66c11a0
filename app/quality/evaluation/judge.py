"""Ranked candidates and expected passages go in; which candidate is which expected passage comes out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from app.core.database import reachable
from app.core.domain import Hit
from app.core.sql import load_queries
from app.quality.evaluation.questions import Asked
from app.quality.evaluation.resolve import resolve
from app.quality.expected.golden import Expected

_QUERIES = load_queries(__file__)

Rank = Callable[[Hit], int | None]
ORDERS: Mapping[str, Rank] = {
    "vector": lambda hit: hit.vector_rank,
    "text": lambda hit: hit.text_rank,
    "fused": lambda hit: hit.fused_rank,
    "reranked": lambda hit: hit.final_rank,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What should be found for one question, in units: expected passages, and everything else by itself."""

    grades: Mapping[str, int]  # unit of an expected passage -> grade
    whole: Mapping[str, str]  # address of a document that is meant as a whole -> unit
    chunks: Mapping[int, tuple[str, ...]]  # chunk -> units it holds
    missing: tuple[str, ...] = ()  # expected passages that are not in the database, and why

    def units(self, hit: Hit) -> tuple[str, ...]:
        """The expected passages that a candidate is; else its document where documents are meant, else itself."""
        found = self.chunks.get(hit.chunk_id, ())
        document = self.whole.get(hit.source_uri) or self.whole.get(hit.source_uri.rsplit("/", 1)[-1])
        if document:
            found = (*found, document)
        if found:
            return found
        return (f"document {hit.document_id}",) if self.whole else (f"chunk {hit.chunk_id}",)

    def expects(self, hit: Hit) -> bool:
        """Whether the candidate is one of the expected passages."""
        return any(unit in self.grades for unit in self.units(hit))

    def run(self, hits: Sequence[Hit], rank: Rank) -> dict[str, float]:
        """Unit -> score as ir-measures reads it, larger is better; of several candidates of a unit the best counts."""
        scores: dict[str, float] = {}
        for hit in hits:
            place = rank(hit)
            if place is not None:
                for at, unit in enumerate(self.units(hit)):
                    scores[unit] = max(scores.get(unit, -1e9), -float(place) - at / 100)
        return scores

    def best_rank(self, hits: Sequence[Hit], rank: Rank) -> int | None:
        """Rank of the first expected passage, None when there is none."""
        ranks = [place for hit in hits if (place := rank(hit)) is not None and self.expects(hit)]
        return min(ranks, default=None)


class Judge:
    """Knows where the expected passages of a set stand in one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with reachable(engine) as connection:
            rows = connection.execute(_QUERIES["addresses"]).all()
        self._known = {row.source_uri for row in rows} | {row.name for row in rows}

    def judge(self, asked: Asked) -> Judgement:
        """Resolve a question's expected passages."""
        grades: dict[str, int] = {}
        whole: dict[str, str] = {}
        chunks: dict[int, list[str]] = {}
        missing: list[str] = []
        for number, expected in enumerate(asked.expected):
            unit = f"expected {number}"
            grades[unit] = expected.grade
            if _is_document(expected):
                whole[expected.source_uri] = unit
                if expected.source_uri not in self._known:
                    missing.append(f"no document {expected.source_uri!r} is in the database")
                continue
            with reachable(self._engine) as connection:
                resolved = resolve(connection, expected, collection=asked.collection)
            if resolved.problem:
                missing.append(resolved.problem)
            for chunk in resolved.chunk_ids:
                chunks.setdefault(chunk, []).append(unit)
        return Judgement(
            grades=grades,
            whole=whole,
            chunks={chunk: tuple(units) for chunk, units in chunks.items()},
            missing=tuple(missing),
        )


def _is_document(expected: Expected) -> bool:
    """Meant as a whole, so that any of its passages will do."""
    return expected.part is None and expected.start_char is None and not expected.quote
