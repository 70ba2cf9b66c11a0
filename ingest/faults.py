"""Faults of the database in our own words: what the content caused is permanent, everything else may pass."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.core.errors import DatabaseError, DocumentError

_PERMANENT = (psycopg.DataError, psycopg.errors.ProgramLimitExceeded)


@contextmanager
def faults() -> Iterator[None]:
    """Raise DocumentError for what the content of a document caused, DatabaseError for everything else."""
    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        line = (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")
        if isinstance(cause, _PERMANENT):
            raise DocumentError(f"The database refuses its content ({line}): report this file.") from error
        raise DatabaseError(f"The database failed ({line}). Check that it runs, then run the same again.") from error
