"""Keys of programs: each acts for a user, reaches a scope, may expire, and is shown once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from app.core.acting import Actor
from app.core.database import transaction
from app.core.errors import AppError, NotFoundError
from app.core.sql import load_queries
from app.users.users import unknown_user

SCOPES = ("read", "write", "admin")
_PREFIX = "fm-"  # tells what leaked when a key is found in a log
_BYTES = 32
_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRow:
    """A key, without its text."""

    id: int
    user: str
    name: str
    scope: str
    expires_at: datetime | None
    created_at: datetime


class Keys:
    """The keys of a database. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, user: str, *, name: str = "", scope: str = "read", days: int | None = None) -> str:
        """Make a key and return it: it is kept as a hash only. days: it expires after so many. Raises NotFoundError."""
        if scope not in SCOPES:
            raise AppError(f"There is no scope {scope!r}.", fix=f"Use one of {', '.join(SCOPES)}.")
        key = f"{_PREFIX}{secrets.token_urlsafe(_BYTES)}"
        row = {
            "user": user,
            "name": name,
            "key_sha256": _sha256(key),
            "scope": scope,
            "expires_at": datetime.now(UTC) + timedelta(days=days) if days is not None else None,
        }
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES["insert_key"], row).rowcount == 0:
                raise unknown_user(user)
        return key

    def list(self) -> tuple[KeyRow, ...]:
        """All keys by user, the expired ones included."""
        with transaction(self._engine) as connection:
            return tuple(KeyRow(**row) for row in connection.execute(_QUERIES["list_keys"]).mappings())

    def remove(self, key_id: int) -> None:
        """Remove a key; it is refused from the next request on. Raises NotFoundError."""
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES["delete_key"], {"id": key_id}).rowcount == 0:
                raise NotFoundError(f"There is no key {key_id}.", fix="`python -m app keys list` lists them.")

    def actor(self, key: str) -> Actor | None:
        """The user a key acts for; None for an unknown or expired one.

        A fast hash is enough: the key is random, so there is nothing to guess, and the index tells no more by its time.
        """
        with transaction(self._engine) as connection:
            row = connection.execute(_QUERIES["select_key"], {"key_sha256": _sha256(key)}).one_or_none()
        return Actor(row.name, row.scope) if row else None


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
