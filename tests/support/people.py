"""A database with users, groups and rights over a shelf that is secret in part."""

from dataclasses import dataclass

from sqlalchemy import Engine, create_engine, text

from app.core.acting import bind
from app.core.models.embedding import Embedder
from app.users import Groups, Level, Rights, Role, Users, protect
from tests.support.ingested import ingest_text

PASSWORD = "correct horse"
SECRET = "zyxwoquark"  # in hidden documents only: title, name, text
HIDDEN = 7_700_000  # ids of hidden documents and their chunks follow it
OPEN_TEXT = "The boathouse opens at six in the morning. Boats are booked in the logbook. Oars are blue."
SECRET_TEXT = (
    f"The {SECRET} boathouse opens at midnight for the board. The {SECRET} merger is signed in May. "
    f"The {SECRET} oars are red."
)


@dataclass(frozen=True, kw_only=True)
class People:
    """The same database twice: as its owner, and as the page, whose transactions act for users."""

    owner: Engine
    page: Engine


def fill(owner: Engine, embedder: Embedder) -> None:
    """Ada administers; Ben edits the club, Cora reads it, both not the board's; one club document is the board's too.

    Dan is a reader without any right, beside one document of the board.
    """
    users, groups, rights = Users(owner), Groups(owner), Rights(owner)
    ingest_text(owner, embedder, "/club/boats.txt", OPEN_TEXT, collection="club")
    number_from(owner, HIDDEN)
    ingest_text(owner, embedder, f"/club/{SECRET}-minutes.txt", SECRET_TEXT, collection="club")
    ingest_text(owner, embedder, f"/board/{SECRET}-plan.txt", SECRET_TEXT, collection=f"{SECRET}-board")
    number_from(owner, 2 * HIDDEN)
    ingest_text(owner, embedder, "/board/shared.txt", "The board shares its calendar.", collection=f"{SECRET}-board")
    with owner.begin() as connection:
        connection.execute(text("SELECT refresh_lexeme_frequencies(1000)"))
    for name, role in (("ada", Role.ADMIN), ("ben", Role.EDITOR), ("cora", Role.READER), ("dan", Role.READER)):
        users.add(name, PASSWORD, role=role)
    groups.add("crew")
    groups.add("board")
    for name in ("ben", "cora"):
        groups.join("crew", name)
    rights.set("club", Level.WRITE, group="crew")
    rights.set("club", Level.NONE, group="crew", document=f"{SECRET}-minutes.txt")
    rights.set(f"{SECRET}-board", Level.ADMIN, group="board")
    rights.set(f"{SECRET}-board", Level.READ, user="dan", document="shared.txt")
    protect(owner)


def number_from(owner: Engine, first: int) -> None:
    """Documents and chunks stored from now on have ids that no other number looks like."""
    with owner.begin() as connection:
        for table in ("documents", "chunks"):
            query = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :first)")
            connection.execute(query, {"table": table, "first": first})


def opened(owner: Engine, signed_in: object = None) -> People:
    """The page's engine beside the owner's; the caller disposes of it."""
    page = create_engine(owner.url)
    bind(page, signed_in) if callable(signed_in) else bind(page)
    return People(owner=owner, page=page)
