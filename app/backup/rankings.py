"""Ranks of some questions, to compare a restored corpus with the one that was backed up."""

from collections.abc import Callable, Iterable

from sqlalchemy import Engine

from app.backup.archive import Ranking
from app.core.database import reachable
from app.core.domain import Hit
from app.core.errors import NotFoundError
from app.core.sql import load_queries
from app.search import Retriever

QUESTIONS = 10
_BEST = 10  # candidates compared for each question
_QUERIES = load_queries(__file__)

Retrieving = Callable[[Engine], Retriever]  # the first stage over a database; it must compare every vector


def draw_rankings(engine: Engine, retrieving: Retrieving) -> tuple[Ranking, ...]:
    """Ranks of golden questions, or of others when there are too few."""
    with reachable(engine) as connection:
        questions = connection.execute(_QUERIES["questions"], {"limit": QUESTIONS}).all()
    retriever = retrieving(engine)
    found = []
    for question, collection in questions:
        try:
            found.append(_ranking(retriever, question, collection))
        except NotFoundError:  # a golden question of a collection that is gone
            continue
    return tuple(found)


def changed_rankings(engine: Engine, retrieving: Retrieving, rankings: Iterable[Ranking]) -> tuple[str, ...]:
    """Those of the questions whose candidates are others now, or in another order."""
    retriever = retrieving(engine)
    return tuple(
        before.question for before in rankings if _ranking(retriever, before.question, before.collection) != before
    )


def _ranking(retriever: Retriever, question: str, collection: str | None) -> Ranking:
    hits = retriever.retrieve(question, collection=collection).hits[:_BEST]
    return Ranking(question=question, collection=collection, candidates=tuple(map(_key, hits)))


def _key(hit: Hit) -> str:
    return f"{hit.collection} {hit.source_uri} {hit.start_char}-{hit.end_char}"
