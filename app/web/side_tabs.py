"""Tabs inside one area of the page, as HTML; side.js changes between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.web.highlight import escape


@dataclass(frozen=True, slots=True)
class SideTab:
    """A tab with its content; one without content is left out."""

    name: str  # in data-tab, for scripts and tests
    label: str
    html: str


def render_tabs(tabs: Sequence[SideTab], *, prefix: str, selected: str, label: str) -> str:
    """The tabs with the selected one open. prefix: makes ids unique on the page."""
    shown = [tab for tab in tabs if tab.html]
    buttons, panels = "", ""
    for tab in shown:
        chosen = tab.name == selected
        ident = f"{escape(prefix)}-{tab.name}"
        buttons += (
            f'<button type="button" role="tab" id="{ident}-tab" data-act="side" data-tab="{tab.name}" '
            f'aria-controls="{ident}" aria-selected="{"true" if chosen else "false"}"'
            f"{'' if chosen else ' tabindex=-1'}>{escape(tab.label)}</button>"
        )
        panels += (
            f'<div role="tabpanel" id="{ident}" data-tab="{tab.name}" aria-labelledby="{ident}-tab"'
            f"{'' if chosen else ' hidden'}>{tab.html}</div>"
        )
    return f'<div class="fm-side-tabs" role="tablist" aria-label="{escape(label)}">{buttons}</div>{panels}'
