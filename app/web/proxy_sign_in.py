"""Sign-in by a proxy: users whom a trusted proxy names in a header, instead of a sign-in of our own."""

import asyncio
import logging
import time
from collections import OrderedDict

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.doors import USER_IN_SCOPE, client_of
from app.web.people import Gate
from app.web.sign_in import needs_session

_LOOK_SECONDS = 30.0  # between two looks whether a name is a user's
_MOST_KEPT = 10_000  # names; the oldest are dropped
_log = logging.getLogger("foremost.sign_in")


class ProxySignIn:
    """ASGI middleware for users who have signed in at a trusted proxy, which names them in a header.

    A name that no user has is refused like none. Names are looked up twice a minute.
    """

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app, self._gate = app, gate
        self._known: OrderedDict[str, tuple[bool, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        name = str(scope.get(USER_IN_SCOPE, "")) if scope["type"] in ("http", "websocket") else ""
        if name and not await self._is_known(name):
            _log.warning("The proxy at %s names %r, who is no user", client_of(scope), name)
            name = scope[USER_IN_SCOPE] = ""
        if scope["type"] == "http" and not name and needs_session(scope["path"]):
            await PlainTextResponse("Sign in at the proxy first.", status_code=401)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _is_known(self, name: str) -> bool:
        known, looked = self._known.get(name, (False, -_LOOK_SECONDS))
        if time.monotonic() - looked >= _LOOK_SECONDS:
            known = await asyncio.to_thread(self._gate.known, name)
            self._known[name] = (known, time.monotonic())
            if len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)
        return known


def named_by_proxy(request: Request) -> str | None:
    """The user of a request for Gradio, which refuses it without one."""
    return str(request.scope.get(USER_IN_SCOPE, "")) or None
