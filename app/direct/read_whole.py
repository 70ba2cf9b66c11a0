"""All passages of a document go in; a summary comes out: by one call where they fit, else part by part, joined."""

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from app.cite.cite import SupportScorer, cite
from app.core.chat import ChatModel
from app.core.domain import Event, Message, Passage, Started, Support, Token, Usage, Waiting
from app.core.errors import QuestionError
from app.core.passage_frame import framed
from app.pack import render, render_one

_PART_TOKENS = 300  # longest notes on one part
_MOST_ROUNDS = 3  # in which notes are joined
_MARKER = re.compile(r"\[(\d{1,5})\]")
Write = Callable[[str, str], tuple[Message, ...]]  # name of a prompt, framed text -> its messages


@dataclass(kw_only=True, slots=True)
class WholeReading:
    """What the model wrote so far."""

    text: str = ""
    parts: int = 1
    prompt: tuple[Message, ...] = ()  # of the last call
    usage: Usage | None = None
    notes: list[str] = field(default_factory=list)


class WholeReader:
    """Reads documents with one model."""

    def __init__(self, *, model: ChatModel, support: SupportScorer, support_floor: float, answer_tokens: int) -> None:
        """support, support_floor: see app.cite; a line without a number gets that of the passage which supports it."""
        self._model = model
        self._support = support
        self._floor = support_floor
        self._answer_tokens = answer_tokens

    def read(self, passages: Sequence[Passage], *, write: Write, boundary: str) -> Generator[Event, None, WholeReading]:
        """The summary, with markers of the passages' numbers. Tokens are those of the last call. Raises ModelError."""
        reading = WholeReading()
        room = self._model.info.context_tokens - self._answer_tokens - self._model.count_tokens(write("summary", ""))
        parts = _batches([(one, self._tokens(render_one(one))) for one in passages], room)
        if len(parts) == 1:
            yield Started(stage="generate")
            yield from self._call(write("summary", render(passages, boundary)), reading, shown=True)
            return reading
        reading.parts = len(parts)
        for number, part in enumerate(parts, 1):
            place = part[0].location or part[0].heading
            yield Started(stage="read", detail=f"part {number} of {len(parts)}" + (f": {place}" if place else ""))
            yield from self._call(write("summary", render(part, boundary)), reading, shown=False)
            reading.notes.append(self._marked(reading.text, part))
            reading.text = ""
        yield from self._join(reading, write, boundary, room)
        return reading

    def _join(self, reading: WholeReading, write: Write, boundary: str, room: int) -> Generator[Event, None, None]:
        """One summary of the notes; as often as needed until they fit."""
        notes = reading.notes
        for _ in range(_MOST_ROUNDS):
            groups = _batches([(note, self._tokens(note)) for note in notes], room)
            if len(groups) == 1:
                break
            joined = []
            for number, group in enumerate(groups, 1):
                yield Started(stage="read", detail=f"joining notes, {number} of {len(groups)}")
                yield from self._call(write("summary_notes", framed(group, boundary)), reading, shown=False)
                joined.append(reading.text)
                reading.text = ""
            notes = joined
        groups = _batches([(note, self._tokens(note)) for note in notes], room)
        yield Started(stage="generate")
        yield from self._call(write("summary_notes", framed(groups[0], boundary)), reading, shown=True)

    def _call(
        self, messages: tuple[Message, ...], reading: WholeReading, *, shown: bool
    ) -> Generator[Event, None, None]:
        """One call of the model; it is stopped when the steps are closed."""
        reading.prompt = messages
        tokens = self._answer_tokens if shown else min(_PART_TOKENS, self._answer_tokens)
        stream = self._model.stream(messages, max_tokens=tokens)
        try:
            while True:
                piece = next(stream)
                reading.text += piece
                yield Token(text=piece) if piece and shown else Waiting()
        except StopIteration as end:
            reading.usage = end.value
        finally:
            stream.close()

    def _marked(self, text: str, part: Sequence[Passage]) -> str:
        """The notes with a marker at each line that has none and that a passage of its part supports."""
        checked = cite(text, part, question="", support=self._support, floor=self._floor)
        marked, at = "", 0
        for one in checked.sentences:
            marked += checked.text[at : one.end]
            at = one.end
            if one.support is Support.ATTRIBUTED:
                marked += "".join(f" [{number}]" for number in one.passages)
        return marked + checked.text[at:]

    def _tokens(self, text: str) -> int:
        empty = self._model.count_tokens((Message(role="user", content=""),))
        return self._model.count_tokens((Message(role="user", content=f"{text}\n\n"),)) - empty


def renumbered(text: str, numbers: frozenset[int]) -> tuple[str, tuple[int, ...]]:
    """The text with its markers counted from 1, and the numbers that they had; others than `numbers` are left out."""
    order: dict[int, int] = {}

    def new(match: re.Match[str]) -> str:
        number = int(match.group(1))
        if number not in numbers:
            return ""
        return f"[{order.setdefault(number, len(order) + 1)}]"

    return _MARKER.sub(new, text), tuple(order)


def _batches(items: Sequence[tuple[object, int]], room: int) -> list[list]:  # type: ignore[type-arg]
    """The items in order, in as few groups as fit the room each; one that is larger than the room stands alone."""
    if room <= 0:
        raise QuestionError(
            "The model's context is too short to read a document.", fix="Raise FOREMOST_CONTEXT_TOKENS."
        )
    groups: list[list[object]] = [[]]
    used = 0
    for item, tokens in items:
        if groups[-1] and used + tokens > room:
            groups.append([])
            used = 0
        groups[-1].append(item)
        used += tokens
    return groups
