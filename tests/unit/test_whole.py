"""Questions that want a whole document in short, and how it is read part by part."""

from collections.abc import Callable, Generator, Sequence
from itertools import count
from typing import Literal

import numpy as np
import pytest

from app.core.chat import ChatModel
from app.core.domain import Event, Message, ModelInfo, Started, Token, Usage
from app.core.models.embedding import Matrix
from app.direct.read_whole import WholeReader, WholeReading, renumbered
from app.plan.whole import whole_of
from tests.support.builders import make_passage


@pytest.mark.parametrize(
    ("question", "name", "points"),
    [
        ("Summarise manual.pdf", "manual.pdf", False),
        ("Please summarize the document crew-handbook.md.", "crew-handbook.md", False),
        ("What are the key points of the lease?", "lease", True),
        ("Fasse das Handbuch zusammen", "Handbuch", False),
        ("Was sind die Kernpunkte der Satzung?", "Satzung", True),
        ("Résume le rapport annuel", "rapport annuel", False),
        ("Quels sont les points clés du contrat ?", "contrat", True),
        ("Resume el informe anual", "informe anual", False),
        ("¿Cuáles son los puntos clave del contrato?", "contrato", True),
        ("Summarise this document", "", False),
    ],
)
def test_the_document_and_what_is_wanted_of_it(question: str, name: str, points: bool) -> None:
    found = whole_of(question)
    assert found is not None
    assert (found.name, found.points) == (name, points)


@pytest.mark.parametrize(
    "question", ["What are the main causes of fire?", "How do I summarise data?", "What is the point of a lease?"]
)
def test_other_questions_are_searched(question: str) -> None:
    assert whole_of(question) is None


class Copier(ChatModel):
    """Counts words as tokens and writes what stands in its prompt; remembers the prompts."""

    def __init__(
        self, context_tokens: int, answer: str, *, backend: Literal["ollama", "embedded"] = "embedded"
    ) -> None:
        self._info = ModelInfo(backend=backend, name="copier", context_tokens=context_tokens, tokens_counted=True)
        self.answer, self.prompts = answer, list[str]()

    @property
    def info(self) -> ModelInfo:
        return self._info

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content.split()) for message in messages)

    def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> Generator[str, None, Usage]:  # noqa: ARG002
        self.prompts.append(messages[-1].content)
        yield self.answer
        return Usage(
            prompt_tokens=1,
            sent_tokens=1,
            answer_tokens=1,
            context_tokens=self.info.context_tokens,
            finish_reason="stop",
            uncut="proven",
            proof="",
        )

    def close(self) -> None:
        return


def same_words(sentences: Sequence[str], passages: Sequence[str]) -> Matrix:
    return np.array([[float(one.split()[0] in other) for other in passages] for one in sentences], dtype=np.float32)


def write(name: str, text: str) -> tuple[Message, ...]:
    return (Message(role="user", content=f"{name}: {text}"),)


def read(
    model: Copier, count: int, *, seconds: float = 60, clock: Callable[[], float] = lambda: 0
) -> tuple[WholeReading, list[Event]]:
    passages = [make_passage(number, f"Fact{number} " + "word " * 20) for number in range(1, count + 1)]
    reader = WholeReader(
        model=model, support=same_words, support_floor=0.4, answer_tokens=20, seconds=seconds, clock=clock
    )
    steps, events = reader.read(passages, write=write, boundary="==="), list[Event]()
    while True:
        try:
            events.append(next(steps))
        except StopIteration as end:
            return end.value, events


def test_what_fits_is_read_by_one_call() -> None:
    model = Copier(400, "All of it [2].")
    reading, events = read(model, 3)
    assert (reading.text, reading.parts, len(model.prompts)) == ("All of it [2].", 1, 1)
    assert [event.text for event in events if isinstance(event, Token)] == ["All of it [2]."]


def test_what_does_not_fit_is_read_part_by_part_and_its_notes_are_joined_with_their_numbers() -> None:
    model = Copier(150, "Fact4 word word", backend="ollama")
    reading, events = read(model, 6)
    details = [event.detail for event in events if isinstance(event, Started) and event.stage == "read"]
    assert reading.parts > 1
    assert len(details) == reading.parts == len(model.prompts) - 1
    assert details[0].startswith(f"part 1 of {reading.parts}")
    assert "Fact4 word word [4]" in model.prompts[-1]  # the line got the number of the passage that supports it
    assert [event.text for event in events if isinstance(event, Token)] == ["Fact4 word word"]  # of the last call alone


LINE = "Fact4 word word word word word word word word."


def test_a_small_model_joins_notes_without_numbers_and_its_lines_get_them_afterwards() -> None:
    model = Copier(150, LINE)
    reading, _ = read(model, 6)
    assert model.prompts[0].startswith("summary_part: ")
    assert model.prompts[-1].startswith("summary_notes_small: ")
    assert LINE in model.prompts[-1]
    assert "[" not in model.prompts[-1]
    assert (reading.text, reading.joined) == (f"{LINE} [4]", True)


def test_a_summary_of_nothing_but_numbers_gives_way_to_the_notes() -> None:
    reading, _ = read(Copier(150, "1. 2. 3. [4]"), 6)
    assert not reading.joined
    assert len(reading.text.splitlines()) == reading.parts > 1


def test_what_takes_too_long_is_read_in_part() -> None:
    ticks = count(step=10)  # seconds at every look at the clock
    model = Copier(150, LINE)
    reading, events = read(model, 24, seconds=65, clock=lambda: float(next(ticks)))
    details = [event.detail for event in events if isinstance(event, Started) and event.stage == "read"]
    assert 1 < reading.read == len(details) == len(model.prompts) - 1 < reading.parts
    assert reading.end == f"Document {_last_number(model.prompts[-2])} › Section"


def test_a_part_that_takes_too_long_is_left_out_but_never_the_first() -> None:
    ticks = count(step=10)  # the clock runs on while the model answers
    model = Copier(150, LINE)
    reading, _ = read(model, 24, seconds=41, clock=lambda: float(next(ticks)))
    assert (reading.read, len(reading.notes), len(model.prompts)) == (1, 1, 2)
    assert reading.text.startswith(LINE)


def _last_number(prompt: str) -> str:
    return prompt.rsplit("Fact", 1)[1].split(" ")[0]


def test_markers_are_counted_from_one_and_unknown_ones_are_left_out() -> None:
    assert renumbered("A [1200]. B [3][7]. C [1200].", frozenset({3, 1200})) == ("A [1]. B [2]. C [1].", (1200, 3))
