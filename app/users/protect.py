"""Row-level security: turned on once there are users, and checked before a page with users serves."""

from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from app.core.acting import NOBODY, PAGE_ROLE, acting_as
from app.core.database import reachable, transaction
from app.core.errors import DatabaseError
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_LOCK_KEY = 0x666F7270  # advisory lock: of two processes that do this at once, one waits
_SLOW = (
    "Full-text search under rights reads every passage, because the operator @@ is not marked as leakproof in this "
    "database."
)
_SLOW_FIX = "As a superuser of PostgreSQL run once: ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) LEAKPROOF;"


def protect(engine: Engine) -> tuple[str, ...]:
    """Create the role of pages with users, give it what the policies say, turn row-level security on.

    Runs as the owner of the tables; a second time it only adds what is missing. Returns notices about what is slower
    than it could be. Raises DatabaseError when the owner may create no role.
    """
    with transaction(engine) as connection:
        connection.execute(_QUERIES["lock"], {"key": _LOCK_KEY})
        try:
            with connection.begin_nested():
                connection.execute(_QUERIES["create_role"])
        except ProgrammingError as error:
            raise DatabaseError(
                f"The role {PAGE_ROLE} cannot be created or used by this user of the database.",
                fix=f"As a superuser run: CREATE ROLE {PAGE_ROLE} NOLOGIN; and grant it to the user of DATABASE_URL.",
            ) from error
        connection.execute(_QUERIES["protect_tables"])
        connection.execute(_QUERIES["mark_leakproof"])
        leakproof = bool(connection.scalar(_QUERIES["is_leakproof"]))
    return () if leakproof else (f"{_SLOW} {_SLOW_FIX}",)


def require_bound(engine: Engine) -> None:
    """Check, as a user who is nobody, that the policies bind; the engine must act for users. Raises DatabaseError."""
    with acting_as(NOBODY), reachable(engine) as connection:
        problems = list(connection.scalars(_QUERIES["not_bound"], {"role": PAGE_ROLE}))
        if not problems:
            visible = connection.execute(_QUERIES["seen_by_nobody"]).one()
            problems = [f"nobody sees rows of {name}" for name, seen in visible._mapping.items() if seen]
    if problems:
        raise DatabaseError(
            f"The rights of users would not be kept: {'; '.join(problems[:5])}.",
            fix="Run the page with the database user that owns the tables, then `python -m app users protect`.",
        )
