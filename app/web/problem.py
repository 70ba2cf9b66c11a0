"""A problem on the page: in its place as HTML, or as a message in the corner when an action failed."""

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from app.core.errors import AppError
from app.present.problem import FIX_LABEL, Problem, problem_of
from app.web.highlight import escape


def render_problem(problem: Problem, *, css_class: str = "fm-problem") -> str:
    """A paragraph with the problem and, on a line of its own, its fix."""
    fix = f'<span class="fm-fix"><b>{FIX_LABEL}</b> {escape(problem.fix)}</span>' if problem.fix else ""
    return f'<p class="{css_class}" role="alert">{escape(problem.text)}{fix}</p>'


@contextmanager
def corner_message() -> Iterator[None]:
    """Turn an AppError into Gradio's message in the corner, which programs receive as the error of an endpoint."""
    try:
        yield
    except AppError as error:
        raise gr.Error(str(problem_of(error))) from error
