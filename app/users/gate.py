"""What the server of a page with users asks, as the server and not as a user: passwords, keys, sessions, the audit."""

import secrets
from datetime import UTC, datetime

from sqlalchemy import Engine

from app.core.acting import Actor, acting_as_owner
from app.core.database import reachable
from app.core.errors import ASK_AN_ADMIN, RightsError
from app.core.sql import load_queries
from app.users.audit import Audit
from app.users.keys import Keys
from app.users.users import Role, Users

_QUERIES = load_queries(__file__)


class Gate:
    """Checks who comes in, and records it. Raises DatabaseError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._users, self._keys, self._audit = Users(engine), Keys(engine), Audit(engine)

    def password_fits(self, name: str, password: str) -> bool:
        """Whether a user may sign in with this password."""
        with acting_as_owner():
            return self._users.check(name, password)

    def may_stay(self, name: str, since: datetime) -> bool:
        """Whether a session that began then goes on: not after a new password or role, or the user's removal."""
        with acting_as_owner():
            return self._users.changed_at(name) <= since

    def known(self, name: str) -> bool:
        """Whether there is a user of this name."""
        with acting_as_owner():
            return self._users.changed_at(name) < datetime.max.replace(tzinfo=UTC)

    def add_reader(self, name: str) -> None:
        """Make a reader of a name that a provider of sign-ins vouches for; no password fits. Raises AppError."""
        with acting_as_owner():
            self._users.add(name, secrets.token_urlsafe(32), role=Role.READER)
            self._audit.note(name, "added by signing in")

    def actor(self, key: str) -> Actor | None:
        """The user that a program's key acts for; None for an unknown or expired key."""
        with acting_as_owner():
            return self._keys.actor(key)

    def note(self, actor: str, action: str, *, address: str = "") -> None:
        """Add a line to the audit."""
        with acting_as_owner():
            self._audit.note(actor, action, address=address)

    def prune(self, *, days: int) -> int:
        """Remove lines of the audit that are older than so many days."""
        with acting_as_owner():
            return self._audit.prune(days=days)

    def require_admin(self) -> None:
        """Raise RightsError unless the acting user is an administrator."""
        with reachable(self._engine) as connection:
            if not connection.scalar(_QUERIES["acts_as_admin"]):
                raise RightsError("Only administrators may do this.", fix=ASK_AN_ADMIN)
