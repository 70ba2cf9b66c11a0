"""Mailboxes, buckets, WebDAV folders and repositories are sources like folders: one frame, the same rules for all."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.core.domain import CHUNKER_VERSION
from app.core.errors import AppError, SettingsError
from app.core.models.embedding import Embedder
from ingest.ignore_rules import Rules
from ingest.pipeline import Ingester, Result
from ingest.remote.run import RemoteOptions, RemoteRun
from ingest.remote.state import ItemStates
from ingest.sources.listed import ListedSource
from ingest.store import Store
from tests.kill.processes import engine_named
from tests.support.fake_embedder import FakeEmbedder
from tests.support.s3_server import S3Server
from tests.support.sources import (
    BucketShelf,
    Counted,
    DavServer,
    DavShelf,
    GitShelf,
    MailServer,
    MailShelf,
    Shelf,
    closing_after,
)
from tests.support.web_reading import Recorder, no_model, rows

SOURCES = ("mailbox", "bucket", "webdav", "git")


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, object]]:
    with closing_after(MailServer()) as mail, closing_after(S3Server()) as s3, closing_after(DavServer()) as dav:
        yield {"mailbox": mail, "bucket": s3, "webdav": dav}


@pytest.fixture(params=SOURCES)
def shelf(request: pytest.FixtureRequest, servers: dict[str, object], tmp_path: Path) -> Shelf:
    if request.param == "git":
        return GitShelf(tmp_path)
    kinds = {"mailbox": MailShelf, "bucket": BucketShelf, "webdav": DavShelf}
    return kinds[request.param](servers[request.param])  # type: ignore[no-any-return]


class Reading:
    """One run over a shelf, as the command makes it."""

    def __init__(
        self,
        engine: Engine,
        shelf: Shelf,
        *,
        preview: bool = False,
        rules: Rules | None = None,
        max_bytes: int = 2**20,
        make_embedder: Callable[[], Embedder] = FakeEmbedder,
        **options: bool,
    ) -> None:
        self.listing = Counted(shelf.listing())
        source = ListedSource(self.listing, rules=rules or Rules(), max_bytes=max_bytes)
        ingester = Ingester(store=Store(engine, chunker_version=CHUNKER_VERSION), make_embedder=make_embedder)
        recorder = Recorder()
        self.run = RemoteRun(
            engine, ingester, recorder, source, name="shelf", collection="c", options=RemoteOptions(**options)
        )
        try:
            self.foreseen = sorted(str(result.outcome) for _, result in self.run.preview()) if preview else []
            self.counts = {} if preview else {str(key): count for key, count in self.run.execute().items() if count}
        finally:
            self.listing.close()
        self.messages = " ".join(result.message for result in recorder.results.values())
        self.notes = " ".join(source.notes())


def texts(engine: Engine) -> str:
    return " ".join(row[0] for row in rows(engine, "SELECT text FROM documents ORDER BY source_uri"))


def fill(shelf: Shelf) -> None:
    shelf.put("ferries.txt", "Ferries sail hourly.")
    shelf.put("tickets and fares.md", "Tickets cost four euros.")
    shelf.put("bicycles.txt", "Bicycles travel free.")


# ------------------------------------------------------------------------------------------------- once, twice, changed


def test_a_dry_run_writes_nothing_a_run_stores_and_a_second_run_reads_nothing(shelf: Shelf, database: Engine) -> None:
    fill(shelf)
    assert Reading(database, shelf, preview=True, make_embedder=no_model).foreseen == ["new", "new", "new"]
    assert rows(database, "SELECT source_uri FROM documents UNION ALL SELECT uri FROM remote_items") == []
    first = Reading(database, shelf)
    assert first.counts == {"new": 3}
    assert "Tickets cost four euros." in texts(database)
    assert "elsewhere" not in texts(database)
    again = Reading(database, shelf, make_embedder=no_model)
    assert again.counts == {"unchanged": 3}
    assert again.listing.read_names == []
    assert again.notes.startswith("0 items read, 3 unchanged; 0.0 MiB received.")
    assert again.listing.listed == (0 if isinstance(shelf, GitShelf) else 1)  # a commit is asked for, not fetched


def test_only_what_is_new_or_changed_is_read(shelf: Shelf, database: Engine) -> None:
    fill(shelf)
    Reading(database, shelf)
    shelf.put("harbour.txt", "The harbour opens at six.")
    shelf.put("ferries.txt", "Ferries sail every two hours.")
    run = Reading(database, shelf, prune=True)
    if isinstance(shelf, MailShelf):  # a mail never changes; another one took its place
        assert run.counts == {"unchanged": 2, "new": 2, "removed": 1}
    else:
        assert run.counts == {"unchanged": 2, "new": 1, "changed": 1}
    assert len(run.listing.read_names) == 2
    assert "every two hours" in texts(database)
    assert "hourly" not in texts(database)


def test_what_is_gone_is_told_and_removed_by_prune_alone(shelf: Shelf, database: Engine) -> None:
    fill(shelf)
    Reading(database, shelf)
    shelf.delete("ferries.txt")
    for _ in range(2):  # the second time nothing else has changed
        kept = Reading(database, shelf)
        assert (kept.counts, kept.run.gone) == ({"unchanged": 2}, 1)
    assert "hourly" in texts(database)
    foreseen = Reading(database, shelf, preview=True, prune=True, make_embedder=no_model).foreseen
    assert foreseen == ["removed", "unchanged", "unchanged"]
    assert "hourly" in texts(database)
    assert Reading(database, shelf, prune=True).counts == {"unchanged": 2, "removed": 1}
    assert "hourly" not in texts(database)
    assert Reading(database, shelf, prune=True).counts == {"unchanged": 2}


def test_prune_refuses_to_empty_a_source_without_force(shelf: Shelf, database: Engine) -> None:
    shelf.put("ferries.txt", "Ferries sail hourly.")
    Reading(database, shelf)
    shelf.delete("ferries.txt")
    with pytest.raises(SettingsError, match=r"Nothing is left of shelf.*--force"):
        Reading(database, shelf, prune=True)
    assert "hourly" in texts(database)
    assert Reading(database, shelf, prune=True, force=True).counts == {"removed": 1}
    assert texts(database) == ""


def test_an_item_past_the_limit_fails_with_its_reason_until_it_is_smaller(shelf: Shelf, database: Engine) -> None:
    shelf.put("large.txt", "word " * 400)
    shelf.put("ferries.txt", "Ferries sail hourly.")
    for _ in range(2):
        run = Reading(database, shelf, max_bytes=2**10)
        assert run.counts in ({"new": 1, "failed": 1}, {"unchanged": 1, "failed": 1})
        assert "FOREMOST_MAX_FILE_MIB" in run.messages
    assert rows(database, "SELECT count(*) FROM documents WHERE status = 'failed'") == [(1,)]
    assert Reading(database, shelf).counts == {"unchanged": 1, "new": 1}  # the limit was raised


def test_a_document_that_a_person_deleted_is_read_again(shelf: Shelf, database: Engine) -> None:
    fill(shelf)
    Reading(database, shelf)
    with database.begin() as connection:
        connection.execute(text("DELETE FROM documents WHERE text LIKE '%hourly%'"))
    assert Reading(database, shelf).counts == {"unchanged": 2, "new": 1}


@pytest.mark.parametrize("shelf", SOURCES[1:], indirect=True)  # mails have no names that patterns match
def test_names_that_options_leave_out_are_not_read_and_their_documents_stay(shelf: Shelf, database: Engine) -> None:
    fill(shelf)
    shelf.put(".hidden.txt", "A hidden file.")
    shelf.put("notes/ferries.txt", "Ferry notes.")
    assert Reading(database, shelf, rules=Rules(exclude=["notes/"])).counts == {"new": 3}
    run = Reading(database, shelf, rules=Rules(include=["*.md", "notes/*"]), prune=True)
    assert run.counts == {"unchanged": 1, "new": 1}
    assert run.run.gone == 0
    assert rows(database, "SELECT count(*) FROM documents") == [(4,)]
    assert Reading(database, shelf, rules=Rules(hidden=True)).counts == {"unchanged": 4, "new": 1}


# ------------------------------------------------------------------------------------------------------------- killed


class _Deadly(Recorder):
    """Kills its process once so many items are finished."""

    def __init__(self, items: int) -> None:
        super().__init__()
        self._items = items

    def finished(self, uri: str, result: Result) -> None:
        super().finished(uri, result)
        if len(self.results) >= self._items:
            os.kill(os.getpid(), signal.SIGKILL)


def _killed(url: str, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, *, where: str) -> None:
    """A run in a process of its own that is killed: after its first item, while it reads, or while it stores."""
    child = os.fork()
    if child == 0:
        engine = engine_named(url, "killed")
        listing = Counted(shelf.listing())
        source = ListedSource(listing, rules=Rules(), max_bytes=2**20)
        if where == "read":
            monkeypatch.setattr(listing, "read", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        if where == "store":  # within the transaction that stores the document
            monkeypatch.setattr(ItemStates, "keep", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        ingester = Ingester(store=Store(engine, chunker_version=CHUNKER_VERSION), make_embedder=FakeEmbedder)
        listener = _Deadly(1 if where == "after" else 99)
        options = RemoteOptions()
        try:
            RemoteRun(engine, ingester, listener, source, name="shelf", collection="c", options=options).execute()
        finally:
            os._exit(1)  # it was to be killed
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def test_after_kills_the_next_run_finishes_and_nothing_is_half_stored(
    shelf: Shelf, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shelf)
    url = database.url.render_as_string(hide_password=False)
    for where, documents in (("read", 0), ("store", 0), ("after", 1)):
        _killed(url, shelf, monkeypatch, where=where)
        assert rows(database, "SELECT count(*) FROM documents WHERE status = 'ready'") == [(documents,)], where
        assert rows(database, "SELECT count(*) FROM documents") == [(documents,)], where
    last = Reading(database, shelf)
    assert last.counts == {"unchanged": 1, "new": 2}
    assert len(last.listing.read_names) == 2
    assert rows(database, "SELECT count(*) FROM chunks GROUP BY document_id") == [(1,)] * 3
    assert Reading(database, shelf, make_embedder=no_model).counts == {"unchanged": 3}


# ------------------------------------------------------------------------------------------------ what one kind is like


@pytest.fixture
def mails(servers: dict[str, object]) -> MailShelf:
    return MailShelf(servers["mailbox"])  # type: ignore[arg-type]


def test_mails_keep_their_flags_and_stand_under_the_address_of_rfc_5092(mails: MailShelf, database: Engine) -> None:
    mails.put("Ferries", "Ferries sail hourly.")
    Reading(database, mails)
    assert mails.seen() == 0
    uri, title, kind = rows(database, "SELECT source_uri, title, media_type FROM documents")[0]
    assert uri.startswith(f"imap://ann@127.0.0.1:{mails.address.port}/B%C3%BCro%20%26%20")
    assert uri.rpartition("/")[2].startswith(";UID=")
    assert (title, kind) == ("Ferries", "message/rfc822")


def test_a_folder_that_was_made_again_is_read_again(mails: MailShelf, database: Engine) -> None:
    mails.put("Ferries", "Ferries sail hourly.")
    Reading(database, mails)
    mails.renew()
    mails.put("Trains", "Trains run nightly.")
    assert Reading(database, mails).counts == {"changed": 1}  # the same UID is another mail by now
    assert "nightly" in texts(database)


def test_a_repository_that_moves_on_elsewhere_is_listed_and_not_read(database: Engine, tmp_path: Path) -> None:
    shelf = GitShelf(tmp_path)
    fill(shelf)
    Reading(database, shelf)
    shelf.commit()
    run = Reading(database, shelf, make_embedder=no_model)
    assert (run.counts, run.listing.listed, run.listing.read_names) == ({"unchanged": 3}, 1, [])


def test_a_branch_that_is_gone_loses_nothing_by_itself(database: Engine, tmp_path: Path) -> None:
    shelf = GitShelf(tmp_path)
    fill(shelf)
    Reading(database, shelf)
    shelf.git("branch", "--move", "team/main", "other")
    run = Reading(database, shelf)
    assert (run.counts, run.run.gone) == ({}, 3)
    with pytest.raises(SettingsError, match="--force"):
        Reading(database, shelf, prune=True)


def test_an_address_where_nothing_is_and_nothing_was_is_an_error(database: Engine, servers: dict[str, object]) -> None:
    shelf = DavShelf(servers["webdav"])  # type: ignore[arg-type]
    shelf.folder.rmdir()
    with pytest.raises(AppError, match="There is nothing at shelf: The server answers 404"):
        Reading(database, shelf)


def test_a_list_that_cannot_be_finished_prunes_nothing(database: Engine, servers: dict[str, object]) -> None:
    shelf = DavShelf(servers["webdav"])  # type: ignore[arg-type]
    shelf.put("notes/ferries.txt", "Ferries sail hourly.")
    shelf.put("tickets.txt", "Tickets cost four euros.")
    Reading(database, shelf)
    listing = shelf.listing()
    shelf.listing = lambda: listing  # type: ignore[method-assign]
    inner = listing._listed  # type: ignore[attr-defined]

    def failing(folder: str) -> object:
        if folder.endswith("notes"):
            raise AppError("It is down.")
        return inner(folder)

    listing._listed = failing  # type: ignore[attr-defined]
    with pytest.raises(AppError, match="It is down"):
        Reading(database, shelf, prune=True, force=True)
    assert rows(database, "SELECT count(*) FROM documents") == [(2,)]


def test_an_object_that_may_not_be_read_fails_alone(database: Engine, servers: dict[str, object]) -> None:
    shelf = BucketShelf(servers["bucket"])  # type: ignore[arg-type]
    fill(shelf)
    shelf.server.failing = {"docs/ferries.txt"}
    try:
        run = Reading(database, shelf)
    finally:
        shelf.server.failing = set()
    assert run.counts == {"new": 2, "failed": 1}
    assert "AccessDenied" in run.messages
