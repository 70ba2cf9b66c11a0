"""`python -m app models`: the list, fetching from a hub that the test runs, and using a reranker if it is better."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.errors import ModelError
from app.core.models.hub import pull
from app.core.models.known import known_models, role_of
from tests.support.hub import hub_of

Run = Callable[..., subprocess.CompletedProcess[str]]
NAME = "someone/tiny-reranker"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A hub with one reranker, and with a form of it that is not to be fetched."""
    folder = tmp_path_factory.mktemp("hub")
    model = folder / NAME
    (model / "onnx").mkdir(parents=True)
    (model / "config.json").write_text(json.dumps({"architectures": ["BertForSequenceClassification"]}))
    (model / "model.safetensors").write_bytes(b"weights" * 1000)
    (model / "onnx" / "model.onnx").write_bytes(b"other form")
    with hub_of(folder) as address:
        yield address


@pytest.fixture(scope="module")
def run(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run `python -m app models …` with a data directory and a hub's cache of its own."""
    home = tmp_path_factory.mktemp("home")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOREMOST_")}
    environment |= {"FOREMOST_DATA_DIR": str(data_dir), "FOREMOST_CHAT_BACKEND": "embedded", "HF_HUB_OFFLINE": "1"}
    environment |= {"HF_HOME": str(home), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    environment.pop("DATABASE_URL", None)

    def command(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", *words], capture_output=True, text=True, check=False,
            env=environment | more, timeout=300,
        )  # fmt: skip

    return command


def test_the_list_names_what_is_in_use_and_what_is_known(run: Run) -> None:
    done = run("models")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("In use: all-MiniLM-L6-v2 (embedding), auto (reranker)")
    assert "cross-encoder/ms-marco-MiniLM-L6-v2" in done.stdout
    assert "74.30 nDCG@10" in done.stdout
    assert "late interaction" in done.stderr
    rows = json.loads(run("models", "--json").stdout)
    assert {row["name"]: row["state"] for row in rows}["all-MiniLM-L6-v2"] == "in use"


def test_a_pulled_model_is_present_afterwards_without_a_network(run: Run, hub: str) -> None:
    missing = run("models", "use", NAME)
    assert missing.returncode != 0
    assert f"python -m app models pull {NAME}" in missing.stderr
    done = run("models", "pull", NAME, HF_ENDPOINT=hub)
    assert done.returncode == 0, done.stderr
    assert f"{NAME} is present: 0.0 MB" in done.stdout
    assert "models use someone/tiny-reranker --if-better" in done.stderr
    folder = Path(done.stdout.split(" in ", 1)[1].replace("\n", ""))
    assert (folder / "model.safetensors").read_bytes() == b"weights" * 1000
    assert not (folder / "onnx").exists()
    found = run("models", "pull", NAME, HF_ENDPOINT="http://127.0.0.1:9")
    assert found.returncode == 0, found.stderr  # from the cache


def test_a_model_that_no_hub_has_is_one_line(run: Run, hub: str) -> None:
    done = run("models", "pull", "someone/else", HF_ENDPOINT=hub)
    assert done.returncode != 0
    assert done.stderr.count("Error: The model someone/else") == 1
    assert "Traceback" not in done.stderr
    with pytest.raises(ModelError, match="plain is no name of the hub"):
        pull("plain")


def test_the_hub_is_asked_only_on_request(run: Run, hub: str) -> None:
    rows = json.loads(run("models", "--hub", "--json", HF_ENDPOINT=hub).stdout)
    assert {row["state"] for row in rows if not row["built_in"]} == {"not on this hub"}
    unreachable = run("models", "--hub", HF_ENDPOINT="http://127.0.0.1:9")
    assert unreachable.returncode != 0
    assert "No hub answers at http://127.0.0.1:9" in unreachable.stderr


def test_every_known_model_is_complete() -> None:
    for model in known_models():
        assert model.licence
        assert model.languages
        assert model.mb > 0
        assert model.source
        assert role_of(model.name, None) == model.kind
