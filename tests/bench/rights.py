"""The hybrid statement for a user whose rights come from 20 groups, against the same for the owner of the database."""

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import Engine, create_engine, text

from app.commands.console import quiet_libraries
from app.core import database
from app.core.acting import Actor, acting_as, bind
from app.core.domain import NO_FILTERS, Filters
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.library import Library
from app.retrieve import HybridRetriever
from app.stages import build_retriever
from app.users import Groups, Level, Rights, Role, Users, protect
from ingest.store import Store
from tests.bench.build import CHUNKS, create_indexes, drop_search_indexes, load, open_corpus, open_database
from tests.bench.folder import kept_or_temporary
from tests.bench.known_vectors import KnownVectors
from tests.bench.pool import read_pool, sentences_for
from tests.bench.scale import SIZES
from tests.bench.tables import console, new_table, percentile

COLLECTIONS = 100
GROUPS = 20
CLOSED, OPENED = 100, 20  # documents with an exception
ROUNDS = 3

Context = Callable[[], AbstractContextManager[None]]


def main(arguments: Sequence[str]) -> None:
    """Build the corpus, give the rights, measure in turn, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench rights", description=__doc__)
    parser.add_argument("size", nargs="?", choices=SIZES, default="10k")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--keep", type=Path, help="folder whose corpus is used again, and kept")
    options = parser.parse_args(arguments)
    quiet_libraries()
    with kept_or_temporary(options.keep) as keep:
        embedder = build_embedder("all-MiniLM-L6-v2", keep)
        owner = _built(keep, SIZES[options.size], embedder)
        page = create_engine(owner.url, pool_size=10)
        bind(page)
        try:
            known = KnownVectors(embedder, read_pool(questions=options.questions).questions)
            _measure(owner, page, known, options.size)
        finally:
            page.dispose()
            owner.dispose()


def _built(keep: Path, rows: int, embedder: Embedder) -> Engine:
    """The corpus in 100 collections, with its users; built once for a folder."""
    engine = open_database(keep, f"rights_{rows}")
    record = keep / f"rights-{rows}"
    if record.is_file():
        database.migrate(engine, embedding_dimension=embedder.dimension)
        protect(engine)
        return engine
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))  # remains of an interrupted run
        connection.execute(text("CREATE SCHEMA public"))
    database.migrate(engine, embedding_dimension=embedder.dimension)
    corpus = open_corpus(keep, embedder, read_pool(sentences=sentences_for(rows)))
    definitions = drop_search_indexes(engine)
    collections = min(COLLECTIONS, rows // CHUNKS)
    load(engine, corpus.rows(0, rows), embedder, collection=lambda number: f"c{number % collections:03}")
    create_indexes(engine, definitions)
    Store(engine, chunker_version="bench").refresh_statistics(always=True)
    _give_rights(engine, collections)
    record.touch()
    return engine


def _give_rights(engine: Engine, collections: int) -> None:
    """`half` reads every other collection, `whole` all of them, each through 20 groups; both with exceptions."""
    users, groups, rights = Users(engine), Groups(engine), Rights(engine)
    for name, role in (("root", Role.ADMIN), ("half", Role.READER), ("whole", Role.READER)):
        users.add(name, "long enough", role=role)
    for user, step in (("half", 2), ("whole", 1)):
        for number in range(GROUPS):
            groups.add(f"{user}-{number}")
            groups.join(f"{user}-{number}", user)
        for number in range(0, collections, step):
            for group in (number % GROUPS, (number + 7) % GROUPS):
                rights.set(f"c{number:03}", Level.READ, group=f"{user}-{group}")
        with engine.begin() as connection:
            rows = connection.execute(
                text("SELECT c.name, d.id FROM documents d JOIN collections c ON c.id = d.collection_id ORDER BY d.id")
            ).all()
        for index, row in enumerate(rows[: CLOSED + OPENED]):
            level = Level.NONE if index < CLOSED else Level.READ
            rights.set(row.name, level, group=f"{user}-{index % GROUPS}", document=str(row.id))
    protect(engine)


def _measure(owner: Engine, page: Engine, known: KnownVectors, size: str) -> None:
    """Every question in each way, one after the other, so that what else the machine does hits all alike."""
    names = Library(owner).collections()
    half = Filters(collections=names[::2])
    of_owner, of_page = (build_retriever(engine, known, load_settings()) for engine in (owner, page))
    ways: dict[str, tuple[HybridRetriever, Context, Filters]] = {
        "owner, no row-level security": (of_owner, nullcontext, NO_FILTERS),
        "user who reads all": (of_page, partial(acting_as, Actor("whole")), NO_FILTERS),
        "administrator": (of_page, partial(acting_as, Actor("root")), NO_FILTERS),
        "owner, filter: half of the collections": (of_owner, nullcontext, half),
        "user who reads half": (of_page, partial(acting_as, Actor("half")), NO_FILTERS),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for round_number in range(ROUNDS + 1):  # the first warms caches
        for question in known.vectors:
            for way, (retriever, context, filters) in ways.items():
                started = time.perf_counter()
                with context():
                    retriever.retrieve(question, filters=filters)
                if round_number:
                    seconds[way].append(time.perf_counter() - started)
    _print(seconds, size)


def _print(seconds: dict[str, list[float]], size: str) -> None:
    base = percentile(seconds["owner, no row-level security"], 50)
    table = new_table(f"hybrid statement, {size} passages, {COLLECTIONS} collections, {GROUPS} groups", "who", "p50 ms",
                      "p95 ms", "p50 against the owner's")  # fmt: skip
    for way, measured in seconds.items():
        p50 = percentile(measured, 50)
        table.add_row(way, f"{p50 * 1000:.1f}", f"{percentile(measured, 95) * 1000:.1f}", f"{p50 / base:.2f}")
    console.print(table)
    console.print(f"{CLOSED} documents closed and {OPENED} opened by exceptions; {psutil.cpu_count()} cores.")
