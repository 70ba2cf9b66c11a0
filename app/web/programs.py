"""Below the list of chats: answers that programs asked for, which belong to no chat."""

from collections.abc import Sequence

import gradio as gr

from app.core.errors import AppError
from app.present.problem import problem_of
from app.programs import ProgramAnswer
from app.web.areas import Update, area, listen, owner_of
from app.web.highlight import escape
from app.web.parts import Services
from app.web.problem import render_problem
from app.web.thread import when

_SHOWN = 100  # answers; older ones are found by their words


class Programs:
    """The area and those of its handlers that leave the open chat as it is; `list` tells which answer is opened."""

    def __init__(self, services: Services) -> None:
        self._answers = services.programs
        self.list = area(name="fm-programs-area")
        self._open = gr.State(False)

    def wire(self, page: gr.Blocks, words: gr.Textbox) -> None:
        """Connect events to handlers; called inside the page. words: of the search over chats."""
        drawn = [self.list, self._open]
        listen(page.load, self._draw, [self._open, words], [self.list])
        listen(words.change, self._draw, [self._open, words], [self.list])
        listen(self.list.programs, self._flip, [self._open, words], drawn)
        listen(self.list.programask, self._ask, [words], [self.list])
        listen(self.list.programkeep, self._draw, [self._open, words], [self.list])
        listen(self.list.programdelete, self._delete, [], drawn)

    def html(self, owner: str, words: str, *, unfolded: bool, confirm: bool = False) -> str:
        """The list as it is now; a search unfolds it."""
        rows = self._answers.page(owner=owner, words=words, limit=_SHOWN)
        return render_programs(rows, unfolded=unfolded or bool(words.strip()), confirm=confirm)

    def _draw(self, unfolded: bool, words: str, request: gr.Request) -> str:
        try:
            return self.html(owner_of(request), words, unfolded=unfolded)
        except AppError as error:
            return render_problem(problem_of(error)) if unfolded else ""

    def _flip(self, unfolded: bool, words: str, request: gr.Request) -> Update:
        return {self._open: not unfolded, self.list: self._draw(not unfolded, words, request)}

    def _ask(self, words: str, request: gr.Request) -> str:
        return self.html(owner_of(request), words, unfolded=True, confirm=True)

    def _delete(self, request: gr.Request) -> Update:
        owner = owner_of(request)
        self._answers.delete(owner=owner)
        return {self._open: False, self.list: self.html(owner, "", unfolded=False)}


def render_programs(rows: Sequence[ProgramAnswer], *, unfolded: bool, confirm: bool = False) -> str:
    """The entry that unfolds the answers; nothing where no program has asked."""
    if not rows:
        return ""
    head = (
        '<button type="button" class="fm-link fm-fold" data-act="programs" '
        f'aria-expanded="{"true" if unfolded else "false"}">From programs</button>'
    )
    if not unfolded:
        return f'<div class="fm-programs">{head}</div>'
    items = "".join(_row(row) for row in rows)
    more = f'<p class="fm-note">The newest {_SHOWN}; search for others.</p>' if len(rows) == _SHOWN else ""
    return (
        f'<nav class="fm-programs" aria-label="Answers for programs">{head}<ul class="fm-list">{items}</ul>{more}'
        f"{_deletion(confirm)}</nav>"
    )


def _row(row: ProgramAnswer) -> str:
    return (
        f'<li><button type="button" data-act="recall" data-answer="{escape(row.id)}">'
        f'<b dir="auto">{escape(row.question)}</b><span>{when(row.created_at)}</span></button></li>'
    )


def _deletion(confirm: bool) -> str:
    if not confirm:
        return '<button type="button" class="fm-link" data-act="programask">Delete these…</button>'
    return (
        '<div class="fm-sure" role="alert"><p>Delete every answer that programs asked for, with its kept passages? '
        'This cannot be undone.</p><button type="button" class="fm-danger" data-act="programdelete">Delete</button> '
        '<button type="button" class="fm-link" data-act="programkeep">Keep</button></div>'
    )
