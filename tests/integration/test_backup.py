"""Backup and restore over a real server: one moment, every row, the same ranks; a kill leaves what was there."""

import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from app.backup.archive import opened
from app.backup.backup import backup
from app.backup.rankings import Retrieving
from app.backup.restore import Verified, restore
from app.backup.tables import QUERIES, differences
from app.core import database as core_database
from app.core.acting import Actor, acting_as
from app.core.errors import AppError, DatabaseError
from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.library import Library
from app.stages import build_retriever
from app.users import Audit, protect, require_bound
from tests.support import people
from tests.support.ingested import ingest_text

TOPICS = ("boats", "oars", "fees", "wind", "repairs", "keys", "races", "winter", "swans", "tea", "rain", "flags")


@pytest.fixture
def retrieving(embedder: Embedder, make_settings: Callable[..., Settings]) -> Retrieving:
    return lambda engine: build_retriever(engine, embedder, make_settings(), exact_below=2**31 - 1)


@pytest.fixture
def filled(database: Engine, embedder: Embedder) -> Engine:
    """A dozen documents, golden questions, a chat, a job and an applied setting."""
    for topic in TOPICS:
        words = " ".join(f"Rule {number} about {topic} names the {topic} officer {number}." for number in range(30))
        ingest_text(database, embedder, f"/club/{topic}.md", words, collection="club")
    with database.begin() as connection:
        for statement in (
            "INSERT INTO chats (id, owner, title) VALUES (gen_random_uuid(), 'ada', E'tab\there, \\\\ and ✓')",
            "INSERT INTO uploads (collection_id, name, content) SELECT id, 'late.txt', '\\x00ff0a5c' FROM collections",
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('files', 'load', '{\"a\": \"ü\"}')",
            "INSERT INTO setting_overrides (name, value, reason) VALUES ('passages', '4', 'measured')",
            "INSERT INTO golden_questions (question, collection, answerable, source, status) "
            "SELECT 'Who is the ' || t || ' officer 7?', 'club', true, 'typed', 'accepted' "
            "FROM unnest(ARRAY['boats', 'wind', 'tea']) AS t",
        ):
            connection.execute(text(statement))
    return database


@pytest.fixture
def empty(server: Engine) -> Iterator[Engine]:
    """A database without a schema."""
    _statement(server, "CREATE DATABASE restored")
    engine = create_engine(server.url.set(database="restored"))
    yield engine
    engine.dispose()
    _statement(server, "DROP DATABASE restored WITH (FORCE)")


def _statement(server: Engine, statement: str) -> None:
    with server.connect() as connection:
        connection.execute(text(statement))


def _databases(server: Engine) -> set[str]:
    with server.connect() as connection:
        return set(connection.scalars(text("SELECT datname FROM pg_database")))


def _backup(engine: Engine, path: Path, retrieving: Retrieving) -> None:
    backup(engine, path, retrieving=retrieving, settings={"passages": 5}, models=path.parent)


def _restore(
    engine: Engine, path: Path, retrieving: Retrieving, *, verify_only: bool = False, replace: bool = False
) -> Verified:
    return restore(
        engine, path, retrieving=retrieving, verify_only=verify_only, replace=replace, report=lambda _line: None
    )


def _unlike(engine: Engine, path: Path) -> list[str]:
    """Tables that differ from a backup."""
    with opened(path) as archive, engine.begin() as connection:
        connection.execute(QUERIES["read_alike"])
        return [difference.line for difference in differences(connection, archive.manifest.tables)]


def test_everything_comes_back_with_the_same_rows_and_ranks(
    filled: Engine, empty: Engine, retrieving: Retrieving, tmp_path: Path
) -> None:
    path = tmp_path / "all.backup"
    _backup(filled, path, retrieving)
    with opened(path) as archive:
        manifest = archive.manifest
    found = _restore(empty, path, retrieving)

    assert path.stat().st_mode & 0o077 == 0
    assert len(manifest.rankings) == 10
    assert [ranking.question for ranking in manifest.rankings][:3] == [
        f"Who is the {topic} officer 7?" for topic in ("boats", "wind", "tea")
    ]
    assert all(len(ranking.candidates) == 10 for ranking in manifest.rankings)
    assert (found.problems, found.questions) == ((), 10)
    assert _unlike(empty, path) == []
    rows = {dump.name: dump.rows for dump in manifest.tables}
    assert (rows["documents"], rows["uploads"], rows["procrastinate_jobs"], rows["setting_overrides"]) == (12, 1, 1, 1)
    with empty.begin() as connection:
        new = connection.scalar(text("INSERT INTO collections (name) VALUES ('new') RETURNING id"))
        assert new == connection.scalar(text("SELECT max(id) FROM collections"))
        assert connection.scalar(text("SELECT count(*) FROM procrastinate_events")) == rows["procrastinate_events"]
        assert connection.scalar(text("SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_chunks_embedding'")) == 1
        assert connection.scalar(text("SELECT title FROM chats")) == "tab\there, \\ and ✓"
    core_database.require_ready(empty)


def test_users_their_rights_and_the_audit_come_back(
    database: Engine, embedder: Embedder, empty: Engine, retrieving: Retrieving, tmp_path: Path
) -> None:
    path = tmp_path / "people.backup"
    people.fill(database, embedder)
    _backup(database, path, retrieving)
    assert _restore(empty, path, retrieving).problems == ()
    assert Audit(empty).rows() == Audit(database).rows() != ()

    protect(empty)  # as `migrate` and `serve` do
    page = people.opened(empty).page
    require_bound(page)
    for name, seen in (("cora", ["boats.txt"]), ("dan", ["shared.txt"])):
        with acting_as(Actor(name)):
            assert [row.name for row in Library(page).documents()] == seen
    page.dispose()
    for change in ("UPDATE audit SET actor = ''", "TRUNCATE audit"):
        with empty.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(change))


def test_a_backup_shows_one_moment_while_documents_come_and_go(
    filled: Engine, empty: Engine, embedder: Embedder, retrieving: Retrieving, tmp_path: Path
) -> None:
    over = threading.Event()

    def change() -> None:
        number = 0
        while not over.is_set():
            number += 1
            ingest_text(filled, embedder, f"/club/new-{number}.md", f"Notice {number} about boats. " * 20)
            with filled.begin() as connection:
                connection.execute(text("DELETE FROM documents WHERE id = (SELECT min(id) FROM documents)"))

    changing = threading.Thread(target=change)
    changing.start()
    try:
        time.sleep(0.3)
        _backup(filled, tmp_path / "moving.backup", retrieving)
    finally:
        over.set()
        changing.join()
    found = _restore(empty, tmp_path / "moving.backup", retrieving)

    assert found.problems == ()
    assert _unlike(filled, tmp_path / "moving.backup") != []
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT sum(chunk_count) = (SELECT count(*) FROM chunks) FROM documents"))


def test_verify_changes_nothing_and_leaves_nothing(
    filled: Engine, server: Engine, retrieving: Retrieving, tmp_path: Path
) -> None:
    path = tmp_path / "all.backup"
    _backup(filled, path, retrieving)
    before = _databases(server)
    with filled.connect():  # in use
        found = _restore(filled, path, retrieving, verify_only=True)
    assert (found.problems, _databases(server), _unlike(filled, path)) == ((), before, [])


def test_what_is_there_is_replaced_only_on_request_and_when_nobody_uses_it(
    filled: Engine, server: Engine, retrieving: Retrieving, tmp_path: Path
) -> None:
    path = tmp_path / "all.backup"
    _backup(filled, path, retrieving)
    with filled.begin() as connection:
        connection.execute(text("DELETE FROM documents WHERE name LIKE 'b%'"))
    with pytest.raises(AppError, match=r"holds 11 documents and 0 answers.*--replace"):
        _restore(filled, path, retrieving)
    other = create_engine(filled.url)
    with other.connect(), pytest.raises(DatabaseError, match=r"in use by 1 connection\..*Stop the page"):
        _restore(filled, path, retrieving, replace=True)
    other.dispose()
    assert _unlike(filled, path) != []
    before = _databases(server)
    assert _restore(filled, path, retrieving, replace=True).problems == ()
    assert (_unlike(filled, path), _databases(server)) == ([], before)


def test_rows_that_are_not_those_of_the_backup_are_named_and_not_used(
    filled: Engine, retrieving: Retrieving, tmp_path: Path
) -> None:
    whole, altered = tmp_path / "whole.backup", tmp_path / "altered.backup"
    _backup(filled, whole, retrieving)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(altered, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "tables/documents":
                content = content.replace(b"Rule 7 about tea", b"Rule 8 about tea")
            if item.filename == "tables/golden_questions":
                content = content[: content.rindex(b"\n", 0, -1) + 1]
            if item.filename == "tables/chunks":
                content = content.replace(b"tea", b"sea")
            target.writestr(item, content)
    found = _restore(filled, altered, retrieving, replace=True)
    assert set(found.problems) >= {
        "documents has other contents",
        "chunks has other contents",
        "golden_questions has 2 rows instead of 3",
        "other candidates for the question 'Who is the tea officer 7?'",
    }
    assert _unlike(filled, whole) == []


@pytest.mark.parametrize("kind", ["cut", "flipped", "empty", "other"])
def test_a_damaged_file_is_refused_and_the_old_database_stays(
    kind: str, filled: Engine, server: Engine, retrieving: Retrieving, tmp_path: Path
) -> None:
    whole, damaged = tmp_path / "whole.backup", tmp_path / "damaged.backup"
    _backup(filled, whole, retrieving)
    content = bytearray(whole.read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged.write_bytes(
        {"cut": bytes(content[: len(content) // 2]), "flipped": bytes(content), "empty": b"", "other": b"%PDF-1.7"}[
            kind
        ]
    )
    before = _databases(server)
    with pytest.raises(AppError, match=r"damaged|no backup of Foremost"):
        _restore(filled, damaged, retrieving, replace=True)
    assert (_unlike(filled, whole), _databases(server)) == ([], before)


def test_a_backup_of_an_older_schema_is_migrated(
    server: Engine, empty: Engine, retrieving: Retrieving, tmp_path: Path
) -> None:
    _statement(server, "CREATE DATABASE older")
    older = create_engine(server.url.set(database="older"))
    try:
        core_database.migrate(older, embedding_dimension=384, revision="0010")
        with older.begin() as connection:
            insert = "INSERT INTO chats (id, title, created_at) VALUES (gen_random_uuid(), 'old', '2026-01-02')"
            connection.execute(text(insert))
        _backup(older, tmp_path / "older.backup", retrieving)
    finally:
        older.dispose()
        _statement(server, "DROP DATABASE older WITH (FORCE)")
    found = _restore(empty, tmp_path / "older.backup", retrieving)

    head = core_database.schema_state(empty)[1]
    assert (found.from_revision, found.revision, found.problems) == ("0010", head, ())
    with empty.connect() as connection:
        assert connection.execute(text("SELECT title, updated_at::date::text FROM chats")).all() == [
            ("old", "2026-01-02")
        ]


def test_a_backup_of_a_newer_schema_is_refused(filled: Engine, retrieving: Retrieving, tmp_path: Path) -> None:
    with filled.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    _backup(filled, tmp_path / "newer.backup", retrieving)
    with pytest.raises(AppError, match=r"newer Foremost.*9999.*Update first"):
        _restore(filled, tmp_path / "newer.backup", retrieving, replace=True)


def test_the_temporary_column_of_re_embedding_comes_back(
    filled: Engine, empty: Engine, retrieving: Retrieving, tmp_path: Path
) -> None:
    with filled.begin() as connection:
        connection.execute(text("ALTER TABLE chunks ADD COLUMN embedding_next halfvec(3) STORAGE EXTERNAL"))
        connection.execute(text("UPDATE chunks SET embedding_next = '[1,2,3]' WHERE ordinal = 0"))
    _backup(filled, tmp_path / "half.backup", retrieving)
    assert _restore(empty, tmp_path / "half.backup", retrieving).problems == ()
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM chunks WHERE embedding_next IS NOT NULL")) == 12


@pytest.mark.parametrize("seconds", [0.05, 0.4, 1.0, 2.0])
def test_a_kill_leaves_the_old_file_and_the_old_database(
    seconds: float, filled: Engine, server: Engine, data_dir: Path, retrieving: Retrieving, tmp_path: Path
) -> None:
    path, old = tmp_path / "all.backup", tmp_path / "old.backup"
    _backup(filled, path, retrieving)
    old.write_bytes(path.read_bytes())
    with filled.begin() as connection:
        connection.execute(text("DELETE FROM documents WHERE name LIKE 'b%'"))
    _backup(filled, tmp_path / "now.backup", retrieving)
    filled.dispose()
    before = _databases(server)
    environment = os.environ | {
        "DATABASE_URL": filled.url.render_as_string(hide_password=False),
        "FOREMOST_DATA_DIR": str(data_dir),
    }
    for words in (["backup", str(path)], ["restore", str(path), "--replace"]):
        running = subprocess.Popen(
            [sys.executable, "-c", _READY, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        running.send_signal(signal.SIGKILL)
        killed = running.wait() == -signal.SIGKILL
        running.stdout.close()
        if killed and words[0] == "backup":
            assert path.read_bytes() == old.read_bytes() or _whole(path)
        if words[0] == "restore" and killed:
            assert _unlike(filled, tmp_path / "now.backup") == [] or _unlike(filled, path) == []
        filled.dispose()
    assert _restore(filled, old, retrieving, replace=True).problems == ()
    assert (_unlike(filled, old), _databases(server)) == ([], before)


def _whole(path: Path) -> bool:
    """Whether a file is a complete backup: the kill came after it had taken its name."""
    with zipfile.ZipFile(path) as archive:
        return archive.testzip() is None and "manifest.json" in archive.namelist()


_READY = """
import sys
from app.cli import main
print("ready", flush=True)
main()
"""
