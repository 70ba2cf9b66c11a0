"""The conversation as HTML: questions, answers with markers and buttons, and the answer being written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from app.chats import Change
from app.core.domain import Answer, Context, Outcome, Query
from app.core.plan import Kind
from app.core.scope import scope_in_words
from app.present.answer_verdict import State, verdict_of_answer
from app.present.plan_lines import plan_lines, step_line
from app.present.problem import Problem
from app.present.stage_words import STAGES
from app.present.translate import translated
from app.web.answer_foot import render_foot
from app.web.answer_text import render_answer
from app.web.highlight import escape
from app.web.icons import ICONS
from app.web.problem import render_problem
from app.web.quotes import quotes_of

_TABLES = (Kind.COUNT, Kind.TABLE, Kind.LIBRARY)
_STAGES: Mapping[str, str] = {**STAGES, "stop": "Stopping"}


def render_thread(answers: Sequence[Answer], changes: Mapping[str, Sequence[Change]] = MappingProxyType({})) -> str:
    """All finished exchanges of a chat, oldest first; script.js marks the one whose sources are shown.

    changes: id of an answer -> its documents that are gone or have changed since.
    """
    if not answers:
        return ""
    body = "".join(render_exchange(answer, changes=changes.get(answer.id, ())) for answer in answers)
    return f'<div class="fm-thread" role="log" aria-label="Conversation">{body}</div>'


def render_exchange(answer: Answer, *, again: bool = True, changes: Sequence[Change] = ()) -> str:
    """A question with its answer; again: offer a button that repeats the question."""
    repeated = answer.id if again else ""
    return (
        f'<article class="fm-exchange" data-answer="{escape(answer.id)}">'
        f"{_question(answer.question, repeated)}{_searched_for(answer.query, repeated)}"
        f'<div class="fm-answer" dir="auto">{_body(answer)}</div>{_widen(answer, repeated)}'
        f"{_facts(answer)}{_plan(answer)}"
        f"{_changes(changes, repeated)}{render_foot(answer)}{_actions(answer, again=again)}</article>"
    )


def render_live(
    question: str,
    *,
    stage: str = "",
    detail: str = "",
    query: Query | None = None,
    context: Context | None = None,
    text: str = "",
) -> str:
    """The exchange in progress: the current stage, and the text so far."""
    body = ""
    if text:
        numbers = frozenset(passage.number for passage in context.passages) if context else frozenset()
        body = f'<div class="fm-answer live" dir="auto">{render_answer(text, answer_id="", numbers=numbers)}</div>'
    working = (
        f'<p class="fm-working"><i></i>{escape(step_line(_STAGES.get(stage, "Starting"), detail))}…</p>'
        if not text or stage in ("cite", "stop")
        else ""
    )
    return (
        f'<div class="fm-thread"><article class="fm-exchange live">{_question(question)}'
        f'{_searched_for(query) if query else ""}{body}<div role="status">{working}</div></article></div>'
    )


def render_failed_question(question: str, problem: Problem) -> str:
    """A question that was not answered, with the problem below it."""
    return (
        f'<div class="fm-thread"><article class="fm-exchange">{_question(question)}{render_problem(problem)}'
        "</article></div>"
    )


def _question(text: str, answer_id: str = "") -> str:
    """The question; with the id of its answer also a button that edits it, which script.js turns into a field."""
    question = f'<div class="fm-question" dir="auto">{escape(text)}</div>'
    if not answer_id:
        return question
    return (
        f'<div class="fm-asked">{question}<button type="button" class="fm-action" data-act="edit" '
        f'data-answer="{escape(answer_id)}" aria-label="Edit the question and ask again" '
        f'title="Edit the question and ask again">{ICONS["edit"]}</button></div>'
    )


def _searched_for(query: Query, answer_id: str = "") -> str:
    """What was searched for when it is not the question alone; with an id also a button that asks without it."""
    remove = ""
    if answer_id and query.changed:
        label = "Ask again as it stands, without what was added"
        remove = (
            f'<button type="button" class="fm-drop" data-act="alone" data-answer="{escape(answer_id)}" '
            f'aria-label="{label}" title="{label}">✕</button>'
        )
    title = escape(query.reason)
    if query.added:
        words = escape(" ".join(query.added))
        weaker = "" if query.changed else " · the question as it stands fits better"
        return (
            f'<p class="fm-searched" title="{title}">Also searched with: '
            f'<span class="fm-added" dir="auto">{words}{remove}</span>{weaker}</p>'
        )
    if not query.changed:
        return ""
    return f'<p class="fm-searched" title="{title}">searched for: <q>{escape(query.text)}</q>{remove}</p>'


def _body(answer: Answer) -> str:
    """The verdict, then the text; a text that nothing supports is folded."""
    numbers = frozenset(passage.number for passage in answer.context.passages)
    shown = translated(answer.text) if answer.outcome is Outcome.NOT_FOUND else answer.text  # a fixed sentence
    sentences = answer.sentences if shown == answer.text else ()
    text = render_answer(shown, answer_id=answer.id, numbers=numbers, sentences=sentences, quotes=quotes_of(answer))
    verdict = verdict_of_answer(answer)
    if verdict.state is State.FAILED:
        return text + render_problem(Problem(answer.error or translated(verdict.line)))
    if verdict.state is State.UNSUPPORTED:
        text = f'<details class="fm-guess"><summary>Show the guess</summary><div>{text}</div></details>'
    kind = verdict.state.value.replace(" ", "-")
    return f'<p class="fm-answer-verdict {kind}" role="note">{escape(translated(verdict.line))}</p>{text}'


def _widen(answer: Answer, answer_id: str) -> str:
    """A button that asks again in all documents, where nothing was found in some; empty id: without."""
    narrowed = scope_in_words(answer.collection, answer.filters)
    if not answer_id or not narrowed or answer.outcome is not Outcome.NOT_FOUND:
        return ""
    return (
        f'<p class="fm-widen"><button type="button" class="fm-link" data-act="everywhere" '
        f'data-answer="{escape(answer_id)}">Search everything</button></p>'
    )


def _facts(answer: Answer) -> str:
    """What was changed in the model's text, in one line."""
    if not answer.removed_markers:
        return ""
    markers = "1 marker" if answer.removed_markers == 1 else f"{answer.removed_markers} markers"
    return f'<p class="fm-facts">{markers} without a passage removed</p>'


def _plan(answer: Answer) -> str:
    """What was searched and what each search brought, to open; nothing for a question with one search."""
    head, *steps = plan_lines(answer.plan) or ("",)
    if not head:
        return ""
    if not steps:
        return f'<p class="fm-facts fm-plan">{escape(head[:1].upper() + head[1:])}</p>'
    lines = "".join(f"<li>{escape(step)}</li>" for step in steps)
    searches = "search" if len(steps) == 1 else "searches"
    summary = f"<summary>{len(steps)} {searches} — {escape(head)}</summary>"
    return f'<details class="fm-facts fm-plan">{summary}<ol>{lines}</ol></details>'


def _changes(changes: Sequence[Change], answer_id: str) -> str:
    """A line for each document that is gone or has changed since, and a button that asks again; empty id: without."""
    if not changes:
        return ""
    lines = "".join(f'<p class="fm-facts fm-changed">{escape(change.line)}</p>' for change in changes)
    if not answer_id:
        return lines
    again = (
        f'<button type="button" class="fm-link" data-act="retry" data-answer="{escape(answer_id)}">Ask again</button>'
    )
    return lines + again


def _actions(answer: Answer, *, again: bool) -> str:
    identifier = escape(answer.id)

    def button(act: str, label: str, text: str, extra: str = "", pressed: bool | None = None) -> str:
        state = "" if pressed is None else f' aria-pressed="{"true" if pressed else "false"}"'
        return (
            f'<button type="button" class="fm-action" data-act="{act}" data-answer="{identifier}" '
            f'aria-label="{label}" title="{label}"{extra}{state}>{text}</button>'
        )

    count = len(answer.context.passages)
    nearest = "nearest passages" if answer.context.hits else "no sources"
    sources = f"{count} source{'' if count == 1 else 's'}" if count else nearest
    up, down = answer.feedback == 1, answer.feedback == -1
    return (
        '<div class="fm-actions">'
        + button("show", "Show the sources of this answer", sources, ' data-wide="1"')
        + button("copy", "Copy the answer", ICONS["copy"], f' data-copy="{escape(plain_text(answer))}"')
        + (button("csv", "All rows as a CSV file", "CSV") if answer.plan.kind in _TABLES and answer.sentences else "")
        + (button("retry", "Ask again", ICONS["retry"]) if again else "")
        + _versions(answer, again=again)
        + button("rate", "Good answer", ICONS["up"], f' data-value="{0 if up else 1}"', up)
        + button("rate", "Bad answer", ICONS["down"], f' data-value="{0 if down else -1}"', down)
        + "</div>"
    )


def _versions(answer: Answer, *, again: bool) -> str:
    """Which version of the answer is shown, with buttons that show its neighbours; nothing for the only one."""
    count, number = len(answer.versions), answer.version
    if count <= 1:
        return ""
    if not again:
        return f'<span class="fm-versions">version {number} of {count}</span>'

    def step(to: int, label: str, text: str) -> str:
        target = answer.versions[to - 1] if 1 <= to <= count else ""
        off = "" if target else ' aria-disabled="true"'
        return (
            f'<button type="button" class="fm-action" data-act="version" data-answer="{escape(target)}" '
            f'data-n="{label}" aria-label="{label} version" title="{label} version"{off}>{text}</button>'
        )

    steps = f"{step(number - 1, 'Previous', '‹')}<span>{number} of {count}</span>{step(number + 1, 'Next', '›')}"
    return f'<span class="fm-versions" role="group" aria-label="Versions of this answer">{steps}</span>'


def plain_text(answer: Answer) -> str:
    """The answer for the clipboard: its verdict first, its sources listed below."""
    verdict = verdict_of_answer(answer)
    used = sorted({number for sentence in answer.sentences for number in sentence.passages})
    by_number = {passage.number: passage for passage in answer.context.passages}
    lines = [
        f"[{number}] " + " · ".join(part for part in (passage.title, passage.heading, passage.location) if part)
        for number in used
        if (passage := by_number.get(number))
    ]
    return "\n\n".join(part for part in (f"[{verdict.line}]", answer.text, "\n".join(lines)) if part)


def when(moment: datetime | None) -> str:
    """Date and time for people, in local time; the datetime attribute holds the exact ISO form."""
    if moment is None:
        return ""
    return f'<time datetime="{moment.isoformat()}">{moment.astimezone():%d %b %Y, %H:%M}</time>'
