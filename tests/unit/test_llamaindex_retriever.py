"""The two stages seen from LlamaIndex."""

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import ResponseMode, get_response_synthesizer
from llama_index.core.schema import MetadataMode
from typing_extensions import override

from app.core.domain import NO_FILTERS, Filters, Retrieval
from app.llamaindex_retriever import TwoStageNodeRetriever
from app.rerank import KeepOrder
from app.search import Retriever, Searcher
from tests.support.builders import make_hit


class _Fixed(Retriever):
    def __init__(self) -> None:
        self.calls: list[tuple[str, str | None, Filters]] = []

    @override
    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval:
        self.calls.append((query, collection, filters))
        hits = (make_hit(1, part_kind="page", part_first=3, part_last=4), make_hit(2), make_hit(3))
        return Retrieval(hits=hits, embed_seconds=0.0, sql_seconds=0.0)


def test_nodes_carry_their_place_every_rank_and_a_score() -> None:
    first_stage, filters = _Fixed(), Filters(language="en")
    searcher = Searcher(retriever=first_stage, reranker=KeepOrder())

    nodes = TwoStageNodeRetriever(searcher.search, collection="club", filters=filters, k=2).retrieve("Who rows?")

    assert first_stage.calls == [("Who rows?", "club", filters)]
    assert [node.metadata["final_rank"] for node in nodes] == [1, 2]
    assert nodes[0].text == make_hit(1).text
    assert (nodes[0].metadata["source"], nodes[0].metadata["place"]) == ("/docs/1.md", "pages 3–4")
    assert {"vector_rank", "text_rank", "fused_rank", "fused_score", "logit"} <= nodes[0].metadata.keys()
    assert nodes[0].score == searcher.search("Who rows?").context.hits[0].rerank_score
    read = nodes[0].node.get_content(metadata_mode=MetadataMode.LLM)
    assert "pages 3–4" in read
    assert "fused_rank" not in read


def test_it_stands_in_a_query_engine() -> None:
    searcher = Searcher(retriever=_Fixed(), reranker=KeepOrder())
    made = get_response_synthesizer(llm=MockLLM(), response_mode=ResponseMode.COMPACT)
    engine = RetrieverQueryEngine(TwoStageNodeRetriever(searcher.search, k=3), made)

    response = engine.query("Who rows?")

    assert len(response.source_nodes) == 3
    assert "Passage number 3" in str(response)


def test_no_nodes_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        TwoStageNodeRetriever(Searcher(retriever=_Fixed(), reranker=KeepOrder()).search, k=0)
