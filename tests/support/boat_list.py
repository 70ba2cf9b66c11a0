"""A computed answer for tests: one question has a table of boats, every other question is searched."""

from collections.abc import Generator, Sequence

from app.core.domain import Context, Event, Question, Sentence, Support, Token
from app.core.plan import Kind, Plan
from app.direct.direct import Direct, DirectAnswer
from tests.support.builders import make_hit, make_passage

ASKED = "Which boats leak?"
ROWS = (("Boat", "Litres"), ("Heron", "3"), ("=Teal", "-2"), *((f"Gig {n}", str(n)) for n in range(1, 41)))
_SHOWN = "| Heron | 3 | [1]"


class BoatList(DirectAnswer):
    """Shows the first row, and has all of them for a file."""

    def answer(self, question: Question) -> Generator[Event, None, Direct | None]:
        """The table's first row; None for any other question."""
        if question.text != ASKED:
            return None
        yield Token(text=_SHOWN)
        hit = make_hit(1, "Heron leaks 3 litres.", passage_number=1)
        return Direct(
            text=_SHOWN,
            plan=Plan(kind=Kind.COUNT, subject="boats"),
            context=Context(passages=(make_passage(1, hit.text, hits=(hit,)),), hits=(hit,), tokens=4, token_budget=90),
            sentences=(Sentence(text=_SHOWN, start=0, end=len(_SHOWN), support=Support.CITED, passages=(1,)),),
        )

    def rows(self, question: Question) -> Sequence[Sequence[str]]:
        """All rows with their columns' names; empty for any other question."""
        return ROWS if question.text == ASKED else ()
