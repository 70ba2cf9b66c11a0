"""All passages of a document go in; a summary comes out: by one call where they fit, else part by part, joined."""

import re
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from app.cite.cite import SupportScorer, cite
from app.core.chat import ChatModel
from app.core.domain import Event, Message, Passage, Started, Support, Token, Usage, Waiting
from app.core.errors import QuestionError
from app.core.passage_frame import framed
from app.pack import render, render_one

_PART_TOKENS = 200  # longest notes on one part
_FEWEST_TOKENS = 60  # of notes on one part, however many parts there are
_MARKER = re.compile(r"\[(\d{1,5})\]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LEAST_WORDS = 8  # of a joined summary; below it is nothing but numbers
Write = Callable[[str, str], tuple[Message, ...]]  # name of a prompt, framed text -> its messages


@dataclass(kw_only=True, slots=True)
class WholeReading:
    """What the model wrote so far."""

    text: str = ""
    parts: int = 1
    read: int = 1  # of the parts; fewer when time ran out
    end: str = ""  # where the last part that was read ends, for people
    joined: bool = True  # False: the notes stand for a summary that was none
    prompt: tuple[Message, ...] = ()  # of the last call
    usage: Usage | None = None
    notes: list[str] = field(default_factory=list)


class WholeReader:
    """Reads documents with one model."""

    def __init__(
        self,
        *,
        model: ChatModel,
        support: SupportScorer,
        support_floor: float,
        answer_tokens: int,
        seconds: float,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """support, support_floor: see app.cite; a line without a number gets that of the passage which supports it.

        seconds: for the notes; no part is begun that would probably take longer together with the joining, and one
        that does is left out, but never the first. clock: seconds, for tests.
        """
        self._model = model
        self._support = support
        self._floor = support_floor
        self._answer_tokens = answer_tokens
        self._seconds = seconds
        self._clock = clock

    def read(self, passages: Sequence[Passage], *, write: Write, boundary: str) -> Generator[Event, None, WholeReading]:
        """The summary, with markers of the passages' numbers. Tokens are those of the last call. Raises ModelError."""
        reading = WholeReading()
        room = self._model.info.context_tokens - self._answer_tokens - self._model.count_tokens(write("summary", ""))
        parts = _batches([(one, self._tokens(render_one(one))) for one in passages], room)
        if len(parts) == 1:
            yield Started(stage="generate")
            messages = write("summary", render(passages, boundary))
            yield from self._call(messages, reading, tokens=self._answer_tokens, shown=True)
            return reading
        yield from self._notes(parts, reading, write, boundary, room)
        yield from self._join(reading, write, boundary, room)
        reading.text = self._marked(reading.text, [one for part in parts[: reading.read] for one in part])
        return reading

    def _notes(
        self, parts: Sequence[Sequence[Passage]], reading: WholeReading, write: Write, boundary: str, room: int
    ) -> Generator[Event, None, None]:
        """Notes on one part after the other, short enough that all of them fit one prompt, while there is time."""
        reading.parts = len(parts)
        tokens = max(_FEWEST_TOKENS, min(_PART_TOKENS, self._answer_tokens, room // len(parts)))
        started = self._clock()
        for number, part in enumerate(parts, 1):
            spent = self._clock() - started
            if number > 1 and spent + 2 * spent / (number - 1) > self._seconds:  # this part, and as long to join
                break
            place = part[0].location or part[0].heading
            yield Started(stage="read", detail=f"part {number} of {len(parts)}" + (f": {place}" if place else ""))
            messages = write("summary_part", render(part, boundary))
            end = started + self._seconds if number > 1 else None
            if not (yield from self._call(messages, reading, tokens=tokens, shown=False, end=end)):
                reading.text = ""
                break
            reading.notes.append(self._marked(reading.text, part))
            reading.text, reading.read = "", number
            reading.end = part[-1].location or part[-1].heading or f"passage {part[-1].number}"

    def _join(self, reading: WholeReading, write: Write, boundary: str, room: int) -> Generator[Event, None, None]:
        """One summary of the notes. A small model gets them without numbers, which it would only count on."""
        small = self._model.info.backend == "embedded"
        notes = [_MARKER.sub("", note) for note in reading.notes] if small else reading.notes
        first = _batches([(note, self._tokens(note)) for note in notes], room)[0]
        yield Started(stage="generate")
        messages = write("summary_notes_small" if small else "summary_notes", framed(first, boundary))
        yield from self._call(messages, reading, tokens=self._answer_tokens, shown=True)
        if len(_WORD.findall(reading.text)) < _LEAST_WORDS:
            reading.joined, reading.text = False, "\n".join(reading.notes)

    def _call(
        self,
        messages: tuple[Message, ...],
        reading: WholeReading,
        *,
        tokens: int,
        shown: bool,
        end: float | None = None,
    ) -> Generator[Event, None, bool]:
        """One call of the model; it is stopped when the steps are closed. False: the clock reached `end` before."""
        reading.prompt = messages
        stream = self._model.stream(messages, max_tokens=tokens)
        try:
            while end is None or self._clock() < end:
                piece = next(stream)
                reading.text += piece
                yield Token(text=piece) if piece and shown else Waiting()
        except StopIteration as stop:
            reading.usage = stop.value
            return True
        finally:
            stream.close()
        return False

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
