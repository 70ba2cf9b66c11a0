"""The cases of tests/fixtures/cases: small files that went wrong in other products, one folder each."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from app.core.domain import CHUNKER_VERSION, Chunk, Document, Hit, Source
from app.core.errors import DocumentError
from app.core.models.embedding import Embedder
from app.core.names import identity
from app.retrieve import HybridRetriever
from ingest.chunk.chunk import chunk
from ingest.embed import embed
from ingest.load.limits import Limits
from ingest.load.unpack import unpacked
from ingest.store import Store

CASES = Path(__file__).resolve().parents[1] / "fixtures" / "cases"


def case_sources(number: str) -> list[Source]:
    """The files of the case whose folder begins with `number`, in order of their paths."""
    (folder,) = CASES.glob(f"{number}-*")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        Source(uri=str(path), name=path.name, content=path.read_bytes(), sha256=_digest(path.read_bytes()))
        for path in files
    ]


def case_documents(number: str) -> dict[str, Document]:
    """Name -> document of everything in a case, members of containers included."""
    documents = {}
    for outer in case_sources(number):
        for source, load in unpacked(outer, Limits()):
            documents[source.name] = load()
    return documents


def case_document(number: str, name: str = "") -> Document:
    """The only document of a case, or the one of this name."""
    documents = case_documents(number)
    if name:
        return documents[name]
    (document,) = documents.values()
    return document


def passages(document: Document, embedder: Embedder, *, target_tokens: int = 180) -> list[Chunk]:
    """The chunks of a document, cut as ingestion cuts them."""
    return list(chunk(document, embedder, target_tokens=target_tokens))


def ingest_case(engine: Engine, embedder: Embedder, number: str) -> None:
    """Store every document of a case in the collection "default"."""
    ingest_sources(engine, embedder, case_sources(number))


def made_source(path: str, content: str | bytes, *, modified_at: datetime | None = None) -> Source:
    """A file that a test spells out."""
    data = content.encode() if isinstance(content, str) else content
    name = path.removeprefix("upload:").rsplit("/", 1)[-1]
    return Source(uri=path, name=name, content=data, sha256=_digest(data), modified_at=modified_at)


def ingest_sources(engine: Engine, embedder: Embedder, sources: Sequence[Source]) -> None:
    """Store these files and everything in them as ingestion does."""
    store = Store(engine, chunker_version=CHUNKER_VERSION)
    for outer in sources:
        for source, load in unpacked(outer, Limits()):
            try:
                document = load()
            except DocumentError as error:
                raise AssertionError(f"{source.name}: {error}") from error
            names = identity(source.uri, source.name, document.title)
            chunks = embed(chunk(document, embedder, identity=names), embedder)
            store.store(source, document, chunks, collection="default", embedder=embedder, timings={})
    store.refresh_statistics(always=True)


def search(engine: Engine, embedder: Embedder, question: str, *, candidates: int = 50) -> list[Hit]:
    """The first-stage candidates of a question, best first, with the default weights."""
    retriever = HybridRetriever(
        engine, embedder, candidates=candidates, leg_candidates=100, vector_weight=1, text_weight=1, ef_search=200
    )
    return list(retriever.retrieve(question).hits)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
