"""What stands before every route: the key is checked, and a body is refused when it is too large."""

import asyncio
import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.acting import Actor, acting_as
from app.core.errors import FIX_LABEL
from app.http.problems import error_view

_BEARER = "bearer "
_NO_KEY = f"The key is missing or wrong. {FIX_LABEL} send `Authorization: Bearer KEY`; `python -m app key` shows it."
_NO_USER_KEY = (
    f"The key is missing, wrong or expired. {FIX_LABEL} send `Authorization: Bearer KEY`; "
    "`python -m app keys add USER` makes one."
)
_TOO_LARGE = 413
_UPLOADS = "/documents"
_OPEN = "/openapi.json"  # describes the routes and tells nothing about the documents


class Guard:
    """ASGI middleware of the routes. The body is not read before the key is right.

    users: whom a key acts for, where there are users; the one key is closed then.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        key: str,
        max_bytes: int,
        max_upload_bytes: int,
        users: Callable[[str], Actor | None] | None = None,
    ) -> None:
        self._app = app
        self._key = key.encode("utf-8")
        self._users = users
        self._max_bytes = max_bytes
        self._max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value for name, value in scope["headers"]}
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        acting = nullcontext() if path == _OPEN else await self._acting(headers.get("authorization", b""))
        if acting is None:
            headers_out = {"www-authenticate": "Bearer"}
            line = _NO_USER_KEY if self._users else _NO_KEY
            refusal = JSONResponse(error_view(line, 401, code="invalid_api_key"), 401, headers=headers_out)
            await refusal(scope, receive, send)
            return
        limit = self._max_upload_bytes if path == _UPLOADS else self._max_bytes
        length = headers.get("content-length", b"0")
        if not length.isdigit() or int(length) > limit:
            refusal = JSONResponse(error_view(_too_large(limit), _TOO_LARGE), _TOO_LARGE)
            await refusal(scope, receive, send)
            return
        with acting:
            await self._bounded(scope, receive, send, limit)

    async def _acting(self, header: bytes) -> AbstractContextManager[None] | None:
        """The context in which a request with this header is handled; None for one that is refused."""
        scheme, given = header[: len(_BEARER)], header[len(_BEARER) :].strip()
        if scheme.lower() != _BEARER.encode():
            return None
        if self._users is None:
            return nullcontext() if hmac.compare_digest(given, self._key) else None
        actor = await asyncio.to_thread(self._users, given.decode("latin-1"))
        return acting_as(actor) if actor else None

    async def _bounded(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Pass the request on; a body without a length is counted while it arrives."""
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:  # as an error that FastAPI lets through where it reads a body
                raise HTTPException(_TOO_LARGE, _too_large(limit))
            return message

        await self._app(scope, counted, send)


def _too_large(limit: int) -> str:
    return f"The request is larger than {limit / 2**20:.0f} MiB. {FIX_LABEL} send less at a time."
