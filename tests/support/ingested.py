"""Documents chunked, embedded and stored as ingestion does it, from texts that a test spells out."""

import hashlib

from sqlalchemy import Engine

from app.core.domain import CHUNKER_VERSION, Document, Source
from app.core.models.embedding import Embedder
from app.core.names import identity
from ingest.chunk.chunk import chunk
from ingest.embed import embed
from ingest.store import Store


def ingest_text(
    engine: Engine, embedder: Embedder, uri: str, text: str, *, collection: str = "default", target_tokens: int = 60
) -> None:
    """Store one text as a document, in chunks of about so many tokens; an older version is replaced."""
    content = text.encode()
    source = Source(uri=uri, name=uri.rsplit("/", 1)[-1], content=content, sha256=hashlib.sha256(content).hexdigest())
    document = Document(title=uri.rsplit("/", 1)[-1], text=text, media_type="text/plain", language="en")
    names = identity(source.uri, source.name, document.title)
    chunks = embed(chunk(document, embedder, identity=names, target_tokens=target_tokens), embedder)
    store = Store(engine, chunker_version=CHUNKER_VERSION)
    store.store(source, document, chunks, collection=collection, embedder=embedder, timings={})
