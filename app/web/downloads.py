"""No request makes this machine fetch an address."""

from typing import Any

import gradio as gr
from gradio import processing_utils


def refuse_downloads() -> None:
    """Gradio fetches a file that a request names by its address; from here on it refuses."""
    processing_utils.async_ssrf_protected_get = _refuse


async def _refuse(url: str) -> Any:  # noqa: ARG001  # as Gradio calls it
    raise gr.Error("Files are uploaded, not fetched from an address.", print_exception=False)
