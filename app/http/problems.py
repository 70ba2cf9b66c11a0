"""Errors of the routes in OpenAI's form: one clear line, its kind, and an HTTP status that clients understand."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from app.core.errors import (
    FIX_LABEL,
    AppError,
    CorpusError,
    DatabaseError,
    DocumentError,
    ModelError,
    NotFoundError,
    QuestionError,
    RightsError,
    reason,
)
from app.present.problem import problem_of

_STATUS: tuple[tuple[type[AppError], int], ...] = (
    (QuestionError, 400),
    (DocumentError, 400),
    (RightsError, 403),
    (NotFoundError, 404),
    (CorpusError, 409),
    (ModelError, 502),
    (DatabaseError, 503),
)
_CLIENT_LEFT = 499  # nobody reads it; the server's log shows it
_KINDS = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}


class RefusedError(AppError):
    """A request that cannot be answered as it is; `code` and `param` are OpenAI's words for programs."""

    def __init__(
        self, problem: str, *, fix: str = "", status: int = 400, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(problem, fix=fix)
        self.status = status
        self.code = code
        self.param = param


def status_of(error: Exception) -> int:
    """The HTTP status of an error; 500 for one that is nobody's fault but ours."""
    if isinstance(error, RefusedError):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_view(line: str, status: int, *, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """The body of an error response."""
    kind = _KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": line, "type": kind, "param": param, "code": code}}


def view_of(error: AppError) -> dict[str, Any]:
    """The body for an error of ours."""
    code = error.code if isinstance(error, RefusedError) else None
    param = error.param if isinstance(error, RefusedError) else None
    return error_view(str(problem_of(error)), status_of(error), code=code, param=param)


def add_handlers(app: FastAPI) -> None:
    """Answer every error of the application in this form."""
    app.add_exception_handler(AppError, _on_ours)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(ClientDisconnect, _on_left)
    app.add_exception_handler(Exception, _on_unexpected)


def _on_ours(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101  # registered for it
    return JSONResponse(view_of(error), status_of(error))


def _on_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
    line = f"{place}: {first['msg']}. {FIX_LABEL} /v1/openapi.json describes the request."
    return JSONResponse(error_view(line, 400, param=place), 400)


def _on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    line = str(error.detail)
    if FIX_LABEL not in line:
        line = f"{line}. {FIX_LABEL} /v1/openapi.json lists the routes."
    return JSONResponse(error_view(line, error.status_code), error.status_code, headers=error.headers)


def _on_left(_request: Request, _error: Exception) -> Response:
    return Response(status_code=_CLIENT_LEFT)


def _on_unexpected(_request: Request, error: Exception) -> Response:
    return JSONResponse(error_view(f"The server failed: {reason(error)}.", 500), 500)
