"""/healthz, /readyz and /metrics, for whoever watches the process."""

import secrets
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.core.errors import AppError

_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(*, ready: Callable[[], None], metrics: Callable[[], bytes], token: str, login: bool) -> list[Route]:
    """The three routes.

    ready: raises AppError while questions cannot be answered. token: /metrics needs it as a bearer; a page with a
    login has no /metrics without one.
    """

    def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    def readyz(_request: Request) -> Response:
        try:
            ready()
        except AppError:  # what is wrong is for the log and for doctor, not for everyone who asks
            return PlainTextResponse("not ready: python -m app doctor says why", status_code=503)
        return PlainTextResponse("ready")

    def measured(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if (login or token) and not (token and secrets.compare_digest(given.encode(), token.encode())):
            return PlainTextResponse(
                "Set FOREMOST_METRICS_TOKEN and send it as a bearer token.",
                status_code=401,
                headers={"www-authenticate": "Bearer"},
            )
        return Response(metrics(), media_type=_FORMAT)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", measured)]
