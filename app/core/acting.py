"""Who a transaction acts for: a user under the role that row-level security binds, or the owner of the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from app.core.errors import ASK_AN_ADMIN, RightsError

PAGE_ROLE = "foremost_page"  # also named in protect.sql
_BECOME = sql.SQL("SET LOCAL ROLE {}; SET LOCAL foremost.acting = {}; SET LOCAL foremost.scope = {}")


@dataclass(frozen=True, slots=True)
class Actor:
    """A user, and how far the key reaches that acts for him."""

    name: str
    scope: str = "admin"  # highest level: read, write or admin


NOBODY = Actor("")  # sees nothing
_OWNER = Actor("")  # told apart by identity
Result = TypeVar("Result")
_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Everything inside acts for this user; threads started inside do when they run in a copy of the context."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


@contextmanager
def acting_as_owner() -> Iterator[None]:
    """Everything inside is the server's own work, which no right limits."""
    with acting_as(_OWNER):
        yield


def as_owner(call: Callable[[], Result]) -> Callable[[], Result]:
    """The same call as the server's own work."""

    def called() -> Result:
        with acting_as_owner():
            return call()

    return called


def acting_for() -> str:
    """Name of the user of the innermost acting_as(); empty outside of one."""
    named = _acting.get()
    return named.name if named else ""


def bind(engine: Engine, signed_in: Callable[[], str] = str) -> Callable[[], Actor]:
    """From now on every transaction of the engine acts for a user: who sees nothing when there is none.

    signed_in: name of the user for whom no acting_as() was said, empty for none. Returns who acts at the moment.
    """

    def actor() -> Actor:
        named = _acting.get()
        return named if named is not None else Actor(signed_in())

    @event.listens_for(engine, "begin")
    def become(connection: Connection) -> None:
        acting = actor()
        if acting is _OWNER:
            return
        driver: Any = connection.connection.driver_connection
        if driver.autocommit:
            raise RuntimeError("A connection that acts for a user needs transactions.")
        # SET and not set_config(): a snapshot of this transaction must not begin yet. Such a text cannot be prepared.
        driver.cursor().execute(
            _BECOME.format(sql.Identifier(PAGE_ROLE), sql.Literal(acting.name), sql.Literal(acting.scope)),
            prepare=False,
        )

    @event.listens_for(engine, "handle_error")
    def refuse(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, InsufficientPrivilege) and actor() is not _OWNER:
            raise RightsError("Your rights do not reach that far.", fix=ASK_AN_ADMIN) from context.original_exception

    return actor
