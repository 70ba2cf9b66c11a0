"""Connections to checked addresses only; none outlasts its deadline, however slowly a server sends."""

import time
from collections.abc import Callable, Iterable
from ssl import SSLContext
from typing import Any

import httpcore2

from app.core.errors import DocumentError
from ingest.web.addresses import Guard

_CONNECT_SECONDS = 10.0  # for one address of a host; the next one is tried then


class Deadline:
    """The time by which a page has to be read completely."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = float("inf")

    def start(self, seconds: float) -> None:
        """Count from now."""
        self._until = self._clock() + seconds

    def left(self) -> float:
        """Seconds that are left, more than 0. Raises httpcore2.ReadTimeout when none is."""
        left = self._until - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout("The page takes too long.")
        return left


class CheckedBackend(httpcore2.NetworkBackend):
    """Resolves a host once, checks the addresses and connects to one of them."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the deadline holds instead
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of the host's permitted addresses that answers. Raises RefusedError, ConnectError."""
        try:
            addresses = self._guard.addresses(host, port)
        except DocumentError as error:
            raise UnreachableError(error) from error
        problem: Exception = httpcore2.ConnectError("no address")
        for address in addresses:
            seconds = min(_CONNECT_SECONDS, self._deadline.left())
            try:
                stream = self._sockets.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                problem = error
                continue
            return _TimedStream(stream, self._deadline)
        raise problem


class UnreachableError(Exception):
    """The host does not exist or may not be connected to; `error` says so for people."""

    def __init__(self, error: DocumentError) -> None:
        super().__init__(str(error))
        self.error = error


class _TimedStream(httpcore2.NetworkStream):
    """A stream of which no operation outlasts the deadline: a server that sends one byte a second does not either."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """See NetworkStream."""
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """See NetworkStream."""
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        """See NetworkStream."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        """See NetworkStream."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """See NetworkStream."""
        return self._stream.get_extra_info(info)
