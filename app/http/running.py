"""Runs an answer in a thread of its own and passes its events on; when the reader leaves, the model is stopped."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing, suppress

from starlette.requests import ClientDisconnect, Request

from app.core.domain import Answer, Event, Finished, Question
from app.core.errors import ModelError

Answering = Callable[[Question], Generator[Event, None, None]]


async def events_of(answer: Answering, question: Question) -> AsyncGenerator[Event, None]:
    """The events as they come. Closing this generator stops the answer at its next event, and stores it so far.

    Events come a few times a second even while a model is silent. Raises what the answer raises.
    """
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
    stop = threading.Event()

    def send(item: Event | Exception | None) -> None:
        with suppress(RuntimeError):  # the server's loop has ended
            loop.call_soon_threadsafe(waiting.put_nowait, item)

    def work() -> None:
        try:
            with closing(answer(question)) as events:
                for event in events:
                    send(event)
                    if stop.is_set():
                        return
        except Exception as error:  # noqa: BLE001  # raised again where the events are read
            send(error)
        finally:
            send(None)

    context = contextvars.copy_context()  # for whom the database is read
    threading.Thread(target=context.run, args=(work,), name="answer", daemon=True).start()
    try:
        while (item := await waiting.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        stop.set()


async def finished(answer: Answering, question: Question, request: Request) -> Answer:
    """The finished answer. Raises ClientDisconnect when the client leaves before, and what the answer raises."""
    async with aclosing(events_of(answer, question)) as events:
        async for event in events:
            if isinstance(event, Finished):
                return event.answer
            if await request.is_disconnected():
                raise ClientDisconnect
    raise ModelError("The answer ended before it was finished.", fix="Ask again.")
