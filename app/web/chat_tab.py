"""The Ask tab: conversation on the left, sources of the selected answer on the right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import gradio as gr

from app.core.domain import Answer
from app.core.errors import AppError
from app.present.problem import Problem, problem_of
from app.web.areas import Update, area, listen, owner_of
from app.web.cards import render_sources
from app.web.chat_side import ChatSide
from app.web.composer import ComposerBar
from app.web.conversation import Conversations, View, watch
from app.web.parts import Services
from app.web.problem import render_problem
from app.web.queue import render_queue
from app.web.relevance import scale_of
from app.web.running import RunningAnswers
from app.web.source_panel import SourcePanel
from app.web.thread import render_failed_question, render_thread
from app.web.verdict import render_why
from app.web.welcome import render_no_sources, render_welcome
from app.web.why_panel import WhyPanel

_STORAGE_KEY = "fixed, so that a browser finds its chat after a restart; a chat's id is no secret"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """Areas of the page that more than one tab reads or writes."""

    viewer: SourcePanel


class ChatTab:
    """The tab's components and their event handlers; values of a session live in Gradio's state, never here."""

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
        self._examples = tuple(examples)
        self._chat_id = gr.BrowserState("", storage_key="foremost-chat", secret=_STORAGE_KEY)
        self._view = gr.State(View())
        with gr.Row(elem_classes="fm-scope fm-columns"):
            self._side = ChatSide(services, running)
            self._chats = self._side.list
            with gr.Column(elem_classes="fm-left", min_width=280, scale=6):
                with gr.Column(elem_classes="fm-pane"):
                    self._welcome = area(name="fm-welcome-area")
                    self._thread = area(name="fm-thread-area")
                    self._live = area(name="fm-live-area")
                    self._queue = area(name="fm-queue-area")
                self._question = gr.Textbox(
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
                self._composer = ComposerBar(services, upload_collection)
            with gr.Column(elem_classes="fm-right fm-pane", min_width=280, scale=5):
                self._sources = area(render_no_sources(), name="fm-sources-area")
                self._why = WhyPanel(services, name="fm-why-area")

    def wire(self, page: gr.Blocks) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        every = [
            self._chat_id,
            self._chats,
            self._welcome,
            self._thread,
            self._live,
            self._queue,
            self._question,
            self._sources,
            self._why.area,
        ]
        session = [self._composer.state, self._chat_id, self._view]
        while_shown = {"trigger_mode": "multiple"}  # these handlers go on as long as an answer is being shown
        listen(self._question.submit, self._ask, [self._question, *session], every, **while_shown)
        listen(self._welcome.example, self._ask_example, session, every, **while_shown)
        listen(self._thread.retry, self._ask_again, session, every, **while_shown)
        listen(self._question.stop, self._request_stop, [self._chat_id], [])
        listen(self._queue.unqueue, self._unqueue, [self._chat_id], [self._queue])
        for event in (self._thread.pick, self._thread.show):
            listen(event, self._show, [], [self._sources, self._why.area])
        listen(self._thread.rate, self._rate, [self._chat_id], [self._thread])
        self._shared.viewer.listen_to(self._sources)
        self._why.wire(self._sources)
        listen(page.load, self._restore, [self._view, self._chat_id], every)
        listen(self._chats.chat, self._open_chat, [self._view, self._side.words], every, **while_shown)
        listen(
            self._chats.chatdelete, self._delete, [self._view, self._chat_id, self._side.words, self._side.limit], every
        )
        listen(self._side.new.click, self._restore, [self._view], every, **while_shown)
        self._side.wire(self._chat_id)
        self._composer.wire(page, self._chat_id)

    # ------------------------------------------------------------------------------------------------- asking

    def _ask(self, text: str, options: object, chat_id: str, view: View, request: gr.Request) -> Iterator[Update]:
        owner = owner_of(request)
        if not text.strip():
            yield {self._question: gr.update(value="")}
            return
        yield from self._run(text, options, chat_id, view, owner)

    def _ask_example(
        self, options: object, chat_id: str, view: View, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        yield from self._run(str(event.question), options, chat_id, view, owner_of(request))

    def _ask_again(
        self, options: object, chat_id: str, view: View, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        owner = owner_of(request)
        answer_id = str(event.answer)
        earlier = self._conversations.answer(answer_id, owner)
        yield from self._run(earlier.question, options, chat_id, view, owner, again=answer_id)

    def _run(
        self, text: str, options: object, chat_id: str, view: View, owner: str, *, again: str = ""
    ) -> Iterator[Update]:
        """Begin an answer and show it, or queue the question. again: id of the answer that it is repeated for."""
        try:
            chat = self._conversations.open_chat(chat_id, text, owner)
            build = partial(self._conversations.question, text, options, chat, owner, before=again)
            self._running.ask(chat, text, build)
            begun: Update = {
                self._question: gr.update(value="", submit_btn=False, stop_btn=True),
                self._chat_id: chat,
                self._queue: render_queue(self._running.waiting(chat)),
            }
            if chat != chat_id:
                self._composer.keep(options, chat, owner)
                begun |= {self._chats: self._side.html(owner, chat), self._thread: "", self._welcome: ""}
            yield begun
        except AppError as error:
            yield self._failed(text, problem_of(error))
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
        yield {self._queue: gr.skip()}  # Gradio sends the last update twice: it must not land in another chat

    def _steps(self, chat: str, view: View, serial: int, owner: str) -> Iterator[Update]:
        while (running := self._running.current(chat)) is not None:
            yield {
                self._question: gr.update(submit_btn=False, stop_btn=True),
                self._queue: render_queue(self._running.waiting(chat)),
                self._why.area: "",
            }
            for progress in watch(running, scale_of(self._services.answerer)):
                if view.serial != serial:
                    return
                update: Update = {self._live: progress.html}
                if progress.sources is not None:
                    update[self._sources] = progress.sources
                yield update
            if view.serial != serial:
                return
            if running.error is None:
                yield self._stored(chat, owner)
                continue
            yield self._failed(running.text, _problem(running.error))
            if running is self._running.current(chat):
                return  # nothing was asked since
        yield self._stored(chat, owner)  # an answer may have begun and ended between two looks

    def _stored(self, chat: str, owner: str) -> Update:
        """The stored conversation with its last answer selected; a new chat when it was deleted meanwhile."""
        update = self._chat(chat, owner)
        del update[self._chats]  # the list shows the chat already, perhaps among others that were searched for
        return update

    def _failed(self, text: str, problem: Problem) -> Update:
        """The question with the problem below it; the composer holds the question again."""
        return {
            self._live: render_failed_question(text, problem),
            self._question: gr.update(value=text, submit_btn=True, stop_btn=False),
        }

    def _request_stop(self, chat_id: str, request: gr.Request) -> None:
        if chat := self._conversations.owned(chat_id, owner_of(request)):
            self._running.stop(chat)

    def _unqueue(self, chat_id: str, request: gr.Request, event: gr.EventData) -> str:
        chat = self._conversations.owned(chat_id, owner_of(request))
        self._running.remove(chat, str(event.asked))
        return render_queue(self._running.waiting(chat))

    # ------------------------------------------------------------------------------------- looking at an answer

    def _show(self, request: gr.Request, event: gr.EventData) -> Update:
        """Select an answer, and the passage of the marker that was clicked."""
        answer = self._conversations.answer(str(event.answer), owner_of(request))
        number = event._data.get("n")
        focus = number if isinstance(number, int) else None
        return {
            self._sources: self._sources_of(answer, focus=focus),
            self._why.area: render_why(answer.id),
        }

    def _rate(self, chat_id: str, request: gr.Request, event: gr.EventData) -> str:
        owner = owner_of(request)
        answer = self._conversations.answer(str(event.answer), owner)
        self._services.feedback.rate(answer, max(-1, min(1, int(event.value))))
        return render_thread(self._conversations.answers(chat_id, owner))

    # ----------------------------------------------------------------------------------------------- chats

    def _restore(self, view: View, request: gr.Request, chat_id: str = "") -> Iterator[Update]:
        """A stored chat, whose running answer goes on being shown; an empty or unknown id begins a new one."""
        owner = owner_of(request)
        view.open("")
        running = self._running.current(chat_id)
        try:
            update = self._chat(chat_id, owner)
        except AppError as error:
            yield {self._live: render_problem(problem_of(error))}
            return
        yield update
        if running and (chat := str(update[self._chat_id])):
            yield from self._follow(chat, view, owner)

    def _chat(self, chat_id: str, owner: str) -> Update:
        chat = self._conversations.owned(chat_id, owner)
        answers = self._conversations.answers(chat, owner)
        last = answers[-1] if answers else None
        empty = last is None and self._running.current(chat) is None
        return {
            self._chat_id: chat,
            self._chats: self._side.html(owner, chat),
            self._welcome: render_welcome(self._services.library.counts(), self._examples) if empty else "",
            self._thread: render_thread(answers, self._services.chats.changes(chat) if chat else {}),
            self._live: "",
            self._queue: render_queue(self._running.waiting(chat)),
            self._question: gr.update(submit_btn=True, stop_btn=False),
            self._sources: self._sources_of(last) if last else render_no_sources(),
            self._why.area: render_why(last.id) if last else "",
        }

    def _open_chat(self, view: View, words: str, request: gr.Request, event: gr.EventData) -> Iterator[Update]:
        """A chat of the list; the search stays, and a hit's sources are shown."""
        owner, chat = owner_of(request), str(event.chat)
        view.open("")
        running = self._running.current(chat)
        update = self._chat(chat, owner) | {self._chats: self._side.html(owner, chat, words=words)}
        hit = event._data.get("hit")
        if hit:
            answer = self._conversations.answer(str(hit), owner)
            update |= {self._sources: self._sources_of(answer), self._why.area: render_why(answer.id)}
        yield update
        if running and (chat := str(update[self._chat_id])):
            yield from self._follow(chat, view, owner)

    def _delete(
        self, view: View, open_id: str, words: str, limit: int, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        """Delete a chat, or all; the open one stays unless it is among them, and the search stays too."""
        owner = owner_of(request)
        self._side.delete(str(event.chat), owner)
        if self._conversations.owned(open_id, owner):
            yield {self._chats: self._side.html(owner, open_id, words=words, limit=limit)}
            return
        view.open("")
        yield self._chat("", owner) | {self._chats: self._side.html(owner, "", words=words, limit=limit)}

    def _sources_of(self, answer: Answer, *, focus: int | None = None) -> str:
        return render_sources(answer, scale_of(self._services.answerer, answer), focus=focus)


def _problem(error: Exception) -> Problem:
    if isinstance(error, AppError):
        return problem_of(error)
    return Problem("An unexpected error occurred; the server's terminal shows it.")
