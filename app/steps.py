"""Steps of an answer that can be stopped between any two of them, and what is kept of them meanwhile."""

from collections.abc import Generator
from typing import Protocol, TypeVar

from app.core.domain import Event, Query, Token, Waiting

Made = TypeVar("Made")


class Growing(Protocol):
    """An answer in progress."""

    text: str


def kept(draft: Growing, steps: Generator[Event, None, Made]) -> Generator[Event, None, Made]:
    """The steps; their tokens are kept in the draft as they pass, so that a stopped answer has them."""
    try:
        while True:
            event = next(steps)
            if isinstance(event, Token):
                draft.text += event.text
            yield event
    except StopIteration as end:
        made: Made = end.value
        return made
    finally:
        steps.close()


def stoppable(steps: Generator[None, None, Query]) -> Generator[Event, None, Query]:
    """Run the steps with a Waiting event after each, so that a listener can close the generator there."""
    try:
        while True:
            next(steps)
            yield Waiting()
    except StopIteration as end:
        query: Query = end.value
        return query
    finally:
        steps.close()
