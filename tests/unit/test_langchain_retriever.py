"""The two stages seen from LangChain."""

from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from typing_extensions import override

from app.core.domain import NO_FILTERS, Filters, Retrieval, Retrieved
from app.langchain_retriever import TwoStageRetriever
from app.rerank import KeepOrder
from app.search import Retriever, Searcher
from tests.support.builders import make_hit


class _Fixed(Retriever):
    def __init__(self) -> None:
        self.calls: list[tuple[str, str | None]] = []

    @override
    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval:
        self.calls.append((query, collection))
        hits = (make_hit(1, part_kind="page", part_first=3, part_last=4), make_hit(2), make_hit(3))
        return Retrieval(hits=hits, embed_seconds=0.0, sql_seconds=0.0)


def test_documents_carry_their_place_and_every_rank() -> None:
    first_stage = _Fixed()
    searcher = Searcher(retriever=first_stage, reranker=KeepOrder())
    documents = TwoStageRetriever(search=searcher.search, collection="club", k=2).invoke("Who rows?")
    assert first_stage.calls == [("Who rows?", "club")]
    assert [document.metadata["final_rank"] for document in documents] == [1, 2]
    first = documents[0]
    assert first.page_content == make_hit(1).text
    assert first.metadata["source"] == "/docs/1.md"
    assert first.metadata["place"] == "pages 3–4"
    ranks = {"vector_rank", "vector_distance", "text_rank", "text_score", "fused_rank", "fused_score", "logit"}
    assert ranks <= first.metadata.keys()
    assert "text" not in first.metadata


def test_it_stands_in_a_chain() -> None:
    searcher = Searcher(retriever=_Fixed(), reranker=KeepOrder())

    chain = TwoStageRetriever(search=searcher.search, k=3) | RunnableLambda[list[Document], int](len)
    assert chain.invoke("Who rows?") == 3


def test_the_search_result_is_not_altered() -> None:
    searcher = Searcher(retriever=_Fixed(), reranker=KeepOrder())
    results: list[Retrieved] = []

    def search(text: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieved:
        results.append(searcher.search(text, collection=collection, filters=filters))
        return results[-1]

    TwoStageRetriever(search=search, k=1).invoke("Who rows?")
    assert [hit.final_rank for hit in results[0].context.hits] == [1, 2, 3]
