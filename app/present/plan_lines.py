"""The plan of an answer for people: what was searched, and what each search brought."""

from app.core.plan import Plan


def plan_lines(plan: Plan) -> tuple[str, ...]:
    """First why more than one search was made, then a line for each; empty for a question with one search."""
    if not plan.steps:
        return ()
    steps = (f"{step.name}: {step.text} — {step.found} new candidates, {step.used} used" for step in plan.steps)
    return (f"{plan.kind.value}: {plan.reason}", *steps)


def step_line(words: str, detail: str) -> str:
    """A stage while it runs, with what it works on where there are several steps."""
    return f"{words} ({detail})" if detail else words
