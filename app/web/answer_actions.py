"""What is done with a finished answer: its sources are shown, a passage or a version of it is chosen, it is rated."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from app.core.domain import Answer
from app.web.areas import Update, listen, owner_of
from app.web.chat_areas import ChatAreas
from app.web.chat_view import ChatView
from app.web.conversation import Conversations, View
from app.web.parts import Services


class AnswerActions:
    """The handlers for the buttons of finished answers, and for answers without a chat."""

    def __init__(
        self, services: Services, areas: ChatAreas, draw: ChatView, conversations: Conversations, chat_id: Any
    ) -> None:
        self._chat_id = chat_id
        self._services = services
        self._areas = areas
        self._draw = draw
        self._conversations = conversations

    def wire(self, view: Any, every: Sequence[Any]) -> None:
        """Connect events to handlers; called inside the page. every: all components that show a chat."""
        areas = self._areas
        for part in areas.conversation:
            listen(part.version, self._show_version, [self._chat_id], every)
            for event in (part.pick, part.show):
                listen(event, self._show, [], [areas.sources, areas.why.area])
            listen(part.rate, self._rate, [self._chat_id], list(areas.conversation))
        listen(areas.side.programs.list.recall, self._open_alone, [view, areas.side.words], every)

    def _load(self, request: gr.Request, event: gr.EventData) -> Answer:
        return self._conversations.answer(str(event.answer), owner_of(request))

    def _show(self, request: gr.Request, event: gr.EventData) -> Update:
        """Select an answer, and the passage of the marker that was clicked."""
        number = event._data.get("n")
        return self._draw.answer(self._load(request, event), focus=number if isinstance(number, int) else None)

    def _show_version(self, chat_id: str, request: gr.Request, event: gr.EventData) -> Update:
        """Show another version of an answer; it is the one that counts from now on."""
        owner = owner_of(request)
        answer = self._conversations.show_version(str(event.answer), owner)
        return self._draw.thread(chat_id, owner) | self._draw.answer(answer)

    def _rate(self, chat_id: str, request: gr.Request, event: gr.EventData) -> Update:
        answer = self._load(request, event)
        self._services.feedback.rate(answer, max(-1, min(1, int(event.value))))
        if answer.chat_id is None:
            return self._draw.alone(self._load(request, event))
        return self._draw.thread(chat_id, owner_of(request))

    def _open_alone(self, view: View, words: str, request: gr.Request, event: gr.EventData) -> Update:
        """An answer that a program asked for, in place of a chat; a question that follows begins one."""
        answer, owner, areas = self._load(request, event), owner_of(request), self._areas
        view.open("")
        empty = self._draw.chat("", owner) | {areas.chats: areas.side.html(owner, "", words=words), areas.welcome: ""}
        return {self._chat_id: ""} | empty | self._draw.alone(answer) | self._draw.answer(answer)
