"""The bench builds what it says, and measures the product's own statement."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.models.embedding import Embedder
from app.core.settings import load_settings
from app.stages import build_retriever
from tests.bench import legs
from tests.bench.build import FEW_OF, built
from tests.bench.known_vectors import KnownVectors
from tests.bench.pool import Pool, read_pool
from tests.bench.recall import exact_neighbours

ROWS = 2 * 20 * FEW_OF // 10  # 400: the first document lies in the small collection


pytestmark = pytest.mark.usefixtures("server")  # it runs in data_dir, where the corpora are built


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    """Without the development data, as on a machine that has only the repository."""
    return read_pool(sentences=400, questions=10, folder=tmp_path_factory.mktemp("none") / "absent")


def test_a_corpus_is_built_once_and_found_again(data_dir: Path, embedder: Embedder, pool: Pool) -> None:
    engine, first = built(data_dir, ROWS, embedder, pool)
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT count(*), count(DISTINCT text) FROM chunks")).one()
        kinds = set(connection.scalars(text("SELECT indexdef FROM pg_indexes WHERE tablename = 'chunks'")))
        few = connection.scalar(
            text("SELECT count(*) FROM documents JOIN collections c ON c.id = collection_id WHERE c.name = 'few'")
        )
    assert stored[0] == ROWS
    assert stored[1] > 0.9 * ROWS
    assert {"gin", "hnsw"} <= {word for kind in kinds for word in ("gin", "hnsw") if f"USING {word}" in kind}
    assert few == 1
    assert set(first.index_seconds) == {"ix_chunks_tsv", "ix_chunks_embedding"}
    engine.dispose()
    again, second = built(data_dir, ROWS, embedder, pool)
    assert second == first
    again.dispose()


def test_legs_are_timed_on_the_statement_that_the_retriever_sends(
    data_dir: Path, embedder: Embedder, pool: Pool
) -> None:
    engine, _ = built(data_dir, ROWS, embedder, pool)
    known = KnownVectors(embedder, pool.questions)
    retriever = build_retriever(engine, known, load_settings(data_dir=data_dir))
    plan = legs.explained(engine, retriever, pool.questions[0])
    assert set(legs.leg_seconds(plan)) == set(legs.LEGS)
    # The text leg scores the vector leg's rows too, so its time may hold the other's: a sum would count that twice.
    assert 0 < max(legs.leg_seconds(plan).values()) <= plan["Execution Time"] / 1000
    engine.dispose()


def test_exact_neighbours_are_those_of_the_stored_vectors(data_dir: Path, embedder: Embedder, pool: Pool) -> None:
    engine, _ = built(data_dir, ROWS, embedder, pool)
    with engine.connect() as connection:
        id_, words = connection.execute(text("SELECT id, text FROM chunks ORDER BY id LIMIT 1")).one()
    nearest = exact_neighbours(engine, embedder.embed([words]), 3)
    assert nearest[0][0] == id_
    assert len(nearest[0]) == 3
    engine.dispose()
