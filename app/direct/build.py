"""The parts of computed answers go in; what is tried before the search, and after it, comes out."""

from collections.abc import Callable

from sqlalchemy import Engine

from app.cite.cite import SupportScorer
from app.core.chat import ChatModel
from app.direct.direct import DirectAnswer, FoundAnswer
from app.direct.lists import Lists
from app.direct.tables import Tables
from app.direct.whole import Summaries
from app.search import Searcher


def direct_answers(
    engine: Engine,
    searcher: Searcher,
    *,
    model: ChatModel,
    support: SupportScorer,
    support_floor: float,
    answer_tokens: int,
    summary_seconds: float,
    boundary: Callable[[str], str],
) -> tuple[tuple[DirectAnswer, ...], FoundAnswer]:
    """Lists and summaries, then tables. boundary: id -> the line between passages. summary_seconds: see WholeReader."""
    summaries = Summaries(
        engine,
        model=model,
        support=support,
        support_floor=support_floor,
        answer_tokens=answer_tokens,
        seconds=summary_seconds,
        boundary=boundary,
    )
    return (Lists(engine, searcher), summaries), Tables(engine, model)
