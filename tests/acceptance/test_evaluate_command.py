"""The commands golden, evaluate, dial and settings as people run them, on a corpus of a few documents."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.conftest import TEMPLATE

Run = Callable[..., subprocess.CompletedProcess[str]]

TOPICS = {
    "backups": ("How many backup copies are kept?", "Fourteen copies of the nightly backup are kept in Hamburg."),
    "parking": ("What does a parking permit cost?", "Visitors park behind the east hall for twelve euros a week."),
    "library": ("When does the library open?", "The library opens at nine and lends twenty books to each reader."),
    "engine": ("How is a fire in the engine room fought?", "A fire in the engine room is fought with carbon dioxide."),
    "boats": ("Why are boats rinsed?", "Boats are rinsed with fresh water because salt eats the fittings."),
    "crew": ("When does the engineer on call change?", "The engineer on call changes every Thursday at ten."),
}


@pytest.fixture(scope="module")
def run(data_dir: Path, server: Engine) -> Run:
    """Run `python -m app …` on a database of these tests' own."""
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE evaluate_commands TEMPLATE {TEMPLATE}"))
    url = server.url.set(database="evaluate_commands").render_as_string(hide_password=False)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOREMOST_")}
    environment |= {"FOREMOST_DATA_DIR": str(data_dir), "FOREMOST_CHAT_BACKEND": "embedded", "DATABASE_URL": url}

    def command(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", *words], capture_output=True, text=True, check=False,
            env=environment | more, timeout=300,
        )  # fmt: skip

    return command


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The topics in BEIR's layout, and a question that none of them answers."""
    path = tmp_path_factory.mktemp("beir")
    corpus = [{"_id": name, "title": "", "text": passage} for name, (_, passage) in TOPICS.items()]
    queries: list[dict[str, object]] = [
        {"_id": f"q-{name}", "text": question} for name, (question, _) in TOPICS.items()
    ]
    queries.append({"_id": "q-none", "text": "Who painted the chapel's ceiling?", "answerable": False})
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (path / "qrels").mkdir()
    lines = ["query-id\tcorpus-id\tscore", *(f"q-{name}\t{name}\t1" for name in TOPICS)]
    (path / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_folder_is_measured_compared_and_gates(run: Run, folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "floor.png"
    first = run("evaluate", str(folder), "--save", "first", "--keep", "--floor", "--png", str(picture))
    assert first.returncode == 0, first.stderr
    assert "6 questions with known passages" in first.stdout
    assert "6 100.0 %  in the prompt" in first.stdout
    assert "unanswerable), 100.0% of 6 answerable kept" in first.stdout
    assert "FOREMOST_RELEVANCE_FLOOR=" in first.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")

    worse = run("evaluate", str(folder), "--compare", "first", "--json", FOREMOST_VECTOR_WEIGHT="0",
                FOREMOST_TEXT_WEIGHT="0", FOREMOST_CANDIDATES="1", FOREMOST_RERANKER="none")  # fmt: skip
    result = json.loads(worse.stdout)
    assert result["comparison"]["regressed"] is (worse.returncode == 1)
    assert result["summary"]["means"]["reranked"]["nDCG@10"] < 0.9
    assert "database" not in worse.stderr  # it was removed silently


def test_a_golden_set_is_written_read_listed_and_measured(run: Run, tmp_path: Path) -> None:
    written, back = tmp_path / "golden.jsonl", tmp_path / "back.jsonl"
    written.write_text('{"question": "Who won the cup?", "expected": ["cup.pdf"]}\n', "utf-8")
    assert run("golden", "import", str(written)).stdout == "1 new questions, 1 in all.\n"
    added = run("golden", "add", "What is the fee?", "--expect", "the yearly fee is")
    assert added.returncode == 0
    assert "no document with the words" in added.stderr
    listed = run("golden", "list").stdout
    assert "cup.pdf (missing: no document 'cup.pdf' is in the database)" in listed
    assert run("golden", "export", str(back)).returncode == 0
    assert [json.loads(line)["source"] for line in back.read_text("utf-8").splitlines()] == ["file", "typed"]
    measured = run("evaluate")
    assert "ingest their documents first" in measured.stdout
    assert run("golden", "remove", "1", "2").returncode == 0
    empty = run("evaluate")
    assert empty.returncode == 1
    assert "The golden set is empty" in empty.stderr


def test_the_dial_recommends_and_applies_and_settings_lists_it(run: Run, folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "dial.png"
    swept = run("dial", str(folder), "--minutes", "1", "--latency", "60000", "--apply", "--yes", "--png", str(picture))
    assert swept.returncode == 0, swept.stderr
    assert "best at its speed" in swept.stdout
    assert "FOREMOST_RERANKER=" in swept.stdout
    assert "questions are too few to choose a setting by" in swept.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    listed = run("settings", FOREMOST_PASSAGES="2").stdout
    assert "(applied: dial on" in listed
    assert "(environment, which covers the applied" in listed
    assert "(applied:" not in run("settings", "--reset").stdout
