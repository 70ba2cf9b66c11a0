"""`/embeddings` in OpenAI's form and `/rerank` in that of Cohere and Jina: the loaded models for other programs."""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.core.domain import Hit
from app.core.models.embedding import Embedder, Matrix
from app.http.completions import unknown_model
from app.http.problems import RefusedError
from app.http.services import Services
from app.rerank import Reranker

_MOST_TEXTS = 512
_MOST_CHARACTERS = 100_000  # of one text


class EmbeddingsRequest(BaseModel):
    """Texts to embed."""

    model: str
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None
    input_type: Literal["passage", "query"] = Field(
        default="passage", description="query: the texts are questions; some models read them in another way"
    )

    def texts(self) -> list[str]:
        """The texts. Raises RefusedError when there are none, too many, or numbers of another tokenizer."""
        texts = [self.input] if isinstance(self.input, str) else self.input
        if not texts or any(not isinstance(text, str) for text in texts):
            raise RefusedError(
                "The input is not text.",
                fix="Send strings; LangChain's OpenAIEmbeddings does with check_embedding_ctx_length=False.",
                param="input",
            )
        return bounded([str(text) for text in texts], "input")


class RerankDocument(BaseModel):
    """A document with its text in a field."""

    text: str


class RerankRequest(BaseModel):
    """A question and the texts to sort."""

    query: str = Field(min_length=1, max_length=4000)
    documents: list[str | RerankDocument]
    model: str = ""
    top_n: int | None = Field(default=None, ge=1)
    return_documents: bool = False


def vectors_of(services: Services) -> APIRouter:
    """The routes over the services."""
    router = APIRouter()

    @router.post("/embeddings", tags=["OpenAI"])
    def embeddings(body: EmbeddingsRequest) -> dict[str, Any]:
        """Unit vectors of texts by the embedding model that the documents are searched with."""
        embedder, texts = services.embedder, body.texts()
        if body.model != embedder.name:
            raise unknown_model(body.model)
        if body.dimensions not in (None, embedder.dimension):
            raise RefusedError(f"The vectors have {embedder.dimension} dimensions.", param="dimensions")
        tokens = _counted(texts, embedder)
        if body.input_type == "query":
            vectors = np.stack([embedder.embed_query(text)[0] for text in texts])
        else:
            vectors = embedder.embed(texts)
        data = [
            {"object": "embedding", "index": index, "embedding": _encoded(vector, body.encoding_format)}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data, "model": embedder.name, "usage": usage}

    @router.post("/rerank", tags=["Search"])
    def rerank(body: RerankRequest) -> dict[str, Any]:
        """Sort texts by their relevance (0..1) to a question; of a long text only the beginning is read."""
        reranker, embedder = services.searcher.reranker, services.embedder
        if body.model not in ("", "rerank", reranker.name):
            raise unknown_model(body.model)
        texts = bounded([one if isinstance(one, str) else one.text for one in body.documents], "documents")
        results, notices = reranked(body.query, texts, reranker, embedder)
        results = results[: body.top_n]
        if body.return_documents:
            results = [result | {"document": {"text": texts[result["index"]]}} for result in results]
        tokens = sum(embedder.count_tokens([body.query, *texts]))
        return {
            "id": uuid.uuid4().hex,
            "model": reranker.name,
            "results": results,
            "usage": {"total_tokens": tokens},
            "foremost": {"notices": notices},
        }

    return router


def bounded(texts: list[str], param: str) -> list[str]:
    """The texts. Raises RefusedError when there are too many or one is too long."""
    if len(texts) > _MOST_TEXTS:
        raise RefusedError(f"{len(texts)} texts were sent, the limit is {_MOST_TEXTS}.", fix="Send fewer.", param=param)
    longest = max(map(len, texts), default=0)
    if longest > _MOST_CHARACTERS:
        raise RefusedError(
            f"A text has {longest:,} characters, the limit is {_MOST_CHARACTERS:,}.", fix="Cut it.", param=param
        )
    return texts


def reranked(
    query: str, texts: Sequence[str], reranker: Reranker, embedder: Embedder
) -> tuple[list[dict[str, Any]], list[str]]:
    """The texts' indexes with their relevance, best first, and notices about anything degraded.

    The reranker also reads the scores of the first stage, so the cosines that the search would give are computed.
    """
    if not texts:
        return [], []
    question, _ = embedder.embed_query(query)
    cosines = embedder.embed([_beginning(text, embedder) for text in texts]) @ question
    best = max(float(cosines.max()), 1e-6)
    hits = [
        _hit(index, text, float(cosine), max(float(cosine), 0.0) / best)
        for index, (text, cosine) in enumerate(zip(texts, cosines, strict=True))
    ]
    ranked = sorted(hits, key=lambda hit: (-hit.fused_score, hit.chunk_id))
    reranking = reranker.rerank(query, [replace(hit, fused_rank=rank) for rank, hit in enumerate(ranked, 1)])
    scores = [(round(reranker.relevance(hit), 6), hit) for hit in reranking.hits]
    scores.sort(key=lambda scored: (-scored[0], scored[1].rank))
    return [{"index": hit.chunk_id, "relevance_score": score} for score, hit in scores], list(reranking.notes)


def _beginning(text: str, embedder: Embedder) -> str:
    """As much of the text as the embedding model reads."""
    if embedder.count_tokens([text])[0] <= embedder.max_tokens:
        return text
    special = embedder.count_tokens([""])[0]
    spans = embedder.token_offsets(text)[: embedder.max_tokens - special]
    return text[: spans[-1][1]]


def _hit(index: int, text: str, cosine: float, fused_score: float) -> Hit:
    return Hit(
        chunk_id=index, document_id=index, collection="", title="", source_uri="", media_type="text/plain", heading="",
        part_kind=None, part_first=None, part_last=None, part_name="", ordinal=0, start_char=0, end_char=len(text),
        text=text, vector_distance=1 - cosine, fused_rank=1, fused_score=fused_score,
    )  # fmt: skip


def _counted(texts: Sequence[str], embedder: Embedder) -> int:
    """Tokens of all texts. Raises RefusedError when the model reads less than one of them."""
    lengths = embedder.count_tokens(texts)
    longest = max(lengths)
    if longest > embedder.max_tokens:
        raise RefusedError(
            f"A text has {longest} tokens, {embedder.name} reads {embedder.max_tokens}.", fix="Split it.", param="input"
        )
    return sum(lengths)


def _encoded(vector: Matrix, form: str) -> list[float] | str:
    row = np.asarray(vector, "<f4")
    return base64.b64encode(row.tobytes()).decode("ascii") if form == "base64" else [float(value) for value in row]
