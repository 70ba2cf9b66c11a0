"""Answers in progress without a browser: stored when no one listens, stopped when the server ends, bounded."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from app.core.domain import Outcome
from app.core.errors import AppError
from app.core.settings import Settings
from app.unanswered import Asked
from app.web.conversation import running_answers
from app.web.running import RunningAnswers
from tests.support.fakes import FakeServices, ScriptedModel, make_services
from tests.support.shelf import fill_shelf, script

QUESTION = "When does the boathouse open, and how are boats booked?"


@pytest.fixture
def services(database: Engine, make_settings: Callable[..., Settings]) -> FakeServices:
    """Services over a shelf, with a model that can be held."""
    shelf = fill_shelf(database)
    return make_services(database, make_settings(), shelf.hits, ScriptedModel(script))


def _begin(services: FakeServices, running: RunningAnswers) -> str:
    chat = services.ledger.start_chat("Boats")
    assert running.ask(chat, Asked(text=QUESTION))
    return chat


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_answer_is_stored_when_no_one_listens(services: FakeServices) -> None:
    running = running_answers(services)
    chat = _begin(services, running)
    _until(lambda: running.current(chat) is None)
    assert [answer.outcome for answer in services.ledger.chat_answers(chat)] == [Outcome.ANSWERED]
    assert running.chats() == frozenset()
    assert services.unanswered.of(chat) == ()


def test_the_end_of_the_server_keeps_a_running_answer_as_stopped(services: FakeServices) -> None:
    running = running_answers(services)
    services.model.hold(after=6)
    chat = _begin(services, running)
    assert not running.ask(chat, Asked(text="Next?"))
    running.close()
    (answer,) = services.ledger.chat_answers(chat)
    assert answer.outcome is Outcome.STOPPED
    assert [asked.text for asked in services.unanswered.of(chat)] == ["Next?"]  # kept for the next server
    assert services.unanswered.of(chat, owner="another") == ()
    with pytest.raises(AppError, match="shutting down"):
        running.ask(chat, Asked(text="Later?"))


def test_a_late_listener_hears_everything_and_a_failure_stays(services: FakeServices) -> None:
    running = running_answers(services)
    services.model.hold(after=6)
    chat = _begin(services, running)
    current = running.current(chat)
    assert current is not None
    services.model.go_on()
    _until(lambda: current.ended)
    late = [event for events in current.events() for event in events]
    assert type(late[-1]).__name__ == "Finished"
    assert running.ask(chat, Asked(text="Where?", options={"scope": {"collection": "missing"}}))
    _until(lambda: running.chats() == frozenset())
    failed = running.current(chat)
    assert failed is not None
    assert isinstance(failed.error, AppError)


def test_questions_that_wait_are_bounded(services: FakeServices) -> None:
    running = running_answers(services)
    services.model.hold(after=6)
    chat = _begin(services, running)
    for number in range(10):
        running.ask(chat, Asked(text=f"{number}?"))
    with pytest.raises(AppError, match="wait in this chat"):
        running.ask(chat, Asked(text="11?"))
    assert len(running.waiting(chat)) == 10
    running.close()
