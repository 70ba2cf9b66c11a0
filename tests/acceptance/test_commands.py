"""The commands as people run them: real database, real models, real processes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import open_database
from app.core.settings import Settings
from app.ledger import Ledger
from app.present.stage_words import STAGES
from tests.support.builders import make_answer

Run = Callable[..., subprocess.CompletedProcess[str]]

HANDBOOK = """# Operations handbook

## Backups

The nightly backup runs at 02:30 UTC. Fourteen copies are kept on the Hamburg server.
Restores are tested on the first Monday of each month by Maria Jensen.

## On call

The on-call engineer rotates every Thursday at 10:00. The desk answers at extension 4417.

## Parking

Visitors park behind the east hall. A parking permit costs 12 euros a week.
"""


@pytest.fixture(scope="module")
def run(data_dir: Path) -> Run:
    """Run `python -m …` with a database and a data directory of the test run."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOREMOST_")}
    environment |= {"FOREMOST_DATA_DIR": str(data_dir), "FOREMOST_CHAT_BACKEND": "embedded", "HF_HUB_OFFLINE": "1"}
    environment.pop("DATABASE_URL", None)

    def command(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words], capture_output=True, text=True, check=False, env=environment | more,
            timeout=300,
        )  # fmt: skip

    return command


@pytest.fixture(scope="module")
def handbook(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A handbook, ingested by the command."""
    path = tmp_path_factory.mktemp("documents") / "handbook.md"
    path.write_text(HANDBOOK, "utf-8")
    done = run("ingest", str(path))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def answer(run: Run, handbook: Path) -> dict[str, Any]:  # noqa: ARG001  # ingested first
    """One answered question about the handbook."""
    done = run("app", "ask", "When does the nightly backup run?", "--chat", "new", "--json")
    assert done.returncode == 0, done.stderr
    steps: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    return steps[-1] | {"steps": steps}


def test_a_question_about_an_ingested_file_is_answered_from_it(answer: dict[str, Any], handbook: Path) -> None:
    assert answer["outcome"] == "answered"
    assert "02:30" in answer["answer"]
    backing = answer["sentences"][0]
    assert backing["support"] in ("cited", "attributed")
    cited = next(source for source in answer["sources"] if source["number"] in backing["passages"])
    assert cited["cited"]
    assert cited["source_uri"] == str(handbook)
    assert "02:30 UTC" in cited["text"]


def test_the_steps_of_an_answer_are_lines_for_programs(answer: dict[str, Any]) -> None:
    steps = answer["steps"]
    stages = [step["stage"] for step in steps if step["event"] == "stage"]
    written = "".join(step["text"] for step in steps if step["event"] == "text")
    sources = next(step for step in steps if step["event"] == "sources")

    assert stages == ["rewrite", "retrieve", "rerank", "pack", "generate", "cite"]
    assert "02:30" in written
    assert [source["number"] for source in sources["sources"]] == [source["number"] for source in answer["sources"]]
    assert steps[-1]["event"] == "answer"


def test_the_key_is_shown_and_replaced(run: Run, data_dir: Path) -> None:
    first, again, new = run("app", "key"), run("app", "key"), run("app", "key", "--new")

    assert first.stdout == again.stdout != new.stdout
    assert (data_dir / "api_key").read_text("ascii") == new.stdout
    assert "until it is started again" in new.stderr


def test_a_past_answer_is_shown_with_its_ledger(run: Run, answer: dict[str, Any]) -> None:
    shown = run("app", "show", answer["id"][:8], "--sort", "vector")
    assert shown.returncode == 0, shown.stderr
    assert "When does the nightly backup run?" in shown.stdout
    assert "in the prompt as [1] · cited" in " ".join(shown.stdout.split())
    result = json.loads(run("app", "show", "last", "--json").stdout)
    assert (result["id"], len(result["candidates"])) == (answer["id"], len(answer["candidates"]))
    wrong = run("app", "show", "ffffffff")
    assert wrong.returncode == 1
    assert "There is no answer 'ffffffff'" in wrong.stderr


def test_why_names_the_stage_of_loss_and_keeps_the_question(run: Run, answer: dict[str, Any]) -> None:
    done = run("app", "why", answer["id"], "--expect", '"Visitors park behind the east hall"', "--apply-to-golden")
    assert done.returncode == 0, done.stderr
    assert "kept as golden question" in done.stdout
    result = json.loads(run("app", "why", "last", "--expect", "tariffs.xlsx", "--json").stdout)
    assert (result["loss"], result["side"]) == ("not_ingested", "the documents")
    nothing = run("app", "why", "last", "--expect", " ")
    assert nothing.returncode == 2
    assert "No expected passage is given." in nothing.stderr
    assert "fix: Name the passage as a document" in nothing.stderr


def test_the_answer_proves_that_the_prompt_was_read_whole(answer: dict[str, Any]) -> None:
    usage = answer["usage"]
    assert usage["uncut"] == "proven", usage
    assert usage["prompt_tokens"] + usage["answer_tokens"] <= usage["context_tokens"]


def test_the_answer_shows_every_candidate_with_its_ranks_and_fate(answer: dict[str, Any]) -> None:
    candidates = answer["candidates"]
    assert sorted(candidate["fused_rank"] for candidate in candidates) == list(range(1, len(candidates) + 1))
    assert all(candidate["fate"] not in ("", "not decided yet") for candidate in candidates)
    first = candidates[0]
    assert (first["final_rank"], first["fate"]) == (1, "in the prompt")
    assert first["logit"] is not None
    assert {"rewrite", "embed", "sql", "rerank", "pack", "first_token", "generate", "cite"} <= set(answer["seconds"])


@pytest.mark.usefixtures("handbook")
def test_a_question_the_documents_do_not_answer_is_not_answered(run: Run) -> None:
    done = run("app", "ask", "Which planet has the most moons?", "--json")
    result = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, result["outcome"]) == (0, "not found in your documents")
    assert not any(candidate["cited"] for candidate in result["candidates"])
    assert all(candidate["fate_detail"] for candidate in result["candidates"])


@pytest.mark.usefixtures("handbook")
def test_kept_chats_are_listed_written_to_a_file_and_deleted(run: Run, data_dir: Path, tmp_path: Path) -> None:
    with open_database(Settings(data_dir=data_dir), report=print) as engine:
        ledger = Ledger(engine)
        chat = ledger.start_chat("Parking permits")
        ledger.store(make_answer(chat_id=chat, question="What does a permit cost?", text="12 euros a week."))
    listed = json.loads(run("app", "chats", "list", "permit", "--json").stdout)
    assert [(row["id"], row["title"]) for row in listed] == [(chat, "Parking permits")]
    target = tmp_path / "chat.md"
    written = run("app", "chats", "export", chat, "--to", str(target))
    assert written.returncode == 0, written.stderr
    assert target.read_text("utf-8") == run("app", "chats", "show", chat).stdout
    assert "12 euros a week." in target.read_text("utf-8")
    again = run("app", "chats", "export", chat, "--to", str(target))
    assert again.returncode == 1
    assert "cannot be written" in again.stderr
    assert run("app", "chats", "delete").returncode == 2
    deleted = run("app", "chats", "delete", chat, "--yes")
    assert deleted.stdout.startswith("Deleted: 1 chat, 1 answer")
    assert run("app", "chats", "show", chat).returncode == 1


def test_search_shows_every_rank_and_uses_no_chat_model(run: Run) -> None:
    done = run("app", "search", "who tests the restores", "--json", FOREMOST_CHAT_BACKEND="ollama")
    best = json.loads(done.stdout)["candidates"][0]
    assert "Maria Jensen" in best["text"]
    assert best["vector_rank"] is not None
    assert best["text_rank"] is not None
    assert best["logit"] is not None


@pytest.mark.usefixtures("handbook")
def test_search_prints_a_table_for_people(run: Run) -> None:
    header, best, *_ = run("app", "search", "parking permit").stdout.splitlines()
    assert header.split() == ["final", "vector", "text", "fused", "logit", "passage"]
    assert best.split()[0] == "1"
    assert "Operations handbook" in best


@pytest.mark.usefixtures("handbook")
def test_doctor_finds_nothing_wrong_here(run: Run) -> None:
    done = run("app", "doctor")
    assert done.returncode == 0, done.stdout
    assert "pgvector" in done.stdout
    assert "CPU: int8 by " in done.stdout


@pytest.mark.parametrize(
    ("words", "settings", "code", "message"),
    [
        (("app", "ask", "  "), {}, 2, "The question is empty"),
        (("app", "search", "x", "--collection", "nowhere"), {}, 1, "nowhere"),
        (("app", "search", "x"), {"FOREMOST_TYPO": "1"}, 2, "FOREMOST_TYPO"),
        (("app", "search", "x"), {"FOREMOST_CANDIDATES": "many"}, 2, "FOREMOST_CANDIDATES"),
        (("app", "search", "x"), {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, 1, "Cannot connect"),
        (("app", "search", "x"), {"FOREMOST_EMBEDDING_MODEL": "/nowhere/model"}, 1, "/nowhere/model"),
        (("app", "search", "x"), {"FOREMOST_RERANKER": "/nowhere/model"}, 1, "/nowhere/model"),
        (("app", "ask", "x"), {"FOREMOST_OLLAMA_URL": "http://127.0.0.1:1", "FOREMOST_CHAT_BACKEND": "ollama"}, 1,
         "Ollama"),
        (("ingest", "/nowhere/file.txt"), {}, 1, "/nowhere/file.txt"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("handbook")
def test_bad_input_gets_one_clear_line_and_a_non_zero_exit(
    run: Run, words: tuple[str, ...], settings: dict[str, str], code: int, message: str
) -> None:
    done = run(*words, **settings)
    assert done.returncode == code, done.stderr
    errors = [line for line in done.stderr.splitlines() if message in line]
    assert len(errors) == 1, done.stderr
    assert "Traceback" not in done.stderr


def test_a_chat_goes_on_in_the_terminal_and_its_stages_are_shown(run: Run, answer: dict[str, Any]) -> None:
    done = run("app", "ask", "And how many copies of it are kept?", "--chat", answer["chat"])
    last = run("app", "ask", "Where does the visitor park?", "--chat", "last", "--json")
    unknown = run("app", "ask", "And?", "--chat", "nowhere")

    assert done.returncode == 0, done.stderr
    shown = [line.removeprefix("· ") for line in done.stderr.splitlines()]
    stages = [line for line in shown if line in STAGES.values()]
    searched = [STAGES[stage] for stage in ("rewrite", "retrieve", "rerank", "pack", "generate", "cite")]
    assert list(dict.fromkeys(stages)) == searched  # both readings of a follow-up may be searched
    assert any(line.startswith("searched for: ") and "backup" in line for line in shown)
    assert f"chat {answer['chat']}" in done.stdout
    assert json.loads(last.stdout.splitlines()[-1])["chat"] == answer["chat"]
    assert unknown.returncode == 1
    assert "There is no chat nowhere." in unknown.stderr
    assert run("app", "chats", "show", answer["chat"]).stdout.count("\n## ") == 3
