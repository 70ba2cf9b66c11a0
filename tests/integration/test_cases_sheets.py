"""The cases of sheets and OpenDocument texts: what people see is what is read, and every passage names its columns."""

from app.core.models.embedding import Embedder
from tests.support.cases import case_document, passages


def test_case_02_values_are_read_as_they_are_shown() -> None:
    text = case_document("02").text
    assert (
        "Product: Harbour Loan | Interest rate: 7.50% | Arrangement fee: €1,234.50 | Valid from: 15 March 2026 | "
        "Opening time: 9:30 AM"
    ) in text
    assert "Interest rate: 4.25% | Arrangement fee: €980.00" in text


def test_case_03_a_merged_cell_belongs_to_every_row_that_it_covers() -> None:
    text = case_document("03").text
    assert "Region: North | Depot: Hexby | Manager: Lena Brandt" in text
    assert "Region: South | Depot: Winton | Manager: Ruth Adler" in text


def test_case_04_every_passage_of_rows_names_its_columns_and_its_title(embedder: Embedder) -> None:
    document = case_document("04")
    chunks = passages(document, embedder)
    assert len(chunks) > 3
    for chunk in chunks:
        assert "Article: Gasket" in chunk.text
        assert "Stock list, warehouse Oakley" in " ".join((*chunk.heading_path, chunk.text))
    assert "Article: Gasket G047 | On hand: 247 | Reorder level: 87 | Shelf: S2-47" in document.text


def test_case_05_formulas_without_a_result_are_read_as_formulas_and_counted() -> None:
    document = case_document("05")
    assert "Item: Total for the symposium | Amount: =SUM(B2:B3)" in document.text
    assert 'Item: Deadline note | Amount: =CONCATENATE("Submit by ","14 May")' in document.text
    assert any(warning.startswith("2 formulas have no stored result") for warning in document.warnings)


def test_case_21_years_name_columns(embedder: Embedder) -> None:
    document = case_document("21", "passengers.xlsx")
    chunks = passages(document, embedder)
    assert any("Gorse line" in chunk.text and "2023: 5414" in chunk.text for chunk in chunks)
    assert all("2024: " in chunk.text for chunk in chunks)


def test_case_38_repeated_cells_stand_under_their_columns() -> None:
    document = case_document("38", "shifts.ods")
    assert "Sailor: Ebba | Monday: night | Tuesday: night | Wednesday: night | Thursday: off" in document.text
    assert "Sailor: Nils | Wednesday: dawn | Thursday: dusk" in document.text
    assert [(part.kind, part.name) for part in document.parts] == [("sheet", "Watch rota")]


def test_case_38_a_note_stands_apart_from_the_sentence() -> None:
    text = case_document("38", "notice.odt").text
    assert "The gate closes at ten in the evening." in text
    assert "Comment: Should this be half past nine? (Hugo Brandt, 2026-02-01)" in text
