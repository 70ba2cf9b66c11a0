"""The questions that are asked next, below the answer being written."""

from collections.abc import Sequence

from app.web.highlight import escape
from app.web.running import Asked


def render_queue(waiting: Sequence[Asked]) -> str:
    """A line for each question, with a button that takes it back."""
    return "".join(
        f'<p class="fm-queued"><span dir="auto">Asked next: {escape(asked.text)}</span>'
        f'<button type="button" class="fm-link" data-act="unqueue" data-asked="{asked.id}" '
        'aria-label="Do not ask this" title="Do not ask this">✕</button></p>'
        for asked in waiting
    )
