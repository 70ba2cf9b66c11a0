"""Recall of the vector index against an exact search."""

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, text

from app.core.models.embedding import Matrix

Vector = npt.NDArray[np.float32]  # [dimension]
_EXACT = text(
    "SELECT id FROM (SELECT id, (embedding <=> CAST(:vector AS halfvec)) + 0 AS distance FROM chunks) AS compared "
    "ORDER BY distance, id LIMIT :k"  # "+ 0": an expression that no index offers
)


def recall(retrieved: Collection[int], relevant: Collection[int]) -> float:
    """Share of the relevant ids that were retrieved, 0..1; 1 when nothing is relevant."""
    return len(set(retrieved) & set(relevant)) / len(set(relevant)) if relevant else 1.0


def mean_recall(retrieved: Sequence[Collection[int]], relevant: Sequence[Collection[int]]) -> float:
    """Mean over the questions."""
    return float(np.mean([recall(*pair) for pair in zip(retrieved, relevant, strict=True)]))


def exact_neighbours(engine: Engine, vectors: Sequence[Vector] | Matrix, k: int) -> list[list[int]]:
    """Ids of the k chunks nearest to each vector, all compared."""
    with engine.connect() as connection:
        return [list(connection.scalars(_EXACT, {"vector": str(vector.tolist()), "k": k}).all()) for vector in vectors]
