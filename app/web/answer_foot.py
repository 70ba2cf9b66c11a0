"""The foot of an answer: where it was searched, and what was degraded while it was made."""

from app.core.domain import Answer
from app.core.scope import scope_in_words
from app.present.question_parts import parts_lines
from app.web.highlight import escape


def render_foot(answer: Answer) -> str:
    """A line with the scope, one for each part that was searched, and one for each notice."""
    scope = scope_in_words(answer.collection, answer.filters) or "all documents"
    lines = (f"searched in: {scope}", *parts_lines(answer), *dict.fromkeys(answer.notices))
    return '<div class="fm-foot">' + "".join(f'<p dir="auto">{escape(line)}</p>' for line in lines) + "</div>"
