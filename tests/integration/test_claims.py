"""Right claims are rarely doubted and wrong ones rarely confirmed, in seven languages."""

from app.cite.meaning import EmbeddingSupport
from app.core.models.embedding import Embedder
from tests.quality.claims.measure import measured

MOST_RIGHT_DOUBTED = 0.05
MOST_WRONG_CONFIRMED = 0.10


def test_the_citation_check_keeps_its_floors(embedder: Embedder) -> None:
    figures = measured(EmbeddingSupport(embedder))
    assert figures.claims >= 150
    assert figures.right_doubted <= MOST_RIGHT_DOUBTED, figures.errors
    assert figures.wrong_confirmed <= MOST_WRONG_CONFIRMED, figures.errors
