"""Every target of the Makefile calls something that exists: its commands are parsed, the cheap ones run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = sorted(set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)))
MAKE = shutil.which("make") or "make"
WITHOUT_COMMANDS = {"setup", "setup-dev"}  # they only install
SHELL_ONLY = {"help", "clean"}


def make(*arguments: str, venv: Path) -> str:
    done = subprocess.run(
        [MAKE, "--no-print-directory", *arguments, f"VENV={venv}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What make takes for its finished virtual environment: nothing in it is older than pyproject.toml."""
    folder = tmp_path_factory.mktemp("venv")
    for name in (".installed", ".installed-dev"):
        (folder / name).touch()
    return folder


def commands(target: str, venv: Path) -> list[list[str]]:
    """Words of each command that a target runs from the virtual environment."""
    lines = make("--dry-run", target, venv=venv).replace("\\\n", " ").splitlines()
    words = [shlex.split(line) for line in lines if line.startswith(f"{venv}/bin/")]
    return [[word.removeprefix(f"{venv}/bin/") for word in command] for command in words]


def test_help_lists_every_target_that_has_a_description(venv: Path) -> None:
    listed = {line.split()[0] for line in make("help", venv=venv).splitlines()}
    described = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))
    assert listed == described
    assert {"chat", "test", "check", "lock", "bench"} <= listed


def test_every_target_is_phony() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert sorted(phony.split()) == TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_every_command_of_a_target_exists_with_its_options(target: str, venv: Path) -> None:
    found = commands(target, venv)
    assert bool(found) == (target not in WITHOUT_COMMANDS | SHELL_ONLY)
    for program, *words in found:
        command = [str(Path(sys.executable).with_name(program)), *words]
        done = subprocess.run([*command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        for option in (word.split("=")[0] for word in words if word.startswith("--")):
            assert option in done.stdout, f"{command} knows no {option}"
        for path in (word for word in words if word.startswith("tests/")):
            assert (ROOT / path).exists(), path


def test_clean_removes_no_data(venv: Path) -> None:
    removed = make("--dry-run", "clean", venv=venv)
    assert str(venv) in removed
    assert ".data" not in removed
    assert ".env" not in removed.split()


@pytest.fixture
def bench_folder(data_dir: Path) -> Iterator[Path]:
    """A data folder with a database of its own and the models of this run of the tests."""
    with tempfile.TemporaryDirectory(prefix="foremost-tests-", ignore_cleanup_errors=True) as name:
        (Path(name) / "models").symlink_to(data_dir / "models")
        yield Path(name)


@pytest.mark.usefixtures("embedder")  # its model is built once, for the bench too
def test_the_bench_runs_on_a_tiny_corpus(bench_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--tiny", "--keep", str(bench_folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for table in ("stages of a search", "reranking 50 candidates", "answers by", "embedding", "hybrid search by size"):
        assert table in done.stdout
    assert "HNSW recall@50" in done.stdout
