"""Sign-in: attempts are slowed and locked, sessions end, signing out is a POST, and nothing is open before it."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.attempts import Attempts
from app.web.doors import client_of
from app.web.people import Gate

_LOOK_SECONDS = 30.0  # between two looks whether a session's user may stay
_MOST_BODY = 16_384  # bytes of a sign-in
_COOKIE = "access-token-"
# What the sign-in form itself needs. `startup-events` starts the queue and says nothing about the corpus.
_OPEN_PATHS = frozenset({"user", "login_check", "startup-events", "app_id", "theme.css"})
_log = logging.getLogger("foremost.sign_in")

Clock = Callable[[], float]


class Sessions(dict[str | None, str]):
    """Token -> user, as Gradio keeps it; a session ends after a pause, and after a while in any case."""

    def __init__(self, *, idle_seconds: float, seconds: float, clock: Clock = time.monotonic) -> None:
        super().__init__()
        self._idle, self._longest, self._clock = idle_seconds, seconds, clock
        self._times: dict[str | None, tuple[float, float]] = {}  # start and latest use
        self._began: dict[str | None, datetime] = {}

    def __setitem__(self, token: str | None, user: str) -> None:
        for old in [old for old in self if self._ended(old)]:
            del self[old]
        now = self._clock()
        self._times[token] = (now, now)
        self._began[token] = datetime.now(UTC)
        super().__setitem__(token, user)

    def __delitem__(self, token: str | None) -> None:
        self._times.pop(token, None)
        self._began.pop(token, None)
        super().__delitem__(token)

    def __contains__(self, token: object) -> bool:
        return self.get(token) is not None  # type: ignore[arg-type]  # any key may be looked up

    def get(self, token: str | None, default: str | None = None) -> str | None:  # type: ignore[override]  # as Gradio calls it
        """The user of a running session, which this use prolongs."""
        if not super().__contains__(token):
            return default
        if self._ended(token):
            del self[token]
            return default
        self._times[token] = (self._times[token][0], self._clock())
        return super().__getitem__(token)

    def began(self, token: str) -> tuple[str, datetime] | None:
        """User and beginning of a session; None when there is none."""
        user = self.get(token)
        return (user, self._began[token]) if user else None

    def end(self, token: str, *, everywhere: bool) -> str:
        """End a session, or all of its user; returns the user, empty when there was none."""
        user = self.get(token) or ""
        for other in [other for other, owner in self.items() if owner == user] if everywhere and user else [token]:
            if super().__contains__(other):
                del self[other]
        return user

    def _ended(self, token: str | None) -> bool:
        started, used = self._times[token]
        now = self._clock()
        return now - used > self._idle or now - started > self._longest


class SignIn:
    """ASGI middleware around Gradio's own sign-in."""

    def __init__(
        self,
        app: ASGIApp,
        sessions: Sessions,
        attempts: Attempts,
        root_path: str = "",
        gate: Gate | None = None,
    ) -> None:
        self._app, self._sessions, self._attempts, self._gate = app, sessions, attempts, gate
        self._home = f"{root_path}/"
        self._looked: dict[str, float] = {}  # token -> when its user was looked up last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        path = scope.get("path", "").rstrip("/")
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif path == "/login" and scope["method"] == "POST":
            await self._sign_in(scope, receive, send)
        elif path == "/logout":
            await (await self._sign_out(scope))(scope, receive, send)
            return
        else:
            await self._end_stale(scope)
            await self._pass(path, scope, receive, send)

    async def _pass(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if needs_session(path) and not any(self._sessions.get(token) for token in _tokens(scope)):
            await PlainTextResponse("Sign in first.", status_code=401)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _end_stale(self, scope: Scope) -> None:
        """End sessions whose user was removed, or got another password or role; looked up twice a minute."""
        for token in _tokens(scope) if self._gate else ():
            session = self._sessions.began(token)
            if session is None or time.monotonic() - self._looked.get(token, -_LOOK_SECONDS) < _LOOK_SECONDS:
                continue
            self._looked = {token: at for token, at in self._looked.items() if token in self._sessions}
            self._looked[token] = time.monotonic()
            if self._gate and not await asyncio.to_thread(self._gate.may_stay, *session):
                self._sessions.end(token, everywhere=False)
                _log.info("A session of %r ended: the user was changed", session[0])

    async def _note(self, name: str, action: str, address: str) -> None:
        if self._gate:
            await asyncio.to_thread(self._gate.note, name, action, address=address)

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        name = await _name_in(scope, body) if body is not None else None
        if body is None or name is None:
            await PlainTextResponse("This is no sign-in form.", status_code=400)(scope, receive, send)
            return
        address = client_of(scope)
        left = self._attempts.locked_seconds(name, address)
        if left > 0:
            _log.warning("Sign-in of %r from %s refused: locked for %d s", name, address, left)
            headers = {"retry-after": str(int(left) + 1)}
            line = f"Too many failed attempts. Try again in {int(left // 60) + 1} min."
            await PlainTextResponse(line, status_code=429, headers=headers)(scope, receive, send)
            return
        delay = self._attempts.begin(name, address)

        async def send_verdict(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] < 400:
                    self._attempts.succeeded(name, address)
                    _log.info("%r signed in from %s", name, address)
                    await self._note(name, "signed in", address)
                    message = {**message, "headers": [_same_site(*header) for header in message["headers"]]}
                else:
                    _log.warning("Sign-in of %r from %s failed", name, address)
                    await self._note(name, "failed to sign in", address)
                    await asyncio.sleep(delay)
            await send(message)

        await self._app(scope, _replayed(body), send_verdict)

    async def _sign_out(self, scope: Scope) -> Response:
        """End the session, or with ?all=1 every session of its user. A link of another page cannot do it."""
        if scope["method"] != "POST":
            return PlainTextResponse("Signing out is a POST.", status_code=405, headers={"allow": "POST"})
        everywhere = scope.get("query_string", b"") == b"all=1"
        response = RedirectResponse(self._home, status_code=303)
        for name, token in _cookies(scope):
            user = self._sessions.end(token, everywhere=everywhere)
            if user:
                how = "signed out everywhere" if everywhere else "signed out"
                _log.info("%r %s from %s", user, how, client_of(scope))
                await self._note(user, how, client_of(scope))
            response.delete_cookie(name, path="/")
        return response


def needs_session(path: str) -> bool:
    """Whether a path is closed before signing in. Files of the page itself hold nothing of the corpus."""
    parts = path.strip("/").split("/")
    return parts[0] == "gradio_api" and not (len(parts) == 2 and parts[1] in _OPEN_PATHS)


def _tokens(scope: Scope) -> Iterator[str]:
    return (token for _, token in _cookies(scope))


def _cookies(scope: Scope) -> list[tuple[str, str]]:
    try:
        jar = SimpleCookie("; ".join(Headers(scope=scope).getlist("cookie")))
    except CookieError:
        return []
    return [(name, morsel.value) for name, morsel in jar.items() if name.startswith(_COOKIE)]


def _same_site(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Gradio lets its cookie travel with requests of other sites (SameSite=none); nothing here needs that."""
    return name, value.replace(b"SameSite=none", b"SameSite=lax") if name.lower() == b"set-cookie" else value


async def _body(receive: Receive) -> bytes | None:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > _MOST_BODY:
            return None
    return body


async def _name_in(scope: Scope, body: bytes) -> str | None:
    try:
        async with Request(scope, _replayed(body)).form(max_fields=10, max_files=0) as form:
            value = form.get("username")
    except (MultiPartException, ValueError):
        return None
    return value.strip()[:200] if isinstance(value, str) else None


def _replayed(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
