"""The page's frame, whose handlers answer in the language that the browser asks for."""

from typing import Any

import gradio as gr

from app.present.translate import preferred, reading


class TranslatedBlocks(gr.Blocks):
    """Blocks whose handlers run with the language of their request; Gradio's handlers have no other common door."""

    async def call_function(self, *args: Any, **kwargs: Any) -> Any:
        """Gradio's own call, within the browser's language."""
        given = kwargs.get("requests", args[3] if len(args) > 3 else None)
        request = given[0] if isinstance(given, list) and given else given
        headers = getattr(request, "headers", None) or {}
        with reading(preferred(headers.get("accept-language", ""))):
            return await super().call_function(*args, **kwargs)
