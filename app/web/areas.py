"""The building block of the page: an HTML area wired to script.js, whose events stay out of the public API."""

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from app.web.problem import corner_message

_SCRIPT = "\n".join(  # one function for each area; later files add to what earlier ones declare
    Path(__file__).with_name(name).read_text("utf-8") for name in ("script.js", "focus.js", "side.js", "connection.js")
)

Update = dict[Any, Any]  # component -> its new value or gr.update(...), as Gradio expects it
Handler = Callable[..., Any]


def area(value: str = "", *, name: str, script: str = _SCRIPT) -> Any:
    """An HTML area with its element id, whose events the script triggers. Its content must be escaped already."""
    return gr.HTML(value, elem_id=name, js_on_load=script, apply_default_css=False, padding=False)


def listen(
    event: Callable[..., Any],
    handler: Handler,
    inputs: Sequence[Any] = (),
    outputs: Sequence[Any] = (),
    **options: Any,
) -> Any:
    """Connect an event of the page to its handler: not in the API, concurrent, without Gradio's busy overlay.

    options: of Gradio's own. An AppError that the handler raises becomes a message in the corner of the page.
    """
    return event(
        _steps_with_message(handler) if inspect.isgeneratorfunction(handler) else corner_message()(handler),
        list(inputs),
        list(outputs),
        api_visibility="private",
        show_progress="hidden",  # Gradio's overlay would cover text that is being read
        **({"concurrency_limit": None} | options),
    )


def _steps_with_message(handler: Handler) -> Handler:
    @functools.wraps(handler)
    def steps(*args: Any, **kwargs: Any) -> Iterator[Update]:
        with corner_message():
            yield from handler(*args, **kwargs)

    return steps


def owner_of(request: gr.Request | None) -> str:
    """The login name, empty when the page has no login."""
    return str(getattr(request, "username", None) or "")
