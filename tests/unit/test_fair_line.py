"""Users take turns at the model: who is next, what place is shown, and that nobody waits for ever."""

import threading
from collections.abc import Generator
from contextlib import ExitStack

from app.core.domain import Event, Started, Token, Waiting
from app.fair_line import FairLine, Place
from app.running import Running, in_line
from app.web.thread import render_live


class Standing:
    """People in a line, by the name of their question."""

    def __init__(self, line: FairLine) -> None:
        self._line = line
        self._stacks: dict[str, ExitStack] = {}
        self._places: dict[str, Place] = {}

    def come(self, *questions: str) -> None:
        for question in questions:
            self._stacks[question] = ExitStack()
            self._places[question] = self._stacks[question].enter_context(self._line.stand(question[0]))

    def leave(self, question: str) -> None:
        self._stacks.pop(question).close()
        del self._places[question]

    @property
    def places(self) -> dict[str, int]:
        return {question: place(0) for question, place in self._places.items()}


def test_users_take_turns_however_many_questions_one_of_them_has() -> None:
    people = Standing(FairLine(1))
    people.come("a1", "a2", "a3", "b1", "c1", "b2")
    assert people.places == {"a1": 0, "b1": 1, "c1": 2, "a2": 3, "b2": 4, "a3": 5}
    people.leave("a1")
    assert people.places == {"b1": 0, "c1": 1, "a2": 2, "b2": 3, "a3": 4}
    people.leave("b1")
    people.come("d1")
    assert people.places == {"c1": 0, "d1": 1, "a2": 2, "b2": 3, "a3": 4}


def test_who_leaves_the_line_lets_the_others_move_up() -> None:
    people = Standing(FairLine(2))
    people.come("a1", "a2", "b1", "c1")
    people.leave("b1")
    assert people.places == {"a1": 0, "a2": 0, "c1": 1}
    people.leave("c1")
    people.leave("a2")
    people.come("b2")
    assert people.places == {"a1": 0, "b2": 0}


def test_without_a_limit_nobody_waits() -> None:
    people = Standing(FairLine(0))
    people.come("a1", "a2", "a3")
    assert set(people.places.values()) == {0}


def test_places_are_written_as_people_say_them() -> None:
    assert [in_line(number).split()[0] for number in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == (
        "1st 2nd 3rd 4th 11th 12th 13th 21st 112th".split()
    )


def _answer(name: str, log: list[str]) -> Generator[Event, None, None]:
    try:
        yield Started(stage="rewrite")
        yield Token(text=name)
        log.append(f"{name} finished")
    except GeneratorExit:
        log.append(f"{name} stopped")
        raise


def test_an_answer_says_its_place_and_begins_when_it_is_its_turn() -> None:
    log: list[str] = []
    running = Running(1)
    first = running.guarded(_answer("first", log))
    next(first)
    second = running.guarded(_answer("second", log))
    assert next(second) == Started(stage="line", detail="1st in line")
    assert next(second) == Waiting()
    assert list(first) == [Token(text="first")]
    assert list(second) == [Started(stage="rewrite"), Token(text="second")]
    assert log == ["first finished", "second finished"]


def test_an_answer_that_is_stopped_in_the_line_is_stored_as_stopped() -> None:
    log: list[str] = []
    running = Running(1)
    first, second, third = (running.guarded(_answer(name, log)) for name in ("first", "second", "third"))
    next(first)
    next(second)
    next(third)
    second.close()
    assert log == ["second stopped"]
    ended = threading.Thread(target=lambda: log.append(str(running.end(seconds=5))))
    ended.start()
    ended.join(0.1)
    assert [event for event in third if event != Waiting()] == []
    first.close()
    ended.join(5)
    assert log == ["second stopped", "third stopped", "first stopped", "True"]


def test_the_page_shows_the_place() -> None:
    assert "Waiting for the model (2nd in line)…" in render_live("When?", stage="line", detail=in_line(2))
