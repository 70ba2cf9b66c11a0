"""The Ask tab: questions go in, answers are shown while they are written; chats are opened and deleted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import gradio as gr

from app.core.errors import AppError
from app.present.chat_options import read_options
from app.present.filters import EVERYTHING
from app.present.problem import problem_of
from app.unanswered import Asked
from app.web.answer_actions import AnswerActions
from app.web.areas import Update, listen, owner_of
from app.web.chat_areas import ChatAreas
from app.web.chat_view import ChatView, problem_with
from app.web.conversation import Conversations, View, watch
from app.web.parts import Services
from app.web.problem import render_problem
from app.web.relevance import scale_of
from app.web.running import RunningAnswers
from app.web.source_panel import SourcePanel

_STORAGE_KEY = "fixed, so that a browser finds its chat after a restart; a chat's id is no secret"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """Areas of the page that more than one tab reads or writes."""

    viewer: SourcePanel


class ChatTab:
    """The tab's event handlers; values of a session live in Gradio's state, never here."""

    def __init__(
        self,
        services: Services,
        shared: Shared,
        examples: Sequence[str],
        running: RunningAnswers,
        upload_collection: str = "default",
    ) -> None:
        self._services = services
        self._running = running
        self._conversations = Conversations(services)
        self._shared = shared
        self._chat_id = gr.BrowserState("", storage_key="foremost-chat", secret=_STORAGE_KEY)
        self._view = gr.State(View())
        self._areas = ChatAreas(services, running, upload_collection)
        self._draw = ChatView(services, self._areas, running, self._conversations, examples)
        self._actions = AnswerActions(services, self._areas, self._draw, self._conversations, self._chat_id)

    def ask_of(self, documents: gr.HTML) -> None:
        """Let a list of documents set the scope; called inside the page."""
        self._areas.composer.listen_to(documents, self._chat_id)

    def wire(self, page: gr.Blocks) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        areas = self._areas
        every = [self._chat_id, *areas.drawn]
        session = [areas.composer.state, self._chat_id, self._view]
        while_shown = {"trigger_mode": "multiple"}  # these handlers go on as long as an answer is being shown
        listen(areas.question.submit, self._ask, [areas.question, *session], every, **while_shown)
        listen(areas.welcome.example, self._ask_example, session, every, **while_shown)
        for part in areas.conversation:
            listen(part.retry, self._ask_again, session, every, **while_shown)
            listen(part.edit, self._ask_again, session, every, **while_shown)
            listen(part.alone, self._ask_alone, session, every, **while_shown)
            listen(part.everywhere, self._ask_everywhere, session, every, **while_shown)
            listen(part.csv, areas.side.table, [], [areas.side.file])
        listen(areas.question.stop, self._request_stop, [self._chat_id], [])
        listen(areas.queue.unqueue, self._unqueue, [self._chat_id], [areas.queue])
        listen(areas.queue.asknow, self._ask_now, [self._chat_id, self._view], every, **while_shown)
        self._shared.viewer.listen_to(areas.sources)
        areas.why.wire(areas.sources)
        listen(page.load, self._restore, [self._view, self._chat_id], every)
        listen(areas.chats.chat, self._open_chat, [self._view, areas.side.words], every, **while_shown)
        deleting = [self._view, self._chat_id, areas.side.words, areas.side.limit]
        listen(areas.chats.chatdelete, self._delete, deleting, every)
        listen(areas.side.new.click, self._restore, [self._view], every, **while_shown)
        self._actions.wire(self._view, every)
        areas.side.wire(page, self._chat_id)
        areas.composer.wire(page, self._chat_id)

    # ------------------------------------------------------------------------------------------------- asking

    def _ask(self, text: str, options: object, chat_id: str, view: View, request: gr.Request) -> Iterator[Update]:
        if not text.strip():
            yield {self._areas.question: gr.update(value="")}
            return
        asked = _asked(text, options, request)
        yield from self._run(asked, chat_id, view, {self._areas.question: gr.update(value="")})

    def _ask_example(
        self, options: object, chat_id: str, view: View, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        yield from self._run(_asked(str(event.question), options, request), chat_id, view)

    def _ask_again(
        self, options: object, chat_id: str, view: View, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        """A new version of an answer, to the same question or to an edited one."""
        earlier = self._conversations.answer(str(event.answer), owner_of(request))
        text = str(event._data.get("question") or earlier.question)
        yield from self._run(_asked(text, options, request, replaces=earlier.id), chat_id, view)

    def _ask_alone(
        self, options: object, chat_id: str, view: View, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        """A new version of an answer, without what was added to its question from earlier ones."""
        earlier = self._conversations.answer(str(event.answer), owner_of(request))
        asked = replace(_asked(earlier.question, options, request, replaces=earlier.id), alone=True)
        yield from self._run(asked, chat_id, view)

    def _ask_everywhere(
        self, options: object, chat_id: str, view: View, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        """A new version of an answer, searched in all documents; the chat's scope stays for what is asked next."""
        earlier = self._conversations.answer(str(event.answer), owner_of(request))
        wide = replace(read_options(options), scope=EVERYTHING).as_json()
        yield from self._run(_asked(earlier.question, wide, request, replaces=earlier.id), chat_id, view)

    def _ask_now(self, chat_id: str, view: View, request: gr.Request, event: gr.EventData) -> Iterator[Update]:
        """A question that the server left unasked when it ended; another browser may have been faster."""
        owner = owner_of(request)
        chat, asked = self._kept(chat_id, str(event.asked), owner)
        if asked is None or not self._services.unanswered.drop(asked.id):
            yield {self._areas.queue: self._draw.queue(chat, owner)}
            return
        yield from self._run(asked, chat, view)

    def _run(self, asked: Asked, chat_id: str, view: View, begun: Update | None = None) -> Iterator[Update]:
        """Begin an answer and show it, or queue the question. begun: what the page shows beside it from then on."""
        areas, owner = self._areas, asked.owner
        try:
            chat = self._conversations.open_chat(chat_id, asked.text, owner)
            self._running.ask(chat, asked)
            update: Update = {self._chat_id: chat, areas.queue: self._draw.queue(chat, owner)} | (begun or {})
            if areas.question in update:
                update[areas.question] = gr.update(value="", submit_btn=False, stop_btn=True)
            if chat != chat_id:
                areas.composer.keep(asked.options, chat, owner)
                update |= {areas.chats: areas.side.html(owner, chat), areas.thread: "", areas.after: ""}
                update |= {areas.welcome: ""}
            yield update
        except AppError as error:
            yield self._draw.failed(chat_id, asked.text, problem_of(error), owner)
            return
        if view.followed != chat:  # a queued question is shown by the handler that shows the running one
            yield from self._follow(chat, view, owner)

    def _follow(self, chat: str, view: View, owner: str) -> Iterator[Update]:
        """Show the chat's answers as they are written, until none is left or another chat is opened."""
        serial = view.open(chat)
        try:
            yield from self._steps(chat, view, serial, owner)
        finally:
            view.close(serial)
        yield {self._areas.queue: gr.skip()}  # Gradio sends the last update twice: it must not land in another chat

    def _steps(self, chat: str, view: View, serial: int, owner: str) -> Iterator[Update]:
        answer_id = ""
        while (running := self._running.current(chat)) is not None:
            yield self._draw.begun(chat, running, owner)
            for progress in watch(running, scale_of(self._services.answerer)):
                if view.serial != serial:
                    return
                update: Update = {self._areas.live: progress.html}
                if progress.sources is not None:
                    update[self._areas.sources] = progress.sources
                yield update
            if view.serial != serial:
                return
            if running.error is None:
                answer_id = running.answer_id
                yield self._draw.stored(chat, owner, chosen=answer_id)
                continue
            yield self._draw.failed(chat, running.text, problem_with(running.error), owner)
            if running is self._running.current(chat):
                return  # nothing was asked since
        yield self._draw.stored(chat, owner, chosen=answer_id)  # one may have begun and ended between two looks

    def _request_stop(self, chat_id: str, request: gr.Request) -> None:
        if chat := self._conversations.owned(chat_id, owner_of(request)):
            self._running.stop(chat)

    def _unqueue(self, chat_id: str, request: gr.Request, event: gr.EventData) -> str:
        owner = owner_of(request)
        chat, asked = self._kept(chat_id, str(event.asked), owner)
        if asked is not None:
            self._running.remove(chat, asked.id)
        return self._draw.queue(chat, owner)

    def _kept(self, chat_id: str, asked_id: str, owner: str) -> tuple[str, Asked | None]:
        """The owner's chat, and a question of it that has no answer yet."""
        chat = self._conversations.owned(chat_id, owner)
        kept = self._services.unanswered.of(chat, owner=owner) if chat else ()
        return chat, next((asked for asked in kept if asked.id == asked_id), None)

    # ----------------------------------------------------------------------------------------------- chats

    def _restore(self, view: View, request: gr.Request, chat_id: str = "") -> Iterator[Update]:
        """A stored chat, whose running answer goes on being shown; an empty or unknown id begins a new one."""
        owner = owner_of(request)
        view.open("")
        running = self._running.current(chat_id)
        try:
            update = self._opened(chat_id, owner)
        except AppError as error:
            yield {self._areas.live: render_problem(problem_of(error))}
            return
        yield update
        if running and (chat := str(update[self._chat_id])):
            yield from self._follow(chat, view, owner)

    def _opened(self, chat_id: str, owner: str, *, chosen: str = "") -> Update:
        chat = self._conversations.owned(chat_id, owner)
        return {self._chat_id: chat} | self._draw.chat(chat, owner, chosen=chosen)

    def _open_chat(self, view: View, words: str, request: gr.Request, event: gr.EventData) -> Iterator[Update]:
        """A chat of the list; the search stays, and a hit's sources are shown."""
        owner, chat = owner_of(request), str(event.chat)
        view.open("")
        running = self._running.current(chat)
        update = self._opened(chat, owner, chosen=str(event._data.get("hit") or ""))
        yield update | {self._areas.chats: self._areas.side.html(owner, chat, words=words)}
        if running and (chat := str(update[self._chat_id])):
            yield from self._follow(chat, view, owner)

    def _delete(
        self, view: View, open_id: str, words: str, limit: int, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        """Delete a chat, or all; the open one stays unless it is among them, and the search stays too."""
        owner, areas = owner_of(request), self._areas
        areas.side.delete(str(event.chat), owner)
        if self._conversations.owned(open_id, owner):
            yield {areas.chats: areas.side.html(owner, open_id, words=words, limit=limit)}
            return
        view.open("")
        yield self._opened("", owner) | {areas.chats: areas.side.html(owner, "", words=words, limit=limit)}


def _asked(text: str, options: object, request: gr.Request, *, replaces: str = "") -> Asked:
    kept: Mapping[str, object] = read_options(options).as_json()
    return Asked(text=text, owner=owner_of(request), options=kept, replaces=replaces)
