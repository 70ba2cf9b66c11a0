"""Sign-in at a provider of OpenID Connect, in place of names and passwords of our own."""

import asyncio
import logging
import secrets
import time
from collections import OrderedDict

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import AppError
from app.web.attempts import Attempts
from app.web.doors import USER_IN_SCOPE, client_of
from app.web.oidc_provider import Begun, Provider
from app.web.people import Gate
from app.web.sign_in import Sessions, SignIn, needs_session

_LOGIN, _CALLBACK, _OUT = "/oidc/login", "/oidc/callback", "/oidc/out"
_SESSION_COOKIE = "access-token-oidc"  # the beginning is what SignIn looks for
_STATE_COOKIE = "foremost-oidc-state"
_PENDING_SECONDS = 600
_MOST_PENDING = 1000  # sign-ins that were sent to the provider; the oldest are dropped
_SIGNED_OUT = '<!doctype html><title>Foremost</title><p>You are signed out here.</p><p><a href="{}">Sign in</a></p>'
_log = logging.getLogger("foremost.sign_in")


class OidcSignIn(SignIn):
    """ASGI middleware: sends browsers to the provider, and begins a session for the user whom it names.

    Sessions, their end and signing out are those of SignIn. A sign-in belongs to the browser that began it: it holds
    the state as a cookie.
    """

    def __init__(
        self,
        app: ASGIApp,
        sessions: Sessions,
        gate: Gate,
        provider: Provider,
        *,
        root_path: str = "",
        creates: bool = False,
    ) -> None:
        """creates: who signs in and is no user yet becomes a reader."""
        super().__init__(app, sessions, Attempts(), root_path, gate)
        self._people, self._provider, self._root, self._creates = gate, provider, root_path, creates
        self._pending: OrderedDict[str, tuple[Begun, float]] = OrderedDict()

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("Sign in at the provider.", status_code=404)(scope, receive, send)

    async def _pass(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        user = self._sessions.get(Request(scope).cookies.get(_SESSION_COOKIE)) or ""
        scope[USER_IN_SCOPE] = user
        if path == _LOGIN:
            await (await self._begin(scope))(scope, receive, send)
        elif path == _CALLBACK:
            await (await self._finish(Request(scope)))(scope, receive, send)
        elif path == _OUT:
            await HTMLResponse(_SIGNED_OUT.format(f"{self._root}{_LOGIN}"))(scope, receive, send)
        elif path == "" and not user:
            await RedirectResponse(f"{self._root}{_LOGIN}", status_code=303)(scope, receive, send)
        elif needs_session(path) and not user:
            await PlainTextResponse("Sign in first.", status_code=401)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _sign_out(self, scope: Scope) -> Response:
        response = await super()._sign_out(scope)
        if response.status_code == 303:  # the home page would go on to the provider, which would sign in again
            response.headers["location"] = f"{self._root}{_OUT}"
        return response

    async def _begin(self, scope: Scope) -> Response:
        try:
            begun = await self._provider.begin(f"{_origin(scope)}{self._root}{_CALLBACK}")
        except AppError as error:
            _log.warning("A sign-in could not begin: %s", error)
            return PlainTextResponse(str(error), status_code=502)
        self._pending[begun.state] = (begun, time.monotonic())
        while len(self._pending) > _MOST_PENDING:
            self._pending.popitem(last=False)
        response = RedirectResponse(begun.url, status_code=303)
        self._set_cookie(response, scope, _STATE_COOKIE, begun.state, seconds=_PENDING_SECONDS)
        return response

    async def _finish(self, request: Request) -> Response:
        scope, address = request.scope, client_of(request.scope)
        state = request.query_params.get("state", "")
        begun, at = self._pending.pop(state, (None, 0.0))
        own = secrets.compare_digest(request.cookies.get(_STATE_COOKIE, "").encode(), state.encode())
        if begun is None or not own or time.monotonic() - at > _PENDING_SECONDS:
            return PlainTextResponse("This sign-in was not begun here, or too long ago.", status_code=400)
        name = ""
        try:
            name = await self._provider.finish(begun, request.query_params.get("code", ""))
            await self._require_user(name)
        except AppError as error:
            _log.warning("Sign-in of %r from %s failed: %s", name, address, error)
            await self._note(name, "failed to sign in", address)
            return PlainTextResponse(str(error), status_code=403)
        _log.info("%r signed in from %s", name, address)
        await self._note(name, "signed in", address)
        token = secrets.token_urlsafe(32)
        self._sessions[token] = name
        response = RedirectResponse(self._home, status_code=303)
        response.delete_cookie(_STATE_COOKIE, path=self._home)
        self._set_cookie(response, scope, _SESSION_COOKIE, token)
        return response

    async def _require_user(self, name: str) -> None:
        """Raise AppError for a name that no user has, unless it may become one."""
        if await asyncio.to_thread(self._people.known, name):
            return
        if not self._creates:
            raise AppError(f"{name} is no user of this server.", fix="An administrator adds users.")
        await asyncio.to_thread(self._people.add_reader, name)

    def _set_cookie(
        self, response: Response, scope: Scope, name: str, value: str, *, seconds: int | None = None
    ) -> None:
        secure = scope["scheme"] == "https"
        path = "/" if name == _SESSION_COOKIE else self._home  # signing out removes it there
        response.set_cookie(name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="lax")


def _origin(scope: Scope) -> str:
    """Our own address as the browser sees it; the doors have checked the name."""
    return f"{scope['scheme']}://{Request(scope).headers['host']}"
