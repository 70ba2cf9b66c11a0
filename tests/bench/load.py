"""Rows a second into the database: the store against LangChain's add_embeddings, same rows and vectors, same server."""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.commands.console import quiet_libraries
from app.core import database
from app.core.models.embedding import Matrix
from app.core.models.find import build_embedder
from tests.bench.build import CONNECTIONS, create_indexes, drop_search_indexes, load, open_corpus, open_database
from tests.bench.peer import PYTHON, started
from tests.bench.peers import peer_database, rows_folder
from tests.bench.pool import read_pool
from tests.bench.tables import console, new_table

ROWS = 10_000
BY_LANGCHAIN = 2_000  # rows added through LangChain: it writes one row a transaction


def main(arguments: Sequence[str]) -> None:
    """Print the table: without search indexes, which LangChain builds on request only, and with them."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench load", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args(arguments).rows
    quiet_libraries()
    with tempfile.TemporaryDirectory(prefix="foremost-load-") as folder:
        keep = Path(folder)
        keep.chmod(0o755)
        embedder = build_embedder("all-MiniLM-L6-v2", keep)
        corpus = open_corpus(keep, embedder, read_pool(sentences=4_000))
        batches = list(corpus.rows(0, rows))
        rates: dict[str, float] = {}
        for connections in sorted({1, CONNECTIONS}):
            engine = open_database(keep, f"load_{connections}")
            database.migrate(engine, embedding_dimension=embedder.dimension)
            definitions = drop_search_indexes(engine)
            seconds = load(engine, iter(batches), embedder, connections=connections)
            rates[f"store, connections: {connections}"] = rows / seconds
            built = sum(create_indexes(engine, definitions).values())
            rates[f"  with both indexes built afterwards, {connections}"] = rows / (seconds + built)
            engine.dispose()
        engine = open_database(keep, "load_indexed")
        database.migrate(engine, embedding_dimension=embedder.dimension)
        rates["store, into the indexes as they stand"] = rows / load(engine, iter(batches), embedder)
        engine.dispose()
        rates |= _by_langchain(keep, [words for b in batches for words in b.texts], [b.vectors for b in batches])
    _print(rows, rates)


def _by_langchain(keep: Path, texts: list[str], vectors: Sequence[Matrix]) -> dict[str, float]:
    if not PYTHON.is_file():
        console.print("LangChain is left out: make bench-peers installs it.")
        return {}
    folder = rows_folder(keep, "rows", texts, vectors)
    with started("langchain", peer_database(keep, "langchain", "load"), folder) as process:
        process.call("add", first=0, last=100)  # warms up
        _, seconds = process.call("add", first=100, last=100 + BY_LANGCHAIN)
    return {"LangChain add_embeddings, no index": BY_LANGCHAIN / seconds}


def _print(rows: int, rates: dict[str, float]) -> None:
    table = new_table(f"{rows} rows with text and vector", "", "rows a second", "to LangChain")
    base = rates.get("LangChain add_embeddings, no index")
    for name, rate in rates.items():
        table.add_row(name, f"{rate:.0f}", f"{rate / base:.1f} times" if base else "–")
    console.print(table)
