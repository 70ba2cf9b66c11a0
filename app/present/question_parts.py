"""How a question with parts was searched: the parts, what each of them brought, and which of them found a candidate."""

from collections.abc import Sequence
from typing import Any

from app.core.domain import Answer, Hit, Plan


def parts_view(plan: Plan, hits: Sequence[Hit]) -> dict[str, Any]:
    """The plan with what each part brought, as plain JSON values. hits: all candidates."""
    return {
        "kind": plan.kind,
        "parts": [{"text": part} | _brought(number, hits) for number, part in enumerate(plan.parts, 1)],
    }


def parts_lines(answer: Answer) -> tuple[str, ...]:
    """A line for each part with what it brought to the answer; none for a question without parts."""
    hits, plan = answer.context.hits, answer.query.plan
    lines = []
    for number, part in enumerate(plan.parts, 1):
        brought = _brought(number, hits)
        lines.append(
            f"part {number}, also searched on its own: “{part}”: {_counted(brought['candidates'])}, "
            f"{brought['in_prompt']} in the prompt, {brought['cited']} cited"
        )
    return tuple(lines)


def found_by(hit: Hit) -> str:
    """Which parts found a candidate: "found by the whole question and part 2"; empty when there are no parts."""
    names = [f"part {number}" if number else "the whole question" for number in hit.found_by]
    return f"found by {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}" if names else ""


def _brought(number: int, hits: Sequence[Hit]) -> dict[str, int]:
    found = [hit for hit in hits if number in hit.found_by]
    return {
        "candidates": len(found),
        "in_prompt": sum(hit.passage_number is not None for hit in found),
        "cited": sum(hit.cited for hit in found),
    }


def _counted(candidates: int) -> str:
    return "1 candidate" if candidates == 1 else f"{candidates} candidates"
