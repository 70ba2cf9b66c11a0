"""A peer in a process and a virtual environment of its own (.venv-peers); imports nothing of this project.

Started as: python peer_process.py PEER URL FOLDER. In FOLDER lie rows.jsonl (texts) and vectors.npy. Reads one JSON
object a line from its input, {"do": METHOD, ...arguments}, and answers each with one: {"seconds": S, "result": R}.
"""

import json
import sys
import time
import uuid
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import psycopg


class Peer:
    """What the bench asks of a peer. Rows are known by their number; `url` begins with postgresql://."""

    index_statements: tuple[str, ...] = ()
    before_copy, copy_statement, after_copy = "", "", ""

    def __init__(self, url: str, texts: list[str], vectors: Any) -> None:
        self.url, self.texts, self.vectors = url, texts, vectors

    def add(self, first: int, last: int) -> None:
        """Add these rows as the peer's users do."""
        raise NotImplementedError

    def fill(self, first: int, last: int) -> None:
        """Write these rows into the peer's table by COPY: to fill it up, never timed."""
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
            if self.before_copy:
                cursor.execute(self.before_copy)
            with cursor.copy(self.copy_statement) as copy:
                for number in range(first, last):
                    copy.write_row(self.row(number))
            if self.after_copy:
                cursor.execute(self.after_copy)

    def row(self, number: int) -> tuple[object, ...]:
        """A row for COPY."""
        raise NotImplementedError

    def index(self) -> None:
        """Build what indexes the peer itself would, with pgvector's own defaults (m 16, ef_construction 64)."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in self.index_statements:
                connection.execute(statement)
            connection.execute("ANALYZE")

    def search(self, question: str, vector: list[float], limit: int, ef_search: int | None) -> list[int]:
        """Row numbers of the results, best first."""
        raise NotImplementedError


class LangChain(Peer):
    """langchain-postgres: PGVectorStore with its hybrid search, fused by reciprocal rank."""

    before_copy = "CREATE TEMPORARY TABLE filling (id uuid, content text, embedding vector) ON COMMIT DROP"
    copy_statement = "COPY filling FROM STDIN"
    after_copy = (
        "INSERT INTO rows (langchain_id, content, embedding, langchain_metadata, content_tsv) "
        "SELECT id, content, embedding, '{}', to_tsvector('english', content) FROM filling"
    )
    index_statements = (
        "CREATE INDEX IF NOT EXISTS rows_tsv ON rows USING gin (content_tsv)",
        "CREATE INDEX IF NOT EXISTS rows_hnsw ON rows USING hnsw (embedding vector_cosine_ops)",
    )

    def __init__(self, url: str, texts: list[str], vectors: Any) -> None:
        super().__init__(url, texts, vectors)
        from langchain_core.embeddings import Embeddings
        from langchain_postgres import PGEngine

        class Known(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                raise NotImplementedError

            def embed_query(self, text: str) -> list[float]:
                raise NotImplementedError

        self.engine = PGEngine.from_connection_string(url.replace("postgresql://", "postgresql+asyncpg://", 1))
        with psycopg.connect(url) as connection:
            there = connection.execute("SELECT to_regclass('rows')").fetchone()
        if there == (None,):
            self.engine.init_vectorstore_table(
                "rows", len(vectors[0]), content_column="content", hybrid_search_config=self._config("")
            )
        self.service = Known()
        self.stores: dict[int | None, Any] = {}

    def _config(self, question: str) -> Any:
        from langchain_postgres.v2.hybrid_search_config import HybridSearchConfig, reciprocal_rank_fusion

        # A new config for each question: a kept config goes on searching for the first question's words.
        return HybridSearchConfig(
            tsv_column="content_tsv", tsv_lang="pg_catalog.english", fts_query=question, primary_top_k=100,
            secondary_top_k=100, fusion_function=reciprocal_rank_fusion,
        )  # fmt: skip

    def _store(self, ef_search: int | None) -> Any:
        from langchain_postgres import PGVectorStore
        from langchain_postgres.v2.indexes import HNSWQueryOptions

        if ef_search not in self.stores:
            self.stores[ef_search] = PGVectorStore.create_sync(
                self.engine, self.service, "rows", content_column="content", hybrid_search_config=self._config(""),
                index_query_options=HNSWQueryOptions(ef_search=ef_search) if ef_search else None,
            )  # fmt: skip
        return self.stores[ef_search]

    def add(self, first: int, last: int) -> None:
        self._store(None).add_embeddings(
            self.texts[first:last], self.vectors[first:last].tolist(), ids=[_uuid(n) for n in range(first, last)]
        )

    def row(self, number: int) -> tuple[object, ...]:
        return _uuid(number), self.texts[number], str(self.vectors[number].tolist())

    def search(self, question: str, vector: list[float], limit: int, ef_search: int | None) -> list[int]:
        hits = self._store(ef_search).similarity_search_with_score_by_vector(
            vector, k=limit, hybrid_search_config=self._config(question)
        )
        return [uuid.UUID(str(document.id)).int for document, _ in hits]


class LlamaIndex(Peer):
    """LlamaIndex: PGVectorStore in hybrid mode, which puts the text results behind the vector results."""

    copy_statement = "COPY data_rows (text, metadata_, node_id, embedding) FROM STDIN"

    def __init__(self, url: str, texts: list[str], vectors: Any) -> None:
        super().__init__(url, texts, vectors)
        from llama_index.vector_stores.postgres import PGVectorStore

        self.store = PGVectorStore.from_params(
            connection_string=url.replace("postgresql://", "postgresql+psycopg2://", 1),
            async_connection_string=url.replace("postgresql://", "postgresql+asyncpg://", 1),
            table_name="rows", embed_dim=len(vectors[0]), hybrid_search=True, text_search_config="english",
        )  # fmt: skip
        self.store._initialize()
        self.index_statements = (
            "CREATE INDEX IF NOT EXISTS data_rows_hnsw ON data_rows USING hnsw (embedding vector_cosine_ops)",
        )

    def add(self, first: int, last: int) -> None:
        from llama_index.core.schema import TextNode

        self.store.add([
            TextNode(id_=str(number), text=self.texts[number], embedding=self.vectors[number].tolist())
            for number in range(first, last)
        ])  # fmt: skip

    def row(self, number: int) -> tuple[object, ...]:
        content = json.dumps({"text": self.texts[number], "class_name": "TextNode", "id_": str(number)})
        metadata = {"_node_content": content, "_node_type": "TextNode", "ref_doc_id": "None"}
        return self.texts[number], json.dumps(metadata), str(number), str(self.vectors[number].tolist())

    def search(self, question: str, vector: list[float], limit: int, ef_search: int | None) -> list[int]:
        from llama_index.core.vector_stores.types import VectorStoreQuery, VectorStoreQueryMode

        query = VectorStoreQuery(
            query_embedding=vector, query_str=question, similarity_top_k=limit, sparse_top_k=limit,
            mode=VectorStoreQueryMode.HYBRID,
        )  # fmt: skip
        hits = self.store.query(query, **({"hnsw_ef_search": ef_search} if ef_search else {}))
        return [int(name) for name in hits.ids or ()]


class RagLite(Peer):
    """RAGLite's hybrid_search on PostgreSQL."""

    copy_statement = "COPY chunk_embedding (chunk_id, embedding) FROM STDIN"

    def __init__(self, url: str, texts: list[str], vectors: Any) -> None:
        super().__init__(url, texts, vectors)
        import raglite._database
        import raglite._search
        from raglite import RAGLiteConfig

        raglite._database.get_embedding_dim = lambda *_args, **_kwargs: len(vectors[0])
        raglite._search.embed_strings = lambda *_args, **_kwargs: np.array([self.question_vector], np.float32)
        self.question_vector: list[float] = []
        self.config = RAGLiteConfig(
            db_url=url.replace("postgresql://", "postgresql+psycopg://", 1), embedder="known", llm="known",
            reranker=None, vector_search_query_adapter=False,
        )  # fmt: skip
        self.engine = raglite._database.create_database_engine(self.config)

    def fill(self, first: int, last: int) -> None:
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO document (id, filename, metadata) VALUES ('d', '', '{}') ON CONFLICT DO NOTHING"
            )
            with cursor.copy("COPY chunk (id, document_id, index, headings, body, metadata) FROM STDIN") as copy:
                for number in range(first, last):
                    copy.write_row((str(number), "d", number, "", self.texts[number], "{}"))
        super().fill(first, last)

    def row(self, number: int) -> tuple[object, ...]:
        return str(number), str(self.vectors[number].tolist())

    def search(self, question: str, vector: list[float], limit: int, ef_search: int | None) -> list[int]:  # noqa: ARG002
        from raglite import hybrid_search

        self.question_vector = vector
        return [int(name) for name in hybrid_search(question, num_results=limit, config=self.config)[0]]


PEERS = {"langchain": LangChain, "llamaindex": LlamaIndex, "raglite": RagLite}


def _uuid(number: int) -> str:
    return str(uuid.UUID(int=number))


def main() -> None:
    """Serve requests until the input ends."""
    peer_name, url, folder = sys.argv[1:]
    replies = sys.stdout
    with redirect_stdout(sys.stderr):  # what a peer prints is no reply
        texts = [json.loads(line) for line in (Path(folder) / "rows.jsonl").read_text("utf-8").split("\n") if line]
        peer = PEERS[peer_name](url, texts, np.load(Path(folder) / "vectors.npy", mmap_mode="r"))
        for line in sys.stdin:
            request = json.loads(line)
            method = getattr(peer, request.pop("do"))
            started = time.perf_counter()
            result = method(**request)
            seconds = time.perf_counter() - started
            print(json.dumps({"seconds": seconds, "result": result}), file=replies, flush=True)


if __name__ == "__main__":
    main()
