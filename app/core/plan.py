"""How a question is answered: by one search, or by steps that are fixed before the first of them."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a question needs."""

    SIMPLE = "simple"
    PARTS = "parts"  # several facts
    COMPARE = "compare"  # two things or more, side by side
    TWO_HOPS = "two hops"  # a second search with names that the first one finds
    COUNT = "count or list"
    TABLE = "table"  # a sum or the like over the cells of one table
    LIBRARY = "about the library"
    WHOLE = "whole document"
    VERSION = "latest or earlier version"  # one search; the order follows the dates


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One search of a plan, and what it brought."""

    name: str  # for people: "part 1", "first hop", "whole question"
    text: str  # that is searched for
    found: int = 0  # candidates that no earlier step brought
    used: int = 0  # of those it brought, in the prompt
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The kind of a question with its steps."""

    kind: Kind
    reason: str = ""  # the words that decided, for people; empty where none did
    parts: tuple[str, ...] = ()  # what each step searches for, before any of them runs
    subject: str = ""  # document or condition that a count, a table or a summary is about
    steps: tuple[Step, ...] = ()  # as they ran; empty for a question with one search


ONE_SEARCH = Plan(kind=Kind.SIMPLE)
