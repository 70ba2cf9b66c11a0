"""Kept answers that belong to no chat, because a program or a command asked: list, search, deletion."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from app.core.database import transaction
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgramAnswer:
    """A row of the list."""

    id: str
    question: str
    created_at: datetime


class ProgramAnswers:
    """The answers without a chat of each owner; those that belong to nobody are shown to whoever may read them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, *, owner: str = "", words: str = "", limit: int = 50) -> tuple[ProgramAnswer, ...]:
        """The newest first; with words, only those that hold them all, as Chats.page() searches."""
        params: dict[str, Any] = {"owner": owner, "limit": limit}
        query = _QUERIES["list_programs"]
        if any(character.isalnum() for character in words):
            query, params["words"] = _QUERIES["search_programs"], words.replace("\x00", "")[:1000]
        with transaction(self._engine) as connection:
            return tuple(ProgramAnswer(**row) for row in connection.execute(query, params).mappings())

    def has(self, answer_id: str, *, owner: str = "") -> bool:
        """Whether the answer is one of these; no text that is no id is one."""
        try:
            key: Mapping[str, str] = {"id": str(uuid.UUID(answer_id)), "owner": owner}
        except ValueError:
            return False
        with transaction(self._engine) as connection:
            return bool(connection.execute(_QUERIES["has_program_answer"], key).scalar_one())

    def delete(self, *, owner: str = "") -> int:
        """Delete them all with their kept passages; returns how many answers went."""
        with transaction(self._engine) as connection:
            return connection.execute(_QUERIES["delete_programs"], {"owner": owner}).rowcount
