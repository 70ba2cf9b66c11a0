"""Backup, loss and restore of the embedded server by the commands, as a person on one machine does it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def own_data() -> Iterator[Path]:
    """A data directory with a server of its own; its user must be able to enter it."""
    with tempfile.TemporaryDirectory(prefix="foremost-backup-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_lost_database_comes_back(own_data: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOREMOST_")}
    environment |= {"FOREMOST_DATA_DIR": str(own_data / "first"), "HF_HUB_OFFLINE": "1"}
    environment.pop("DATABASE_URL", None)

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment | more, timeout=300)

    (own_data / "first").mkdir(mode=0o755)
    (own_data / "second").mkdir(mode=0o755)
    second = {"FOREMOST_DATA_DIR": str(own_data / "second")}
    file = str(tmp_path / "all.backup")
    (tmp_path / "watch.md").write_text("# Night watch\n\nThe night watch begins at 21:40.\n", "utf-8")
    assert run("ingest", str(tmp_path / "watch.md")).returncode == 0

    made = run("app", "backup", file)
    assert made.returncode == 0, made.stderr
    assert "1 documents, 1 passages, 0 answers" in made.stdout
    verified = run("app", "restore", file, "--verify")
    assert "same ranks for 1 questions" in verified.stdout, verified.stderr
    refused = run("app", "restore", file)
    assert refused.returncode == 1
    assert "--replace" in refused.stderr

    restored = run("app", "restore", file, **second)
    assert restored.stdout.startswith("Restored: "), restored.stderr
    found = run("app", "search", "night watch", **second)
    assert "21:40" in found.stdout, found.stderr
    original = run("app", "restore", file, "--replace", **second)
    assert original.returncode == 0, original.stderr
