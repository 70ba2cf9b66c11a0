"""Puts the routes together: one application below /v1, with its own description and its own errors."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.routing import Mount, Route

from app.core.acting import Actor, acting_for
from app.core.settings import Settings
from app.http.answers import answers_of
from app.http.completions import completions_of
from app.http.documents import documents_of
from app.http.guard import Guard
from app.http.mcp import McpEndpoint
from app.http.problems import add_handlers
from app.http.services import Services
from app.http.vectors import vectors_of

PREFIX = "/v1"
_MAX_BYTES = 8 * 2**20  # of a request without a file
_FORM_BYTES = 2**20  # around the file of an upload

_ABOUT = (
    "Ask your own documents. Every request carries `Authorization: Bearer KEY`; `python -m app key` shows the key. "
    "Errors have OpenAI's form: `error.message` says in one line what is wrong and what to do."
)


Users = Callable[[str], Actor | None]


def build_http(services: Services, settings: Settings, *, key: str, users: Users | None = None) -> FastAPI:
    """The application to mount at PREFIX. users: whom a key acts for; without users the one key is the owner's."""
    app = FastAPI(title="Foremost", version="1", description=_ABOUT, docs_url=None, redoc_url=None)
    app.add_middleware(
        Guard,
        key=key,
        max_bytes=_MAX_BYTES,
        max_upload_bytes=settings.max_file_mib * 2**20 + _FORM_BYTES,
        users=users,
    )

    def owner() -> str:
        return acting_for() if users else settings.login_user

    add_handlers(app)
    app.include_router(completions_of(services))
    app.include_router(vectors_of(services))
    app.include_router(answers_of(services, owner=owner))
    app.include_router(documents_of(services, collection=settings.collection))
    app.router.routes.append(Route("/mcp", McpEndpoint(services, owner=owner)))
    return app


def mounted(services: Services, settings: Settings, *, key: str, users: Users | None = None) -> Mount:
    """The route that the server of the page adds."""
    return Mount(PREFIX, build_http(services, settings, key=key, users=users))
