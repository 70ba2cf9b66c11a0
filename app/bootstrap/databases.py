"""The configured database: opened alone, migrated, checked, backed up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from app.backup.rankings import Retrieving
from app.core import database
from app.core.models.find import build_embedder
from app.core.settings import Settings
from app.stages import build_retriever
from app.users import Users, protect

Report = Callable[[str], None]
_EVERY_VECTOR = 2**31 - 1  # more chunks than are compared one by one in any corpus


@contextmanager
def open_database(settings: Settings, *, report: Report) -> Iterator[Engine]:
    """The database alone, with the schema this version needs; released at the end. Raises AppError."""
    with _connected(settings, report) as engine:
        current, needed = database.schema_state(engine)
        if current != needed and settings.database_url is None:  # nobody else migrates the embedded server
            _migrate(engine, settings, report)
        database.require_ready(engine)
        yield engine


@contextmanager
def open_backup(settings: Settings, *, report: Report, ready: bool = True) -> Iterator[tuple[Engine, Retrieving]]:
    """The database, and the first stage over any database, which compares every vector so that ranks are the same.

    ready: the schema must be the one of this version. A restore brings its own.
    """
    with open_database(settings, report=report) if ready else _connected(settings, report) as engine:
        embedder = build_embedder(settings.embedding_model, settings.data_dir, report=report)
        yield engine, lambda other: build_retriever(other, embedder, settings, exact_below=_EVERY_VECTOR)


def migrate_database(settings: Settings, *, report: Report) -> str:
    """Migrate the configured database to this version's schema and return its revision.

    Where there are users, the new tables are protected too: the page may sign in as a role that owns none of them.
    """
    with _connected(settings, report) as engine:
        _migrate(engine, settings, report)
        if Users(engine).any():
            for notice in protect(engine):
                report(notice)
        return database.schema_state(engine)[1]


def check_database(settings: Settings, *, report: Report) -> str:
    """The revision of the configured database. Raises DatabaseError when it does not fit this version."""
    with _connected(settings, report) as engine:
        database.require_ready(engine)
        return database.schema_state(engine)[1]


def _migrate(engine: Engine, settings: Settings, report: Report) -> None:
    dimension = build_embedder(settings.embedding_model, settings.data_dir, report=report).dimension
    database.migrate(engine, embedding_dimension=dimension)


@contextmanager
def _connected(settings: Settings, report: Report) -> Iterator[Engine]:
    engine = connect(settings, report)
    try:
        yield engine
    finally:
        engine.dispose()


def connect(settings: Settings, report: Report) -> Engine:
    """The configured database, or the embedded server, which is started. Raises DatabaseError."""
    if settings.database_url is None:
        report(f"Starting the embedded PostgreSQL in {settings.data_dir}")
    return database.connect(settings)
