"""The ledger of an answer as a table: the columns that page and terminal show and sort by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.core.domain import Fate, Hit
from app.core.errors import QuestionError

Number = float | int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of ranks or scores."""

    name: str
    meaning: str
    value: Callable[[Hit], Number]
    largest_first: bool  # sort order: True for scores, False for ranks
    decimals: int = 0

    def shown(self, hit: Hit) -> str:
        """The value for people; a dash when the stage did not rank the candidate."""
        value = self.value(hit)
        return "–" if value is None else f"{value:.{self.decimals}f}"


COLUMNS: tuple[Column, ...] = (
    Column(name="final", meaning="rank after reranking", value=lambda hit: hit.final_rank, largest_first=False),
    Column(name="vector", meaning="rank in the vector leg", value=lambda hit: hit.vector_rank, largest_first=False),
    Column(name="text", meaning="rank in the full-text leg", value=lambda hit: hit.text_rank, largest_first=False),
    Column(name="fused", meaning="rank after fusing both legs", value=lambda hit: hit.fused_rank, largest_first=False),
    Column(
        name="logit",
        meaning="the reranker's raw score of question and passage",
        value=lambda hit: hit.logit,
        largest_first=True,
        decimals=2,
    ),
    Column(
        name="score",
        meaning="score of the final order: the logit combined with the first stage's scores",
        value=lambda hit: hit.rerank_score,
        largest_first=True,
        decimals=2,
    ),
)
_BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}


def in_order_of(hits: Sequence[Hit], column: str) -> tuple[Hit, ...]:
    """The candidates sorted by a column: best first, those without a value last. Raises QuestionError."""
    chosen = _BY_NAME.get(column)
    if chosen is None:
        raise QuestionError(f"There is no column {column!r}.", fix=f"Sort by one of: {', '.join(_BY_NAME)}.")

    def sort_key(hit: Hit) -> tuple[bool, float, int]:
        value = chosen.value(hit)
        size = 0.0 if value is None else float(value)
        return value is None, -size if chosen.largest_first else size, hit.fused_rank

    return tuple(sorted(hits, key=sort_key))


def what_became(hit: Hit, *, answered: bool = True) -> str:
    """A candidate's fate for people: "in the prompt as [2] · cited", or why it was dropped.

    answered: False while the answer is being written, when nothing can be cited yet.
    """
    if hit.fate is not Fate.IN_PROMPT or hit.passage_number is None:
        return hit.fate.value
    cited = f" · {'cited' if hit.cited else 'not cited'}" if answered else ""
    return f"in the prompt as [{hit.passage_number}]{cited}"


def where(hit: Hit, file_name: str = "") -> str:
    """Heading path, or title, location and the file's name: "Handbook › Safety (page 3) · crew-2026.pdf"."""
    name = hit.heading or hit.title
    placed = f"{name} ({hit.location})" if hit.location else name
    return f"{placed} · {file_name}" if file_name else placed


def fate_details(hit: Hit) -> str:
    """Why the candidate stands where it does, why it was dropped and which of several searches found it, for people.

    Empty when there was one search and only scores decided.
    """
    found = f"found by the search {hit.found_by}" if hit.found_by else ""
    return "; ".join(filter(None, (hit.reason, hit.fate_detail, found)))
