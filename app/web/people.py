"""The page for many users: who is signed in, and what only administrators see."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

import gradio as gr
from gradio.context import LocalContext

from app.quality.dial.tuning import State
from app.web.areas import owner_of
from app.web.dial_tab import TuningService
from app.web.highlight import escape


class Gate(Protocol):
    """Checks who comes in, and records it."""

    def password_fits(self, name: str, password: str) -> bool: ...

    def known(self, name: str) -> bool: ...

    def add_reader(self, name: str) -> None: ...

    def may_stay(self, name: str, since: datetime) -> bool: ...

    def note(self, actor: str, action: str, *, address: str = "") -> None: ...

    def require_admin(self) -> None: ...


def signed_in() -> str:
    """Name of the user whose event of the page is being handled; empty outside of one.

    Gradio keeps the request in the context of every handler, between the steps of generators too.
    """
    request = LocalContext.request.get(None)
    return str(getattr(request, "username", None) or "")


def sign_in_with(gate: Gate) -> Callable[[str, str], Awaitable[bool]]:
    """The check of passwords for Gradio, beside the server's loop: hashing takes a while on purpose."""

    async def check(name: str, password: str) -> bool:
        return await asyncio.to_thread(gate.password_fits, name, password)

    return check


class ForAdmins:
    """Measurements that only administrators see and start: they hold questions and passages of everybody."""

    def __init__(self, tuning: TuningService, gate: Gate) -> None:
        self._tuning, self._gate = tuning, gate

    def state(self) -> State:
        """As of the service inside; so are the others. Raises RightsError."""
        self._gate.require_admin()
        return self._tuning.state()

    def start_sweep(self, minutes: float) -> None:
        """See state()."""
        self._gate.require_admin()
        self._tuning.start_sweep(minutes)

    def start_floor(self) -> None:
        """See state()."""
        self._gate.require_admin()
        self._tuning.start_floor()

    def start_drafts(self, count: int) -> None:
        """See state()."""
        self._gate.require_admin()
        self._tuning.start_drafts(count)

    def accept_drafts(self) -> int:
        """See state()."""
        self._gate.require_admin()
        return self._tuning.accept_drafts()

    def stop(self) -> None:
        """See state()."""
        self._gate.require_admin()
        self._tuning.stop()

    def apply(self, values: Mapping[str, str], reason: str) -> tuple[str, ...]:
        """See state()."""
        self._gate.require_admin()
        return self._tuning.apply(values, reason)


def person_shown(home: str) -> Callable[[gr.Request], str]:
    """The handler that shows who is signed in; home: path of the page."""

    def show(request: gr.Request) -> str:
        return render_person(owner_of(request), home)

    return show


def render_person(name: str, home: str) -> str:
    """Who is signed in, with the buttons that sign out; empty without a sign-in."""
    if not name:
        return ""
    return (
        f'<form class="fm-person" method="post" action="{escape(home)}logout"><span dir="auto">{escape(name)}</span>'
        '<button type="submit" class="fm-link">Sign out</button>'
        f'<button type="submit" class="fm-link" formaction="{escape(home)}logout?all=1">Everywhere</button></form>'
    )
