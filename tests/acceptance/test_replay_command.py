"""A stored answer once more, with the real models: the same bytes, until something changes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

WORDS = "# Night watch\n\nThe night watch begins at 21:40 on the north pier. It is led by Ole Brandt.\n"
QUESTION = "When does the night watch begin?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "watch.md").write_text(WORDS, "utf-8")
    return tmp_path


def test_an_answer_is_the_same_until_a_stage_changes_which_is_named_first(data_dir: Path, folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOREMOST_")}
    environment |= {"FOREMOST_DATA_DIR": str(data_dir), "FOREMOST_CHAT_BACKEND": "embedded", "HF_HUB_OFFLINE": "1"}
    environment.pop("DATABASE_URL", None)

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment | more, timeout=300)

    def replayed(**more: str) -> Any:
        done = run("app", "replay", answer["id"][:8], "--json", **more)
        assert done.stdout, done.stderr
        result = json.loads(done.stdout)
        assert done.returncode == (0 if result["same"] else 1)
        return result

    def ingest() -> None:
        done = run("ingest", str(folder), "--collection", "watch")
        assert done.returncode == 0, done.stderr

    ingest()
    asked = run("app", "ask", QUESTION, "--collection", "watch", "--json")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout.splitlines()[-1])  # the lines before are stages and pieces
    assert replayed() == {"answer": answer["id"], "same": True, "changed": [], "text": answer["answer"]}
    shown = run("app", "replay", answer["id"], FOREMOST_PASSAGES="1", FOREMOST_SEED="99", FOREMOST_RERANKER="none")
    assert "The same at every stage" in shown.stdout
    assert json.loads(run("app", "show", "last", "--json").stdout)["id"] == answer["id"]  # nothing was stored

    (folder / "other.md").write_text("# Day watch\n\nThe day watch begins at 09:00.\n", "utf-8")
    ingest()
    changed = replayed()["changed"]
    assert (changed[0]["stage"], changed[0]["detail"]) == ("retrieval", "1 candidates are new, 0 are missing")

    (folder / "other.md").unlink()
    (folder / "watch.md").write_text(WORDS.replace("21:40", "22:15"), "utf-8")
    ingest()
    changed = replayed()["changed"]
    assert (changed[0]["stage"], changed[0]["detail"]) == ("documents", "watch.md changed")
    assert "retrieval" in [one["stage"] for one in changed]
