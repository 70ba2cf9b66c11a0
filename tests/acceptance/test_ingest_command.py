"""`python -m ingest` as people run it: real processes, a real database, the real model."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.models.embedding import Embedder
from app.library import Library
from tests.support import made_files as made

Run = Callable[..., subprocess.CompletedProcess[str]]
SECONDS = 120  # after which a process that should have ended is taken for hung


@pytest.fixture
def environment(database: Engine, data_dir: Path, embedder: Embedder) -> dict[str, str]:
    """A database of the test's own; the model files are built already."""
    assert embedder.dimension == 384
    return os.environ | {
        "FOREMOST_DATA_DIR": str(data_dir),
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        "COLUMNS": "200",
    }


@pytest.fixture
def ingest(environment: dict[str, str], tmp_path: Path) -> Run:
    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ingest", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=tmp_path,
            timeout=SECONDS,
        )

    return run


def rows(database: Engine, query: str) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def one_line_each(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.strip()]


def test_a_folder_goes_in_and_a_second_run_finds_nothing_to_do(ingest: Run, database: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "my documents 🗂"
    folder.mkdir()
    (folder / "a.md").write_text("# Harbour\n\nThe harbour opens at six.")
    (folder / "b.pdf").write_bytes(made.pdf([["Ships sail at dawn."]]))
    first = ingest(folder, "--collection", "port")
    assert (first.returncode, first.stdout) == (0, "Collection port: 2 added.\n"), first.stderr
    (folder / "a.md").write_text("# Harbour\n\nThe harbour opens at seven.")
    second = ingest("my documents 🗂", "--collection", "port")
    assert (second.returncode, second.stdout) == (0, "Collection port: 1 replaced, 1 unchanged.\n")
    assert rows(database, "SELECT source_uri, chunk_count FROM documents ORDER BY 1") == [
        (str(folder / "a.md"), 1),
        (str(folder / "b.pdf"), 1),
    ]


def test_a_run_with_nothing_to_do_makes_no_model(ingest: Run, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Once.")
    os.utime(tmp_path / "a.md", (1_600_000_000, 1_600_000_000))  # long enough ago for size and time to tell a change
    assert ingest("a.md").returncode == 0
    environment["FOREMOST_EMBEDDING_MODEL"] = "/no/such/model"
    again = ingest("a.md")
    assert (again.returncode, again.stdout) == (0, "Collection default: 1 unchanged.\n")
    (tmp_path / "a.md").write_text("Twice.")
    assert "/no/such/model" in ingest("a.md").stderr


def test_every_failed_file_gets_one_line_and_the_others_are_ingested(ingest: Run, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("The good one.")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "scan.pdf").write_bytes(made.pdf([[]]))
    done = ingest(tmp_path, tmp_path / "missing.txt")
    assert done.returncode == 1
    assert done.stdout == "Collection default: 1 added, 1 without text, 2 failed.\n"
    lines = sorted(one_line_each(done.stderr))
    assert len(lines) == 3
    assert f"failed {tmp_path}/broken.pdf: The PDF is damaged" in lines[0]
    assert f"failed {tmp_path}/missing.txt: There is no such file" in lines[1]
    assert f"no text {tmp_path}/scan.pdf: No text was found" in lines[2]


def test_a_dry_run_lists_what_would_happen_and_writes_nothing(ingest: Run, database: Engine, tmp_path: Path) -> None:
    (tmp_path / "kept.md").write_text("Kept.")
    assert ingest("kept.md").returncode == 0
    (tmp_path / "new.md").write_text("New.")
    (tmp_path / "program").write_bytes(b"\x7fELF" + bytes(60))
    done = ingest("--dry-run", tmp_path)
    assert done.returncode == 1
    assert one_line_each(done.stdout) == [
        f"unchanged {tmp_path}/kept.md",
        f"new {tmp_path}/new.md",
        "Dry run, nothing written: 1 added, 1 unchanged, 1 failed.",
    ]
    assert rows(database, "SELECT name FROM documents") == [("kept.md",)]


def test_links_out_of_the_folder_are_named_in_the_summary(ingest: Run, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "secret.txt").write_text("elsewhere")
    (tmp_path / "docs" / "link.txt").symlink_to(tmp_path / "secret.txt")
    alone = ingest(str(tmp_path / "docs"))
    assert alone.returncode == 2
    assert "--follow-links" in alone.stderr
    (tmp_path / "docs" / "a.txt").write_text("words")
    result = ingest(str(tmp_path / "docs"))
    assert result.stdout == "Collection default: 1 added.\n"
    assert f"1 link leads out of the folder and was left out: {tmp_path / 'docs' / 'link.txt'}" in result.stderr
    assert ingest(str(tmp_path / "docs"), "--follow-links").stdout == "Collection default: 1 added, 1 unchanged.\n"


def test_the_sample_goes_into_its_collection_once(ingest: Run, database: Engine) -> None:
    assert ingest("--sample").stdout == "Collection sample: 9 added.\n"
    assert ingest("--sample").stdout == "Collection sample: 9 unchanged.\n"
    assert rows(database, "SELECT name FROM collections") == [("sample",)]


@pytest.mark.parametrize("words", [[], ["--sample", "a.md"], ["empty"]])
def test_a_command_without_a_file_explains_how_to_name_one(ingest: Run, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "empty").mkdir()
    done = ingest(*words)
    assert done.returncode == 2
    assert "PATH" in done.stdout + done.stderr or "Name other files" in done.stderr
    assert "Traceback" not in done.stderr


# -------------------------------------------------------------------------------------------------------- the worker


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start workers that wait for uploads; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "ingest", "worker"], env=environment, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        wait_for(process, "waits for files and uploads")
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(SECONDS)
        if process.stderr:
            process.stderr.close()


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    """The worker's next line with these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    pytest.fail(f"The worker ended with {process.wait(SECONDS)} without saying: {words}")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ingests_uploads_and_stops_cleanly_on_a_signal(
    worker: Callable[[], subprocess.Popen[str]], database: Engine, stop: signal.Signals
) -> None:
    process = worker()
    Library(database).upload("notes.md", b"# Notes\n\nThe ferry sails at nine.", collection="mine")
    wait_for(process, "new: notes.md")
    process.send_signal(stop)
    assert process.wait(SECONDS) == 0
    assert rows(database, "SELECT name, status FROM documents") == [("notes.md", "ready")]
    assert rows(database, "SELECT * FROM uploads") == []
    assert rows(database, "SELECT * FROM procrastinate_workers") == []


def test_a_worker_killed_in_the_middle_leaves_nothing_half_stored_and_the_next_finishes(
    worker: Callable[[], subprocess.Popen[str]], database: Engine
) -> None:
    text_of_many_passages = "\n\n".join(f"Ship {n} sails at dawn with {n} passengers aboard." * 12 for n in range(300))
    Library(database).upload("long.txt", text_of_many_passages.encode(), collection="mine")
    process = worker()
    while rows(database, "SELECT status FROM uploads") != [("running",)]:
        assert process.poll() is None
    process.kill()
    process.wait(SECONDS)
    assert rows(database, "SELECT status FROM uploads") == [("running",)]
    assert rows(database, "SELECT count(*) FROM chunks") == [(0,)]
    assert rows(database, "SELECT count(*) FROM documents") == [(0,)]
    with database.begin() as connection:  # as if the job had been in work for longer than a worker takes to lock it
        connection.execute(text("UPDATE procrastinate_events SET at = at - interval '1 minute'"))
    wait_for(worker(), "new: long.txt")
    ((status, chunk_count),) = rows(database, "SELECT status, chunk_count FROM documents")
    assert status == "ready"
    assert rows(database, "SELECT count(*) FROM chunks") == [(chunk_count,)]
    assert rows(database, "SELECT * FROM uploads") == []


# ---------------------------------------------------------------------------------------------------- watching, status


def test_a_watched_folder_is_followed_through_changes_moves_and_deletions(
    environment: dict[str, str], database: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    (folder / "kept.md").write_text("Kept.")
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", str(folder), "--watch", "--prune"],
        env=environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(process, "Watching for changes")
        assert process.stdout is not None
        assert process.stdout.readline() == "Collection default: 1 added.\n"
        (folder / "new.md").write_text("The ferry sails at nine.")
        assert process.stdout.readline() == "Collection default: 1 added.\n"
        (folder / "new.md").rename(folder / "renamed.md")
        assert process.stdout.readline() == "Collection default: 1 moved.\n"
        (folder / "renamed.md").unlink()
        assert process.stdout.readline() == "Collection default: 1 removed.\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
        process.wait(SECONDS)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
    assert rows(database, "SELECT name FROM documents") == [("kept.md",)]


def test_status_shows_ingestion_to_people_and_programs(ingest: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Harbour\n\nThe harbour opens at six.")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    for path in tmp_path.iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))  # long enough ago for size and time to tell a change
    ingest(tmp_path)
    (tmp_path / "b.md").write_text("Later.")
    assert ingest(tmp_path, "--detach").stdout == "Collection default: 1 unchanged, 1 failed, 1 queued.\n"
    shown = ingest("status").stdout
    assert "1 queued · 0 being read" in shown
    assert "no worker runs" in shown
    assert f"failed {tmp_path}/broken.pdf: The PDF is damaged" in shown
    assert re.search(
        r"slowest .*/a\.md: [\d.]+ s \(load [\d.]+ s, chunk [\d.]+ s, embed [\d.]+ s, store [\d.]+ s\)", shown
    )
    result = json.loads(ingest("status", "--json").stdout)
    assert (result["queued"], result["ready"], result["failed"]) == (1, 1, 1)
    assert ingest(tmp_path).stdout == "Collection default: 1 added, 1 unchanged, 1 failed.\n"
