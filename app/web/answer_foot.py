"""The foot of an answer: where it was searched, and what was degraded while it was made."""

from app.core.domain import Answer
from app.core.scope import scope_in_words
from app.present.translate import translated
from app.web.highlight import escape


def render_foot(answer: Answer) -> str:
    """A line with the scope, and one for each notice."""
    scope = scope_in_words(answer.collection, answer.filters) or "all documents"
    lines = (f"searched in: {scope}", *dict.fromkeys(answer.notices))
    return (
        '<div class="fm-foot">' + "".join(f'<p dir="auto">{escape(translated(line))}</p>' for line in lines) + "</div>"
    )
