"""The components of the Ask tab: chats, conversation and composer, and the sources of the selected answer."""

from typing import Any

import gradio as gr

from app.web.areas import area
from app.web.chat_side import ChatSide
from app.web.composer import ComposerBar
from app.web.parts import Services
from app.web.running import RunningAnswers
from app.web.welcome import render_no_sources
from app.web.why_panel import WhyPanel


class ChatAreas:
    """Creates the components inside the page, in the order in which they are read."""

    def __init__(self, services: Services, running: RunningAnswers, upload_collection: str) -> None:
        with gr.Row(elem_classes="fm-scope fm-columns"):
            self.side = ChatSide(services, running)
            self.chats = self.side.list
            with gr.Column(elem_classes="fm-left", min_width=280, scale=6):
                with gr.Column(elem_classes="fm-pane"):
                    self.welcome = area(name="fm-welcome-area")
                    self.thread = area(name="fm-thread-area")
                    self.live = area(name="fm-live-area")
                    self.after = area(name="fm-after-area")  # answers behind one that is being given again
                    self.queue = area(name="fm-queue-area")
                self.question = gr.Textbox(
                    placeholder="Ask your documents…",
                    label="Your question",
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=6,
                    max_length=4000,
                    submit_btn=True,
                    autofocus=True,
                    elem_id="fm-question",
                )
                self.composer = ComposerBar(services, upload_collection)
            with gr.Column(elem_classes="fm-right fm-pane", min_width=280, scale=5):
                self.sources = area(render_no_sources(), name="fm-sources-area")
                self.why = WhyPanel(services, name="fm-why-area")

    @property
    def conversation(self) -> tuple[Any, Any]:
        """The areas with finished answers."""
        return self.thread, self.after

    @property
    def drawn(self) -> tuple[Any, ...]:
        """Every component that shows a chat."""
        return (
            self.chats, self.welcome, self.thread, self.live, self.after, self.queue, self.question, self.sources,
            self.why.area,
        )  # fmt: skip
