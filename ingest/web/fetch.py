"""An address goes in, the server's reply comes out: one request at a time, with pauses, limits and conditions."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import collapse_rfc2231_value, parsedate_to_datetime
from importlib import metadata

import httpcore2

from app.core.errors import DocumentError, reason
from ingest.web.addresses import Guard
from ingest.web.connection import CheckedBackend, Deadline, UnreachableError
from ingest.web.limits import MIB, WebLimits, too_large, unpacked

ROBOT = "foremost"  # the name that robots.txt and meta tags address
_ATTEMPTS = 3  # for one page, when the server is busy or fails
_CONNECTIONS = 2  # for one page, when there is no connection or it breaks
_LONGEST_PAUSE = 60.0  # seconds that a server may ask for before the next request
_PAUSE = 2.0  # seconds before another attempt when the server names no time
_BUSY = frozenset((429, 503))
_FAILING = frozenset((500, 502, 504))
_FRESH = frozenset((200, 203))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_KEPT = frozenset(
    "content-type content-encoding content-length content-disposition etag last-modified location retry-after "
    "x-robots-tag".split()
)
_SMALL_BODY = 1 << 16  # bytes
_LONGEST_HEADER = 4_000  # characters of one that are read


class FetchError(DocumentError):
    """The page cannot be read now; another run may read it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Validators:
    """By what a server tells whether a page has changed since it was read."""

    etag: str = ""
    modified: str = ""  # the server's own Last-Modified

    def headers(self) -> dict[str, str]:
        """The conditions of a request."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in pairs.items() if value and value.isascii() and value.isprintable()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A server's reply to one request."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names
    content: bytes | None = None  # None: not read, because of the status or the media type

    @property
    def redirect(self) -> str | None:
        """Where it leads, as the server writes it; None when it is no redirect."""
        return self.headers.get("location") if self.status in _REDIRECTS else None

    @property
    def permanent(self) -> bool:
        """Whether a redirect is meant for good."""
        return self.status in (301, 308)

    @property
    def media_type(self) -> str:
        """As the server declares it, without parameters; empty when it does not."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The encoding that the server declares; empty when it does not."""
        return self._parameter("content-type", "charset")

    @property
    def filename(self) -> str:
        """The name under which the server offers a download; empty when it does not."""
        return self._parameter("content-disposition", "filename")

    @property
    def validators(self) -> Validators:
        """The conditions for the next request."""
        return Validators(etag=self.headers.get("etag", ""), modified=self.headers.get("last-modified", ""))

    @property
    def modified_at(self) -> datetime | None:
        """The time of the last change by the server's word, unless it lies in the future."""
        try:
            moment = parsedate_to_datetime(self.headers.get("last-modified", ""))
        except ValueError:
            return None
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return moment if moment <= datetime.now(UTC) else None

    def _parameter(self, header: str, name: str) -> str:
        message = Message()
        message[header] = re.sub(r"[\r\n]+", " ", self.headers.get(header, ""))
        return collapse_rfc2231_value(message.get_param(name, "", header) or "").strip()


class Fetcher:
    """Reads pages of one site over one connection. Raises FetchError and RefusedError, which are DocumentErrors."""

    def __init__(
        self,
        guard: Guard,
        limits: WebLimits,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._sleep = sleep
        self._clock = clock
        self._deadline = Deadline(clock)
        self._next = 0.0  # time of the next request
        self._agent = f"{ROBOT}/{metadata.version('foremost')}"
        self.delay = limits.delay_seconds  # seconds between two requests; robots.txt may raise it
        self.received = 0  # bytes of all bodies, unpacked
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpcore2.default_ssl_context(),
            max_connections=1,
            keepalive_expiry=30.0,
            network_backend=CheckedBackend(guard, self._deadline),
        )

    def close(self) -> None:
        """End the connection."""
        self._pool.close()

    def get(
        self, url: str, validators: Validators | None = None, *, wanted: Callable[[str], bool] = lambda _: True
    ) -> Reply:
        """The reply to a request; redirects are not followed here. A busy or failing server is tried three times.

        validators: the server need not send what has not changed since. wanted: whether a body of this media type is
        read.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            self._wait()
            try:
                reply = self._request(url, validators or Validators(), wanted)
            except httpcore2.TimeoutException as error:
                raise FetchError(
                    f"The server takes longer than {self._limits.page_seconds} seconds.",
                    fix="Try again later, or raise FOREMOST_WEB_PAGE_SECONDS.",
                ) from error
            except UnreachableError as error:
                raise error.error from error
            except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
                if attempt == _CONNECTIONS:
                    raise FetchError(f"The connection fails ({_cause(error)}).", fix="Try again later.") from error
                self._pause(_PAUSE * attempt)
                continue
            finally:
                self._next = max(self._next, self._clock() + self.delay)
            if reply.status not in _BUSY | _FAILING:
                return reply
            if attempt < _ATTEMPTS:
                self._pause(_seconds(reply.headers.get("retry-after", "")) or _PAUSE * attempt)
        return reply

    def _request(self, url: str, validators: Validators, wanted: Callable[[str], bool]) -> Reply:
        headers = {
            "User-Agent": self._agent,
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip",
            **validators.headers(),
        }
        self._deadline.start(self._limits.page_seconds)
        with self._pool.stream("GET", url, headers=list(headers.items())) as response:
            received = _headers(response.headers)
            reply = Reply(url=url, status=response.status, headers=received)
            if response.status not in _FRESH:
                _drain(response)
                return reply
            if not wanted(reply.media_type):
                return reply
            if _size(received) > self._limits.page_mib * MIB:
                raise too_large(self._limits)
            encoding = received.get("content-encoding", "").strip().lower()
            content = unpacked(response.iter_stream(), encoding, self._limits)
            self.received += len(content)
            return Reply(url=url, status=response.status, headers=received, content=content)

    def _wait(self) -> None:
        """Wait until the next request is polite."""
        seconds = self._next - self._clock()
        if seconds > 0:
            self._sleep(seconds)

    def _pause(self, seconds: float) -> None:
        """Make the next request no earlier than this."""
        if seconds > _LONGEST_PAUSE:
            raise FetchError(f"The server asks to wait {seconds:.0f} seconds.", fix="Run the same command later.")
        self._next = self._clock() + max(seconds, self.delay)


def _drain(response: httpcore2.Response) -> None:
    """Read the small body of an error or redirect, so that its connection serves the next request."""
    left = _SMALL_BODY
    for piece in response.iter_stream():
        left -= len(piece)
        if left < 0:
            return


def _headers(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; several of one name are joined with commas."""
    headers: dict[str, str] = {}
    for raw, value in pairs:
        name = raw.decode("ascii", "replace").lower()
        if name in _KEPT:
            text = value.decode("utf-8", "replace")[:_LONGEST_HEADER]
            headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


def _size(headers: Mapping[str, str]) -> int:
    text = headers.get("content-length", "")
    return int(text) if re.fullmatch(r"\d{1,18}", text) else 0


def _seconds(retry_after: str) -> float:
    """Seconds that a Retry-After header asks for, as a number or a date; 0 when there is none."""
    if re.fullmatch(r"\d{1,9}", retry_after.strip()):
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a time zone
        return 0.0


def _cause(error: Exception) -> str:
    """The reason of a failed connection, without the number that the system gives it."""
    return re.sub(r"^\[.*?\] ", "", reason(error))
