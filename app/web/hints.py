"""Hints about the setup in a person's words, above the conversation until they are dismissed in this browser."""

from collections.abc import Sequence
from pathlib import Path

from app.core.domain import ModelInfo
from app.web.highlight import escape

HINTS_SCRIPT = Path(__file__).with_name("hints.js").read_text("utf-8")
_SMALL_MODEL = (
    "A small model inside this program answers. It is good enough to try things out; for real questions install Ollama "
    "and pull a larger model, which then answers by itself."
)


def render_hints(info: ModelInfo, notices: Sequence[str]) -> str:
    """A hint for each thing that could be set up better; hints.js leaves out those that were dismissed."""
    if info.backend == "embedded":
        detail = "".join(f"<p>{escape(notice)}</p>" for notice in notices)
        more = f"<details><summary>Why</summary>{detail}</details>" if detail else ""
        return _hint("small model", f"{escape(_SMALL_MODEL)}{more}")
    return "".join(_hint(notice, escape(notice)) for notice in notices)


def _hint(key: str, body: str) -> str:
    return (
        f'<div class="fm-hint" role="note" data-hint="{escape(key)}" hidden><div>{body}</div>'
        '<button type="button" class="fm-link" data-act="dismiss">Got it</button></div>'
    )
