"""How many of the true nearest neighbours the index finds."""

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


def recall(found: Collection[int], true: Collection[int]) -> float:
    """Share of the true ones that were found; 1 when there is nothing to find."""
    return len(set(found) & set(true)) / len(set(true)) if true else 1.0


def mean_recall(found: Sequence[Collection[int]], true: Sequence[Collection[int]]) -> float:
    """Mean over the questions."""
    return float(np.mean([recall(one, other) for one, other in zip(found, true, strict=True)]))


def exact_neighbours(engine: Engine, vectors: Sequence[Vector] | Matrix, k: int) -> list[list[int]]:
    """Ids of the k chunks nearest to each vector, all compared."""
    with engine.connect() as connection:
        return [list(connection.scalars(_EXACT, {"vector": str(vector.tolist()), "k": k}).all()) for vector in vectors]
