"""The History tab: past answers, and the whole ledger of the selected one."""

from collections.abc import Sequence

import gradio as gr

from app.core.domain import Answer
from app.core.errors import AppError
from app.ledger import AnswerSummary
from app.present.answer_verdict import verdict_of
from app.present.problem import problem_of
from app.present.translate import translated
from app.web.areas import Update, area, listen, owner_of
from app.web.cards import render_sources
from app.web.chat_tab import Shared
from app.web.conversation import Conversations
from app.web.highlight import escape
from app.web.parts import Services
from app.web.problem import render_problem
from app.web.relevance import scale_of
from app.web.status import render_status
from app.web.thread import render_exchange, when
from app.web.verdict import render_why
from app.web.why_panel import WhyPanel


class HistoryTab:
    """The tab's components and their event handlers."""

    def __init__(self, services: Services, shared: Shared) -> None:
        self._services = services
        self._conversations = Conversations(services)
        self._shared = shared
        with gr.Row(elem_classes="fm-scope fm-columns fm-history"):
            with gr.Column(elem_classes="fm-pane fm-past", min_width=240, scale=3):
                self._list = area(name="fm-history-list")
            with gr.Column(elem_classes="fm-pane fm-right", min_width=280, scale=7):
                self._answer = area(name="fm-history-answer")
                self._why = WhyPanel(services, name="fm-history-why")
                self._sources = area(name="fm-history-sources")

    def wire(self, tab: gr.Tab) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        listen(tab.select, self._refresh, [], [self._list])
        listen(self._list.recall, self._recall, [], [self._list, self._answer, self._sources, self._why.area])
        listen(self._answer.rate, self._rate, [], [self._list, self._answer])
        listen(self._answer.show, self._show, [], [self._sources])
        listen(self._answer.pick, self._show, [], [self._sources])
        self._shared.viewer.listen_to(self._sources)
        self._why.wire(self._sources)

    def _refresh(self, request: gr.Request) -> str:
        try:
            return render_history(self._services.ledger.history(owner=owner_of(request)))
        except AppError as error:
            return render_problem(problem_of(error))

    def _recall(self, request: gr.Request, event: gr.EventData) -> Update:
        answer = self._load(event, request)
        past = self._services.ledger.history(owner=owner_of(request))
        return {
            self._list: render_history(past, selected=answer.id),
            self._answer: self._detail(answer),
            self._sources: render_sources(answer, scale_of(self._services.answerer, answer), whole_ledger=True),
            self._why.area: render_why(answer.id),
        }

    def _rate(self, request: gr.Request, event: gr.EventData) -> Update:
        answer = self._load(event, request)
        self._services.feedback.rate(answer, max(-1, min(1, int(event.value))))
        past = self._services.ledger.history(owner=owner_of(request))
        return {
            self._list: render_history(past, selected=answer.id),
            self._answer: self._detail(self._load(event, request)),
        }

    def _show(self, request: gr.Request, event: gr.EventData) -> str:
        number = event._data.get("n")
        focus = number if isinstance(number, int) else None
        answer = self._load(event, request)
        return render_sources(answer, scale_of(self._services.answerer, answer), focus=focus, whole_ledger=True)

    def _load(self, event: gr.EventData, request: gr.Request) -> Answer:
        return self._conversations.answer(str(event.answer), owner_of(request))

    def _detail(self, answer: Answer) -> str:
        answerer = self._services.answerer
        status = render_status(answerer.info, answerer.reranker_name, answerer.notices, answer)
        return status + f'<div class="fm-thread">{render_exchange(answer, again=False)}</div>'


def render_history(past: Sequence[AnswerSummary], *, selected: str = "") -> str:
    """The list of past answers, newest first."""
    if not past:
        return (
            '<div class="fm-empty"><h2>No answers yet</h2><p>Every answer is kept here with its whole ledger.</p></div>'
        )
    rows = "".join(_line(summary, summary.id == selected) for summary in past)
    return f'<h2 class="fm-hidden">Past answers</h2><ul class="fm-list">{rows}</ul>'


def _line(summary: AnswerSummary, selected: bool) -> str:
    rated = {1: " · rated good", -1: " · rated bad"}.get(summary.feedback, "")
    current = ' aria-current="true"' if selected else ""
    verdict = verdict_of(summary.outcome, summary.sentences, searched=summary.candidates)
    kind = verdict.state.value.replace(" ", "-")
    return (
        f'<li><button type="button" data-act="recall" data-answer="{escape(summary.id)}"{current}>'
        f'<b dir="auto">{escape(summary.question)}</b><span>{when(summary.created_at)} · '
        f'<span class="fm-outcome {kind}">{escape(translated(verdict.line))}</span>{rated}</span>'
        "</button></li>"
    )
