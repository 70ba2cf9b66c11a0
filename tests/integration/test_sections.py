"""The section around a passage, as it is stored."""

import pytest
from sqlalchemy import Engine, insert

from app.core.errors import NotFoundError
from app.sections import Sections
from migrations.tables import chunks, collections, documents

HEADINGS = ["Notes", "Fees", "Fees", "Fees", "Notes", "Notes"]  # two sections have one name


@pytest.fixture
def ids(database: Engine) -> list[int]:
    """Ids of the chunks of a document, in reading order; another document has the same headings."""
    with database.begin() as connection:
        collection = connection.execute(insert(collections).values(name="a").returning(collections.c.id)).scalar_one()
        found: list[int] = []
        for name in ("one.md", "two.md"):
            document = connection.execute(
                insert(documents)
                .values(collection_id=collection, source_uri=f"/{name}", name=name, status="ready")
                .returning(documents.c.id)
            ).scalar_one()
            for ordinal, heading in enumerate(HEADINGS):
                row = {
                    "document_id": document, "collection_id": collection, "ordinal": ordinal, "heading": heading,
                    "text": f"{name} {ordinal}", "start_char": 10 * ordinal, "end_char": 10 * ordinal + 8,
                    "token_count": 3, "text_config": "english", "embedding": [1.0] + [0.0] * 383,
                }  # fmt: skip
                found.append(connection.execute(insert(chunks).values(**row).returning(chunks.c.id)).scalar_one())
    return found


def test_a_section_ends_where_another_begins_even_when_its_name_comes_again(database: Engine, ids: list[int]) -> None:
    sections = Sections(database)

    assert [chunk.ordinal for chunk in sections.open(ids[2]).chunks] == [1, 2, 3]
    assert [chunk.ordinal for chunk in sections.open(ids[0]).chunks] == [0]
    assert [chunk.ordinal for chunk in sections.open(ids[5]).chunks] == [4, 5]
    assert sections.open(ids[2]).text == "one.md 1\none.md 2\none.md 3"


def test_the_reach_is_counted_from_the_passage(database: Engine, ids: list[int]) -> None:
    around = Sections(database).around([ids[1], ids[3], ids[8], 10**9], reach=1)

    assert {number: [chunk.text for chunk in section.chunks] for number, section in around.items()} == {
        ids[1]: ["one.md 1", "one.md 2"],
        ids[3]: ["one.md 2", "one.md 3"],
        ids[8]: ["two.md 1", "two.md 2", "two.md 3"],
    }


def test_a_passage_that_is_gone_is_said_in_one_line(database: Engine) -> None:
    with pytest.raises(NotFoundError, match="There is no passage 7: its document was deleted"):
        Sections(database).open(7)
