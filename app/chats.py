"""Kept chats: a page of the list, search, rename, deletion with counts, and what became of their documents."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping

from app.core.database import transaction
from app.core.domain import Answer, Outcome, Turn
from app.core.errors import NotFoundError
from app.core.passage_frame import unforged
from app.core.sql import load_queries
from app.ledger import Ledger

_QUERIES = load_queries(__file__)
_LONGEST_TITLE = 200
_QUESTION_TITLE = 80  # characters of a title that was made of a question
NEW_CHAT = "new"  # in place of a chat's id: begin one
REMOVED = "[The words of this passage were removed together with its document.]"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatRow:
    """A row of the list of chats; of a search with the answer that was hit."""

    id: str
    title: str
    updated_at: datetime
    answer_id: str = ""  # the latest answer that holds the words searched for
    hit: str = ""  # its question


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What a deletion takes along."""

    chats: int
    answers: int
    passages: int  # kept candidates with their text

    @property
    def line(self) -> str:
        """The counts for people."""
        parts = ((self.chats, "chat"), (self.answers, "answer"), (self.passages, "kept passage"))
        first, second, third = (f"{count:,} {what}{'' if count == 1 else 's'}" for count, what in parts)
        return f"{first}, {second} and {third}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A document of an answer that is gone or has changed since."""

    document_id: int
    name: str
    gone: bool
    changed_at: datetime | None

    @property
    def line(self) -> str:
        """The change for people."""
        if self.gone:
            return f"{self.name} was deleted since"
        moment = f" on {self.changed_at.astimezone():%d %b %Y}" if self.changed_at else ""
        return f"{self.name} changed{moment}"


class Chats:
    """The kept chats of each owner."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ledger = Ledger(engine)

    def page(self, *, owner: str = "", words: str = "", limit: int = 50, offset: int = 0) -> tuple[ChatRow, ...]:
        """Chats with the newest answer first; with words, only those that hold them all.

        Questions, answers and given names are searched; of the last word the beginning is enough.
        """
        params: dict[str, Any] = {"owner": owner, "limit": limit, "offset": offset}
        query = _QUERIES["list_chats"]
        if any(character.isalnum() for character in words):
            query, params["words"] = _QUERIES["search_chats"], words.replace("\x00", "")[:1000]
        with transaction(self._engine) as connection:
            return tuple(ChatRow(**row) for row in connection.execute(query, params).mappings())

    def has(self, chat_id: str, *, owner: str = "") -> bool:
        """Whether the owner has this chat; no text that is no id is one."""
        try:
            self._row(chat_id, owner)
        except NotFoundError:
            return False
        return True

    def load(self, chat_id: str, *, owner: str = "") -> tuple[ChatRow, tuple[Answer, ...]]:
        """A chat with its answers, oldest first. Raises NotFoundError."""
        return self._row(chat_id, owner), self._ledger.chat_answers(chat_id)

    def _row(self, chat_id: str, owner: str) -> ChatRow:
        key = {"id": _checked(chat_id), "owner": owner}
        with transaction(self._engine) as connection:
            row = connection.execute(_QUERIES["select_chat"], key).mappings().one_or_none()
        if row is None:
            raise _unknown(chat_id)
        return ChatRow(**row)

    def rename(self, chat_id: str, title: str, *, owner: str = "") -> None:
        """Give a chat a name. Raises NotFoundError for an unknown chat, ValueError for an empty name."""
        name = " ".join(title.replace("\x00", "").split())[:_LONGEST_TITLE]
        if not name:
            raise ValueError("A chat needs a name.")
        key = {"id": _checked(chat_id), "owner": owner, "title": name}
        with transaction(self._engine) as connection:
            if connection.execute(_QUERIES["rename_chat"], key).rowcount == 0:
                raise _unknown(chat_id)

    def contents(self, chat_id: str | None = None, *, owner: str = "") -> Contents:
        """What deleting a chat, or all chats of the owner, takes along."""
        with transaction(self._engine) as connection:
            return _contents(connection, chat_id, owner)

    def delete(self, chat_id: str | None = None, *, owner: str = "") -> Contents:
        """Delete a chat, or all of the owner, with answers and kept passages. Raises NotFoundError."""
        with transaction(self._engine) as connection:
            contents = _contents(connection, chat_id, owner)
            key = {"id": _checked(chat_id) if chat_id is not None else None, "owner": owner}
            if connection.execute(_QUERIES["delete_chats"], key).rowcount == 0 and chat_id is not None:
                raise _unknown(chat_id)
        return contents

    def changes(self, chat_id: str) -> Mapping[str, tuple[Change, ...]]:
        """Id of an answer -> its documents that are gone or have changed since; other answers are left out."""
        found: dict[str, list[Change]] = {}
        with transaction(self._engine) as connection:
            for row in connection.execute(_QUERIES["select_changes"], {"id": _checked(chat_id)}).mappings():
                values = dict(row)
                found.setdefault(values.pop("answer_id"), []).append(Change(**values))
        return {answer_id: tuple(changes) for answer_id, changes in found.items()}

    def answers_with(self, document_id: int) -> int:
        """How many kept answers hold passages of a document."""
        with transaction(self._engine) as connection:
            key = {"document_id": document_id}
            return int(connection.execute(_QUERIES["count_answers_with"], key).scalar_one())

    def documents_named(self, document: str) -> Mapping[int, str]:
        """Id -> name of the documents of kept answers with this id, name or address; deleted ones included."""
        key = {"document": document.replace("\x00", "")}
        with transaction(self._engine) as connection:
            rows = connection.execute(_QUERIES["select_documents_named"], key).all()
        return {row.document_id: row.name for row in rows}

    def remove_words(self, document_id: int) -> int:
        """Replace the kept passages of a document by a marker; returns how many answers held some.

        What the model itself wrote stays.
        """
        key = {"document_id": document_id}
        with transaction(self._engine) as connection:
            answers = connection.execute(_QUERIES["select_answers_with"], key).mappings().all()
            for answer in answers:
                _blank(connection, answer, document_id)
            connection.execute(_QUERIES["blank_candidates"], key | {"marker": REMOVED})
        return len(answers)


def turns(answers: Sequence[Answer], *, before: str = "") -> tuple[Turn, ...]:
    """Earlier exchanges for the rewriter, oldest first; failed ones are left out.

    answers: the shown versions. before: id of a version of an answer to repeat; it and later answers are left out.
    """
    kept = (Outcome.ANSWERED, Outcome.STOPPED, Outcome.NOT_FOUND)
    earlier = takewhile(lambda answer: before not in (answer.id, *answer.versions), answers) if before else answers
    return tuple(
        Turn(question=answer.question, answer=answer.text)
        for answer in earlier
        if answer.outcome in kept and answer.text
    )


def chat_title(question: str) -> str:
    """Title of a chat, from its first question."""
    title = " ".join(question.split())
    return title if len(title) <= _QUESTION_TITLE else title[: _QUESTION_TITLE - 1] + "…"


def _blank(connection: Connection, answer: RowMapping, document_id: int) -> None:
    """Blank a document's passages in an answer and in its prompt."""
    key = {"answer_id": answer["id"], "document_id": document_id}
    words = connection.execute(_QUERIES["select_words_of"], key).all()
    numbers = {row.passage_number for row in words}
    texts = {row.text for row in words}
    passages = []
    for passage in answer["passages"]:
        kept = passage
        if passage["number"] in numbers:
            texts.add(passage["text"])
            kept = {**passage, "text": REMOVED, "added": []}
        passages.append(kept)
    prompt = json.dumps(
        [{**message, "content": _without(message["content"], texts)} for message in answer["prompt"]],
        ensure_ascii=False,
    )
    row = {"id": answer["id"], "passages": json.dumps(passages, ensure_ascii=False), "prompt": prompt}
    connection.execute(_QUERIES["blank_answer"], row)


def _without(content: str, texts: set[str]) -> str:
    """The message without the texts; longest first, since a passage may hold several candidates."""
    written = texts | {unforged(words) for words in texts}  # as the prompt has them
    for words in sorted(written, key=len, reverse=True):
        if words and words != REMOVED:
            content = content.replace(words, REMOVED)
    return content


def _contents(connection: Connection, chat_id: str | None, owner: str) -> Contents:
    key = {"id": _checked(chat_id) if chat_id is not None else None, "owner": owner}
    return Contents(**connection.execute(_QUERIES["count_contents"], key).mappings().one())


def _checked(chat_id: str) -> str:
    try:
        return str(uuid.UUID(chat_id))
    except ValueError as error:
        raise _unknown(chat_id) from error


def _unknown(chat_id: str) -> NotFoundError:
    return NotFoundError(f"There is no chat {chat_id}.", fix="`python -m app chats list` lists them.")
