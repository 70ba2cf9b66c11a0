"""Closes connections whose request does not arrive; the server itself waits for ever for the rest of its head."""

import asyncio
from typing import Any

import uvicorn


def limit_half_sent(server: uvicorn.Server, *, seconds: float) -> None:
    """From now on a connection of a running server has this long for the head of each request."""
    config = server.config
    timed = _timed(config.http_protocol_class)

    def limited(**values: Any) -> Any:
        return timed(seconds, **values)

    config.http_protocol_class = limited  # type: ignore[assignment]  # called for each connection, nothing else


def _timed(kind: type[Any]) -> type[Any]:
    """The protocol with a timer that runs while a head is awaited. More bytes of the same head do not restart it."""

    class Timed(kind):  # type: ignore[misc]  # h11 or httptools, whichever is installed
        def __init__(self, seconds: float, **values: Any) -> None:
            super().__init__(**values)
            self._seconds = seconds
            self._timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop()
            super().connection_lost(exc)

        def _watch(self) -> None:
            if self.cycle is not None and not self.cycle.response_complete:
                self._stop()
            elif self._timer is None:
                self._timer = self.loop.call_later(self._seconds, self._drop)

        def _stop(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _drop(self) -> None:
            self._timer = None
            if self.transport.get_protocol() is self:  # a websocket has taken the connection over
                self.transport.close()

    return Timed
