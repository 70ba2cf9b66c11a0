"""A folder and the corpus are kept equal: new, changed, moved and deleted files, each change in one transaction."""

import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.domain import CHUNKER_VERSION
from app.core.errors import SettingsError
from app.core.models.embedding import Embedder
from ingest.folder.run import FolderRun, RunOptions
from ingest.ignore_rules import Rules
from ingest.pipeline import Ingester, Outcome, Result
from ingest.queue.files import HOST
from ingest.queue.jobs import FileJob, Jobs
from ingest.queue.locks import Locks
from ingest.queue.worker import Worker
from ingest.store import Store
from tests.support import made_files as made
from tests.support.fake_embedder import FakeEmbedder

LONG_AGO = 1_600_000_000


class Recorder:
    """Keeps the results it receives."""

    def __init__(self) -> None:
        self.results: dict[str, Result] = {}

    def progress(self, done: int, total: int, name: str) -> None: ...

    def finished(self, uri: str, result: Result) -> None:
        self.results[uri] = result


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


Sync = Callable[..., dict[str, int]]


@pytest.fixture
def run(database: Engine, recorder: Recorder, tmp_path: Path) -> Sync:
    """One run over the test's folder; returns the number of files by outcome."""

    def go(*roots: Path, make_embedder: Callable[[], Embedder] = FakeEmbedder, **options: Any) -> dict[str, int]:
        ingester = Ingester(store=Store(database, chunker_version=CHUNKER_VERSION), make_embedder=make_embedder)
        one = FolderRun(database, ingester, recorder, collection="c", max_bytes=10**6, options=RunOptions(**options))
        return {str(key): count for key, count in one.execute(one.scan(roots or [tmp_path], Rules())).items() if count}

    return go


def no_model() -> Embedder:
    pytest.fail("the embedding model was made")


def write(path: Path, content: str | bytes, *, at: int = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (at, at))
    return path


def rows(database: Engine, query: str, /, **values: object) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


def stored(database: Engine) -> list[str]:
    return [row[0] for row in rows(database, "SELECT name FROM documents ORDER BY source_uri")]


def test_an_unchanged_folder_is_not_read_and_needs_no_model(
    run: Sync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.md", "One.")
    write(tmp_path / "b" / "c.md", "Two.")
    assert run() == {"new": 2}
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("a file was read"))
    assert run(make_embedder=no_model) == {"unchanged": 2}


def test_a_changed_file_replaces_its_document(run: Sync, database: Engine, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "Old words.")
    run()
    write(tmp_path / "a.md", "New words.", at=LONG_AGO + 1)
    assert run() == {"changed": 1}
    assert rows(database, "SELECT text FROM chunks") == [("New words.",)]


def test_a_file_with_another_time_and_the_same_content_is_unchanged_and_not_read_twice(
    run: Sync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.md", "The same.")
    run()
    write(tmp_path / "a.md", "The same.", at=LONG_AGO + 1)
    assert run() == {"unchanged": 1}
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("a file was read"))
    assert run() == {"unchanged": 1}


def test_a_change_that_keeps_size_and_time_is_noticed_by_checksum_only(run: Sync, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "Old.")
    run()
    write(tmp_path / "a.md", "New.")
    assert run() == {"unchanged": 1}
    assert run(checksum=True) == {"changed": 1}


def test_a_file_written_a_moment_ago_is_read_again(run: Sync, database: Engine, tmp_path: Path) -> None:
    now = int(time.time())
    write(tmp_path / "a.md", "Old.", at=now)
    run()
    write(tmp_path / "a.md", "New.", at=now)
    assert run() == {"changed": 1}
    assert rows(database, "SELECT text FROM chunks") == [("New.",)]


def test_a_moved_file_keeps_its_document_and_its_vectors(run: Sync, database: Engine, tmp_path: Path) -> None:
    write(tmp_path / "old.txt", "# no heading\n\nShips sail at dawn.")
    run()
    before = rows(database, "SELECT d.id, c.id, c.embedding::text FROM documents d JOIN chunks c ON d.id = document_id")
    (tmp_path / "sub").mkdir()
    (tmp_path / "old.txt").rename(tmp_path / "sub" / "new.txt")
    assert run(make_embedder=no_model) == {"moved": 1}
    assert (
        rows(database, "SELECT d.id, c.id, c.embedding::text FROM documents d JOIN chunks c ON d.id = document_id")
        == before
    )
    assert rows(database, "SELECT source_uri, name, title FROM documents") == [
        (str(tmp_path / "sub" / "new.txt"), "new.txt", "new.txt")
    ]
    assert rows(database, "SELECT heading, name FROM chunks") == [("new.txt", "sub/new.txt")]
    assert run() == {"unchanged": 1}


def test_members_of_an_archive_are_stored_moved_and_deleted_with_it(
    run: Sync, database: Engine, tmp_path: Path
) -> None:
    write(tmp_path / "old.zip", made.zipped({"a.md": "# A\n\nFirst.", "b.md": "# B\n\nSecond."}))
    assert run() == {"new": 1}
    assert stored(database)[1:] == ["a.md", "b.md"]
    (tmp_path / "old.zip").rename(tmp_path / "new.zip")
    assert run(make_embedder=no_model) == {"moved": 1}
    uris = [row[0] for row in rows(database, "SELECT source_uri FROM documents ORDER BY 1")]
    assert uris == [str(tmp_path / name) for name in ("new.zip", "new.zip!/a.md", "new.zip!/b.md")]
    names = [name for (name,) in rows(database, "SELECT name FROM chunks ORDER BY name")]
    assert names[:2] == ["new.zip/a.md", "new.zip/b.md"]
    write(tmp_path / "new.zip", made.zipped({"b.md": "# B\n\nSecond.", "c.md": "# C\n\nThird."}), at=LONG_AGO + 1)
    assert run() == {"changed": 1}
    assert stored(database)[1:] == ["b.md", "c.md"]
    (tmp_path / "new.zip").unlink()
    assert run(prune=True, force=True) == {"removed": 1}
    assert rows(database, "SELECT count(*) FROM documents UNION ALL SELECT count(*) FROM chunks") == [(0,), (0,)]


def test_documents_of_deleted_files_are_removed_with_prune(run: Sync, database: Engine, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "Kept.")
    write(tmp_path / "b.md", "Gone soon.")
    run()
    (tmp_path / "b.md").unlink()
    assert run() == {"unchanged": 1}
    assert stored(database) == ["a.md", "b.md"]
    assert run(prune=True, make_embedder=no_model) == {"unchanged": 1, "removed": 1}
    assert stored(database) == ["a.md"]


def test_pruning_an_emptied_folder_removes_nothing_without_force(run: Sync, database: Engine, tmp_path: Path) -> None:
    share = tmp_path / "share"
    write(share / "a.md", "On the share.")
    write(tmp_path / "other" / "b.md", "Elsewhere.")
    run(share, tmp_path / "other")
    (share / "a.md").unlink()
    for _ in range(2):
        with pytest.raises(SettingsError, match="is its disk mounted"):
            run(share, tmp_path / "other", prune=True)
        share.rmdir() if share.exists() else None
    assert stored(database) == ["b.md", "a.md"]
    assert run(share, tmp_path / "other", prune=True, force=True) == {"unchanged": 1, "removed": 1}


def test_documents_of_excluded_files_stay_stored(run: Sync, database: Engine, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "Kept.")
    write(tmp_path / "b.log", "Kept too.")
    run()
    (tmp_path / ".gitignore").write_text("*.log\n")
    assert run(prune=True) == {"unchanged": 1}
    assert stored(database) == ["a.md", "b.log"]


def test_a_file_that_failed_is_reported_in_every_run_and_read_again_with_retry_only(
    run: Sync, tmp_path: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "broken.pdf", b"%PDF-1.4 broken")
    assert run() == {"failed": 1}
    reason = recorder.results[str(path)].message
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda _: pytest.fail("a file was read"))
        recorder.results.clear()
        assert run() == {"failed": 1}
        assert recorder.results[str(path)].message == reason
    write(path, made.pdf([["Mended."]]))
    assert run() == {"new": 1}


def test_a_failed_file_is_read_again_with_retry(run: Sync, tmp_path: Path) -> None:
    write(tmp_path / "broken.pdf", b"%PDF-1.4 broken")
    run()
    reads: list[Path] = []
    original = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        reads.append(path)
        return original(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", read_bytes)
        assert run(retry=True) == {"failed": 1}
    assert tmp_path / "broken.pdf" in reads


def test_an_inline_run_has_the_same_results_without_the_queue(run: Sync, database: Engine, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "One.")
    write(tmp_path / "b.pdf", b"%PDF-1.4 broken")
    assert run(inline=True) == {"new": 1, "failed": 1}
    (tmp_path / "a.md").unlink()
    assert run(inline=True, prune=True) == {"failed": 1, "removed": 1}
    assert rows(database, "SELECT last_value, is_called FROM procrastinate_jobs_id_seq") == [(1, False)]


def test_a_detached_run_only_queues_jobs_and_no_file_twice(run: Sync, database: Engine, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "One.")
    assert run(detach=True, make_embedder=no_model) == {"queued": 1}
    assert run(detach=True, make_embedder=no_model) == {"queued": 1}
    assert rows(database, "SELECT count(*) FROM procrastinate_jobs") == [(1,)]
    worker_on(database).run(wait=False)
    assert stored(database) == ["a.md"]


def worker_on(database: Engine, **options: Any) -> Worker:
    ingester = Ingester(store=Store(database, chunker_version=CHUNKER_VERSION), make_embedder=FakeEmbedder)
    return Worker(database, ingester, report=lambda _: None, **options)


def test_a_file_queued_by_another_machine_waits_for_that_machine(database: Engine, tmp_path: Path) -> None:
    path = tmp_path / "only-there.md"
    Jobs(database).add([FileJob(path=path, collection="c", host="there", remove=True)])
    worker_on(database, host="here").run(wait=False)
    assert rows(database, "SELECT queue_name, status::text FROM procrastinate_jobs") == [("ingest@there", "todo")]
    write(path, "Found.")  # as if the folder were that machine's
    worker_on(database, host="there").run(wait=False)
    assert stored(database) == ["only-there.md"]
    assert rows(database, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_a_file_that_another_process_ingests_is_left_to_it(database: Engine, tmp_path: Path) -> None:
    job = FileJob(path=write(tmp_path / "a.md", "Mine."), collection="c", host=HOST)
    Jobs(database).add([job])
    other = Locks(database)
    with other.hold(job.lock) as held:
        assert held
        worker_on(database).run(wait=False)
        assert stored(database) == []
        assert rows(database, "SELECT status::text FROM procrastinate_jobs") == [("todo",)]
    other.close()
    with database.begin() as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))
    worker_on(database).run(wait=False)
    assert stored(database) == ["a.md"]


@pytest.mark.usefixtures("database")
def test_a_job_whose_path_is_no_text_finds_its_file(tmp_path: Path, run: Sync) -> None:
    raw = os.fsencode(tmp_path) + b"/bad\xff.md"
    with open(raw, "wb") as file:
        file.write(b"Readable.")
    os.utime(raw, (LONG_AGO, LONG_AGO))
    assert run() == {"new": 1}
    assert run(prune=True) == {"unchanged": 1}
    os.unlink(raw)
    write(tmp_path / "a.md", "x")
    assert run(prune=True) == {"removed": 1, "new": 1}


def test_a_job_given_to_another_worker_stores_nothing(database: Engine, tmp_path: Path, run: Sync) -> None:
    write(tmp_path / "a.md", "One.")
    run(detach=True)

    class Robbed(FakeEmbedder):
        def embed(self, texts: Any) -> Any:  # meanwhile the job is taken for stalled
            with database.begin() as connection:
                connection.execute(text("UPDATE procrastinate_jobs SET attempts = attempts + 1"))
            return super().embed(texts)

    store = Store(database, chunker_version=CHUNKER_VERSION)
    lines: list[str] = []
    worker = Worker(database, Ingester(store=store, make_embedder=Robbed), report=lines.append)
    worker.run(until=lambda: rows(database, "SELECT attempts > 1 FROM procrastinate_jobs") != [(False,)])
    assert stored(database) == []


def test_links_out_of_a_folder_are_followed_only_on_request_and_named_in_the_plan(
    run: Sync, database: Engine, tmp_path: Path
) -> None:
    write(tmp_path / "outside" / "a.txt", "words elsewhere")
    write(tmp_path / "inside" / "b.txt", "words here")
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "outside")
    assert run(tmp_path / "inside") == {"new": 1}
    assert stored(database) == ["b.txt"]
    ingester = Ingester(store=Store(database, chunker_version=CHUNKER_VERSION), make_embedder=no_model)
    one = FolderRun(database, ingester, Recorder(), collection="c", max_bytes=10**6, options=RunOptions())
    assert one.scan([tmp_path / "inside"], Rules()).links == (str(tmp_path / "inside" / "link"),)
    assert run(tmp_path / "inside", follow_links=True) == {"new": 1, "unchanged": 1}
    assert run(tmp_path / "inside", prune=True) == {"unchanged": 1}  # what is behind a link is not gone
    assert stored(database) == ["b.txt", "a.txt"]


def test_a_container_with_a_failed_member_is_read_again_with_retry_only(
    run: Sync, database: Engine, tmp_path: Path
) -> None:
    write(tmp_path / "box.zip", made.zipped({"a.txt": "words", "bad.pdf": "%PDF-1.7\n"}))
    assert run() == {"new": 1}
    assert run() == {"unchanged": 1}
    assert run(retry=True) == {"changed": 1}
    assert stored(database) == ["box.zip", "a.txt", "bad.pdf"]


def test_a_preview_names_every_file_and_writes_nothing(run: Sync, database: Engine, tmp_path: Path) -> None:
    for name in ("same.md", "moving.md", "gone.md", "changing.md"):
        write(tmp_path / name, f"This is {name} at first.")
    run()
    (tmp_path / "moving.md").rename(tmp_path / "moved.md")
    (tmp_path / "gone.md").unlink()
    write(tmp_path / "changing.md", "Other words.", at=LONG_AGO + 1)
    write(tmp_path / "new.md", "New.")
    before = rows(database, "SELECT * FROM documents ORDER BY id")
    ingester = Ingester(store=Store(database, chunker_version=CHUNKER_VERSION), make_embedder=no_model)
    one = FolderRun(database, ingester, Recorder(), collection="c", max_bytes=10**6, options=RunOptions(prune=True))
    results = {Path(uri).name: result for uri, result in one.preview(one.scan([tmp_path], Rules()))}
    assert {name: result.outcome for name, result in results.items()} == {
        "same.md": Outcome.UNCHANGED,
        "moved.md": Outcome.MOVED,
        "gone.md": Outcome.REMOVED,
        "changing.md": Outcome.CHANGED,
        "new.md": Outcome.NEW,
    }
    assert results["moved.md"].message == f"from {tmp_path}/moving.md"
    assert rows(database, "SELECT * FROM documents ORDER BY id") == before


def test_the_counts_add_up_to_the_number_of_files(run: Sync, tmp_path: Path) -> None:
    for number in range(30):
        write(tmp_path / f"{number}.md", f"Number {number}.")
    assert Counter(run(concurrency=3)) == Counter(new=30)
