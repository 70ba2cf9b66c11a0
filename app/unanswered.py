"""Questions of chats from the moment they are asked until their answer is stored; they outlive the server."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from app.core.database import reachable, transaction
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question of a chat, as it was asked; its history is known only when its turn comes."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    text: str
    owner: str = ""  # login name
    options: Mapping[str, Any] = field(default_factory=dict)  # of the composer, as ChatOptions.as_json() gives them
    replaces: str = ""  # id of the answer whose next version it asks for
    alone: bool = False  # as of Question


class Unanswered:
    """Keeps them in the database. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, chat_id: str, asked: Asked) -> None:
        """Keep a question; nothing is kept of a chat that is gone."""
        row = {
            "id": asked.id,
            "chat_id": chat_id,
            "text": asked.text.replace("\x00", ""),
            "options": json.dumps(dict(asked.options), ensure_ascii=False),
            "replaces": asked.replaces or None,
            "alone": asked.alone,
        }
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["keep"], row)

    def drop(self, asked_id: str) -> bool:
        """Forget a question that is answered or taken back; whether it was still there."""
        with transaction(self._engine) as connection:
            return connection.execute(_QUERIES["drop"], {"id": asked_id}).rowcount > 0

    def of(self, chat_id: str, *, owner: str = "") -> tuple[Asked, ...]:
        """The questions of an owner's chat that have no answer, in the order in which they were asked."""
        with reachable(self._engine) as connection:
            rows = connection.execute(_QUERIES["of_chat"], {"chat_id": chat_id, "owner": owner}).mappings()
            return tuple(Asked(**row) for row in rows)
