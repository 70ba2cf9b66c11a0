"""Results and problems on the page: as HTML below the action, or as a message in the corner."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import gradio as gr

from app.core.errors import FIX_LABEL, AppError
from app.present.problem import Problem, problem_of
from app.web.highlight import escape

_log = logging.getLogger("foremost.problems")


def render_problem(problem: Problem, *, css_class: str = "fm-problem") -> str:
    """A paragraph with the problem and, on a line of its own, its fix."""
    fix = f'<span class="fm-fix"><b>{FIX_LABEL}</b> {escape(problem.fix)}</span>' if problem.fix else ""
    return f'<p class="{css_class}" role="alert">{escape(problem.text)}{fix}</p>'


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """The result of an action of the user: what was done, and what failed."""

    lines: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def html(self) -> str:
        """Results first, then problems."""
        done = "".join(f'<p class="fm-message" role="status">{escape(line)}</p>' for line in self.lines)
        return done + "".join(render_problem(problem) for problem in self.problems)


@contextmanager
def corner_message() -> Iterator[None]:
    """Turn an AppError into Gradio's message in the corner, which programs receive as the error of an endpoint."""
    try:
        yield
    except AppError as error:
        problem = str(problem_of(error))
        _log.info("%s", " ".join(problem.split()))
        raise gr.Error(problem, print_exception=False) from error  # a traceback would tell nothing more
