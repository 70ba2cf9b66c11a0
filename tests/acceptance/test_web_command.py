"""`python -m ingest http://…` as people run it: real processes, a real database, a site on 127.0.0.1."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.models.embedding import Embedder
from tests.support.web_server import Page, WebServer, html, web_server

Start = Callable[..., subprocess.Popen[str]]
SECONDS = 120  # after which a process that should have ended is taken for hung


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def start(database: Engine, data_dir: Path, embedder: Embedder, tmp_path: Path) -> Iterator[Start]:
    """Start the command in the background; whatever still runs at the end is killed."""
    assert embedder.dimension == 384  # its files are built already
    started: list[subprocess.Popen[str]] = []
    environment = os.environ | {
        "FOREMOST_DATA_DIR": str(data_dir),
        "FOREMOST_WEB_DELAY_SECONDS": "0",
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "COLUMNS": "200",
    }

    def run(*words: str | Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "ingest", *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores it
        )  # fmt: skip
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate(timeout=SECONDS)


def done(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """(exit status, output, errors and notes) of a process that ends by itself."""
    output, errors = process.communicate(timeout=SECONDS)
    assert "Traceback" not in errors
    return process.returncode, output, errors


def rows(database: Engine, query: str) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_site_and_a_file_go_in_together_and_a_second_run_reads_nothing(
    start: Start, web: WebServer, tmp_path: Path
) -> None:
    web.pages = {"/docs/": html("The harbour opens at six.", "a"), "/docs/a": html("Ferries sail hourly.", "none")}
    (tmp_path / "notes.md").write_text("Notes.")
    os.utime(tmp_path / "notes.md", (1_600_000_000, 1_600_000_000))
    words = (web.url("/docs/"), "notes.md", "--allow-private", "--collection", "port")
    status, output, notes = done(start(*words))
    assert (status, output) == (0, "Collection port: 1 added.\nCollection port: 2 added.\n"), notes
    assert f"· {web.url('/docs/')}: 2 pages read, 0 unchanged" in notes
    assert f"Links to pages that do not exist: 1, {web.url('/docs/none')} (on {web.url('/docs/a')})." in notes
    status, output, notes = done(start(*words))
    assert (status, output) == (0, "Collection port: 1 unchanged.\nCollection port: 2 unchanged.\n")
    assert "0 pages read, 2 unchanged; 0.0 MiB received" in notes


def test_failed_pages_have_one_line_each_and_set_the_exit_status(
    start: Start, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "closed", "bad.pdf", "ok"), "/closed": Page(status=403), "/ok": html("Ok."),
                 "/bad.pdf": Page(body=b"%PDF-1.4 broken", media_type="application/pdf")}  # fmt: skip
    status, output, notes = done(start(web.url(), "--allow-private"))
    assert (status, output) == (1, "Collection default: 2 added, 2 failed.\n")
    lines = [line for line in notes.splitlines() if line.startswith("failed ")]
    assert len(lines) == 2
    assert lines[0].startswith(f"failed {web.url('/closed')}: It needs a login (403).")
    assert lines[1].startswith(f"failed {web.url('/bad.pdf')}: The PDF is damaged")
    assert rows(database, "SELECT count(*) FROM documents WHERE status = 'failed'") == [(2,)]


def test_the_inner_network_is_refused_with_the_remedy(start: Start, web: WebServer) -> None:
    web.pages = {"/": html("Secret.")}
    status, output, notes = done(start(web.url()))
    assert (status, output) == (1, "")
    assert "127.0.0.1 is in an inner network" in notes
    assert "fix: If you mean your own network: --allow-private" in notes
    assert web.log == []


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("https://example.org/", "--watch"), "Leave out --watch"),
        (("https://ann:secret@example.org/",), "user name or password"),
        (("ftp://example.org/",), "not a web address"),
        (("https://example.org/", "--force"), "contradict"),
    ],
)
def test_what_cannot_be_meant_is_one_line(start: Start, words: tuple[str, ...], problem: str) -> None:
    status, output, notes = done(start(*words))
    assert (status, output) == (2, "")
    assert problem in notes
    assert "secret" not in notes


def test_a_dry_run_lists_pages_and_writes_nothing(start: Start, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    status, output, _ = done(start(web.url(), "--allow-private", "--dry-run"))
    assert status == 0
    assert output.splitlines() == [
        f"new {web.url('/')}", f"new {web.url('/a')}", "Dry run, nothing written: 2 added.",
    ]  # fmt: skip
    assert rows(database, "SELECT * FROM documents") == rows(database, "SELECT * FROM remote_items") == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_in_the_middle_is_continued_by_the_next(
    start: Start, database: Engine, web: WebServer, number: signal.Signals
) -> None:
    names = [f"/{n}" for n in range(12)]
    web.pages = {"/": html("Start.", *names)} | {name: html(f"Page {name} of the site.") for name in names}
    running: list[subprocess.Popen[str]] = []

    def stop_at_the_eighth(path: str) -> None:
        if path == "/7":
            running[0].send_signal(number)

    web.on_request = stop_at_the_eighth
    running.append(start(web.url(), "--allow-private"))
    _, output, notes = done(running[0])
    assert output == ""
    assert number is signal.SIGKILL or "run the same command again to continue" in notes
    before = rows(database, "SELECT source_uri, id FROM documents")
    assert 7 <= len(before) <= 8  # all before the one that was just being requested
    assert rows(database, "SELECT count(*) FROM documents WHERE chunk_count = 0") == [(0,)]
    web.on_request = lambda _path: None
    web.log.clear()
    status, output, _ = done(start(web.url(), "--allow-private"))
    assert (status, output) == (0, f"Collection default: {13 - len(before)} added, {len(before)} unchanged.\n")
    assert len(web.requests(200)) == 13 - len(before)
    assert set(before) <= set(rows(database, "SELECT source_uri, id FROM documents"))
    assert rows(database, "SELECT count(*) FROM chunks") == [(13,)]
