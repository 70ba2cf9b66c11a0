"""Golden questions with the passages they should find, kept by document, span and words, not by chunk."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Engine

from app.core.database import transaction
from app.core.domain import Hit
from app.core.errors import NotFoundError, QuestionError
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)

Origin = Literal["file", "typed", "thumbs", "picked", "drafted", "why"]  # how a question came into the set
Status = Literal["accepted", "draft"]
ORIGINS: tuple[str, ...] = get_args(Origin)


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A passage that should be found: a document and, where known, a part, a span or words in it.

    Without part, span and quote the whole document is meant. Without source_uri the quote is searched everywhere.
    """

    source_uri: str = ""  # as stored with the document, or its file name or title
    sha256: str | None = None  # of the document that the span was read from; when it differs, the quote decides
    part: int | None = None  # page, slide or sheet
    start_char: int | None = None  # inclusive, in the document's text
    end_char: int | None = None  # exclusive
    quote: str = ""
    grade: int = 1  # relevance, larger is better


@dataclass(frozen=True, kw_only=True, slots=True)
class GoldenQuestion:
    """A question of the set."""

    id: int
    question: str
    expected: tuple[Expected, ...]  # empty where none is known, and for what cannot be answered
    answerable: bool
    source: Origin
    status: Status
    collection: str | None = None  # None: all collections are searched
    note: str = ""  # for people, for example the bias of a draft
    created_at: datetime | None = None


class Golden:
    """The golden set of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        question: str,
        expected: Sequence[Expected],
        *,
        answerable: bool = True,
        source: Origin,
        collection: str | None = None,
        status: Status = "accepted",
        note: str = "",
    ) -> int:
        """Keep a question and return its id. A question that is there already gains the passages it lacks.

        One marked unanswerable loses those it had. Raises QuestionError for an empty question.
        """
        text = " ".join(question.replace("\x00", " ").split())
        if not text:
            raise QuestionError("A golden question needs words.")
        row = {
            "question": text,
            "collection": collection or "",
            "answerable": answerable,
            "source": source,
            "status": status,
            "note": note,
        }
        with transaction(self._engine) as connection:
            question_id = connection.execute(_QUERIES["insert_question"], row).scalar_one()
            if not answerable:
                connection.execute(_QUERIES["delete_expected"], {"question_id": question_id})
                return int(question_id)
            for passage in expected:
                params = asdict(passage) | {"quote": passage.quote.replace("\x00", ""), "question_id": question_id}
                connection.execute(_QUERIES["insert_expected"], params)
        return int(question_id)

    def questions(self, *, status: Status | None = None, collection: str | None = None) -> tuple[GoldenQuestion, ...]:
        """The set, oldest first; status None gives accepted ones and drafts."""
        params = {"status": status, "collection": collection}
        expected: dict[int, list[Expected]] = defaultdict(list)
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["select_questions"], params).mappings().all()
            ids = [row["id"] for row in rows]
            for row in connection.execute(_QUERIES["select_expected"], {"ids": ids}).mappings():
                values = dict(row)
                expected[values.pop("question_id")].append(Expected(**values))
        return tuple(GoldenQuestion(**row, expected=tuple(expected[row["id"]])) for row in rows)

    def accept(self, ids: Sequence[int]) -> None:
        """Take drafts into the set. Raises NotFoundError when none of the ids is known."""
        self._change("accept", ids)

    def accept_drafts(self) -> int:
        """Take every draft into the set; returns how many."""
        with transaction(self._engine) as connection:
            return connection.execute(_QUERIES["accept_all"]).rowcount

    def remove(self, ids: Sequence[int]) -> None:
        """Delete questions. Raises NotFoundError when none of the ids is known."""
        self._change("remove", ids)

    def _change(self, query: str, ids: Sequence[int]) -> None:
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES[query], {"ids": list(ids)}).rowcount == 0:
                numbers = ", ".join(map(str, ids))
                raise NotFoundError(f"There is no golden question {numbers}.", fix="Run: python -m app golden list")


def expected_of(hit: Hit) -> Expected:
    """A candidate as an expected passage. Its document's version is unknown, so its words decide."""
    return Expected(
        source_uri=hit.source_uri,
        part=hit.part_first,
        start_char=hit.start_char,
        end_char=hit.end_char,
        quote=hit.text,
    )
