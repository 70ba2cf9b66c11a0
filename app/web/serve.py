"""Serves the page: address, login and privacy headers; the page loads nothing from another machine."""

import io
import logging
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import SettingsError
from app.core.settings import Settings
from app.web.attempts import Attempts
from app.web.conversation import running_answers
from app.web.dial_tab import TuningService
from app.web.doors import Doors, Entrance, is_loopback, parse_names, parse_networks, require_login_beyond_loopback
from app.web.downloads import refuse_downloads
from app.web.half_sent import limit_half_sent
from app.web.oidc_provider import Provider
from app.web.oidc_sign_in import OidcSignIn
from app.web.page import build_page
from app.web.parts import Services
from app.web.people import ForAdmins, Gate, sign_in_with
from app.web.proxy_sign_in import ProxySignIn, named_by_proxy
from app.web.running import RunningAnswers
from app.web.sign_in import Sessions, SignIn
from app.web.theme import build_theme

_UPLOADS_KEPT = (3600, 86_400)  # seconds: how often, and from which age, files that nobody used are removed
_CLOSE_SECONDS = 2  # for requests that are still running when the page stops
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
                    (b"referrer-policy", b"same-origin"),
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
    gate: Gate | None = None,
) -> tuple[gr.Blocks, str]:
    """Start the page in the background; returns it and its address. Raises SettingsError when the port is taken.

    routes: served beside the page, before its own. gate: checks who signs in, where there are users.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["FORWARDED_ALLOW_IPS"] = "nobody"  # uvicorn would believe every proxy on this machine; Doors decides
    logging.getLogger("foremost").setLevel(logging.INFO)  # one line for each refusal and each error of a user
    require_closed_doors(settings, users=gate is not None)
    refuse_downloads()
    page = build_page(
        services,
        examples=examples,
        upload_collection=settings.collection,
        tuning=ForAdmins(tuning, gate) if gate and tuning else tuning,
        running=running,
        home=f"{settings.root_path}/" if (gate or settings.login_user) and not settings.user_header else "",
    )
    page.delete_cache = _UPLOADS_KEPT
    try:
        with redirect_stdout(io.StringIO()):  # Gradio's own greeting; ours names the addresses
            address = _launch(page, settings, routes, gate)
    except OSError as error:
        raise SettingsError(
            f"The page cannot use {settings.host}:{settings.port}: another program uses the port, or this machine "
            "does not have the address.",
            fix="Set FOREMOST_PORT to a free port, or to 0 to take any.",
        ) from error
    return page, address


def _launch(page: gr.Blocks, settings: Settings, routes: Sequence[BaseRoute], gate: Gate | None) -> str:
    login: Any = (settings.login_user, settings.login_password.get_secret_value()) if settings.login_user else None
    elsewhere = bool(settings.user_header or settings.oidc_issuer)
    if gate is not None:
        login = None if elsewhere else sign_in_with(gate)
    sessions = Sessions(idle_seconds=60 * settings.session_idle_minutes, seconds=3600 * settings.session_hours)
    app, address, _ = page.launch(
        server_name=settings.host,
        server_port=settings.port or _free_port(settings.host),
        auth=login,
        auth_dependency=named_by_proxy if gate and elsewhere else None,
        max_file_size=settings.max_file_mib * 2**20,
        app_kwargs={"middleware": _middleware(settings, sessions, gate), "routes": list(routes)},
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
        _frontend=False,  # else Gradio asks its own page for an answer first, and gives up on a busy machine
        prevent_thread_lock=True,
        root_path=settings.root_path,
    )
    app.tokens = sessions
    limit_half_sent(page.server, seconds=settings.request_seconds)
    page.server.config.timeout_graceful_shutdown = _CLOSE_SECONDS
    return address


def require_closed_doors(settings: Settings, *, users: bool = False) -> None:
    """Raise SettingsError when the page would be open to other machines without a login and nobody said so."""
    login = bool(settings.login_user) or users
    if settings.oidc_issuer and not users:
        raise SettingsError(
            "FOREMOST_OIDC_ISSUER is set, and there are no users.",
            fix="Add the first one: python -m app users add NAME --role admin",
        )
    if settings.oidc_issuer and (settings.user_header or not settings.oidc_client_id):
        raise SettingsError(
            "FOREMOST_OIDC_ISSUER needs FOREMOST_OIDC_CLIENT_ID, and no FOREMOST_USER_HEADER beside it.",
            fix="Set the id that the provider gave to this server, or leave the issuer out.",
        )
    require_login_beyond_loopback(settings.host, login=login, may_be_open=settings.open)


def _middleware(settings: Settings, sessions: Sessions, gate: Gate | None) -> list[Middleware]:
    """Privacy headers on everything, then the doors, then the sign-in."""
    entrance = Entrance(
        names=parse_names(settings.allowed_hosts) + ((settings.host,) if is_loopback(settings.host) else ()),
        proxies=parse_networks(settings.trusted_proxies),
        root_path=settings.root_path,
        request_seconds=settings.request_seconds,
        user_header=settings.user_header if gate else "",
    )
    parts = [Middleware(PrivacyHeaders), Middleware(Doors, entrance)]
    if gate and settings.user_header:
        parts.append(Middleware(ProxySignIn, gate))
    elif gate and settings.oidc_issuer:
        root, creates = settings.root_path, settings.oidc_create
        parts.append(Middleware(OidcSignIn, sessions, gate, _provider(settings), root_path=root, creates=creates))
    elif settings.login_user or gate:
        parts.append(Middleware(SignIn, sessions, Attempts(), settings.root_path, gate))
    return parts


def _provider(settings: Settings) -> Provider:
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        claim=settings.oidc_claim,
    )


def serve(
    services: Services,
    settings: Settings,
    *,
    examples: Sequence[str] = (),
    tuning: TuningService | None = None,
    routes: Sequence[BaseRoute] = (),
    open_browser: bool = False,
    print_line: Callable[[str], Any] = print,
    gate: Gate | None = None,
) -> None:
    """Serve the page until interrupted; prints its address."""
    running = running_answers(services)
    page, address = start(
        services, settings, examples=examples, tuning=tuning, running=running, routes=routes, gate=gate
    )
    print_line(f"Foremost answers at {address} (stop with Ctrl-C)")
    if gate:
        print_line(f"For programs: {address}v1 speaks OpenAI's form (`python -m app keys add USER` makes a key)")
    elif routes:
        print_line(f"For programs: {address}v1 speaks OpenAI's form (`python -m app key` shows the key)")
    if not gate:
        print_line(
            f"Without a key: {address}gradio_api/info describes ask and search over HTTP, "
            f"{address}gradio_api/mcp/ is MCP"
        )
    if open_browser:
        import webbrowser  # noqa: PLC0415  # looks for browsers on import

        webbrowser.open(address)
    try:
        page.block_thread()
    finally:
        running.close()
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # requests that are cut off now are no errors
        page.close(verbose=False)


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
