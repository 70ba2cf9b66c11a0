"""The two search stages as a LlamaIndex retriever, with the extra `llamaindex`: examples/llamaindex_retriever.py."""

from collections.abc import Callable
from dataclasses import asdict

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from app.core.domain import NO_FILTERS, Filters, Hit, Retrieved

_NOT_METADATA = frozenset({"text", "fate", "fate_detail", "passage_number", "cited", "source_uri"})
_READ_BY_MODELS = frozenset({"title", "heading", "place"})


class TwoStageNodeRetriever(BaseRetriever):
    """Candidates of the hybrid statement in the reranker's order, as nodes.

    A node's text is the passage's; its metadata holds origin, ranks and scores, of which models read title, heading
    and place. Its score is the reranker's, or the fused one where nothing was reranked.
    """

    def __init__(
        self,
        search: Callable[..., Retrieved],
        *,
        collection: str | None = None,
        filters: Filters = NO_FILTERS,
        k: int = 5,
    ) -> None:
        """search: app.search.Searcher.search. collection: None searches all. k: nodes returned at most."""
        super().__init__()
        if k < 1:
            raise ValueError(f"k is {k}, at least 1 is needed.")
        self._search = search
        self._collection = collection
        self._filters = filters
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Nodes, best first. Raises the AppErrors of `search`."""
        retrieved = self._search(query_bundle.query_str, collection=self._collection, filters=self._filters)
        return [_node(hit) for hit in retrieved.context.hits[: self._k]]


def _node(hit: Hit) -> NodeWithScore:
    metadata = {name: value for name, value in asdict(hit).items() if name not in _NOT_METADATA}
    metadata |= {
        "source": hit.source_uri,
        "place": hit.location,
        "dated": hit.dated.isoformat() if hit.dated else None,
    }
    node = TextNode(
        id_=str(hit.chunk_id),
        text=hit.text,
        metadata=metadata,
        excluded_llm_metadata_keys=sorted(metadata.keys() - _READ_BY_MODELS),
        excluded_embed_metadata_keys=sorted(metadata.keys() - _READ_BY_MODELS),
    )
    return NodeWithScore(node=node, score=hit.fused_score if hit.rerank_score is None else hit.rerank_score)
