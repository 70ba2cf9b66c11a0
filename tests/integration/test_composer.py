"""What the composer offers and keeps, against a real database."""

import pytest
from sqlalchemy import Engine, insert, text, update

from app.composer import Composer
from app.core.domain import Filters, Question
from app.ledger import Ledger
from app.library import Library
from app.listing import Listing
from migrations.tables import documents
from tests.support.builders import make_answer
from tests.support.shelf import Shelf, fill_shelf


@pytest.fixture
def shelf(database: Engine) -> Shelf:
    filled = fill_shelf(database)
    with database.begin() as connection:
        for name, tags in (("boats.md", {"care": "file"}), ("handbook.pdf", {"care": "hand", "rules": "hand"})):
            connection.execute(update(documents).where(documents.c.name == name).values(tags=tags, language="en"))
        connection.execute(update(documents).where(documents.c.name == "locked.pdf").values(tags={"secret": "hand"}))
    return filled


@pytest.mark.usefixtures("shelf")
def test_what_is_in_use_is_offered_with_counts_of_searched_documents(database: Engine) -> None:
    offered = Composer(database).offered()
    assert offered.collections == {"attic": 0, "club": 3}
    assert offered.tags == {"care": 2, "rules": 1}
    assert offered.languages == {"en": 2}
    assert offered.media_types == {"application/pdf": 1, "text/markdown": 1, "text/plain": 1}


@pytest.mark.usefixtures("shelf")
def test_documents_are_suggested_by_a_part_of_their_name(database: Engine) -> None:
    composer = Composer(database)
    assert composer.documents_named("A") == ("boats.md", "handbook.pdf", "kayaks.txt")
    assert composer.documents_named("kay") == ("kayaks.txt",)
    for part in ("", " ", "100%", "_"):
        assert composer.documents_named(part) == ()


def test_choices_are_kept_for_the_owners_chat_alone(database: Engine) -> None:
    composer, ledger = Composer(database), Ledger(database)
    chat = ledger.start_chat("A chat", "ada")
    assert composer.chosen(chat, owner="ada") is None  # it takes over what the browser has
    composer.choose(chat, {"choice": {"model": "x"}}, owner="eve")
    composer.choose("no id", {"choice": {"model": "x"}}, owner="ada")
    assert composer.chosen(chat, owner="ada") is None
    composer.choose(chat, {"scope": {"tag": ["größe"]}}, owner="ada")
    assert composer.chosen(chat, owner="ada") == {"scope": {"tag": ["größe"]}}
    assert composer.chosen(chat, owner="eve") is None
    assert composer.chosen("no id") is None


def test_a_chat_with_answers_that_chose_nothing_searches_everything(database: Engine) -> None:
    ledger = Ledger(database)
    chat = ledger.start_chat("Before there were choices")
    ledger.store(make_answer(chat_id=chat))
    assert Composer(database).chosen(chat) == {}


def test_an_upload_is_followed_until_its_document_can_be_asked(database: Engine) -> None:
    composer, library = Composer(database), Library(database)
    number = library.upload("a note.txt", b"text", collection="club")
    other = library.upload("bad.pdf", b"text", collection="club")

    def states() -> list[tuple[str, str]]:
        found = composer.uploads([(number, "club", "a note.txt"), (other, "club", "bad.pdf")])
        return [(state.status, state.error) for state in found]

    assert states() == [("queued", ""), ("queued", "")]
    with database.begin() as connection:
        connection.execute(text("UPDATE uploads SET status = 'running' WHERE id = :id"), {"id": number})
        connection.execute(text("UPDATE uploads SET status = 'failed', error = 'No.' WHERE id = :id"), {"id": other})
    assert states() == [("running", ""), ("failed", "No.")]
    with database.begin() as connection:
        connection.execute(text("DELETE FROM uploads"))
        collection = connection.execute(text("SELECT id FROM collections WHERE name = 'club'")).scalar_one()
        connection.execute(
            insert(documents).values(
                collection_id=collection, source_uri="upload:a note.txt", name="a note.txt", status="ready"
            )
        )
    assert states() == [("ready", ""), ("gone", "")]
    assert composer.uploads([]) == ()


@pytest.mark.usefixtures("shelf")
def test_a_list_of_documents_stays_within_the_scope(database: Engine) -> None:
    listing = Listing(database)
    within = listing.answer(Question(text="Which documents are there?", filters=Filters(tags=("rules",))))
    assert "handbook.pdf" in within
    assert "boats.md" not in within
    nothing = listing.answer(Question(text="Which documents are there?", filters=Filters(tags=("absent",))))
    assert nothing == "Nothing is in this scope: tag absent."
    attic = listing.answer(Question(text="Which documents are there?", collection="attic"))
    assert attic == "Nothing is in this scope: collection attic."
