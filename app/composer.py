"""What the composer of the page offers, and what a chat chose: its scope, model and numbers."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from app.core.database import reachable, transaction
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_SUGGESTED = 8  # names of documents at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """What documents can be chosen by, each with the number of documents that can be searched."""

    collections: Mapping[str, int]
    tags: Mapping[str, int]
    languages: Mapping[str, int]  # ISO 639-1
    media_types: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadState:
    """How far a file is that was sent through the page."""

    id: int
    name: str
    status: str  # queued, running, failed, ready, empty, or gone when it was withdrawn or deleted
    error: str = ""


class Composer:
    """Reads what is offered, keeps what is chosen. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def offered(self) -> Offered:
        """The criteria in use."""
        found: dict[str, dict[str, int]] = {"collection": {}, "tag": {}, "language": {}, "media_type": {}}
        with reachable(self._engine) as connection:
            for row in connection.execute(_QUERIES["offered"]):
                found[row.kind][row.value] = row.documents
        return Offered(
            collections=found["collection"],
            tags=found["tag"],
            languages=found["language"],
            media_types=found["media_type"],
        )

    def documents_named(self, part: str) -> tuple[str, ...]:
        """Names of documents with these characters in them, whatever their case; those that begin so first."""
        words = part.strip().lower()
        if not words:
            return ()
        with reachable(self._engine) as connection:
            params = {"part": words, "limit": _SUGGESTED}
            return tuple(connection.execute(_QUERIES["documents_named"], params).scalars())

    def chosen(self, chat_id: str, *, owner: str = "") -> dict[str, Any] | None:
        """What an owner's chat chose; empty: nothing. None for a chat without answers, and for no chat of the owner."""
        key = _key(chat_id, owner)
        if key is None:
            return None
        with reachable(self._engine) as connection:
            row = connection.execute(_QUERIES["select_choices"], key).one_or_none()
        return dict(row.choices) if row is not None and (row.choices or row.answered) else None

    def choose(self, chat_id: str, choices: Mapping[str, Any], *, owner: str = "") -> None:
        """Keep what a chat chose; nothing is kept for another owner's chat."""
        key = _key(chat_id, owner)
        if key is None:
            return
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["update_choices"], key | {"choices": json.dumps(choices, ensure_ascii=False)})

    def uploads(self, ids: Sequence[tuple[int, str, str]]) -> tuple[UploadState, ...]:
        """States of uploads, in order; each is given by its id, collection and name."""
        if not ids:
            return ()
        with reachable(self._engine) as connection:
            states = []
            for number, collection, name in ids:
                params = {"id": number, "collection": collection, "uri": f"upload:{name}"}
                row = connection.execute(_QUERIES["upload_state"], params).one_or_none()
                states.append(
                    UploadState(
                        id=number, name=name, status=row.status if row else "gone", error=row.error if row else ""
                    )
                )
        return tuple(states)


def _key(chat_id: str, owner: str) -> dict[str, str] | None:
    try:
        return {"id": str(uuid.UUID(chat_id)), "owner": owner}
    except ValueError:
        return None
