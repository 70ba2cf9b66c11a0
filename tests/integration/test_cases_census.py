"""Cases of parts of a file that were never opened."""

from sqlalchemy import Engine, text

from app.core.models.embedding import Embedder
from ingest.pipeline import Ingester, Outcome
from ingest.store import Store
from tests.support.cases import case_documents, case_sources, search


def test_case_46_a_file_embedded_in_a_pdf_is_a_document_of_its_own() -> None:
    documents = case_documents("46")
    assert list(documents) == ["quantities.csv", "tender.pdf"]
    assert "Item: Steel bolts | Quantity: 2600" in documents["quantities.csv"].text


def test_case_46_the_embedded_file_is_searched_and_goes_with_its_pdf(database: Engine, embedder: Embedder) -> None:
    (source,) = case_sources("46")
    ingester = Ingester(store=Store(database, chunker_version="1"), make_embedder=lambda: embedder)
    assert ingester.ingest(source, collection="default").outcome is Outcome.NEW
    ingester.finish(many=True)
    best = search(database, embedder, "How many steel bolts are in the bill of quantities?")[0]
    assert "2600" in best.text
    with database.begin() as connection:
        connection.execute(text("DELETE FROM documents WHERE name = 'tender.pdf'"))
        assert connection.execute(text("SELECT count(*) FROM documents")).scalar() == 0
