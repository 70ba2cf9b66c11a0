"""Ingests a corpus.jsonl in BEIR's layout: each row becomes a document whose uri is the row's id."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.core.domain import CHUNKER_VERSION, Document, Source
from app.core.errors import SettingsError
from app.core.language import language_of
from app.core.models.embedding import Embedder
from app.core.names import identity
from ingest.chunk.chunk import chunk
from ingest.embed import embed
from ingest.store import Store

COLLECTION = "beir"
_SAMPLED = 200_000  # characters from which the language of the whole corpus is detected


def ingest_corpus(
    corpus: Path,
    engine: Engine,
    embedder: Embedder,
    *,
    progress: Callable[[int, int], None],
    collection: str = COLLECTION,
) -> int:
    """Store every row that is not stored yet with the same text; returns the number of rows.

    Character offsets of the text are kept, so that the spans of expected answers stay valid. Raises SettingsError for
    a row without id or text.
    """
    rows = list(_rows(corpus))
    language = language_of(" ".join(row["text"] for row in rows[:500])[:_SAMPLED], declared=None)
    store = Store(engine, chunker_version=CHUNKER_VERSION)
    for done, row in enumerate(rows, 1):
        content = f"{row['title']}\n{row['text']}".encode("utf-8", "replace")
        source = Source(uri=row["id"], name=row["id"], content=content, sha256=hashlib.sha256(content).hexdigest())
        stored = store.stored_version(source.uri, collection=collection)
        if stored is None or not stored.matches(source):
            document = Document(title=row["title"], text=row["text"], media_type="text/plain", language=language)
            names = identity(source.uri, source.name, document.title)
            chunks = embed(chunk(document, embedder, identity=names), embedder)
            store.store(source, document, chunks, collection=collection, embedder=embedder, timings={})
        progress(done, len(rows))
    store.refresh_statistics(always=True)
    return len(rows)


def _rows(corpus: Path) -> Iterator[Mapping[str, str]]:
    with corpus.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row: Mapping[str, Any] = json.loads(line)
                key = str(row["_id"] if "_id" in row else row["id"])
                yield {"id": key, "title": _clean(row.get("title") or ""), "text": _clean(row["text"])}
            except (ValueError, KeyError, TypeError) as error:
                raise SettingsError(
                    f"{corpus} line {number} is not a row of a corpus: it needs _id and text."
                ) from error


def _clean(text: str) -> str:
    """Replaces characters that PostgreSQL cannot store; offsets stay the same."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
