"""A thread with an event loop: an async stream goes in, a plain generator that can be closed at any time comes out."""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Generator
from typing import Final, TypeVar

T = TypeVar("T")

_TICK_SECONDS = 0.2
_CLOSE_SECONDS = 10.0


class _End:
    """Says that the stream is over, well or not."""


_END: Final = _End()


class Background:
    """Runs the requests of one chat model.

    Requests are asynchronous because only a cancelled task reliably closes its connection in every state: while it
    connects, while it waits for the first byte (a queue or a long prefill) and in mid-stream.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="foremost-chat", daemon=True)
        self._thread.start()

    def iterate(self, source: Callable[[], AsyncIterator[T]]) -> Generator[T | None, None, None]:
        """Items of source() as they arrive, and None a few times a second while none does.

        Closing the generator cancels the request and returns when its connection is closed.
        """
        items: queue.SimpleQueue[T | _End] = queue.SimpleQueue()

        async def pump() -> None:
            try:
                async for item in source():
                    items.put(item)
            finally:
                items.put(_END)

        future = asyncio.run_coroutine_threadsafe(pump(), self._loop)
        try:
            while True:
                try:
                    item = items.get(timeout=_TICK_SECONDS)
                except queue.Empty:
                    yield None
                    continue
                if isinstance(item, _End):
                    future.result()  # raises what the request raised
                    return
                yield item
        finally:
            if future.cancel():
                _drain(items)

    def close(self) -> None:
        """End the thread; a request that still runs is dropped with it."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_CLOSE_SECONDS)


def _drain(items: "queue.SimpleQueue[T | _End]") -> None:
    """Wait until the cancelled request has closed its connection."""
    try:
        while not isinstance(items.get(timeout=_CLOSE_SECONDS), _End):
            pass
    except queue.Empty:
        return  # its connection cannot be closed in time; the server's own time limit ends it
