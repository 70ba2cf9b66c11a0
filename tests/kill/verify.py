"""Checks of the corpus: while it changes, and when the queue is empty."""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.acting import Actor, acting_as, acting_as_owner
from app.core.errors import AppError
from app.core.settings import Settings
from app.stages import build_retriever
from tests.kill.corpus import MARK, text_of
from tests.support.fake_embedder import FakeEmbedder

READER = "anna"  # for whom is searched
_WHOLE = text(  # one statement sees one moment
    "SELECT d.source_uri, d.status, d.error, d.text AS document, d.chunk_count, "
    "array_agg(c.text ORDER BY c.ordinal) FILTER (WHERE c.id IS NOT NULL) AS chunks, "
    "array_agg(c.ordinal ORDER BY c.ordinal) FILTER (WHERE c.id IS NOT NULL) AS ordinals "
    "FROM documents AS d LEFT JOIN chunks AS c ON c.document_id = d.id GROUP BY d.id"
)


def marks_of(texts: Sequence[str]) -> set[tuple[str, str]]:
    """Every (document, version) named in the texts; a text that names none counts as ("?", "?")."""
    marks: set[tuple[str, str]] = set()
    for item in texts:
        marks |= set(MARK.findall(item)) or {("?", "?")}
    return marks


def mixtures(engine: Engine, given_up: set[str] | None = None) -> list[str]:
    """Documents that are not exactly one version.

    A document that failed and of which nothing is stored is correct too; its error is added to given_up.
    """
    with engine.connect() as connection:
        rows = connection.execute(_WHOLE).all()
    wrong = []
    for row in rows:
        chunks = row.chunks or []
        if row.status == "failed" and given_up is not None and not (chunks or row.document):
            given_up.add(f"{row.source_uri}: {row.error}")
            continue
        marks = marks_of([*chunks, row.document])
        if len(marks) != 1:
            wrong.append(f"{row.source_uri} names {sorted(marks)}")
        elif len(chunks) != row.chunk_count or row.ordinals != list(range(len(chunks))):
            wrong.append(f"{row.source_uri} has chunks {row.ordinals} of {row.chunk_count}")
    return wrong


@dataclass(eq=False)
class Searches(threading.Thread):
    """Searches without pause as a reader, and checks that the hits of a document never mix two versions.

    Documents of the folder `hidden` are closed to the reader by exceptions, at every address: none may be a hit.
    """

    engine: Engine
    seed: int
    searches: int = 0
    hits: int = 0
    snapshots: int = 0
    interrupted: int = 0  # the server was away
    mixed: list[str] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)  # documents that were marked as failed meanwhile, and why
    keys: int = 100
    hidden: Path = field(kw_only=True)
    leaked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._ending = threading.Event()

    def run(self) -> None:
        with acting_as(Actor(READER)):
            self._search()

    def _search(self) -> None:
        retriever = build_retriever(self.engine, FakeEmbedder(), Settings())
        dice = random.Random(self.seed)
        while not self._ending.is_set():
            try:
                retrieval = retriever.retrieve(f"What does report k{dice.randrange(self.keys)} say?", collection="kill")
                self.searches += 1
                self.hits += len(retrieval.hits)
                self._check([(hit.source_uri, hit.text) for hit in retrieval.hits])
                if self.searches % 10 == 0:
                    with acting_as_owner():
                        self.mixed += mixtures(self.engine, self.given_up)
                    self.snapshots += 1
            except (AppError, SQLAlchemyError):
                self.interrupted += 1
                time.sleep(0.05)

    def _check(self, hits: Sequence[tuple[str, str]]) -> None:
        texts: dict[str, list[str]] = {}
        for uri, passage in hits:
            texts.setdefault(uri, []).append(passage)
            if Path(uri).is_relative_to(self.hidden):
                self.leaked.append(uri)
        for uri, passages in texts.items():
            if len(marks := marks_of(passages)) != 1:
                self.mixed.append(f"a search returned {uri} with {sorted(marks)}")

    def end(self) -> None:
        """Stop the thread and wait for it."""
        self._ending.set()
        self.join(60)


def errors_when_idle(engine: Engine, files: Mapping[Path, tuple[int, int]]) -> list[str]:
    """Every error in the corpus when the queue is empty."""
    wrong = mixtures(engine)
    with engine.connect() as connection:

        def all_of(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(query))]

        stored = {
            row.source_uri: row.sha256 for row in connection.execute(text("SELECT source_uri, sha256 FROM documents"))
        }
        jobs = all_of("SELECT id, task_name, status::text, attempts, args FROM procrastinate_jobs")
        orphans = all_of("SELECT c.id FROM chunks c LEFT JOIN documents d ON d.id = c.document_id WHERE d.id IS NULL")
        failed = all_of("SELECT source_uri, error FROM documents WHERE error <> '' OR status <> 'ready'")
        twice = all_of("SELECT sha256 FROM documents GROUP BY sha256 HAVING count(*) > 1")
    expected = {str(path): _hash(key, version) for path, (key, version) in files.items()}
    wrong += [f"missing: {uri}" for uri in expected.keys() - stored.keys()]
    wrong += [f"left over: {uri}" for uri in stored.keys() - expected.keys()]
    wrong += [f"not the last version: {uri}" for uri in expected.keys() & stored.keys() if stored[uri] != expected[uri]]
    for name, rows in {"job": jobs, "orphan": orphans, "failed": failed, "duplicate": twice}.items():
        wrong += [f"{name}: {row}" for row in rows]
    return wrong


def _hash(key: int, version: int) -> str:
    return hashlib.sha256(text_of(key, version).encode()).hexdigest()


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether the condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.002)
    return False
