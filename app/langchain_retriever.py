"""The two search stages as a LangChain retriever: examples/langchain_retriever.py."""

from collections.abc import Callable
from dataclasses import asdict

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from app.core.domain import NO_FILTERS, Filters, Hit, Retrieved


class TwoStageRetriever(BaseRetriever):
    """Candidates of the hybrid statement in the reranker's order, as LangChain Documents.

    page_content is the passage's text. metadata holds its origin (title, source, name, dated, heading, place, chunk_id,
    document_id, collection, media_type, start_char, end_char) and its ranks and scores (vector_rank, vector_distance,
    text_rank, text_score, fused_rank, fused_score, logit, rerank_score, final_rank, reason). Raises the AppErrors of
    `search`.
    """

    search: Callable[..., Retrieved]  # app.search.Searcher.search: (text, collection=..., filters=...)
    collection: str | None = None  # None searches all
    filters: Filters = NO_FILTERS  # documents, paths, media types, languages, dates
    k: int = Field(default=5, ge=1)  # documents returned at most

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002  # LangChain's signature
    ) -> list[Document]:
        retrieved = self.search(query, collection=self.collection, filters=self.filters)
        return [_document(hit) for hit in retrieved.context.hits[: self.k]]


_NOT_METADATA = frozenset({"text", "fate", "fate_detail", "passage_number", "cited", "source_uri"})


def _document(hit: Hit) -> Document:
    metadata = {name: value for name, value in asdict(hit).items() if name not in _NOT_METADATA}
    return Document(
        id=str(hit.chunk_id),
        page_content=hit.text,
        metadata=metadata
        | {
            "source": hit.source_uri,
            "place": hit.location,
            "dated": hit.dated.isoformat() if hit.dated else None,
        },
    )
