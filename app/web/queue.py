"""The questions that are asked next, below the answer being written, and those that an ended server left unasked."""

from collections.abc import Sequence

from app.unanswered import Asked
from app.web.highlight import escape


def render_queue(waiting: Sequence[Asked], left: Sequence[Asked] = ()) -> str:
    """A line for each question, with a button that takes it back.

    left: questions that were not asked because the server ended; they can be asked now.
    """
    lines = [_line("Not asked", asked, offer=True) for asked in left]
    lines += [_line("Asked next", asked, offer=False) for asked in waiting]
    return "".join(lines)


def _line(state: str, asked: Asked, *, offer: bool) -> str:
    identifier = escape(asked.id)
    ask = (
        f'<button type="button" class="fm-link" data-act="asknow" data-asked="{identifier}">Ask now</button>'
        if offer
        else ""
    )
    return (
        f'<p class="fm-queued"><span dir="auto" title="{escape(asked.text)}">{state}: {escape(asked.text)}</span>{ask}'
        f'<button type="button" class="fm-link" data-act="unqueue" data-asked="{identifier}" '
        'aria-label="Do not ask this" title="Do not ask this">✕</button></p>'
    )
