"""Answers go in with every candidate and its fate, and come out as they were, whatever became of the documents."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, RowMapping

from app.core.database import transaction
from app.core.domain import (
    Answer,
    Context,
    Hit,
    Message,
    ModelInfo,
    Outcome,
    Passage,
    Query,
    Sentence,
    Usage,
)
from app.core.errors import NotFoundError
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_HIT = TypeAdapter(Hit)
_SENTENCES = TypeAdapter(tuple[Sentence, ...])
_PROMPT = TypeAdapter(tuple[Message, ...])
_MODEL: TypeAdapter[ModelInfo | None] = TypeAdapter(ModelInfo | None)
_USAGE: TypeAdapter[Usage | None] = TypeAdapter(Usage | None)
_QUERY = TypeAdapter(Query)


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerSummary:
    """A line of the history."""

    id: str
    chat_id: str | None
    question: str
    outcome: Outcome
    feedback: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatSummary:
    """A line of the list of chats."""

    id: str
    title: str
    created_at: datetime


class Ledger:
    """Keeps and finds answers; everything is a snapshot, so that history outlives re-ingest and deletion."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def store(self, answer: Answer) -> None:
        """Keep an answer and its candidates in one transaction."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["insert_answer"], _answer_row(answer))
            rows = [asdict(hit) | {"answer_id": answer.id, "fate": hit.fate.value} for hit in answer.context.hits]
            if rows:
                connection.execute(_QUERIES["insert_candidate"], rows)

    def load(self, answer_id: str) -> Answer:
        """The answer as it was stored. Raises NotFoundError."""
        with transaction(self._engine) as connection:
            return _load(connection, _checked(answer_id, "answer"))

    def find(self, reference: str) -> str:
        """Id of an answer from its id, an unambiguous beginning of it, or "last". Raises NotFoundError."""
        wanted = reference.strip().casefold()
        query, asked = ("select_last", {}) if wanted == "last" else ("select_by_prefix", {"prefix": wanted})
        with transaction(self._engine) as connection:
            found = connection.execute(_QUERIES[query], asked).scalars().all()
        if not found or not wanted:
            known = "No question has been answered yet." if wanted == "last" else "The History tab lists the answers."
            raise NotFoundError(f"There is no answer {reference!r}. {known}")
        if len(found) > 1:
            raise NotFoundError(f"More than one answer begins with {reference!r}: write more of its id.")
        return str(found[0])

    def history(self, *, owner: str = "", limit: int = 100) -> tuple[AnswerSummary, ...]:
        """The latest answers of one owner, newest first."""
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["select_history"], {"owner": owner, "limit": limit}).mappings()
            return tuple(AnswerSummary(**(dict(row) | {"outcome": Outcome(row["outcome"])})) for row in rows)

    def start_chat(self, title: str, owner: str = "") -> str:
        """Open a chat and return its id."""
        chat_id = str(uuid.uuid4())
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["insert_chat"], {"id": chat_id, "owner": owner, "title": title[:200]})
        return chat_id

    def chats(self, *, owner: str = "", limit: int = 50) -> tuple[ChatSummary, ...]:
        """The latest chats of one owner, newest first."""
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["select_chats"], {"owner": owner, "limit": limit}).mappings()
            return tuple(ChatSummary(**row) for row in rows)

    def chat_answers(self, chat_id: str) -> tuple[Answer, ...]:
        """All answers of a chat, oldest first; empty for a chat that does not exist."""
        with transaction(self._engine) as connection:
            key = {"chat_id": _checked(chat_id, "chat")}
            ids = connection.execute(_QUERIES["select_chat_answers"], key).scalars().all()
            return tuple(_load(connection, answer_id) for answer_id in ids)

    def delete_chat(self, chat_id: str, owner: str = "") -> None:
        """Remove a chat with its answers. Raises NotFoundError when the owner has no such chat."""
        with transaction(self._engine) as connection:
            key = {"id": _checked(chat_id, "chat"), "owner": owner}
            if connection.execute(_QUERIES["delete_chat"], key).rowcount == 0:
                raise NotFoundError(f"There is no chat {chat_id}.")

    def give_feedback(self, answer_id: str, value: int) -> None:
        """Set -1, 0 or 1 on an answer. Raises NotFoundError."""
        if value not in (-1, 0, 1):
            raise ValueError(f"Feedback is -1, 0 or 1, not {value}.")
        with transaction(self._engine) as connection:
            key = {"id": _checked(answer_id, "answer"), "value": value}
            if connection.execute(_QUERIES["update_feedback"], key).rowcount == 0:
                raise NotFoundError(f"There is no answer {answer_id}.")


def _checked(identifier: str, what: str) -> str:
    try:
        return str(uuid.UUID(identifier))
    except ValueError as error:
        raise NotFoundError(f"There is no {what} {identifier!r}: an id looks like {uuid.UUID(int=0)}.") from error


def _answer_row(answer: Answer) -> dict[str, Any]:
    passages = [
        {"number": p.number, "hits": [h.fused_rank for h in p.hits], "text": p.text, "title": p.title,
         "heading": p.heading, "place": p.place, "tokens": p.tokens}
        for p in answer.context.passages
    ]  # fmt: skip
    return {
        "id": answer.id,
        "chat_id": answer.chat_id,
        "question": _clean(answer.question),
        "query": _json(asdict(answer.query)),
        "collection": answer.collection,
        "text": _clean(answer.text),
        "outcome": answer.outcome.value,
        "error": _clean(answer.error),
        "sentences": _json([asdict(sentence) for sentence in answer.sentences]),
        "removed_markers": answer.removed_markers,
        "passages": _json(passages),
        "prompt": _json([asdict(message) for message in answer.prompt]),
        "model": _json(asdict(answer.model) if answer.model else None),
        "usage": _json(asdict(answer.usage) if answer.usage else None),
        "tokens": answer.context.tokens,
        "token_budget": answer.context.token_budget,
        "reranker": answer.reranker,
        "scored": answer.scored,
        "notices": _json(list(answer.notices)),
        "timings": _json(dict(answer.timings)),
        "settings": _json(dict(answer.settings)),
    }


def _json(value: object) -> str:
    """JSON that PostgreSQL takes: a model may write NUL or half a surrogate pair, jsonb refuses both."""
    return json.dumps(_clean(value), ensure_ascii=False)


def _clean(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_clean(item) for item in value]
    return value


def _load(connection: Connection, answer_id: str) -> Answer:
    row = connection.execute(_QUERIES["select_answer"], {"id": answer_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no answer {answer_id}.")
    stored = connection.execute(_QUERIES["select_candidates"], {"id": answer_id}).mappings()
    return _answer(row, tuple(_HIT.validate_python(dict(candidate)) for candidate in stored))


def _answer(row: RowMapping, hits: tuple[Hit, ...]) -> Answer:
    by_rank = {hit.fused_rank: hit for hit in hits}
    passages = tuple(
        Passage(**(passage | {"hits": tuple(by_rank[rank] for rank in passage["hits"])})) for passage in row["passages"]
    )
    context = Context(passages=passages, hits=hits, tokens=row["tokens"], token_budget=row["token_budget"])
    same = ("id", "chat_id", "question", "collection", "text", "error", "removed_markers", "reranker", "scored")
    return replace(
        Answer(
            **{name: row[name] for name in same},
            query=_QUERY.validate_python(row["query"]),
            outcome=Outcome(row["outcome"]),
            sentences=_SENTENCES.validate_python(row["sentences"]),
            context=context,
            prompt=_PROMPT.validate_python(row["prompt"]),
            model=_MODEL.validate_python(row["model"]),
            usage=_USAGE.validate_python(row["usage"]),
            notices=tuple(row["notices"]),
            timings=row["timings"],
            settings=row["settings"],
        ),
        feedback=row["feedback"],
        created_at=row["created_at"],
    )
