"""The audit: who signed in, asked, opened, uploaded, deleted, and changed rights or settings."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from app.core.database import transaction
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_LONGEST_NAME = 200  # characters of a name that anybody may type into the sign-in


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRow:
    """One line of the audit."""

    at: datetime
    actor: str
    action: str
    subject: str  # ids, never words of documents or questions
    address: str


class Audit:
    """The audit of a database, which only grows until its time is over. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, actor: str, action: str, subject: str = "", *, address: str = "") -> None:
        """Add a line. What is written to the database adds its own."""
        row = {"actor": actor[:_LONGEST_NAME].replace("\x00", ""), "action": action, "subject": subject}
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["insert"], row | {"address": address})

    def rows(self, *, actor: str = "", action: str = "", limit: int = 100) -> tuple[AuditRow, ...]:
        """The latest lines, newest first; of one actor, or of actions that begin with these words."""
        params = {"actor": actor, "action": action, "limit": limit}
        with transaction(self._engine) as connection:
            return tuple(AuditRow(**row) for row in connection.execute(_QUERIES["select"], params).mappings())

    def prune(self, *, days: int) -> int:
        """Remove what is older than so many days; returns how many lines. The database refuses it for younger ones."""
        with transaction(self._engine) as connection:
            connection.execute(_QUERIES["allow"], {"days": str(days)})
            return connection.execute(_QUERIES["delete"], {"days": days}).rowcount
