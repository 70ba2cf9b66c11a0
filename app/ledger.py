"""Answers go in with every candidate and its fate; they come out unchanged, even after their documents are deleted."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, RowMapping

from app.core.database import transaction
from app.core.domain import (
    NO_FILTERS,
    Answer,
    Context,
    Fate,
    Filters,
    Hit,
    Message,
    ModelInfo,
    Outcome,
    Passage,
    Query,
    SectionChunk,
    Sentence,
    Usage,
)
from app.core.errors import NotFoundError
from app.core.plan import Plan
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_HIT = TypeAdapter(Hit)
_ADDED = TypeAdapter(tuple[SectionChunk, ...])
_SENTENCES = TypeAdapter(tuple[Sentence, ...])
_PROMPT = TypeAdapter(tuple[Message, ...])
_MODEL: TypeAdapter[ModelInfo | None] = TypeAdapter(ModelInfo | None)
_USAGE: TypeAdapter[Usage | None] = TypeAdapter(Usage | None)
_QUERY = TypeAdapter(Query)
_FILTERS = TypeAdapter(Filters)
_PLAN = TypeAdapter(Plan)

# As they are; hits and location are not. Answers of earlier versions have no source.
_STORED_OF_PASSAGE = ("number", "text", "title", "heading", "tokens", "source")
# Filters are stored among the settings, under this key.
_FILTERS_KEY = "filters"
# Answers of earlier versions have a setting for each criterion instead, with this prefix.
_EARLIER_PREFIX = "filter_"
# Answers of earlier versions name one document, by one of these.
_EARLIER_DOCUMENT = ("document_id", "document_name")


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerSummary:
    """A row of the history."""

    id: str
    chat_id: str | None
    question: str
    outcome: Outcome
    sentences: tuple[Sentence, ...]
    candidates: int
    feedback: int
    created_at: datetime


class Ledger:
    """Stores answers as snapshots, so that history outlives re-ingestion and deletion of documents."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def store(self, answer: Answer) -> None:
        """Store an answer and its candidates in one transaction.

        Nothing is kept when its chat was deleted while it was written. Until the end no one can delete the chat.
        """
        with transaction(self._engine) as connection:
            if answer.chat_id and connection.execute(_QUERIES["touch_chat"], {"chat_id": answer.chat_id}).rowcount == 0:
                return
            first = _first_version(connection, answer)
            connection.execute(_QUERIES["insert_answer"], _answer_row(answer) | {"first_version": first})
            if first is not None:
                connection.execute(_QUERIES["show_version"], {"id": answer.id, "first_version": first})
            hits = (*answer.context.hits, *answer.context.fused_out)
            rows = [asdict(hit) | {"answer_id": answer.id, "fate": hit.fate.value} for hit in hits]
            if rows:
                connection.execute(_QUERIES["insert_candidate"], rows)

    def load(self, answer_id: str) -> Answer:
        """The answer as it was stored. Raises NotFoundError."""
        with transaction(self._engine) as connection:
            return _load(connection, _checked(answer_id, "answer"))

    def find(self, reference: str) -> str:
        """Id of the answer that an id, the beginning of one, or "last" refers to. Raises NotFoundError."""
        prefix = reference.strip().casefold()
        latest = prefix == "last"
        query = _QUERIES["select_last" if latest else "select_by_prefix"]
        with transaction(self._engine) as connection:
            ids = connection.execute(query, {} if latest else {"prefix": prefix}).scalars().all()
        if not ids or not prefix:
            hint = "No question has been answered yet." if latest else "`python -m app chats list` lists the chats."
            raise NotFoundError(f"There is no answer {reference!r}.", fix=hint)
        if len(ids) > 1:
            raise NotFoundError(f"More than one answer begins with {reference!r}.", fix="Write more of its id.")
        return str(ids[0])

    def history(self, *, owner: str = "", limit: int = 100) -> tuple[AnswerSummary, ...]:
        """The latest answers of one owner, newest first."""
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["select_history"], {"owner": owner, "limit": limit}).mappings()
            return tuple(_summary(row) for row in rows)

    def start_chat(self, title: str, owner: str = "") -> str:
        """Open a chat and return its id."""
        chat_id = str(uuid.uuid4())
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["insert_chat"], {"id": chat_id, "owner": owner, "title": title[:200]})
        return chat_id

    def chat_answers(self, chat_id: str) -> tuple[Answer, ...]:
        """The shown version of each answer of a chat, oldest first; empty for a chat that does not exist."""
        key = {"chat_id": _checked(chat_id, "chat")}
        with transaction(self._engine) as connection:
            ids = connection.execute(_QUERIES["select_chat_answers"], key).scalars().all()
            return _load_all(connection, ids)

    def show_version(self, answer_id: str) -> None:
        """Show this version of an answer, and no other. Raises NotFoundError."""
        with transaction(self._engine) as connection:
            answer = _load(connection, _checked(answer_id, "answer"))
            first = answer.replaces or answer.id
            connection.execute(_QUERIES["show_version"], {"id": answer.id, "first_version": first})

    def give_feedback(self, answer_id: str, value: int) -> None:
        """Set -1, 0 or 1 on an answer. Raises NotFoundError."""
        if value not in (-1, 0, 1):
            raise ValueError(f"Feedback is -1, 0 or 1, not {value}.")
        key = {"id": _checked(answer_id, "answer"), "value": value}
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES["update_feedback"], key).rowcount == 0:
                raise NotFoundError(f"There is no answer {answer_id}.")


def _first_version(connection: Connection, answer: Answer) -> str | None:
    """Id of the first version of what an answer replaces; None when it stands alone, or when that one is gone."""
    if answer.replaces is None or answer.chat_id is None:
        return None
    key = {"id": answer.replaces, "chat_id": answer.chat_id}
    first: str | None = connection.execute(_QUERIES["select_first_version"], key).scalar_one_or_none()
    return first


def _summary(row: RowMapping) -> AnswerSummary:
    parsed = {"outcome": Outcome(row["outcome"]), "sentences": _SENTENCES.validate_python(row["sentences"])}
    return AnswerSummary(**(dict(row) | parsed))


def _checked(identifier: str, what: str) -> str:
    try:
        return str(uuid.UUID(identifier))
    except ValueError as error:
        raise NotFoundError(f"There is no {what} {identifier!r}: an id looks like {uuid.UUID(int=0)}.") from error


def _answer_row(answer: Answer) -> dict[str, Any]:
    settings = dict(answer.settings)
    if answer.filters != NO_FILTERS:
        settings[_FILTERS_KEY] = _FILTERS.dump_python(answer.filters, mode="json", exclude_defaults=True)
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
        "passages": _json([_passage_row(passage) for passage in answer.context.passages]),
        "prompt": _json([asdict(message) for message in answer.prompt]),
        "model": _json(asdict(answer.model) if answer.model else None),
        "usage": _json(asdict(answer.usage) if answer.usage else None),
        "tokens": answer.context.tokens,
        "token_budget": answer.context.token_budget,
        "reranker": answer.reranker,
        "scored": answer.scored,
        "notices": _json(list(answer.notices)),
        "timings": _json(dict(answer.timings)),
        "settings": _json(settings),
        "plan": _json(asdict(answer.plan)),
    }


def _passage_row(passage: Passage) -> dict[str, Any]:
    """A passage with its hits as fused ranks; the candidates' own rows hold the rest."""
    row = {name: getattr(passage, name) for name in _STORED_OF_PASSAGE}
    return row | {
        "hits": [hit.fused_rank for hit in passage.hits],
        "place": passage.location,
        "added": [asdict(chunk) for chunk in passage.added],
    }


def _json(value: object) -> str:
    """The value as JSON text for PostgreSQL. A model may write NUL or a lone surrogate, and jsonb refuses both."""
    return json.dumps(_clean(value), ensure_ascii=False)


def _clean(value: object) -> object:
    """The value with NUL left out and lone surrogates replaced, in every string inside it."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_clean(item) for item in value]
    return value


def _load(connection: Connection, answer_id: str) -> Answer:
    found = _load_all(connection, [answer_id])
    if not found:
        raise NotFoundError(f"There is no answer {answer_id}.")
    return found[0]


def _load_all(connection: Connection, ids: Sequence[str]) -> tuple[Answer, ...]:
    """The answers with these ids, in their order, with two statements; unknown ones are left out."""
    rows = {row["id"]: row for row in connection.execute(_QUERIES["select_answers"], {"ids": list(ids)}).mappings()}
    hits: dict[str, list[Hit]] = {}
    for candidate in connection.execute(_QUERIES["select_candidates"], {"ids": list(ids)}).mappings():
        values = dict(candidate)
        hits.setdefault(values.pop("answer_id"), []).append(_HIT.validate_python(values))
    return tuple(_answer(rows[one], tuple(hits.get(one, ()))) for one in ids if one in rows)


def _answer(row: RowMapping, hits: tuple[Hit, ...]) -> Answer:
    by_rank = {hit.fused_rank: hit for hit in hits}
    settings, filters = _settings_and_filters(row["settings"])
    values = dict(row)
    context = Context(
        passages=tuple(_passage(stored, by_rank) for stored in values.pop("passages")),
        hits=tuple(hit for hit in hits if hit.fate is not Fate.FUSED_OUT),
        tokens=values.pop("tokens"),
        token_budget=values.pop("token_budget"),
        fused_out=tuple(hit for hit in hits if hit.fate is Fate.FUSED_OUT),
    )
    changed = {
        "query": _QUERY.validate_python(row["query"]),
        "outcome": Outcome(row["outcome"]),
        "sentences": _SENTENCES.validate_python(row["sentences"]),
        "prompt": _PROMPT.validate_python(row["prompt"]),
        "model": _MODEL.validate_python(row["model"]),
        "usage": _USAGE.validate_python(row["usage"]),
        "notices": tuple(row["notices"]),
        "versions": tuple(row["versions"]) if len(row["versions"]) > 1 else (),
        "settings": settings,
        "filters": filters,
        "plan": _PLAN.validate_python(row["plan"]),
    }
    return Answer(**(values | changed), context=context)


def _passage(stored: Mapping[str, Any], by_rank: Mapping[int, Hit]) -> Passage:
    return Passage(
        **{name: stored[name] for name in _STORED_OF_PASSAGE if name in stored},
        hits=tuple(by_rank[rank] for rank in stored["hits"]),
        location=stored["place"],
        added=_ADDED.validate_python(stored.get("added", ())),  # answers of earlier versions have none
    )


def _settings_and_filters(stored: Mapping[str, Any]) -> tuple[dict[str, Any], Filters]:
    """The settings of an answer without its filters, and the filters."""
    settings = dict(stored)
    criteria = dict(settings.pop(_FILTERS_KEY, {}))
    for name in stored:
        if name.startswith(_EARLIER_PREFIX):
            criteria[name.removeprefix(_EARLIER_PREFIX)] = settings.pop(name)
    earlier = [criteria.pop(name) for name in _EARLIER_DOCUMENT if name in criteria]
    if earlier:
        criteria["documents"] = earlier
    return settings, _FILTERS.validate_python(criteria)
