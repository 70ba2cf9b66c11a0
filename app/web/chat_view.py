"""What the areas of the Ask tab show of a chat, as updates for Gradio: stored, being written, failed."""

from collections.abc import Sequence
from contextlib import suppress

import gradio as gr

from app.core.domain import Answer
from app.core.errors import AppError
from app.present.problem import Problem, problem_of
from app.web.areas import Update
from app.web.cards import render_sources
from app.web.chat_areas import ChatAreas
from app.web.conversation import Conversations
from app.web.parts import Services
from app.web.queue import render_queue
from app.web.relevance import scale_of
from app.web.running import Running, RunningAnswers
from app.web.thread import render_exchange, render_failed_question, render_thread
from app.web.verdict import render_why
from app.web.welcome import render_no_sources, render_welcome


class ChatView:
    """Draws chats; keeps nothing between calls."""

    def __init__(
        self,
        services: Services,
        areas: ChatAreas,
        running: RunningAnswers,
        conversations: Conversations,
        examples: Sequence[str],
    ) -> None:
        self._services = services
        self._areas = areas
        self._running = running
        self._conversations = conversations
        self._examples = tuple(examples)

    def chat(self, chat_id: str, owner: str, *, chosen: str = "") -> Update:
        """A stored chat as it is; an empty or unknown id is a new one. chosen: answer whose sources are shown."""
        areas = self._areas
        chat = self._conversations.owned(chat_id, owner)
        answers = self._conversations.answers(chat, owner)
        shown = next((answer for answer in answers if answer.id == chosen), answers[-1] if answers else None)
        running = self._running.current(chat)
        empty = shown is None and running is None
        welcome = render_welcome(self._services.library.counts(), self._examples) if empty else ""
        return {
            areas.chats: areas.side.html(owner, chat),
            areas.welcome: welcome,
            areas.live: "",
            areas.queue: self.queue(chat, owner),
            areas.question: gr.update(submit_btn=True, stop_btn=False),
            areas.sources: self.sources(shown) if shown else render_no_sources(),
            areas.why.area: render_why(shown.id) if shown else "",
            **self._thread(chat, answers, running),
        }

    def stored(self, chat: str, owner: str, *, chosen: str = "") -> Update:
        """The same without the list, which shows the chat already, perhaps among others that were searched for."""
        update = self.chat(chat, owner, chosen=chosen)
        del update[self._areas.chats]
        return update

    def thread(self, chat: str, owner: str) -> Update:
        """The stored answers alone."""
        chat = self._conversations.owned(chat, owner)
        return self._thread(chat, self._conversations.answers(chat, owner), self._running.current(chat))

    def _thread(self, chat: str, answers: Sequence[Answer], running: Running | None) -> Update:
        """The answers; one that is just given again is left out, and its new version is written in its place."""
        again = running.replaces if running and running.error is None and not running.ended else ""
        place = next((i for i, one in enumerate(answers) if again in (one.id, *one.versions)), None) if again else None
        before, after = (answers, ()) if place is None else (answers[:place], answers[place + 1 :])
        changes = self._services.chats.changes(chat) if chat else {}
        return {
            self._areas.thread: render_thread(before, changes),
            self._areas.after: render_thread(after, changes),
        }

    def alone(self, answer: Answer) -> Update:
        """An answer without a chat, as the only one; it cannot be asked again in its place."""
        note = '<p class="fm-note">A program asked this. What you ask next begins a chat.</p>'
        shown = f'{note}<div class="fm-thread">{render_exchange(answer, again=False)}</div>'
        return {self._areas.thread: shown, self._areas.after: ""}

    def begun(self, chat: str, running: Running, owner: str) -> Update:
        """An answer that is about to be written."""
        update: Update = {
            self._areas.question: gr.update(submit_btn=False, stop_btn=True),
            self._areas.queue: self.queue(chat, owner),
            self._areas.why.area: "",
        }
        return update | (self.thread(chat, owner) if running.replaces else {})

    def failed(self, chat: str, text: str, problem: Problem, owner: str) -> Update:
        """The question with the problem below it; the composer holds the question again."""
        update: Update = {
            self._areas.live: render_failed_question(text, problem),
            self._areas.question: gr.update(value=text, submit_btn=True, stop_btn=False),
        }
        with suppress(AppError):  # the problem may be that the database is away
            update |= self.thread(chat, owner)
        return update

    def queue(self, chat: str, owner: str) -> str:
        """The questions that are asked next, and those that an ended server left."""
        known = self._running.known(chat)
        kept = self._services.unanswered.of(chat, owner=owner) if chat else ()
        return render_queue(self._running.waiting(chat), [asked for asked in kept if asked.id not in known])

    def answer(self, answer: Answer, *, focus: int | None = None) -> Update:
        """An answer's sources. focus: number of the passage to show."""
        return {self._areas.sources: self.sources(answer, focus=focus), self._areas.why.area: render_why(answer.id)}

    def sources(self, answer: Answer, *, focus: int | None = None) -> str:
        """The cards of an answer."""
        return render_sources(answer, scale_of(self._services.answerer, answer), focus=focus)


def problem_with(error: Exception) -> Problem:
    """The problem of an answer that failed without being stored."""
    if isinstance(error, AppError):
        return problem_of(error)
    return Problem("An unexpected error occurred; the server's terminal shows it.")
