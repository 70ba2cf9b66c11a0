"""The plan of an answer for people: what was searched, and what each search brought."""

from app.core.plan import Kind, Plan

_COMPUTED = (Kind.COUNT, Kind.TABLE, Kind.WHOLE)


def plan_lines(plan: Plan) -> tuple[str, ...]:
    """First why it was not answered by one search, then a line for each step; empty for a question with one search."""
    if not plan.steps:
        return (f"{plan.kind.value}: {plan.reason}",) if plan.kind in _COMPUTED else ()
    steps = (f"{step.name}: {step.text} — {step.found} new candidates, {step.used} used" for step in plan.steps)
    return (f"{plan.kind.value}: {plan.reason}", *steps)


def step_line(words: str, detail: str) -> str:
    """A stage while it runs, with what it works on where there are several steps."""
    return f"{words} ({detail})" if detail else words
