"""The page's handlers run in the language that the browser asks for."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from app.present.translate import translated
from app.web.translated import TranslatedBlocks
from tests.support.own_loop import finished

LINE = "Every sentence has a source."


def at_once() -> str:
    return translated(LINE)


def in_parts() -> Iterator[str]:
    yield translated(LINE)
    yield translated(LINE)


@pytest.mark.parametrize("handler", [at_once, in_parts])
def test_a_handler_answers_in_the_language_of_its_request(handler: Any) -> None:
    with TranslatedBlocks() as page:
        box = gr.Textbox()
        page.load(handler, outputs=box)

    async def call(header: str) -> list[str]:
        request: Any = SimpleNamespace(headers={"accept-language": header})
        first = await page.call_function(0, [], None, request)
        shown = [first["prediction"]]
        if handler is in_parts:
            shown.append((await page.call_function(0, [], first["iterator"], request))["prediction"])
        return shown

    assert set(finished(call("de-DE,de;q=0.9"))) == {"Jeder Satz hat eine Quelle."}
    assert set(finished(call("en-GB"))) == {LINE}
    assert translated(LINE) == LINE
