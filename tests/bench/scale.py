"""The hybrid statement as the corpus grows: 10k, 100k, 1M chunks in the embedded server, one table."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import Engine, text

from app.commands.console import quiet_libraries
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.retrieve import HybridRetriever
from app.stages import build_retriever
from tests.bench import legs
from tests.bench.build import Built, built
from tests.bench.clients import concurrently
from tests.bench.corpus import REAL
from tests.bench.folder import kept_or_temporary
from tests.bench.known_vectors import KnownVectors
from tests.bench.pool import read_pool
from tests.bench.recall import exact_neighbours, mean_recall
from tests.bench.tables import console, milliseconds, new_table, percentile
from tests.quality import orders

SIZES = {"tiny": 400, "10k": 10_000, "100k": 100_000, "1M": 1_000_000}
CLIENTS = (1, 4, 16)
SEARCHES = 200  # of each number of clients, and never more than a twentieth of the rows
PAUSE = 0.5  # seconds that unhurried clients wait between two searches
EXPLAINED = 100
COMPARED = 100  # questions whose exact neighbours are looked up
RECALL_AT = 50


@dataclass(slots=True)
class Measured:
    """The figures of a corpus size: row of the table -> cell."""

    built: Built
    cells: dict[str, str] = field(default_factory=dict)
    p50: float = 0.0


def main(arguments: Sequence[str]) -> None:
    """Build what is missing, measure each size, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench scale", description=__doc__)
    parser.add_argument("sizes", nargs="*", choices=[*SIZES, []], default=["10k", "100k"])
    parser.add_argument("--keep", type=Path, help="folder whose corpora are used again, and kept")
    options = parser.parse_args(arguments)
    quiet_libraries()
    with kept_or_temporary(options.keep) as keep:
        embedder = build_embedder("all-MiniLM-L6-v2", keep)
        questions = searches_of(max(SIZES[size] for size in options.sizes))
        known = KnownVectors(embedder, read_pool(questions=questions).questions)
        measured = {size: _measure(keep, SIZES[size], embedder, known) for size in options.sizes}
    _print(measured)


def _measure(keep: Path, rows: int, embedder: Embedder, known: KnownVectors) -> Measured:
    engine, made = built(keep, rows, embedder)
    try:
        measured = Measured(made)
        questions = list(known.vectors)
        retriever = build_retriever(engine, known, load_settings())
        concurrently(retriever.retrieve, questions, clients=1, searches=len(questions))  # warms caches
        _latency(measured, engine, retriever, questions, searches_of(rows))
        compared = questions[:COMPARED]
        exact = exact_neighbours(engine, [known.vectors[question] for question in compared], RECALL_AT)
        search = orders.vector_leg(engine, known, load_settings())
        nearest = [[hit.chunk_id for hit in search(question)[:RECALL_AT]] for question in compared]
        recall = f"{mean_recall(nearest, exact):.4f}"
        measured.cells[f"HNSW recall@{RECALL_AT} against exact, {len(compared)} questions"] = recall
        _sizes(measured, engine)
        return measured
    finally:
        engine.dispose()


def searches_of(rows: int) -> int:
    """Searches that a number of clients runs together over so many rows."""
    return min(SEARCHES, rows // 20)


def _latency(
    measured: Measured, engine: Engine, retriever: HybridRetriever, questions: Sequence[str], searches: int
) -> None:
    cells = measured.cells
    for clients in CLIENTS:
        seconds, rate = concurrently(retriever.retrieve, questions, clients=clients, searches=searches)
        cells[f"hybrid, {_clients_label(clients)}"] = milliseconds(seconds)
        cells[f"  searches a second, {_clients_label(clients)}"] = f"{rate:.0f}"
        if clients == 1:
            measured.p50 = percentile(seconds, 50)
        else:
            cells[f"  p95 against p50 of 1, {_clients_label(clients)}"] = (
                f"{percentile(seconds, 95) / measured.p50:.1f} times"
            )
        plans: list[dict[str, float]] = []
        explain = partial(_explain_into, plans, engine, retriever)
        concurrently(explain, questions, clients=clients, searches=min(EXPLAINED, searches))
        for leg in legs.LEGS:
            cells[f"{leg}, {_clients_label(clients)}"] = milliseconds([plan[leg] for plan in plans if leg in plan])
    seconds, _ = concurrently(retriever.retrieve, questions, clients=16, searches=searches, pause=PAUSE)
    cells[f"hybrid, 16 clients that pause {PAUSE} s"] = milliseconds(seconds)
    few = lambda question: retriever.retrieve(question, collection="few")  # noqa: E731
    cells["hybrid, in a collection of 1 %, 1 client"] = milliseconds(
        concurrently(few, questions, clients=1, searches=searches)[0]
    )


def _explain_into(plans: list[dict[str, float]], engine: Engine, retriever: HybridRetriever, question: str) -> None:
    plans.append(legs.leg_seconds(legs.explained(engine, retriever, question)))


def _clients_label(clients: int) -> str:
    return "1 client" if clients == 1 else f"{clients} clients"


def _sizes(measured: Measured, engine: Engine) -> None:
    cells, made = measured.cells, measured.built
    cells["rows a second through the store"] = f"{made.rows / made.load_seconds:.0f}"
    with engine.connect() as connection:
        for name, seconds in made.index_seconds.items():
            size = connection.scalar(text("SELECT pg_relation_size(CAST(:name AS regclass))"), {"name": name})
            cells[f"{name}: built in s, MiB"] = f"{seconds:.1f}, {size / 2**20:.0f}"
        size = connection.scalar(text("SELECT pg_table_size('chunks')"))
        cells["rows without indexes, MiB"] = f"{size / 2**20:.0f}"
        backend = psutil.Process(connection.scalar(text("SELECT pg_backend_pid()")))
        server = backend.parent()
        assert server is not None
        private, shared = server_memory(server)
    cells["server memory, private / shared, MiB"] = f"{private:.0f} / {shared:.0f}"


def server_memory(server: psutil.Process) -> tuple[float, float]:
    """(MiB that its processes hold alone, MiB that they share), as the system counts them."""
    private, shared = 0, 0
    for process in (server, *server.children(recursive=True)):
        memory = process.memory_full_info()
        private += memory.uss
        shared = max(shared, memory.rss - memory.uss)
    return private / 2**20, shared / 2**20


def _print(measured: dict[str, Measured]) -> None:
    first = next(iter(measured.values()))
    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / 2**30
    console.print(
        f"Text: sentences of {first.built.source}, recombined. Vectors: {REAL} by the model; the others are means of "
        f"their sentences' real vectors (mean cosine to the model's own {first.built.agreement:.3f}) with noise, so "
        f"that neighbours are as near as the model's own. {cores} cores, {memory:.0f} GiB. Milliseconds are p50 / p95."
    )
    table = new_table("hybrid search by size of the corpus", "chunks", *measured)
    for row in dict.fromkeys(name for figures in measured.values() for name in figures.cells):
        table.add_row(row, *(figures.cells.get(row, "–") for figures in measured.values()))
    for size, figures in measured.items():
        if figures is not first:
            empty = [""] * (len(measured) - 1)
            table.add_row(f"p50 at {size} against the smallest", *empty, f"{figures.p50 / first.p50:.1f} times")
    console.print(table)
