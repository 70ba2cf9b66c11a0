"""The doors of the page: which names it answers to, whose requests it takes, which proxies it believes."""

import asyncio
import ipaddress
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import SettingsError

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_FORWARDED = (  # headers of proxies; x-gradio-server is one that Gradio reads
    "forwarded x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto x-forwarded-prefix "
    "x-forwarded-server x-real-ip x-original-url x-rewrite-url x-gradio-server"
).split()
USER_IN_SCOPE = "foremost.user"  # key of the user whom a trusted proxy named, empty without one
_DEFAULT_PORTS = {"http": 80, "https": 443}
_log = logging.getLogger("foremost.doors")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_loopback(host: str) -> bool:
    """Whether an address to bind to is reachable from this machine only."""
    name = host.strip("[]").casefold()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_login_beyond_loopback(host: str, *, login: bool, may_be_open: bool) -> None:
    """Raise SettingsError when the page would be open to other machines without a login and nobody said so."""
    if not (login or may_be_open or is_loopback(host)):
        raise SettingsError(
            f"The page would be open to everyone who reaches {host}: it has no login.",
            fix="Set FOREMOST_LOGIN_USER and FOREMOST_LOGIN_PASSWORD, or FOREMOST_OPEN=1 if that is meant.",
        )


def parse_names(names: str) -> tuple[str, ...]:
    """Host names separated by commas, in lower case and without ports."""
    return tuple(_host_name(name) for name in names.split(",") if name.strip())


def parse_networks(networks: str) -> tuple[Network, ...]:
    """Addresses and networks separated by commas. Raises SettingsError."""
    parts = [part.strip() for part in networks.split(",") if part.strip()]
    try:
        return tuple(ipaddress.ip_network(part, strict=False) for part in parts)
    except ValueError as error:
        raise SettingsError(
            f"FOREMOST_TRUSTED_PROXIES holds what is no address or network ({error}).",
            fix="Write addresses or networks, for example 127.0.0.1,172.16.0.0/12.",
        ) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Entrance:
    """What the doors let through."""

    names: tuple[str, ...] = ()  # host names beside those of this machine; "*": any
    proxies: tuple[Network, ...] = ()
    root_path: str = ""  # under which a proxy offers the page
    request_seconds: float = 30.0  # longest pause within a request
    user_header: str = ""  # in which a trusted proxy names the user who is signed in there


class Doors:
    """ASGI middleware that refuses foreign names and origins and resolves what a trusted proxy forwarded.

    Without the check of the name a web site could point its own name at this machine and read the page through a
    visitor's browser (DNS rebinding). Without the check of the origin it could send questions, uploads and deletions.
    """

    def __init__(self, app: ASGIApp, entrance: Entrance) -> None:
        self._app = app
        self._entrance = entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = _resolved(scope, self._entrance)
        refusal = _refusal(scope, self._entrance)
        if refusal is None:
            await self._app(scope, _impatient(receive, self._entrance.request_seconds), send)
            return
        status, line = refusal
        _log.warning("%s %s from %s refused: %s", scope.get("method", ""), scope["path"], client_of(scope), line)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        await PlainTextResponse(line, status_code=status)(scope, receive, send)


def client_of(scope: Scope) -> str:
    """The address of the client, empty when it is unknown."""
    return str(scope["client"][0]) if scope.get("client") else ""


def _refusal(scope: Scope, entrance: Entrance) -> tuple[int, str] | None:
    """Status and line of the answer to a request that is refused; None for one that may pass."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    name = _host_name(host)
    if "*" not in entrance.names and name not in LOOPBACK_NAMES and name not in entrance.names:
        return 400, "The page does not answer to this host name (FOREMOST_ALLOWED_HOSTS lists the names)."
    origins = headers.getlist("origin")
    if any(not _is_own(origin, host, entrance.names) for origin in origins):
        return 403, "The request comes from another web site."
    foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site")
    if foreign and not origins and not (scope.get("method") in ("GET", "HEAD") and _is_navigation(headers)):
        return 403, "The request comes from another web site."
    return None


def _is_navigation(headers: Headers) -> bool:
    """Whether a link or the address line opens the page; frames and pictures are no navigation."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") in ("document", None)


def _is_own(origin: str, host: str, names: Sequence[str]) -> bool:
    """Whether a page of this origin is our own: same name and port, or a name that was given to us."""
    try:
        parts = urlsplit(origin)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
        ours = urlsplit(f"//{host}")
        our_port = ours.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return False
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return False
    if (parts.hostname, port) == (ours.hostname, our_port):
        return True
    return parts.hostname in names and not is_loopback(parts.hostname)  # other ports of this machine are other programs


def _host_name(host: str) -> str:
    """The name in a Host header, lower case, without port and brackets; empty when it is none."""
    try:
        return (urlsplit(f"//{host.strip()}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _resolved(scope: Scope, entrance: Entrance) -> Scope:
    """The request as the client sent it: forwarded values of a trusted proxy applied, those of others dropped."""
    scope = dict(scope)
    scope["headers"] = list(scope["headers"])
    headers = MutableHeaders(scope=scope)
    named = headers.getlist(entrance.user_header) if entrance.user_header else []
    scope[USER_IN_SCOPE] = ""
    if _is_trusted(client_of(scope), entrance.proxies):
        scope[USER_IN_SCOPE] = named[0] if len(named) == 1 else ""  # of two, one may be the client's own
        _apply_forwarded(scope, headers, entrance.proxies)
    for name in (*_FORWARDED, *([entrance.user_header] if named else ())):
        del headers[name]
    prefix = entrance.root_path
    if prefix and (scope["path"] == prefix or scope["path"].startswith(f"{prefix}/")):
        scope["path"] = scope["path"].removeprefix(prefix) or "/"
        raw = scope.get("raw_path") or b""
        scope["raw_path"] = raw.removeprefix(prefix.encode()) or b"/"
    return scope


def _apply_forwarded(scope: Scope, headers: MutableHeaders, proxies: Sequence[Network]) -> None:
    """The nearest proxy writes last, so the last value counts; anything before it may be the client's own."""
    host = _values(headers, "x-forwarded-host")[-1:]
    if host:
        headers["host"] = host[0]
    scheme = _values(headers, "x-forwarded-proto")[-1:]
    if scheme and scheme[0] in _DEFAULT_PORTS:
        scope["scheme"] = scheme[0]
    chain = _values(headers, "x-forwarded-for")
    while chain:
        address = chain.pop()
        scope["client"] = (address, 0)
        if not _is_trusted(address, proxies):
            break


def _values(headers: Headers, name: str) -> list[str]:
    return [part.strip() for value in headers.getlist(name) for part in value.split(",") if part.strip()]


def _is_trusted(address: str, proxies: Iterable[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return any((mapped or parsed) in network for network in proxies)


def _impatient(receive: Receive, seconds: float) -> Receive:
    """Receive that ends a request whose body pauses for too long; after the body it waits as long as it takes."""
    complete = False

    async def receive_in_time() -> Message:
        nonlocal complete
        if complete:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), seconds)
        except TimeoutError:
            complete = True
            return {"type": "http.disconnect"}
        complete = not message.get("more_body", False)
        return message

    return receive_in_time
