"""A question goes in, the plan of its search comes out: by rules, the same each time, without a model (pure)."""

from app.core.domain import SIMPLE, Plan
from app.plan.compare import compared
from app.plan.several import several

_LONGEST = 400  # characters; a longer text is a message, whose sentences need one another
_QUOTES = frozenset('"“”„«»')


def plan_of(question: str) -> Plan:
    """Whether the question has parts that are searched one by one: questions of its own, or things it compares.

    A question with a quotation is searched as a whole, since the quotation decides what is found.
    """
    text = " ".join(question.split())
    if len(text) > _LONGEST or _QUOTES & set(text):
        return SIMPLE
    if parts := several(text):
        return Plan(kind="parts", parts=parts)
    if parts := compared(text.strip("¿?？.!¡ ")):
        return Plan(kind="compare", parts=parts)
    return SIMPLE
