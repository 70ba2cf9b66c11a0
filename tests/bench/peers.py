"""Hybrid search of other libraries on the same rows, server, vectors and questions, in one run.

Needs `make bench-peers` once. Speed is that of a corpus of made chunks; quality that of the development sets.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, text

from app.commands.console import quiet_libraries
from app.core import database
from app.core.models.embedding import Embedder, Matrix
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.stages import build_retriever
from tests.bench.build import built, open_corpus, open_database
from tests.bench.known_vectors import KnownVectors
from tests.bench.peer import PEERS, PYTHON, PeerProcess, started
from tests.bench.pool import read_pool, sentences_for
from tests.bench.scale import SIZES
from tests.bench.tables import console, milliseconds, new_table, percentile, seconds_of
from tests.quality import orders, sets
from tests.quality.measures import MEASURES, means

LIMIT = 50  # results of each search
SLOW = 20  # searches of a peer whose median is above PATIENCE
PATIENCE = 1.0  # seconds
SETTINGS: dict[str, int | None] = {"default": None, "ef_search 200": 200}


def main(arguments: Sequence[str]) -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench peers", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=["speed", "quality", []], default=["speed", "quality"])
    parser.add_argument("--size", choices=SIZES, default="100k")
    parser.add_argument("--keep", type=Path, required=True, help="folder whose corpora are used again, and kept")
    parser.add_argument("--peers", default=",".join(PEERS), help=f"some of {','.join(PEERS)}")
    parser.add_argument("--questions", type=int, default=50, help="of each development set")
    options = parser.parse_args(arguments)
    if not PYTHON.is_file():
        raise SystemExit("The peers are not installed. Run: make bench-peers")
    quiet_libraries()
    options.keep.mkdir(parents=True, exist_ok=True)
    options.keep.chmod(0o755)
    embedder = build_embedder("all-MiniLM-L6-v2", options.keep)
    peers = options.peers.split(",")
    if "speed" in options.parts:
        speed(options.keep, SIZES[options.size], embedder, peers)
    if "quality" in options.parts:
        quality(options.keep, embedder, peers, options.questions)


def speed(keep: Path, rows: int, embedder: Embedder, peers: Sequence[str]) -> None:
    """Latency of a hybrid search, question by question in turn."""
    engine, _ = built(keep, rows, embedder)
    known = KnownVectors(embedder, read_pool().questions)
    batches = list(open_corpus(keep, embedder, read_pool(sentences=sentences_for(rows))).rows(0, rows))
    texts = [words for batch in batches for words in batch.texts]
    folder = rows_folder(keep, f"rows-{rows}", texts, [batch.vectors for batch in batches])
    retriever = build_retriever(engine, known, load_settings())
    searches: dict[str, Callable[[str], float]] = {
        "Foremost": lambda question: seconds_of([lambda: retriever.retrieve(question)])[0]
    }
    with ExitStack() as open_peers:
        for name in peers:
            process = open_peers.enter_context(started(name, peer_database(keep, name, rows), folder))
            _prepare(process, name, keep, rows)
            for label, ef_search in SETTINGS.items() if name != "raglite" else [("default", None)]:
                searches[f"{PEERS[name]}, {label}"] = _timed(process, known, ef_search)
        measured = _in_turn(searches, list(known.vectors))
    ours = percentile(measured["Foremost"], 50)
    table = new_table(f"hybrid search of {rows} chunks, {LIMIT} results", "", "p50 / p95 ms", "p50 to ours", "searches")
    for name, seconds in measured.items():
        table.add_row(name, milliseconds(seconds), f"{percentile(seconds, 50) / ours:.1f}", str(len(seconds)))
    console.print(table)
    engine.dispose()


def _in_turn(searches: dict[str, Callable[[str], float]], questions: Sequence[str]) -> dict[str, list[float]]:
    """Seconds of each search; the first round, which warms caches, is left out."""
    measured: dict[str, list[float]] = {name: [] for name in searches}
    for number, question in enumerate([*questions[:10], *questions]):
        for name, search in searches.items():
            slow = len(measured[name]) >= SLOW and percentile(measured[name], 50) > PATIENCE
            if not slow:
                seconds = search(question)
                if number >= len(questions[:10]):
                    measured[name].append(seconds)
    return measured


def _timed(process: PeerProcess, known: KnownVectors, ef_search: int | None) -> Callable[[str], float]:
    def search(question: str) -> float:
        vector = known.vectors[question].tolist()
        return process.call("search", question=question, vector=vector, limit=LIMIT, ef_search=ef_search)[1]

    return search


def peer_database(keep: Path, name: str, rows: int | str) -> Engine:
    """A database of its own for a peer."""
    engine = open_database(keep, f"peer_{name}_{rows}")
    with engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    return engine


def _prepare(process: PeerProcess, name: str, keep: Path, rows: int) -> None:
    """Fill the peer's table and build its indexes, once for a folder."""
    done = keep / f"peer-{name}-{rows}.done"
    if not done.is_file():
        console.print(f"{PEERS[name]}: filling and indexing {rows} rows")
        process.call("fill", first=0, last=rows)
        process.call("index")
        done.touch()


# ------------------------------------------------------------------------------------------------------------ quality


def quality(keep: Path, embedder: Embedder, peers: Sequence[str], questions: int) -> None:
    """Recall and order on the development sets."""
    collected: dict[str, dict[str, dict[str, float]]] = {}  # set -> system -> measure -> value
    for name in sets.NAMES:
        collected[name] = _quality_of(keep, name, embedder, peers, questions)
    for measure in map(str, MEASURES[:2]):
        table = new_table(f"{measure} of the development sets", "", *(name.split("_")[0] for name in collected), "mean")
        for system in next(iter(collected.values())):
            values = [collected[name][system][measure] for name in collected]
            table.add_row(system, *(f"{100 * value:.1f}" for value in values), f"{100 * np.mean(values):.1f}")
        console.print(table)


def _quality_of(
    keep: Path, name: str, embedder: Embedder, peers: Sequence[str], questions: int
) -> dict[str, dict[str, float]]:
    data = sets.load(name, questions=questions)
    engine = open_database(keep, f"quality_{name}")
    database.migrate(engine, embedding_dimension=embedder.dimension)
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT count(*) FROM chunks")):
            sets.ingest(name, engine, embedder)
    rows = orders.stored_rows(engine)
    with engine.connect() as connection:
        vectors = connection.scalars(text("SELECT CAST(embedding AS text) FROM chunks ORDER BY id")).all()
    known = KnownVectors(embedder, list(data.questions.values()))
    matrix = np.array([json.loads(vector) for vector in vectors], np.float32)
    folder = rows_folder(keep, f"rows-{name}", [row.words for row in rows], [matrix])
    s = load_settings()
    systems: dict[str, orders.Search] = {
        "Foremost": orders.fused(engine, known, s),
        "vector leg alone": orders.vector_leg(engine, known, s),
        "text leg alone": orders.text_leg(engine, known, s),
        **orders.by_bm25s(rows, list(known.vectors), limit=LIMIT),
    }
    judged = {key: data.judgements(key, rows) for key in data.questions}
    scores = {}
    with ExitStack() as open_peers:
        for peer in peers:
            peer_engine = peer_database(keep, peer, name)
            process = open_peers.enter_context(started(peer, peer_engine, folder))
            _prepare_set(process, peer, keep, name, len(rows))
            systems[f"{PEERS[peer]}, ef_search 200"] = _ranked_rows(process, known, rows)
        for system, search in systems.items():
            ranked = {key: search(question) for key, question in data.questions.items()}
            scores[system] = means(data, judged, ranked)
    engine.dispose()
    return scores


def _ranked_rows(process: PeerProcess, known: KnownVectors, rows: Sequence[orders.Row]) -> orders.Search:
    def search(question: str) -> list[orders.Row]:
        vector = known.vectors[question].tolist()
        return [
            rows[index]
            for index in process.call("search", question=question, vector=vector, limit=LIMIT, ef_search=200)[0]
        ]

    return search


def _prepare_set(process: PeerProcess, peer: str, keep: Path, name: str, rows: int) -> None:
    done = keep / f"peer-{peer}-{name}.done"
    if not done.is_file():
        process.call("fill", first=0, last=rows)
        process.call("index")
        done.touch()


def rows_folder(keep: Path, name: str, texts: Sequence[str], vectors: Sequence[Matrix]) -> Path:
    """The folder from which a peer's process reads its rows."""
    folder = keep / name
    folder.mkdir(exist_ok=True)
    (folder / "rows.jsonl").write_text("".join(json.dumps(words) + "\n" for words in texts), "utf-8")
    np.save(folder / "vectors.npy", np.concatenate(vectors))
    return folder
