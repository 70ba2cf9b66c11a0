"""The building block of the page: an HTML area of ours, wired to script.js, whose events stay out of the public API."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

_SCRIPT = Path(__file__).with_name("script.js").read_text("utf-8")

Update = dict[Any, Any]  # component -> its new value or gr.update(...), as Gradio takes it


def area(value: str = "", *, name: str) -> Any:
    """An HTML area with its element id; whoever fills it escapes what goes in. Its events are those of script.js."""
    return gr.HTML(value, elem_id=name, js_on_load=_SCRIPT, apply_default_css=False, padding=False)


def listen(
    event: Callable[..., Any],
    handler: Callable[..., Any],
    inputs: Sequence[Any] = (),
    outputs: Sequence[Any] = (),
    **options: Any,
) -> Any:
    """Connect an event of the page to its handler: invisible to programs, several people at once, no busy overlay."""
    return event(
        handler,
        list(inputs),
        list(outputs),
        api_visibility="private",
        show_progress="hidden",  # Gradio's overlay would cover text that is being read
        concurrency_limit=None,
        **options,
    )


def owner_of(request: gr.Request | None) -> str:
    """The login name, empty where the page asks for none."""
    return str(getattr(request, "username", None) or "")
