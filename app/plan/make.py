"""A question goes in, its plan comes out (pure)."""

from app.core.plan import ONE_SEARCH, Kind, Plan
from app.core.quotes import quoted
from app.plan.compare import compared
from app.plan.hops import hops_of
from app.plan.parts import parts_of
from app.plan.words import words

_LONGEST = 400  # characters of a question that is taken apart; a longer one is a text to search with


def make_plan(question: str) -> Plan:
    """How the question is answered. The first rule that fits decides; the reason is for people."""
    if (
        len(question) > _LONGEST or len(words(question)) < 4 or quoted(question).only
    ):  # and one of a few words names one thing
        return ONE_SEARCH
    if things := compared(question):
        return Plan(kind=Kind.COMPARE, parts=things, reason=f"it compares {len(things)} things")
    if parts := parts_of(question):
        return Plan(kind=Kind.PARTS, parts=parts, reason=f"it asks for {len(parts)} facts")
    if hops := hops_of(question):
        return Plan(kind=Kind.TWO_HOPS, parts=(hops.first, hops.second), reason=f"“{hops.first}” has to be found first")
    return ONE_SEARCH
