"""Chunks put straight into the tables, so that a test of the search says exactly what is stored."""

from collections.abc import Sequence

from sqlalchemy import Engine, text

from app.core.models.embedding import Embedder

_CLAIM = {
    "corpus": text(
        "INSERT INTO corpus (embedding_model, embedding_dimension, chunker_version) "
        "VALUES (:model, :dimension, 'test') ON CONFLICT DO NOTHING"
    ),
    "config": text("INSERT INTO text_configs VALUES (CAST(:config AS regconfig)) ON CONFLICT DO NOTHING"),
    "collection": text("INSERT INTO collections (name) VALUES (:name) ON CONFLICT DO NOTHING"),
}
_DOCUMENT = text(
    "INSERT INTO documents (collection_id, source_uri, name, title, media_type, status) "
    "SELECT id, :uri, :uri, :title, 'text/plain', 'ready' FROM collections WHERE name = :collection "
    "RETURNING id, collection_id"
)
_CHUNK = text(
    "INSERT INTO chunks (document_id, collection_id, ordinal, heading, text, start_char, end_char, token_count, "
    "text_config, embedding) VALUES (:document, :collection, :ordinal, :heading, :text, 0, :end, :tokens, "
    "CAST(:config AS regconfig), CAST(:embedding AS halfvec))"
)

_REFRESH = text("SELECT refresh_lexeme_frequencies(100000)")


def store(
    engine: Engine,
    embedder: Embedder,
    texts: Sequence[str],
    *,
    collection: str = "default",
    title: str = "Notes",
    config: str = "english",
) -> None:
    """One document with a chunk for each text, embedded by the given model."""
    vectors = embedder.embed(texts)
    with engine.begin() as connection:
        connection.execute(_CLAIM["corpus"], {"model": embedder.name, "dimension": embedder.dimension})
        connection.execute(_CLAIM["config"], {"config": config})
        connection.execute(_CLAIM["collection"], {"name": collection})
        uri = f"/{collection}/{title}-{config}.txt"
        document, collection_id = connection.execute(
            _DOCUMENT, {"uri": uri, "title": title, "collection": collection}
        ).one()
        rows = [
            {
                "document": document,
                "collection": collection_id,
                "ordinal": ordinal,
                "heading": title,
                "text": body,
                "end": len(body),
                "tokens": len(body.split()) + 2,
                "config": config,
                "embedding": str(vector.tolist()),
            }
            for ordinal, (body, vector) in enumerate(zip(texts, vectors, strict=True))
        ]
        connection.execute(_CHUNK, rows)
        connection.execute(_REFRESH)
