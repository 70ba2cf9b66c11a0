"""Files to passages: speed against LangChain, two workers against one, memory, a run that changes nothing."""

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine, text

from app.core import database
from app.core.models.find import build_embedder, embedding_folder
from tests.bench import made_corpus
from tests.bench.build import open_database
from tests.bench.peer import PYTHON, ROOT
from tests.bench.pool import read_pool
from tests.bench.tables import console, new_table

MODEL = "all-MiniLM-L6-v2"
FLAT = 0.10  # memory may move by this share over the later nine tenths of a run
PARTS = ("throughput", "workers", "notes")
_LOOK_SECONDS = 0.25
_SPAN = "SELECT extract(epoch FROM max(ingested_at) - min(ingested_at)) FROM documents"
_LOADING_SHARE = """
    SELECT sum(CAST(value AS float)) FILTER (WHERE stage.name = 'load') / sum(CAST(value AS float))
    FROM documents, jsonb_each_text(timings) AS stage (name, value)
"""


def main(arguments: Sequence[str] = ()) -> None:
    """Measure the parts named, all by default, and print a table for each."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench ingestion", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--files", type=int, default=240, help="of the mixed shelf that LangChain ingests too")
    parser.add_argument("--plans", type=int, default=80, help="PDFs that take long to load, for one and two workers")
    parser.add_argument(
        "--notes", type=int, default=20_000, help="small files for memory and the run that changes nothing"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="foremost-ingestion-") as name:
        bench = Bench(Path(name))
        if "throughput" in options.parts:
            throughput(bench, options.files)
        if "workers" in options.parts:
            workers(bench, options.plans)
        if "notes" in options.parts:
            many_notes(bench, options.notes)
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")


@dataclass
class Bench:
    """A data directory with its server and model, and commands that run in it."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.chmod(0o755)  # the embedded server runs as a user of its own
        build_embedder(MODEL, self.folder)  # built for this CPU before anything is timed

    def database(self, name: str) -> Engine:
        """A fresh database, migrated."""
        engine = open_database(self.folder, name)
        database.migrate(engine, embedding_dimension=384)
        return engine

    def files(self, name: str) -> Path:
        """An empty folder for files."""
        folder = self.folder / "files" / name
        folder.mkdir(parents=True)
        return folder

    def start(self, engine: Engine, *arguments: str) -> "subprocess.Popen[bytes]":
        """`python -m ingest …` on this database."""
        environment = os.environ | {"DATABASE_URL": url_of(engine), "FOREMOST_DATA_DIR": str(self.folder)}
        command = [sys.executable, "-m", "ingest", *arguments]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=quiet, stderr=quiet)

    def ingest(self, engine: Engine, *arguments: str) -> float:
        """Seconds of a whole run, start of the process included."""
        started = time.perf_counter()
        if self.start(engine, *arguments).wait() != 0:
            raise RuntimeError(f"python -m ingest {' '.join(arguments)} failed")
        return time.perf_counter() - started


def url_of(engine: Engine) -> str:
    """For the environment of a process."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def count(engine: Engine, query: str) -> Any:
    """A single value."""
    with engine.connect() as connection:
        return connection.execute(text(query)).scalar_one()


# --------------------------------------------------------------------------------------------------------- throughput


def throughput(bench: Bench, files: int) -> None:
    """The mixed shelf, end to end. Compared is the time without imports and models, which both need only once."""
    folder = bench.files("mixed")
    characters = made_corpus.mixed(folder, read_pool(), files=files)
    table = new_table(
        f"{files} files (md, txt, html, pdf, docx), {characters / 1e6:.2f} million characters to searchable passages",
        "", "seconds", "of them loading", "files a second", "passages", "characters embedded", "times as long",
    )  # fmt: skip
    engine = bench.database("ours")
    ours = bench.ingest(engine, str(folder))
    load = count(engine, "SELECT sum(CAST(timings ->> 'load' AS float)) FROM documents")
    embedded = count(engine, "SELECT sum(length(text)) FROM chunks")
    passages = count(engine, "SELECT count(*) FROM chunks")
    span = float(count(engine, _SPAN)) * files / (files - 1)  # the first document's own time is in no span
    add = _adder(table, span, files)
    figures = {"load": load, "chunks": passages, "characters": embedded}
    add("Foremost, first to last document", figures | {"seconds": span})
    add("Foremost, start of the process included", figures | {"seconds": ours})
    torch, onnx = str(embedding_folder(MODEL, bench.folder)), f"onnx:{bench.folder}"
    for number, (name, model, size, overlap) in enumerate((
        ("LangChain, sentence-transformers, 1000/200", torch, 1000, 200),
        ("LangChain, our int8 ONNX model, 1000/200", onnx, 1000, 200),
        ("LangChain, our int8 ONNX model, 800/0", onnx, 800, 0),
    )):  # fmt: skip
        add(name, langchain(bench.database(f"langchain_{number}"), folder, model, size, overlap))
    console.print(table)


def _adder(table: Any, ours: float, files: int) -> Any:
    def add(name: str, figures: Mapping[str, float]) -> None:
        seconds = figures["seconds"]
        table.add_row(
            name, f"{seconds:.1f}", f"{figures['load']:.1f}", f"{files / seconds:.1f}", f"{figures['chunks']:.0f}",
            f"{figures['characters'] / 1e6:.2f} M", f"{seconds / ours:.2f}",
        )  # fmt: skip

    return add


def langchain(engine: Engine, folder: Path, model: str, size: int, overlap: int) -> Mapping[str, float]:
    """Seconds and counts that langchain_ingest.py reports."""
    address = url_of(engine).replace("postgresql://", "postgresql+psycopg://")
    script = Path(__file__).with_name("langchain_ingest.py")
    packages = [str(ROOT), sysconfig.get_path("purelib")]
    command = [str(PYTHON), str(script), str(folder), address, model, str(size), str(overlap), *packages]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"HF_HUB_OFFLINE": "1"}
    )
    if done.returncode != 0:
        raise RuntimeError("\n".join(done.stderr.splitlines()[-3:]))
    figures: Mapping[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


# ------------------------------------------------------------------------------------------------------------ workers


def workers(bench: Bench, files: int) -> None:
    """The same queue processed by one worker, then by two, each with one file at a time."""
    folder = bench.files("plans")
    made_corpus.drawings(folder, read_pool(), files=files)
    table = new_table(f"{files} PDFs of 100,000 strokes: loading dominates", "workers", "files a second", "times one")
    rates: list[float] = []
    for number in (1, 2):
        engine = bench.database(f"workers_{number}")
        bench.ingest(engine, str(folder), "--detach")
        running = [bench.start(engine, "worker", "--concurrency", "1") for _ in range(number)]
        try:
            while count(engine, "SELECT count(*) FROM documents WHERE sha256 IS NOT NULL") < files:
                time.sleep(_LOOK_SECONDS)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()
        # from the first document to the last: starting a worker is not what is compared
        span = count(engine, _SPAN)
        rates.append((files - 1) / float(span))
        table.add_row(str(number), f"{rates[-1]:.2f}", f"{rates[-1] / rates[0]:.2f}")
    share = count(engine, _LOADING_SHARE)
    console.print(table)
    console.print(f"loading is {share:.0%} of the time of a document")


# -------------------------------------------------------------------------------------------------------------- notes


def many_notes(bench: Bench, files: int) -> None:
    """Very many small files: resident memory during the run, then the same run again."""
    folder = bench.files("notes")
    made_corpus.notes(folder, read_pool(), files=files)
    engine = bench.database("notes")
    started = time.perf_counter()
    process, sizes = bench.start(engine, str(folder)), []
    while process.poll() is None:
        sizes.append((count(engine, "SELECT count(*) FROM documents"), _resident(process.pid)))
        time.sleep(_LOOK_SECONDS)
    first = time.perf_counter() - started
    again = bench.ingest(engine, str(folder))
    later = [size for done, size in sizes if files / 10 <= done < files]
    table = new_table(f"{files} notes of one passage", "", "figure")
    table.add_row("first run", f"{first:.1f} s, {files / first:.0f} files a second")
    table.add_row("the same again", f"{again:.2f} s, 1/{first / again:.0f} of it")
    spread = (max(later) - min(later)) / (max(later) + min(later))
    verdict = "flat" if spread <= FLAT else "not flat"
    span = f"{min(later):.0f}–{max(later):.0f} MiB from a tenth on (± {spread:.0%}: {verdict})"
    table.add_row("memory, all its processes", span)
    console.print(table)


def _resident(pid: int) -> float:
    """MiB of a process and its children."""
    try:
        process = psutil.Process(pid)
        processes = (process, *process.children(recursive=True))
        return sum(running.memory_info().rss for running in processes) / 2**20
    except psutil.Error:
        return 0.0
