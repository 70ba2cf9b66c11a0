"""Answers that are being written when the process ends."""

import threading
from collections.abc import Generator

from app.core.domain import Event, Token, Waiting
from app.running import Running


def _words(log: list[str], again: threading.Event) -> Generator[Event, None, None]:
    try:
        yield Token(text="one")
        while not again.wait(0.01):
            yield Waiting()
        yield Token(text="two")
        log.append("finished")
    except GeneratorExit:
        log.append("stopped")
        raise


def test_an_answer_passes_unchanged_while_nothing_ends() -> None:
    log: list[str] = []
    again = threading.Event()
    again.set()
    running = Running()
    assert [event.text for event in running.guarded(_words(log, again)) if isinstance(event, Token)] == ["one", "two"]
    assert log == ["finished"]
    assert running.end(seconds=0)


def test_the_end_stops_answers_in_other_threads_at_their_next_event() -> None:
    log: list[str] = []
    running = Running()
    begun = threading.Barrier(4)

    def consume() -> None:
        events = running.guarded(_words(log, threading.Event()))
        next(events)
        begun.wait()
        list(events)

    threads = [threading.Thread(target=consume) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait()
    assert running.end(seconds=5)
    for thread in threads:
        thread.join(5)
    assert log == ["stopped"] * 3
    assert list(running.guarded(_words(log, threading.Event()))) == []  # a question that comes too late


def test_an_answer_that_a_reader_leaves_is_stopped_and_no_longer_waited_for() -> None:
    log: list[str] = []
    running = Running()
    events = running.guarded(_words(log, threading.Event()))
    next(events)
    assert not running.end(seconds=0.05)
    events.close()
    assert log == ["stopped"]
    assert running.end(seconds=0)
