"""Serves the page: address, login and privacy headers; the page loads nothing from another machine."""

import io
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import SettingsError
from app.core.settings import Settings
from app.web.dial_tab import TuningService
from app.web.page import build_page
from app.web.parts import Services
from app.web.running import RunningAnswers
from app.web.theme import build_theme

SAMPLE_QUESTIONS = (  # about the documents in ingest/sample
    "How long is a burning electric car cooled with water?",
    "How early do crew report for duty on a Monday, and why?",
    "Who may give the order to abandon ship, and what is the signal?",
)
_STYLES = [Path(__file__).with_name(name) for name in ("style.css", "composer.css", "side.css")]
_ICON = Path(__file__).with_name("favicon.svg")
_POLICY = (  # Gradio needs inline scripts and eval. No document can make the browser load anything from elsewhere.
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


class PrivacyHeaders:
    """ASGI middleware that adds a content security policy and other privacy headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; only HTTP responses get the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"content-security-policy", _POLICY.encode("ascii")),
                    (b"referrer-policy", b"no-referrer"),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def start(
    services: Services,
    settings: Settings,
    *,
    examples: Sequence[str] = (),
    tuning: TuningService | None = None,
    running: RunningAnswers | None = None,
    routes: Sequence[BaseRoute] = (),
) -> tuple[gr.Blocks, str]:
    """Start the page in the background; returns it and its address. Raises SettingsError when the port is taken.

    routes: served beside the page, before its own.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    page = build_page(
        services, examples=examples, upload_collection=settings.collection, tuning=tuning, running=running
    )
    try:
        with redirect_stdout(io.StringIO()):  # Gradio's own greeting; ours names the addresses
            address = _launch(page, settings, routes)
    except OSError as error:
        raise SettingsError(
            f"The page cannot use {settings.host}:{settings.port}: another program uses the port, or this machine "
            "does not have the address.",
            fix="Set FOREMOST_PORT to a free port, or to 0 to take any.",
        ) from error
    return page, address


def _launch(page: gr.Blocks, settings: Settings, routes: Sequence[BaseRoute]) -> str:
    login = (settings.login_user, settings.login_password.get_secret_value()) if settings.login_user else None
    _, address, _ = page.launch(
        server_name=settings.host,
        server_port=settings.port or _free_port(settings.host),
        auth=login,
        max_file_size=settings.max_file_mib * 2**20,
        app_kwargs={"middleware": _middleware(settings), "routes": list(routes)},
        theme=build_theme(),
        favicon_path=_ICON,
        css_paths=_STYLES,
        footer_links=[],
        run_history=False,  # would keep questions and answers in the browser, outside the ledger
        enable_monitoring=False,
        mcp_server=True,
        ssr_mode=False,
        share=False,
        pwa=False,
        quiet=True,
        prevent_thread_lock=True,
    )
    return address


def _middleware(settings: Settings) -> list[Middleware]:
    """Privacy headers; a page bound to this machine only also checks the Host header.

    Without that check a web site could point its own name at this machine and read the page through a visitor's
    browser (DNS rebinding).
    """
    parts = [Middleware(PrivacyHeaders)]
    names = [name.strip() for name in settings.allowed_hosts.split(",") if name.strip()]
    if names or settings.host in ("127.0.0.1", "localhost"):
        allowed = ["127.0.0.1", "localhost", settings.host, *names]
        parts.append(Middleware(TrustedHostMiddleware, allowed_hosts=allowed, www_redirect=False))
    return parts


def serve(
    services: Services,
    settings: Settings,
    *,
    examples: Sequence[str] = (),
    tuning: TuningService | None = None,
    routes: Sequence[BaseRoute] = (),
    open_browser: bool = False,
    print_line: Callable[[str], Any] = print,
) -> None:
    """Serve the page until interrupted; prints its address."""
    running = RunningAnswers(services.answerer.answer)
    page, address = start(services, settings, examples=examples, tuning=tuning, running=running, routes=routes)
    print_line(f"Foremost answers at {address} (stop with Ctrl-C)")
    if routes:
        print_line(f"For programs: {address}v1 speaks OpenAI's form (`python -m app key` shows the key)")
    print_line(
        f"Without a key: {address}gradio_api/info describes ask and search over HTTP, {address}gradio_api/mcp/ is MCP"
    )
    if open_browser:
        import webbrowser  # noqa: PLC0415  # looks for browsers on import

        webbrowser.open(address)
    try:
        page.block_thread()
    finally:
        running.close()
        page.close(verbose=False)


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
