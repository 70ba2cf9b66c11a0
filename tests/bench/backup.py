"""Seconds of a backup, of its verification and of a restore in place of the database, by size of the corpus."""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from sqlalchemy import Engine

from app.backup.backup import backup
from app.backup.restore import restore
from app.commands.console import quiet_libraries
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.stages import build_retriever
from tests.bench.build import built
from tests.bench.folder import kept_or_temporary
from tests.bench.scale import SIZES
from tests.bench.tables import console, new_table

_EVERY_VECTOR = 2**31 - 1  # as the command has it: more chunks than any corpus


def main(arguments: Sequence[str]) -> None:
    """Build the corpus where it is missing, then one backup and two restores of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench backup", description=__doc__)
    parser.add_argument("size", nargs="?", choices=SIZES, default="10k")
    parser.add_argument("--keep", type=Path, help="folder whose corpus is used again, and kept")
    options = parser.parse_args(arguments)
    quiet_libraries()
    with kept_or_temporary(options.keep) as keep, TemporaryDirectory(dir=keep) as folder:
        embedder = build_embedder("all-MiniLM-L6-v2", keep)
        engine, _ = built(keep, SIZES[options.size], embedder)
        file = Path(folder) / "foremost.backup"

        def retrieving(other: Engine) -> Any:
            return build_retriever(other, embedder, load_settings(), exact_below=_EVERY_VECTOR)

        def restored(**how: bool) -> None:
            found = restore(engine, file, retrieving=retrieving, report=lambda _: None, **how)
            assert not found.problems, found.problems

        try:
            steps: dict[str, Callable[[], Any]] = {
                "backup": lambda: backup(engine, file, retrieving=retrieving, settings={}, models=keep / "models"),
                "restore --verify": lambda: restored(verify_only=True, replace=False),
                "restore --replace": lambda: restored(verify_only=False, replace=True),
            }
            seconds = {name: _timed(step) for name, step in steps.items()}
            _print(options.size, seconds, file.stat().st_size)
        finally:
            engine.dispose()


def _timed(step: Callable[[], Any]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _print(size: str, seconds: dict[str, float], file_bytes: int) -> None:
    table = new_table(f"backup of {size} passages, {file_bytes / 2**20:.1f} MiB", "step", "seconds")
    for name, value in seconds.items():
        table.add_row(name, f"{value:.1f}")
    console.print(table)
    console.print(f"{psutil.cpu_count()} cores; every restore compares all rows and the ranks of ten questions.")
