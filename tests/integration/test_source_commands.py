"""`python -m ingest ADDRESS` for sources that list items, in this process: options, logins, output, no secret kept."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app.core.domain import CHUNKER_VERSION
from app.core.settings import Settings
from ingest.bootstrap import Services
from ingest.cli import main
from ingest.commands.remote import read_queued
from ingest.load.limits import Limits
from ingest.load.pool import LoaderPool
from ingest.pipeline import Ingester
from ingest.queue.locks import Locks
from ingest.queue.sources import Sources
from ingest.queue.worker import Worker
from ingest.sources.webdav import WebDavFolder
from ingest.store import Store
from tests.kill.processes import engine_named
from tests.support.fake_embedder import FakeEmbedder
from tests.support.s3_server import S3Server
from tests.support.sources import SECRET, BucketShelf, DavServer, DavShelf, GitShelf, closing_after
from tests.support.web_reading import rows

Ingest = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ingest(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Ingest:
    """Run the command; returns exit status, output, and errors with notes."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FOREMOST_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("ingest.bootstrap.build_embedder", lambda *_, **__: FakeEmbedder())

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ingest", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        assert SECRET not in captured.out + captured.err
        return int(ended.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def dav() -> Iterator[Any]:
    with closing_after(DavServer()) as server:
        shelf = DavShelf(server)
        shelf.put("ferries.txt", "Ferries sail hourly.")
        shelf.put("notes/draft.txt", "A draft.")
        yield shelf


def address_of(shelf: DavShelf) -> str:
    return f"webdav://{shelf.address.server}/{shelf.address.quoted}"


def test_a_folder_is_read_with_the_login_of_the_file_and_pruned(
    ingest: Ingest, dav: DavShelf, database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    escaped = SECRET.replace("\\", "\\\\").replace('"', '\\"')
    (tmp_path / "logins").write_text(f'machine 127.0.0.1 login ann password "{escaped}"\n')
    monkeypatch.setenv("FOREMOST_SOURCE_LOGINS", str(tmp_path / "logins"))
    address = address_of(dav)
    status, output, _ = ingest(address, "--exclude", "draft*", "--dry-run")
    assert (status, output) == (0, f"new {address}/ferries.txt\nDry run, nothing written: 1 added.\n")
    status, output, notes = ingest(address)
    assert (status, output) == (0, "Collection default: 2 added.\n")
    assert f"{address}: 2 items read, 0 unchanged; 0.0 MiB received." in notes
    dav.delete("ferries.txt")
    assert "The items of 1 stored documents are gone; --prune deletes the documents." in ingest(address)[2]
    assert ingest(address, "--prune")[1] == "Collection default: 1 removed, 1 unchanged.\n"
    for table in ("documents", "remote_items", "chunks", "procrastinate_jobs"):
        assert SECRET not in str(rows(database, f"SELECT t::text FROM {table} AS t"))  # noqa: S608


def test_the_password_comes_from_the_variable_that_is_named(
    ingest: Ingest, dav: DavShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = address_of(dav).replace("://", "://ann@")
    status, _, errors = ingest(address)
    assert status == 1
    assert "does not let you list" in errors
    assert "--password-env" in errors
    monkeypatch.setenv("MY_PASSWORD", SECRET)
    assert ingest(address, "--password-env", "MY_PASSWORD", "--dry-run")[0] == 0
    status, _, errors = ingest(address, "--password-env", "NO_PASSWORD")
    assert status == 2
    assert "NO_PASSWORD is not set" in errors


def test_a_bucket_of_another_server_and_a_repository_in_one_command(
    ingest: Ingest, tmp_path: Path, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = GitShelf(tmp_path)
    git.put("plan.md", "The plan.")
    with closing_after(S3Server()) as server:
        BucketShelf(server).put("fares.txt", "Four euros.")
        monkeypatch.setenv("MY_PASSWORD", SECRET)
        words = (f"s3://{server.key}@papers/docs", f"git+file://{git.bare}#team/main:docs")
        status, output, errors = ingest(*words, "--endpoint", server.url, "--password-env", "MY_PASSWORD")
    assert (status, output) == (0, "Collection default: 1 added.\n" * 2), errors
    assert [row[0] for row in rows(database, "SELECT source_uri FROM documents ORDER BY source_uri")] == [
        f"git+file://{git.bare}#team/main:docs/plan.md",
        "s3://papers/docs/fares.txt",
    ]
    assert ingest(words[1])[1] == "Collection default: 1 unchanged.\n"


def test_an_address_where_nothing_is_and_options_that_do_not_fit_are_one_line(ingest: Ingest, tmp_path: Path) -> None:
    git = GitShelf(tmp_path)
    status, _, errors = ingest(f"git+file://{git.bare}#team/main:docs")
    assert status == 2
    assert "There are no files in team/main:docs" in errors
    assert ingest(f"git+file://{git.bare}", "--watch")[0] == 2


# --------------------------------------------------------------------------------------------------------------- queued


def work(services: Services, **kept: Any) -> None:
    """Run a worker, as the command does, until the queue is empty."""
    read = partial(read_queued, services)
    Worker(services.engine, services.ingester, report=lambda _: None, read_source=read, **kept).run(wait=False)


@pytest.fixture
def services(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Services:
    """What a worker has; it knows the password by the name that a job gives."""
    monkeypatch.setenv("MY_PASSWORD", SECRET)
    store = Store(database, chunker_version=CHUNKER_VERSION)
    return Services(
        engine=database,
        ingester=Ingester(store=store, make_embedder=FakeEmbedder),
        loaders=LoaderPool(Limits()),
        settings=Settings(),
    )


def test_a_queued_address_is_read_by_a_worker_that_knows_how(
    ingest: Ingest, dav: DavShelf, services: Services, database: Engine
) -> None:
    address = address_of(dav).replace("://", "://ann@")
    for _ in range(2):  # one job waits, however often it is queued
        queued = ingest(address, "--exclude", "draft*", "--password-env", "MY_PASSWORD", "--detach")
        assert queued[:2] == (0, "Collection default: 1 queued.\n")
    assert SECRET not in str(rows(database, "SELECT args FROM procrastinate_jobs"))
    Worker(database, services.ingester, report=lambda _: None).run(wait=False)  # as in a run over a folder
    assert rows(database, "SELECT count(*) FROM procrastinate_jobs") == [(1,)]
    work(services)
    assert rows(database, "SELECT name, status FROM documents") == [("ferries.txt", "ready")]
    assert rows(database, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_a_queued_address_that_cannot_be_read_is_a_failed_document_until_it_can(
    ingest: Ingest, dav: DavShelf, services: Services, database: Engine
) -> None:
    address = address_of(dav).replace("://", "://ann@")
    ingest(address, "--detach")
    work(services)
    failed = rows(database, "SELECT source_uri, status, error FROM documents")
    assert failed[0][:2] == (address, "failed")
    assert "does not let you list" in failed[0][2]
    ingest(address, "--password-env", "MY_PASSWORD", "--detach")
    work(services)
    assert rows(database, "SELECT name, status FROM documents ORDER BY name") == [
        ("draft.txt", "ready"),
        ("ferries.txt", "ready"),
    ]


def test_the_job_of_a_worker_that_was_killed_is_taken_over(
    ingest: Ingest, dav: DavShelf, services: Services, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = address_of(dav).replace("://", "://ann@")
    ingest(address, "--password-env", "MY_PASSWORD", "--detach")
    child = os.fork()
    if child == 0:
        engine = engine_named(database.url.render_as_string(hide_password=False), "killed")
        monkeypatch.setattr(WebDavFolder, "read", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        try:
            work(replace(services, engine=engine))
        finally:
            os._exit(1)  # it was to be killed
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert rows(database, "SELECT status::text FROM procrastinate_jobs") == [("doing",)]
    Sources(database, Locks(database), lambda *_: None).recover(started_seconds=0)
    work(services)
    assert rows(database, "SELECT count(*) FROM documents WHERE status = 'ready'") == [(2,)]
    assert rows(database, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]
