"""The list of chats as HTML: by day, the latest on top, each with a menu."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import groupby

from app.chats import ChatRow, Contents
from app.web.highlight import escape

PAGE = 50  # chats shown at once
_WEEK = 7


def render_chats(
    rows: Sequence[ChatRow], *, chat: str = "", words: str = "", more: bool = False,
    confirm: str = "", contents: Contents | None = None, running: Collection[str] = (),
) -> str:  # fmt: skip
    """The list.

    chat: the open one; confirm: the chat whose deletion is to be confirmed, or "all"; running: those being answered.
    """
    if not rows:
        return f'<p class="fm-note">{"No chat has these words." if words.strip() else "No chats yet."}</p>'
    today = datetime.now().astimezone().date()
    parts = []
    for day, group in groupby(rows, key=lambda row: day_of(row.updated_at.astimezone().date(), today)):
        items = "".join(
            _row(row, row.id == chat, contents if row.id == confirm else None, row.id in running) for row in group
        )
        parts.append(f'<h3>{escape(day)}</h3><ul class="fm-list">{items}</ul>')
    if more:
        parts.append('<button type="button" class="fm-link" data-act="chatmore">Show more</button>')
    if confirm == "all" and contents is not None:
        parts.append(_confirm("", contents))
    elif not words.strip():
        parts.append('<button type="button" class="fm-link" data-act="chatask" data-chat="all">Delete all…</button>')
    return '<nav class="fm-chat-list" aria-label="Chats">' + "".join(parts) + "</nav>"


def day_of(day: date, today: date) -> str:
    """The heading under which a day stands."""
    age = (today - day).days
    if age <= 0:
        return "Today"
    if age == 1:
        return "Yesterday"
    return "Previous 7 days" if age <= _WEEK else f"{day:%B %Y}"


def _row(row: ChatRow, current: bool, contents: Contents | None, running: bool) -> str:
    title, identifier = escape(row.title or "Untitled"), escape(row.id)
    mark = ' aria-current="true"' if current else ""
    hit = f'<span dir="auto">{escape(row.hit)}</span>' if row.hit and row.hit != row.title else ""

    busy = (
        '<i class="fm-running" role="img" aria-label="being answered" title="Being answered">●</i>' if running else ""
    )

    def item(act: str, label: str) -> str:
        return f'<button type="button" data-act="{act}" data-chat="{identifier}">{label}</button>'

    menu = item("chatname", "Rename") + item("chatexport", "Export as Markdown") + item("chatask", "Delete…")
    return (
        f'<li data-row="{identifier}"><div class="fm-chat-line"><button type="button" data-act="chat" '
        f'data-chat="{identifier}" data-hit="{escape(row.answer_id)}"{mark}><b dir="auto">{title}</b>{hit}</button>'
        f'{busy}<details class="fm-menu"><summary aria-label="More for {title}">⋯</summary><div>{menu}</div>'
        "</details></div>"
        f'<form class="fm-rename" data-chat="{identifier}" hidden><input name="title" value="{title}" '
        'maxlength="200" aria-label="Name of the chat"><button type="submit" class="fm-link">Save</button></form>'
        f"{_confirm(row.id, contents) if contents else ''}</li>"
    )


def _confirm(chat: str, contents: Contents) -> str:
    return (
        f'<div class="fm-sure" role="alert"><p>Delete {escape(contents.line)}? This cannot be undone.</p>'
        f'<button type="button" class="fm-danger" data-act="chatdelete" data-chat="{escape(chat)}">Delete</button> '
        '<button type="button" class="fm-link" data-act="chatkeep">Keep</button></div>'
    )
