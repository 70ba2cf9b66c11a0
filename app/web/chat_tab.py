"""The Ask tab: conversation on the left, sources of the selected answer on the right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.core.domain import Answer
from app.core.errors import AppError
from app.present.chat_options import read_options
from app.present.problem import Problem, problem_of
from app.web.areas import Update, area, listen, owner_of
from app.web.cards import render_sources
from app.web.chat_side import ChatSide
from app.web.composer import ComposerBar
from app.web.conversation import Conversations, StopFlag, turns
from app.web.parts import Services
from app.web.problem import render_problem
from app.web.relevance import scale_of
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
        self, services: Services, shared: Shared, examples: Sequence[str], upload_collection: str = "default"
    ) -> None:
        self._services = services
        self._conversations = Conversations(services)
        self._shared = shared
        self._examples = tuple(examples)
        self._chat_id = gr.BrowserState("", storage_key="foremost-chat", secret=_STORAGE_KEY)
        self._stop = gr.State(StopFlag())
        with gr.Row(elem_classes="fm-scope fm-columns"):
            self._side = ChatSide(services)
            self._chats = self._side.list
            with gr.Column(elem_classes="fm-left", min_width=280, scale=6):
                with gr.Column(elem_classes="fm-pane"):
                    self._welcome = area(name="fm-welcome-area")
                    self._thread = area(name="fm-thread-area")
                    self._live = area(name="fm-live-area")
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
            self._question,
            self._sources,
            self._why.area,
        ]
        session = [self._composer.state, self._chat_id, self._stop]
        listen(self._question.submit, self._ask, [self._question, *session], every)
        listen(self._welcome.example, self._ask_example, session, every)
        listen(self._thread.retry, self._ask_again, session, every)
        listen(self._question.stop, self._request_stop, [self._stop], [self._question])
        for event in (self._thread.pick, self._thread.show):
            listen(event, self._show, [], [self._sources, self._why.area])
        listen(self._thread.rate, self._rate, [self._chat_id], [self._thread])
        self._shared.viewer.listen_to(self._sources)
        self._why.wire(self._sources)
        listen(page.load, self._restore, [self._chat_id], every)
        listen(self._chats.chat, self._open_chat, [self._side.words], every)
        listen(self._chats.chatdelete, self._delete, [self._chat_id, self._side.words, self._side.limit], every)
        listen(self._side.new.click, self._restore, [], every)
        self._side.wire(self._chat_id)
        self._composer.wire(page, self._chat_id)

    # ------------------------------------------------------------------------------------------------- asking

    def _ask(self, text: str, options: object, chat_id: str, stop: StopFlag, request: gr.Request) -> Iterator[Update]:
        owner = owner_of(request)
        if not text.strip():
            yield {self._question: gr.update(value="")}
            return
        yield from self._run(text, options, chat_id, stop, owner)

    def _ask_example(
        self, options: object, chat_id: str, stop: StopFlag, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        yield from self._run(str(event.question), options, chat_id, stop, owner_of(request))

    def _ask_again(
        self, options: object, chat_id: str, stop: StopFlag, request: gr.Request, event: gr.EventData
    ) -> Iterator[Update]:
        owner = owner_of(request)
        answer_id = str(event.answer)
        earlier = self._conversations.answer(answer_id, owner)
        yield from self._run(earlier.question, options, chat_id, stop, owner, again=answer_id)

    def _run(
        self, text: str, options: object, chat_id: str, stop: StopFlag, owner: str, *, again: str = ""
    ) -> Iterator[Update]:
        """Answer one question; again: id of the answer that the question is repeated for."""
        try:
            yield from self._updates(text, options, chat_id, stop, owner, again)
        except AppError as error:
            yield self._failed(text, problem_of(error))
        except Exception:
            yield self._failed(text, Problem("An unexpected error occurred; the server's terminal shows it."))
            raise

    def _updates(
        self, text: str, options: object, chat_id: str, stop: StopFlag, owner: str, again: str
    ) -> Iterator[Update]:
        """Updates of the page while one question is answered; the composer is a stop button meanwhile."""
        chat = self._conversations.open_chat(chat_id, text, owner)
        history = turns(self._conversations.answers(chat, owner), before=again)
        question = read_options(options).question(text, history=history, chat_id=chat)
        begun: Update = {
            self._question: gr.update(value="", submit_btn=False, stop_btn=True),
            self._chat_id: chat,
            self._why.area: "",
        }
        if chat != chat_id:
            self._composer.keep(options, chat, owner)
            begun |= {self._chats: self._chat_choices(chat, owner), self._thread: "", self._welcome: ""}
        yield begun
        for progress in self._conversations.run(question, stop):
            update: Update = {self._live: progress.html}
            if progress.sources is not None:
                update[self._sources] = progress.sources
            yield update
        yield self._finished(chat, owner)

    def _failed(self, text: str, problem: Problem) -> Update:
        """The question with the problem below it; the composer holds the question again."""
        return {
            self._live: render_failed_question(text, problem),
            self._question: gr.update(value=text, submit_btn=True, stop_btn=False),
        }

    def _finished(self, chat: str, owner: str) -> Update:
        """The stored conversation with its last answer selected; a new chat when it was deleted meanwhile."""
        update = self._chat(chat, owner) | {self._question: gr.update(submit_btn=True, stop_btn=False)}
        del update[self._chats]  # the list shows the chat already, perhaps among others that were searched for
        return update

    @staticmethod
    def _request_stop(stop: StopFlag) -> Any:
        stop.requested = True
        return gr.update(placeholder="Ask your documents…")

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

    def _restore(self, request: gr.Request, chat_id: str = "") -> Update:
        """A stored chat; an empty or unknown id begins a new one."""
        try:
            return self._chat(chat_id, owner_of(request))
        except AppError as error:
            return {self._live: render_problem(problem_of(error))}

    def _chat(self, chat_id: str, owner: str) -> Update:
        chat = self._conversations.owned(chat_id, owner)
        answers = self._conversations.answers(chat, owner)
        last = answers[-1] if answers else None
        return {
            self._chat_id: chat,
            self._chats: self._chat_choices(chat, owner),
            self._welcome: "" if last else render_welcome(self._services.library.counts(), self._examples),
            self._thread: render_thread(answers, self._services.chats.changes(chat) if chat else {}),
            self._live: "",
            self._sources: self._sources_of(last) if last else render_no_sources(),
            self._why.area: render_why(last.id) if last else "",
        }

    def _chat_choices(self, chat: str, owner: str) -> str:
        return self._side.html(owner, chat)

    def _open_chat(self, words: str, request: gr.Request, event: gr.EventData) -> Update:
        """A chat of the list; the search stays, and a hit's sources are shown."""
        owner, chat = owner_of(request), str(event.chat)
        update = self._chat(chat, owner) | {self._chats: self._side.html(owner, chat, words=words)}
        hit = event._data.get("hit")
        if hit:
            answer = self._conversations.answer(str(hit), owner)
            update |= {
                self._sources: self._sources_of(answer),
                self._why.area: render_why(answer.id),
            }
        return update

    def _delete(self, open_id: str, words: str, limit: int, request: gr.Request, event: gr.EventData) -> Update:
        """Delete a chat, or all; the open one stays unless it is among them, and the search stays too."""
        owner = owner_of(request)
        self._side.delete(str(event.chat), owner)
        update = self._chat(open_id, owner)
        chat = str(update[self._chat_id])
        return update | {self._chats: self._side.html(owner, chat, words=words, limit=limit)}

    def _sources_of(self, answer: Answer, *, focus: int | None = None) -> str:
        return render_sources(answer, scale_of(self._services.answerer, answer), focus=focus)
