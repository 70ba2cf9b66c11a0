"""Cases of tables in pages and delimited files, and of meaning carried by layout in pages; with the real model."""

import pytest
from sqlalchemy import Engine

from app.core.domain import Document
from app.core.models.embedding import Embedder
from ingest.load import load
from tests.support import made_files as made
from tests.support.cases import case_document, ingest_case, passages, search


def loaded(text: str, name: str) -> Document:
    return load(made.source(text, name))


@pytest.mark.parametrize("cell", ["th", "td"])
def test_case_01_a_cell_with_two_paragraphs_leaves_the_row_one_line_in_pages_too(cell: str) -> None:
    rooms = [("Ash", "12", "Projector"), ("Birch", "45", "Step-free access</p><p>Booked by reception only")]
    names = "".join(f"<{cell}><p>{name}</p></{cell}>" for name in ("Room", "Seats", "Remarks"))
    rows = "".join(f"<tr>{''.join(f'<td><p>{value}</p></td>' for value in room)}</tr>" for room in rooms)
    document = loaded(f"<html><h1>Rooms</h1><table><tr>{names}</tr>{rows}</table>", "rooms.html")
    lines = document.text.splitlines()
    assert "Birch | 45 | Step-free access; Booked by reception only" in lines
    (table,) = document.tables
    assert table.header == "Room | Seats | Remarks"


@pytest.mark.parametrize("name", ["stock.csv", "stock.html"])
def test_case_04_rows_below_a_title_and_a_date_name_their_columns(name: str, embedder: Embedder) -> None:
    rows = [["Stock list, warehouse Oakley"], ["As of 30 June 2026, prepared by logistics"], []]
    rows += [["Article", "On hand", "Reorder level", "Shelf"]]
    rows += [[f"Gasket G{n:03}", f"{200 + n}", f"{40 + n}", f"S{n % 7}-{n:02}"] for n in range(60)]
    content = "\n".join(",".join(f'"{value}"' for value in row) for row in rows)
    if name.endswith("html"):
        lines = "".join(f"<tr>{''.join(f'<td>{value}</td>' for value in row)}</tr>" for row in rows)
        content = f"<html><table>{lines}</table>"
    document = loaded(content, name)
    chunks = passages(document, embedder)
    assert len(chunks) > 4
    for chunk in chunks:
        assert "Stock list, warehouse Oakley" in chunk.embedded_text
        for column in ("Article", "On hand", "Reorder level", "Shelf"):
            assert column in chunk.embedded_text
    gasket = next(chunk.text for chunk in chunks if "Gasket G047" in chunk.text)
    expected = "Article: Gasket G047 | On hand: 247 | Reorder level: 87 | Shelf: S5-47"
    assert (expected if name.endswith("csv") else "Gasket G047 | 247 | 87 | S5-47") in gasket.splitlines()


def test_case_07_raised_digits_of_a_page_are_powers() -> None:
    text = case_document("07", "limits.html").text
    for value in ("10^5 cfu/ml", "10^4 cfu/ml", "25 m^3"):
        assert value in text
    assert "105" not in text


def test_case_08_formulas_of_a_page_are_text(embedder: Embedder) -> None:
    document = case_document("08", "beam.html")
    assert "is δ = 0.0208 F for the standard beam." in document.text
    assert "Wind | 2.75" in document.text.splitlines()
    assert any("0.0208" in chunk.text for chunk in passages(document, embedder))


def test_case_20_deleted_and_struck_out_prices_are_left_out_or_marked(database: Engine, embedder: Embedder) -> None:
    document = case_document("20", "prices.html")
    assert "A canoe for a day costs 44 pounds. A paddle costs [struck out: 5 pounds] 6 pounds." in document.text
    assert document.warnings == ("1 deleted passage was left out.",)
    ingest_case(database, embedder, "20")
    first = search(database, embedder, "What does a canoe cost for a day?")[0]
    assert "38 pounds" not in first.text


def test_case_21_years_name_columns(database: Engine, embedder: Embedder) -> None:
    document = case_document("21", "freight.csv")
    for chunk in passages(document, embedder):
        for line in chunk.text.splitlines():
            assert line.startswith("Harbour: ")
            assert all(f" | {year}: " in line for year in (2021, 2022, 2023))
    ingest_case(database, embedder, "21")
    first = search(database, embedder, "How much freight did Quay Harbour have in 2023?")[0]
    assert "Harbour: Quay Harbour | 2021: 447 | 2022: 111 | 2023: 907" in first.text


def test_case_29_rows_below_a_preamble_name_their_columns(embedder: Embedder) -> None:
    document = case_document("29")
    assert "Export of the scale house\nCreated | 02.03.2026\n" in document.text
    chunks = passages(document, embedder)
    assert len(chunks) > 4
    for chunk in chunks:
        assert "Export of the scale house" in chunk.embedded_text
        tickets = [line for line in chunk.text.splitlines() if "50" in line and "Ticket" in line]
        assert tickets
        assert all(" | Carrier: Carrier " in line and " | Net (t): " in line for line in tickets)
    assert "Ticket: 5003 | Carrier: Carrier 3 | Net (t): 3,35 | Remark: first line second line 3" in document.text
