"""Sums up one document, found by its name; what a model wrote is kept until the document changes."""

import json
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine

from app.cite.cite import SupportScorer, cite
from app.core.chat import ChatModel
from app.core.database import reachable, transaction
from app.core.domain import Context, Event, Question, Started, Token
from app.core.errors import ModelError
from app.core.language import language_name, language_of_question
from app.core.names import folder_of, readable, words_of
from app.core.plan import Kind, Plan
from app.core.sql import load_queries
from app.direct.chunks import cited_context, read_hits, spans_of
from app.direct.direct import Direct
from app.direct.read_whole import WholeReader, WholeReading, renumbered
from app.plan.whole import Whole, whole_of
from app.plan.words import content
from app.present.instructions import instruction_notice
from app.prompts import conversation

_QUERIES = load_queries(__file__)
_TASKS = {
    False: "Write a summary of at most ten lines: what the document is about, then its main points in order",
    True: "Write the key points of the document as a list of at most ten lines, each beginning with a dash",
}
_WHY = "the whole document was read"


class Summaries:
    """Answers "summarise FILE" and "key points of FILE"."""

    def __init__(
        self,
        engine: Engine,
        *,
        model: ChatModel,
        support: SupportScorer,
        support_floor: float,
        answer_tokens: int,
        seconds: float,
        boundary: Callable[[str], str],
    ) -> None:
        """seconds: see WholeReader. boundary: id -> the line between passages of a prompt."""
        self._engine = engine
        self._model = model
        self._support = support
        self._floor = support_floor
        self._boundary = boundary
        self._reader = WholeReader(
            model=model,
            support=support,
            support_floor=support_floor,
            answer_tokens=answer_tokens,
            seconds=seconds,
        )

    def answer(self, question: Question) -> Generator[Event, None, Direct | None]:
        """The summary; None for any other question, and where no single document is called so. Raises AppError."""
        wanted = whole_of(question.text)
        document = self._document(question, wanted) if wanted else None
        if wanted is None or document is None:
            return None
        yield Started(stage="read", detail=document["name"])
        language = language_of_question(question.text) or "en"
        key = {
            "document_id": document["id"], "model": self._model.info.name, "language": language,
            "kind": "points" if wanted.points else "summary", "sha256": document["sha256"],
        }  # fmt: skip
        kept = self._kept(key)
        if kept:
            yield Token(text=kept["text"])
            notice = f"Kept since {kept['created_at']:%Y-%m-%d}: the document and the model are the same."
            made = Direct(
                text=kept["text"], plan=_plan(wanted, document, parts=0), context=self._context(kept["chunk_ids"]),
                notices=(notice,),
            )  # fmt: skip
            return self._checked(made)
        return self._checked((yield from self._read(question, wanted, document, key)))

    def rows(self, question: Question) -> Sequence[Sequence[str]]:  # noqa: ARG002
        """A summary is no table."""
        return ()

    def _document(self, question: Question, wanted: Whole) -> Mapping[str, Any] | None:
        """The one document that is meant: by its whole name or title, else by words of them that no other has."""
        params = {"collection": question.collection, "filters": json.dumps(question.filters.criteria())}
        with reachable(self._engine) as connection:
            rows = [dict(row) for row in connection.execute(_QUERIES["documents"], params).mappings()]
        if not wanted.name:
            return rows[0] if len(rows) == 1 else None
        said = words_of(wanted.name)
        asked = set(words_of(" ".join(content(wanted.name)))) or set(said)
        exact = [
            row
            for row in rows
            if said in (words_of(row["name"]), words_of(readable(row["name"])), words_of(row["title"]))
        ]
        near = [row for row in rows if asked <= _words(row)]
        found = exact or near
        return found[0] if len(found) == 1 else None

    def _kept(self, key: Mapping[str, object]) -> Mapping[str, Any] | None:
        with reachable(self._engine) as connection:
            row = connection.execute(_QUERIES["kept"], key).mappings().one_or_none()
        return dict(row) if row else None

    def _context(self, chunk_ids: Sequence[int]) -> Context:
        with reachable(self._engine) as connection:
            read = read_hits(connection, chunk_ids, found_by="whole document")
        return cited_context([read[one] for one in chunk_ids if one in read], why=_WHY)

    def _read(
        self, question: Question, wanted: Whole, document: Mapping[str, Any], key: dict[str, object]
    ) -> Generator[Event, None, Direct]:
        """The model reads the document; its summary is kept unless it was cut off."""
        with reachable(self._engine) as connection:
            ids = [one for one, _, _ in spans_of(connection, document["id"])]
        context = self._context(ids)
        boundary = self._boundary(str(uuid.uuid4()))
        name = language_name(str(key["language"]))

        def write(prompt: str, text: str) -> tuple[Any, ...]:
            return conversation(
                prompt, passages=text, boundary=boundary, question=question.text, task=_TASKS[wanted.points],
                in_language=f" in {name}",
            )  # fmt: skip

        reading = yield from self._reader.read(context.passages, write=write, boundary=boundary)
        text, notices = reading.text.replace(boundary, "").strip(), list[str]()
        if not text:
            raise ModelError(f"The model {self._model.info.name} wrote no summary.", fix="Ask again.")
        if warning := instruction_notice(context.passages):
            notices.append(warning)
        if reading.parts > 1:
            numbers = frozenset(passage.number for passage in context.passages)
            text, cited = renumbered(text, numbers)
            context = self._context([context.passages[number - 1].hits[0].chunk_id for number in cited])
            notices += _how(reading)
        ended = bool(reading.usage and reading.usage.finish_reason == "length")
        if ended:
            notices.append("The summary was ended at its limit. FOREMOST_ANSWER_TOKENS raises it.")
        if not ended and reading.read == reading.parts:
            chunks = [passage.hits[0].chunk_id for passage in context.passages]
            with transaction(self._engine) as connection:
                connection.execute(_QUERIES["keep"], key | {"text": text, "chunk_ids": json.dumps(chunks)})
        return Direct(
            text=text, plan=_plan(wanted, document, parts=reading.parts, read=reading.read), context=context,
            notices=tuple(notices),
            prompt=reading.prompt, usage=reading.usage,
        )  # fmt: skip

    def _checked(self, made: Direct) -> Direct:
        """The same with its citations checked; what the question says is no subject of the document."""
        checked = cite(made.text, made.context.passages, question="", support=self._support, floor=self._floor)
        return replace(made, text=checked.text, sentences=checked.sentences)


def _words(row: Mapping[str, Any]) -> set[str]:
    return set(words_of(" ".join((row["name"], row["title"], folder_of(row["source_uri"])))))


def _how(reading: WholeReading) -> list[str]:
    """How a long document was read; what is missing comes first."""
    lines = []
    if reading.read < reading.parts:
        lines.append(
            f"Only the beginning was read, {reading.read} of {reading.parts} parts (to {reading.end}): the rest would "
            "have taken too long. FOREMOST_SUMMARY_SECONDS raises the limit."
        )
    joined = "and their notes were joined" if reading.joined else "and joining their notes failed, so they stand below"
    return [*lines, f"The document was read in {reading.read} parts, {joined}."]


def _plan(wanted: Whole, document: Mapping[str, Any], *, parts: int, read: int = 0) -> Plan:
    what = "its key points" if wanted.points else "a summary"
    how = "which was kept" if not parts else "read whole" if parts == 1 else f"read in {parts} parts"
    how = f"of which {read} of {parts} parts were read" if 0 < read < parts else how
    return Plan(kind=Kind.WHOLE, reason=f"it asks for {what} of one document, {how}", subject=document["name"])
