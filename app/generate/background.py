"""A thread with an event loop that turns async streams into plain generators, which can be closed at any time."""

import asyncio
import atexit
import contextlib
import queue
import threading
from collections.abc import AsyncIterator, Callable, Generator
from typing import Final, TypeVar

T = TypeVar("T")

_TICK_SECONDS = 0.2
_CLOSE_SECONDS = 10.0


class _End:
    """Marks the end of a stream, also after an error."""


_END: Final = _End()


class Background:
    """Runs the requests of one chat model.

    Requests are asynchronous because only a cancelled task reliably closes its connection in every state: while
    connecting, while waiting for the first byte (a queue or a long prefill), and in mid-stream.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="foremost-chat", daemon=True)
        self._thread.start()
        # Connections must close before the process ends: the embedded server waits for its last answer.
        atexit.register(self.close)

    def iterate(self, source: Callable[[], AsyncIterator[T]]) -> Generator[T | None, None, None]:
        """Items of source() as they arrive, and None a few times a second while there are none.

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
                    future.result()  # Raises the request's error.
                    return
                yield item
        finally:
            if future.cancel():
                _drain(items)

    def close(self) -> None:
        """Cancel running requests, close their connections and end the thread."""
        atexit.unregister(self.close)
        if not self._thread.is_alive():
            return
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(_CLOSE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_SECONDS)


async def _cancel_all() -> None:
    """Cancel every other task of this loop and wait until it has closed its connection."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _drain(items: "queue.SimpleQueue[T | _End]") -> None:
    """Wait until the cancelled request has closed its connection."""
    try:
        while not isinstance(items.get(timeout=_CLOSE_SECONDS), _End):
            pass
    except queue.Empty:
        return  # The connection did not close in time. The server's own time limit ends the request.
