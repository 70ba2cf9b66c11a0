"""Counts and lists documents: full text over the whole index, meaning above a floor, metadata; no model is called."""

import json
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from app.core.database import reachable
from app.core.dates import Stamp
from app.core.domain import NO_FILTERS, Event, Filters, Outcome, Question, Retrieved, Started
from app.core.plan import Kind, Plan
from app.core.sql import load_queries
from app.direct.chunks import cited_context, first_chunks, read_hits
from app.direct.conditions import is_called, meant, meets, stamp_of, within, written
from app.direct.direct import Direct
from app.direct.list_text import Row, columns, heading, listing_text, none_holds
from app.plan.lists import Listed, listed_in
from app.plan.words import content

_QUERIES = load_queries(__file__)
_PER_PAGE = 20
_FEWEST_NAMED = 2  # documents of that name, so that "incidents" are taken for documents
_NEAR = 0.45  # cosine on the built-in model's scale from which a passage is taken to be about the subject
_MOST_BEGINNINGS = 2_000  # documents whose beginning is read for a date
_ELISION = re.compile(r"\b(?:[ldnjmtsc]|qu)['’](?=\w)", re.IGNORECASE)
_NEXT = re.compile(
    r"\W*(?:(?:next|more|show more|the rest|weiter|mehr|nächste seite|suite|la suite"
    r"|page suivante|más|siguiente|página siguiente)"
    r"|(?:page|seite|página)\s+(?P<page>\d{1,4}))\W*",
    re.IGNORECASE,
)


class Search(Protocol):
    """The search stages; its candidates carry their similarity."""

    def search(self, text: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieved: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    listed: Listed  # with the month that is meant
    rows: tuple[Row, ...]
    exact: bool


class Lists:
    """Answers questions such as "how many incidents in May" and "list the documents about fire"."""

    def __init__(self, engine: Engine, search: Search, *, today: Callable[[], date] = date.today) -> None:
        self._engine = engine
        self._search = search
        self._today = today

    def answer(self, question: Question) -> Generator[Event, None, Direct | None]:
        """The table; None for any other question, and where no documents are called so. Raises DatabaseError."""
        asked = self._listed(question)
        if asked is None:
            return None
        yield Started(stage="count")
        found = self._found(question, asked[0])
        if found is None:
            return None
        listed = found.listed
        plan = Plan(
            kind=Kind.LIBRARY if listed.new else Kind.COUNT,
            reason="it counts documents" if listed.count else "it asks for a list of documents",
            parts=(asked[1],),
            subject=heading(listed, found.rows, exact=found.exact),
        )
        if not found.rows and listed.topics:
            context = cited_context((), why="")
            return Direct(text=none_holds(listed), plan=plan, context=context, outcome=Outcome.NOT_FOUND)
        offset = min((listed.page - 1) * _PER_PAGE, max(len(found.rows) - 1, 0) // _PER_PAGE * _PER_PAGE)
        shown = found.rows[offset : offset + _PER_PAGE]
        with reachable(self._engine) as connection:
            first = first_chunks(connection, [row.document_id for row in shown if row.chunk_id is None])
            ids = [row.chunk_id or first.get(row.document_id) for row in shown]
            read = read_hits(connection, [one for one in ids if one], found_by="list")
        hits = [read.get(one) if one else None for one in ids]
        text, sentences = listing_text(listed, found.rows, hits, exact=found.exact, offset=offset)
        context = cited_context([hit for hit in hits if hit], why="a row of the list")
        return Direct(text=text, plan=plan, context=context, sentences=sentences)

    def rows(self, question: Question) -> Sequence[Sequence[str]]:
        """All rows with the columns' names first; empty for any other question."""
        asked = self._listed(question)
        found = self._found(question, asked[0]) if asked else None
        if found is None:
            return ()
        names = (*columns(found.listed)[:3], "collection", "address")
        return (
            names,
            *((row.name, row.dated, str(row.passages), row.collection, row.source_uri) for row in found.rows),
        )

    def _listed(self, question: Question) -> tuple[Listed, str] | None:
        """The conditions with the question that they stand in: "page 2" and "more" go on with the one before."""
        if (further := _NEXT.fullmatch(question.text)) and question.history:
            for back, turn in enumerate(reversed(question.history), 1):
                if listed := listed_in(turn.question, self._today()):
                    return replace(listed, page=int(further["page"] or listed.page + back)), turn.question
                if not _NEXT.fullmatch(turn.question):
                    return None
        listed = listed_in(question.text, self._today())
        return (listed, question.text) if listed else None

    def _found(self, question: Question, listed: Listed) -> _Found | None:
        """The documents that meet the conditions; None where the question must mean something else."""
        with reachable(self._engine) as connection:
            documents = self._documents(connection, question, listed)
            named = [one for one in documents if is_called(one, listed.kind)] if listed.kind else documents
            if listed.kind and len(named) < _FEWEST_NAMED:
                if not (listed.certain and listed.topics):
                    return None
                named = documents  # "reports" that are called otherwise
            self._date(connection, named, read := list[int](), listed)
            if listed.period:
                period = meant(listed.period, [one["day"] for one in named])
                listed = replace(listed, period=period)
                named = [one for one in named if within(stamp_of(one["came"]) if listed.new else one["day"], period)]
            holding = {topic: self._holding(connection, topic) for topic in listed.topics}
        rows = [row for one in named if (row := _row(one, listed, holding))]
        if listed.topics and not listed.mentioned:
            rows += self._near(question, listed, named, {row.document_id for row in rows})
            if not rows:
                return None
        rows.sort(
            key=lambda row: (row.near, -row.passages if listed.topics else 0, row.name.casefold(), row.document_id)
        )
        return _Found(listed=listed, rows=tuple(rows), exact=listed.exact and not read)

    def _documents(self, connection: Connection, question: Question, listed: Listed) -> list[dict[str, Any]]:
        """Those that meet the composer's filters and the plain conditions of the question."""
        params = {"collection": question.collection, "filters": json.dumps(question.filters.criteria())}
        rows = [dict(row) for row in connection.execute(_QUERIES["documents"], params).mappings()]
        return [row for row in rows if meets(row, listed)]

    def _date(
        self, connection: Connection, documents: Sequence[dict[str, Any]], read: list[int], listed: Listed
    ) -> None:
        """Give each document its day: by name, title or beginning, else of its file. read: gets those by beginning."""
        for one in documents:
            one["day"] = written(one["name"]) or written(one["title"])
        unwritten = [one["id"] for one in documents if one["day"] is None][:_MOST_BEGINNINGS]
        if listed.period and not listed.new and unwritten:
            ids = {"document_ids": unwritten}
            beginnings = {row.id: row.beginning for row in connection.execute(_QUERIES["beginnings"], ids)}
            for one in documents:
                if one["id"] in beginnings and (day := written(beginnings[one["id"]])):
                    one["day"] = day
                    read.append(one["id"])
        for one in documents:
            one["day"] = one["day"] or stamp_of(one["dated"])

    def _holding(self, connection: Connection, topic: str) -> Mapping[int, tuple[int, int]]:
        """Document id -> number of passages that hold the words, and the best of them."""
        run = " ".join(content(_ELISION.sub("", topic)))
        rows = connection.execute(_QUERIES["holding"], {"run": run})
        return {row.document_id: (int(row.passages), int(row.chunk_id)) for row in rows}

    def _near(
        self, question: Question, listed: Listed, documents: Sequence[Mapping[str, Any]], known: set[int]
    ) -> list[Row]:
        """Documents without the words, of which a passage is close to the subject in meaning."""
        by_id = {one["id"]: one for one in documents}
        found: dict[int, Row] = {}
        for topic in listed.topics:
            searched = self._search.search(topic, collection=question.collection, filters=question.filters)
            for hit in searched.context.hits:
                distance = 1.0 if hit.vector_distance is None else hit.vector_distance
                similarity = hit.similarity if hit.similarity is not None else 1 - distance
                new = hit.document_id in by_id and hit.document_id not in known and hit.document_id not in found
                if new and similarity >= _NEAR:
                    found[hit.document_id] = _as_row(
                        by_id[hit.document_id], passages=1, chunk_id=hit.chunk_id, near=True
                    )
        return list(found.values())


def _row(one: Mapping[str, Any], listed: Listed, holding: Mapping[str, Mapping[int, tuple[int, int]]]) -> Row | None:
    """The document's row, None where it holds the words of no subject."""
    if not listed.topics:
        return _as_row(one, passages=one["chunk_count"])
    found = [place for places in holding.values() if (place := places.get(one["id"]))]
    return _as_row(one, passages=max(found)[0], chunk_id=max(found)[1]) if found else None


def _as_row(one: Mapping[str, Any], *, passages: int, chunk_id: int | None = None, near: bool = False) -> Row:
    day: Stamp | None = one["day"]
    return Row(
        document_id=one["id"], name=one["name"], collection=one["collection"], source_uri=one["source_uri"],
        dated=str(day or ""),
        passages=passages, chunk_id=chunk_id, near=near,
    )  # fmt: skip
