"""Restores a backup into a database of its own, checks it there, and only then replaces the old one by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError

from app.backup.archive import Archive, Report, opened
from app.backup.rankings import Retrieving, changed_rankings
from app.backup.tables import QUERIES, differences, fill
from app.core import database
from app.core.database import database_errors, reachable, transaction
from app.core.errors import AppError, CorpusError, DatabaseError, reason
from app.core.sql import load_queries

_QUERIES = load_queries(__file__)
_LOCK_KEY = 0x72657374  # advisory lock of the server: one restore at a time
_VECTOR_INDEX = "ix_chunks_embedding"
_MAINTENANCE = "postgres"  # a database that every server has


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What was found in the restored database."""

    rows: int
    tables: int
    revision: str  # of the schema, after migration
    from_revision: str  # of the backup
    questions: int  # whose ranks were compared
    problems: tuple[str, ...]  # whatever differs; empty: nothing does


def restore(
    engine: Engine, path: Path, *, retrieving: Retrieving, verify_only: bool, replace: bool, report: Report
) -> Verified:
    """Restore a backup and compare it with its manifest; returns what was compared.

    verify_only: the restored database is removed again. Otherwise it takes the place of the engine's database, in one
    transaction, when nothing differs; `replace` allows that when documents or answers are there.
    Raises AppError; the old database then is what it was.
    """
    with opened(path) as archive:
        _require_known(archive)
        name = str(engine.url.database)
        if not verify_only:
            _require_room(engine, replace=replace)
        engine.dispose()
        with _alone(engine) as admin:
            scratch = f"{name}_restore"
            for leftover in (scratch, f"{name}_replaced"):  # of a restore that was killed
                _run(admin, "drop_statement", name=leftover)
            _run(admin, "create_statement", name=scratch)
            try:
                verified = _restored(engine, scratch, archive, retrieving, report, brief=verify_only)
                if not (verify_only or verified.problems):
                    _swap(admin, name, scratch)
            finally:
                _run(admin, "drop_statement", name=scratch)
    return verified


def _restored(
    engine: Engine, scratch: str, archive: Archive, retrieving: Retrieving, report: Report, *, brief: bool
) -> Verified:
    """brief: without the vector index, whose building takes most of the time and which no comparison uses."""
    manifest = archive.manifest
    target = create_engine(engine.url.set(database=scratch))
    try:
        database.migrate(target, embedding_dimension=manifest.embedding_dimension, revision=manifest.revision)
        report(f"Loading {sum(dump.rows for dump in manifest.tables):,} rows of {manifest.created_at}")
        with transaction(target) as connection:
            connection.execute(QUERIES["read_alike"])
            current = manifest.revision == database.schema_state(target)[1]
            loaded = fill(connection, archive, report, without=(_VECTOR_INDEX,) if brief and current else ())
        report("Comparing rows")
        with transaction(target) as connection:
            connection.execute(QUERIES["read_alike"])
            problems = [difference.line for difference in differences(connection, loaded)]
        database.migrate(target, embedding_dimension=manifest.embedding_dimension)
        with target.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
        report(f"Comparing the ranks of {len(manifest.rankings)} questions")
        problems += _changed(target, retrieving, archive)
        revision = str(database.schema_state(target)[0])
    finally:
        target.dispose()
    return Verified(
        rows=sum(dump.rows for dump in loaded),
        tables=len(loaded),
        revision=revision,
        from_revision=manifest.revision,
        questions=len(manifest.rankings),
        problems=tuple(problems),
    )


def _changed(target: Engine, retrieving: Retrieving, archive: Archive) -> list[str]:
    try:
        changed = changed_rankings(target, retrieving, archive.manifest.rankings)
    except CorpusError as error:
        return [str(error)]
    return [f"other candidates for the question {question!r}" for question in changed]


def _require_known(archive: Archive) -> None:
    revision = archive.manifest.revision
    try:
        ScriptDirectory.from_config(database.alembic_config()).get_revision(revision)
    except CommandError as error:
        raise AppError(
            f"The backup is of a newer Foremost ({archive.manifest.version}, schema {revision}).", fix="Update first."
        ) from error


def _require_room(engine: Engine, *, replace: bool) -> None:
    """Raise AppError when the restore would replace documents or answers and that was not allowed."""
    with reachable(engine) as connection:
        if replace or not connection.execute(_QUERIES["holds_anything"]).scalar_one():
            return
        counts = connection.execute(_QUERIES["counts"]).one()
    if counts.documents or counts.answers:
        raise AppError(
            f"The database holds {counts.documents:,} documents and {counts.answers:,} answers, which the backup would "
            "replace.",
            fix="Add --replace if that is meant, or --verify to check the backup beside them.",
        )


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection to the server's own database, for as long as no other restore runs there."""
    admin = create_engine(engine.url.set(database=_MAINTENANCE), isolation_level="AUTOCOMMIT")
    try:
        with reachable(admin) as connection:
            connection.execute(_QUERIES["wait"])
            try:
                connection.execute(_QUERIES["lock"], {"key": _LOCK_KEY})
            except OperationalError as error:
                raise DatabaseError(
                    "Another restore is running on this server.", fix="Wait until it has ended."
                ) from error
            yield connection
    finally:
        admin.dispose()


def _swap(admin: Connection, name: str, scratch: str) -> None:
    """Both names change in one transaction; the old database is removed afterwards."""
    users = int(admin.execute(_QUERIES["users"], {"name": name}).scalar_one())
    if users:
        raise DatabaseError(
            f"The database is in use by {users} connection{'' if users == 1 else 's'}.",
            fix="Stop the page and the workers, then restore again.",
        )
    statements = [
        admin.execute(_QUERIES["rename_statement"], {"name": old, "to": new}).scalar_one()
        for old, new in ((name, f"{name}_replaced"), (scratch, name))
    ]
    with database_errors():
        admin.exec_driver_sql("BEGIN")
        try:
            for statement in statements:
                admin.exec_driver_sql(statement)
            admin.exec_driver_sql("COMMIT")
        except BaseException:
            admin.exec_driver_sql("ROLLBACK")
            raise
    _run(admin, "drop_statement", name=f"{name}_replaced")


def _run(admin: Connection, query: str, **names: str) -> None:
    statement = admin.execute(_QUERIES[query], names).scalar_one()
    try:
        admin.exec_driver_sql(statement)
    except DBAPIError as error:
        raise DatabaseError(
            f"A database for the restored rows cannot be made: {reason(error)}.",
            fix="Let the user of DATABASE_URL create databases (ALTER ROLE … CREATEDB).",
        ) from error
