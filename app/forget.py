"""Erasure: a document, a chat, a user's chats or everything old leaves every table, not only its own."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from app.core.database import reachable, transaction
from app.core.errors import AppError, NotFoundError
from app.core.sql import load_queries

REMOVED_ANSWER = "[This answer was removed together with the document it was written from.]"
_SAMPLED_CHUNKS = 100_000  # as after ingestion: word frequencies of a larger corpus come from a sample
_QUERIES = load_queries(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What was removed, and the names under which copies outside the database are to be looked for."""

    counts: tuple[tuple[str, int], ...]  # what, for people -> how many
    names: tuple[str, ...] = ()  # of files
    paths: tuple[str, ...] = ()  # of files on a disk, which stay

    @property
    def line(self) -> str:
        """The counts for people."""
        parts = [f"{count:,} {what}" for what, count in self.counts if count]
        return ", ".join(parts) if parts else "nothing was kept"


class Forget:
    """Removes words from the database. Each method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def document(self, reference: str) -> Forgotten:
        """Remove a document by id, address or file name, also when it is in the library no longer.

        Gone are: the document with its original, passages and members; its candidates; what the model wrote from them;
        feedback on that; golden passages of it and questions that only it answered; its uploads and jobs.
        What people asked stays. Raises NotFoundError, or AppError while a worker reads it.
        """
        with transaction(self._engine) as connection:
            uri = _resolved(connection, reference)
            found = connection.execute(_QUERIES["forgotten"], {"uri": uri}).one()
            key = {"uris": list(found.uris), "ids": list(found.ids or ()), "names": list(found.names or ())}
            if connection.execute(_QUERIES["running_jobs"], key).scalar_one():
                raise AppError(f"{uri} is being ingested just now.", fix="Try again when that has ended.")
            counts = _document_gone(connection, key)
        self._clean()
        paths = [uri.removeprefix("file://") for uri in key["uris"] if "!/" not in uri]
        return Forgotten(counts=counts, names=tuple(key["names"]), paths=tuple(p for p in paths if p.startswith("/")))

    def chat(self, chat_id: str) -> Forgotten:
        """Remove a chat of any owner. Raises NotFoundError."""
        return self._chats(chat=_checked(chat_id))

    def user(self, owner: str) -> Forgotten:
        """Remove every chat of a user. Raises NotFoundError when there is none."""
        return self._chats(owner=owner)

    def older_than(self, days: int) -> Forgotten:
        """Remove chats without an answer since, answers, measurements, ended jobs and failed uploads; no documents."""
        return self._chats(days=days)

    def _chats(self, *, chat: str = "", owner: str | None = None, days: int | None = None) -> Forgotten:
        key: dict[str, Any] = {"chat": chat, "owner": owner, "days": days}
        with transaction(self._engine) as connection:
            key["chats"] = list(connection.scalars(_QUERIES["chats_of"], key))
            if days is None and not key["chats"]:
                raise NotFoundError(f"There is no chat of {owner!r}." if owner is not None else f"No chat {chat}.")
            key["questions"] = list(connection.scalars(_QUERIES["questions_of"], key))
            golden = connection.scalars(_QUERIES["delete_golden_of_questions"], key).all()
            connection.execute(_QUERIES["strip_evaluations"], {"questions": list(golden), "uris": []})
            counts = [
                ("answers", connection.execute(_QUERIES["delete_answers"], key).rowcount),
                ("chats", connection.execute(_QUERIES["delete_chats"], key).rowcount),
                ("golden questions", len(golden)),
            ]
            if days is not None:
                counts += [
                    ("measurements", int(connection.execute(_QUERIES["delete_old_runs"], key).scalar_one())),
                    ("failed uploads", connection.execute(_QUERIES["delete_old_uploads"], key).rowcount),
                    ("jobs", connection.execute(_QUERIES["delete_old_jobs"], key).rowcount),
                ]
        self._clean()
        return Forgotten(counts=tuple(counts))

    def remains(self) -> str:
        """How long the server's own log may hold removed words, for people."""
        with reachable(self._engine) as connection:
            log = connection.execute(_QUERIES["log"]).one()
            clears = connection.execute(_QUERIES["can_clear_statistics"]).scalar_one()
        archive = "" if log.archive == "off" else " Its archived log is kept as long as its own rules say."
        statistics = "" if clears else " Statistics of tables that are empty now may hold short values until they fill."
        return (
            f"the server's write-ahead log, until it is written over (checkpoint every {log.checkpoint}, at most "
            f"{log.size}), and free space of its files, until it is used again.{archive}{statistics}"
        )

    def _clean(self) -> None:
        """Removed rows leave the files' pages for new ones, and the statistics of columns."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(_QUERIES["vacuum"])
            if connection.execute(_QUERIES["can_clear_statistics"]).scalar_one():  # PostgreSQL 18
                connection.execute(_QUERIES["clear_statistics"])


def _document_gone(connection: Connection, key: dict[str, list[Any]]) -> tuple[tuple[str, int], ...]:
    """Order matters: what refers to a document is found through it."""
    golden = connection.scalars(_QUERIES["delete_golden_expected"], key).all()
    questions = connection.scalars(_QUERIES["delete_golden_without_passage"], {"ids": list(golden)}).all()
    connection.execute(_QUERIES["strip_evaluations"], key | {"questions": list(questions)})
    answers = {"answers": list(connection.scalars(_QUERIES["answers_from"], key))}
    connection.execute(_QUERIES["blank_answers"], key | answers | {"marker": REMOVED_ANSWER})
    connection.execute(_QUERIES["unwrite_questions"], answers)
    connection.execute(_QUERIES["unwrite_plans"], key)
    candidates = connection.execute(_QUERIES["delete_candidates"], key).rowcount
    documents = connection.execute(_QUERIES["delete_documents"], key).rowcount
    connection.execute(_QUERIES["delete_remote_items"], key)
    uploads = connection.execute(_QUERIES["delete_uploads"], key).rowcount
    jobs = connection.execute(_QUERIES["delete_jobs"], key).rowcount
    connection.execute(_QUERIES["refresh_frequencies"], {"sampled": _SAMPLED_CHUNKS})
    return (
        ("documents", documents),
        ("answers written from them", len(answers["answers"])),
        ("kept passages", candidates),
        ("golden passages", len(golden)),
        ("golden questions", len(questions)),
        ("uploads", uploads),
        ("jobs", jobs),
    )


def _resolved(connection: Connection, reference: str) -> str:
    uris = connection.scalars(_QUERIES["known_documents"], {"reference": reference}).all()
    if not uris:
        raise NotFoundError(f"Nothing is kept of a document {reference!r}.", fix="Give its id, address or file name.")
    if len(uris) > 1:
        shown = ", ".join(uris[:5]) + (", …" if len(uris) > 5 else "")
        raise NotFoundError(f"More than one document is called {reference!r}: {shown}.", fix="Give its address.")
    return str(uris[0])


def _checked(chat_id: str) -> str:
    try:
        return str(uuid.UUID(chat_id))
    except ValueError as error:
        raise NotFoundError(f"There is no chat {chat_id}.", fix="`python -m app chats list` lists them.") from error
