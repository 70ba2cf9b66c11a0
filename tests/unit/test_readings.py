"""A follow-up without a rewrite: the reading that fits counts, alone or with words of the question before."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from typing_extensions import override

from app.core.domain import NO_FILTERS, Fate, Filters, Hit, Query, Retrieval
from app.readings import Reading, better_reading
from app.rerank import KeepOrder, Reranker
from app.search import Searcher
from tests.support.builders import make_hit
from tests.support.fakes import WordReranker, WordRetriever
from tests.support.generators import returned

FERRY = "The refund due when the ferry to Larkhill is late: half of the fare."
SUNDAYS = "On Sundays the refund of a late ferry to Larkhill is due in full."
LIBRARY = "The library has these opening hours: nine to five."
ADDED = ("refund", "due", "ferry", "Larkhill", "late")


class Narrow(WordRetriever):
    """Finds only passages with a word of the query, so that two searches find different ones."""

    @override
    def retrieve(self, query: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieval:
        found = super().retrieve(query, collection=collection, filters=filters)
        return replace(found, hits=tuple(hit for hit in found.hits if hit.text_score))


def _read(question: str, texts: Sequence[str], *, changed: bool = False, reranker: Reranker | None = None) -> Reading:
    hits = [make_hit(number, text) for number, text in enumerate(texts, 1)]
    searcher = Searcher(retriever=Narrow(hits), reranker=reranker or WordReranker())
    alone, added = question, f"{question} ({' '.join(ADDED)})"
    text, also = (added, alone) if changed else (alone, added)
    query = Query(text=text, changed=changed, reason="it is very short", also=also, added=ADDED)
    return returned(better_reading(searcher, query))


def _texts(hits: Sequence[Hit]) -> list[str]:
    return [hit.text for hit in hits]


def test_a_topic_of_its_own_is_read_as_it_stands_and_what_the_words_found_is_kept_behind() -> None:
    reading = _read("Opening hours library", [FERRY, LIBRARY, SUNDAYS])
    assert (reading.query.text, reading.query.changed) == ("Opening hours library", False)
    (hit,) = reading.retrieved.context.hits
    assert (hit.text, hit.found_by) == (LIBRARY, "as it stands, with the added words")
    assert sorted(_texts(reading.others)) == sorted([FERRY, SUNDAYS])
    assert {hit.fate for hit in reading.others} == {Fate.OTHER_READING}
    assert [hit.final_rank for hit in reading.others] == [2, 3]
    ranks = [other.fused_rank for other in (hit, *reading.others)]
    assert len(set(ranks)) == 3


@pytest.mark.parametrize("changed", [False, True])  # stored with either text first: a repetition reads it alike
def test_a_question_that_points_back_is_read_with_the_words(*, changed: bool) -> None:
    reading = _read("And on Sundays?", [FERRY, LIBRARY, SUNDAYS], changed=changed)
    assert reading.query.changed
    assert reading.query.text == "And on Sundays? (refund due ferry Larkhill late)"
    assert reading.query.also == "And on Sundays?"
    assert _texts(reading.retrieved.context.hits)[0] == SUNDAYS
    assert reading.others == ()


def test_without_any_candidate_the_question_stays_as_it_stands() -> None:
    reading = _read("Parental leave?", ["Nothing of the kind."])
    assert not reading.query.changed
    assert reading.retrieved.context.hits == ()


def test_without_a_reranker_nothing_can_be_judged_and_the_words_count() -> None:
    reading = _read("Opening hours library", [FERRY, LIBRARY], reranker=KeepOrder())
    assert reading.query.changed
