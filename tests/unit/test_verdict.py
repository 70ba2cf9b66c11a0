"""Where a candidate was lost, by the ledger alone."""

from dataclasses import replace
from typing import Any

import pytest

from app.core.domain import NO_FILTERS, Context, ExactRank, Fate, Hit
from app.quality.diagnosis.judge import furthest, in_legs, leg_limit, loss_of, passages_needed
from app.quality.diagnosis.trial import Search
from app.quality.expected.expectation import Expectation
from app.quality.expected.located import Located
from app.quality.expected.loss import Loss, Side
from tests.support.builders import make_hit, make_passage
from tests.support.diagnosis import missed

SETTINGS = {"candidates": 50, "leg_candidates": 100, "passages": 3, "vector_weight": 1.0, "text_weight": 0.7}


def a_search(*hits: Hit, **changes: object) -> Search:
    """A search whose candidates have these fates."""
    context = Context(passages=(), hits=hits, tokens=0, token_budget=1000)
    search = Search(
        question="?", collection=None, filters=NO_FILTERS, settings=SETTINGS, context=context, scored=len(hits),
        reranker="a reranker",
    )  # fmt: skip
    return replace(search, **changes)  # type: ignore[arg-type]


def ranked(final: int, fused: int, fate: Fate = Fate.BEYOND_LIMIT, **changes: Any) -> Hit:
    return make_hit(fused, final_rank=final, fate=fate, **changes)


@pytest.mark.parametrize(
    ("hit", "loss"),
    [
        (ranked(9, 2), Loss.RERANKED_DOWN),
        (ranked(9, 20), Loss.BEYOND_LIMIT),
        (ranked(9, 9), Loss.BEYOND_LIMIT),
        (ranked(9, 2, logit=None, rerank_score=None), Loss.BEYOND_LIMIT),
        (ranked(9, 9, Fate.NOT_SCORED, logit=None), Loss.NOT_SCORED),
        (ranked(2, 3, Fate.DUPLICATE), Loss.DUPLICATE),
        (ranked(2, 1, Fate.BUDGET), Loss.BUDGET),
        (ranked(1, 1, Fate.BELOW_FLOOR), Loss.BELOW_FLOOR),
    ],
)
def test_a_dropped_candidate_is_judged_by_its_fate_and_its_ranks(hit: Hit, loss: Loss) -> None:
    assert loss_of(hit, a_search(hit)) is loss


def test_what_the_budget_or_the_floor_dropped_was_ranked_too_low_when_better_ones_fill_the_places() -> None:
    better = [make_hit(n, final_rank=n, fate=Fate.IN_PROMPT, passage_number=n) for n in (1, 2, 3)]
    for fate in (Fate.BUDGET, Fate.BELOW_FLOOR):
        lifted, pushed = ranked(4, 9, fate), ranked(5, 4, fate)
        search = a_search(*better, lifted, pushed)
        assert loss_of(lifted, search) is Loss.BEYOND_LIMIT
        assert loss_of(pushed, search) is Loss.RERANKED_DOWN


def test_in_the_prompt_it_depends_on_the_answer() -> None:
    kept = ranked(1, 1, Fate.IN_PROMPT, passage_number=1)
    assert loss_of(kept, a_search(kept)) is Loss.IN_PROMPT
    answered = a_search(kept, answer=object())
    assert loss_of(kept, answered) is Loss.NOT_USED
    assert loss_of(replace(kept, cited=True), answered) is Loss.NOTHING


def test_of_several_expected_candidates_the_one_that_came_furthest_is_judged() -> None:
    first = ranked(1, 1, Fate.BUDGET, document_id=7, source_uri="/docs/7.md")
    used = ranked(4, 4, Fate.IN_PROMPT, passage_number=2, cited=True, document_id=7, source_uri="/docs/7.md")
    read = ranked(2, 2, Fate.IN_PROMPT, passage_number=1, document_id=7, source_uri="/docs/7.md")
    expected = Expectation(document="7.md")
    assert furthest(a_search(first, read, used), expected, Located()) == used
    assert furthest(a_search(first, read), expected, Located()) == read
    assert furthest(a_search(first), expected, Located()) == first
    assert furthest(a_search(ranked(1, 1)), Expectation(document="9.md"), Located()) is None


def test_words_over_two_chunks_that_were_joined_in_the_prompt_are_found_there() -> None:
    one = ranked(1, 1, Fate.IN_PROMPT, passage_number=1, text="the ship sails")
    two = ranked(2, 2, Fate.IN_PROMPT, passage_number=1, text="at noon")
    search = a_search(one, two)
    passage = make_passage(1, "the ship sails\nat noon", hits=(one, two))
    joined = replace(search, context=replace(search.context, passages=(passage,)))
    assert furthest(joined, Expectation(quote="sails at noon"), Located()) == one
    assert furthest(search, Expectation(quote="sails at noon"), Located()) is None


def test_the_number_of_passages_needed_counts_places_not_candidates() -> None:
    section: dict[str, Any] = {"document_id": 1, "heading": "Rules", "source_uri": "/docs/1.md"}
    hits = [
        make_hit(1, final_rank=1, ordinal=1, **section), make_hit(2, final_rank=2, ordinal=2, **section),
        make_hit(3, final_rank=3), ranked(4, 4),
    ]  # fmt: skip
    assert passages_needed(hits[3], a_search(*hits)) == 3
    twin = ranked(5, 5, text=hits[2].text)
    assert passages_needed(twin, a_search(*hits, twin)) is None


def test_a_leg_hands_on_as_many_as_the_larger_limit_says() -> None:
    search = a_search()
    assert leg_limit(search) == 100
    assert in_legs(missed(ExactRank(vector_rank=101, vector_distance=0.5, text_rank=100, text_score=1)), search) == (
        "text",
    )
    assert in_legs(missed(ExactRank(vector_rank=5, vector_distance=0.5, text_rank=None, text_score=None)), search) == (
        "vector",
    )


def test_every_loss_has_a_text_of_its_own_and_a_side_to_look_at() -> None:
    assert {loss.side for loss in Loss} == set(Side)
    assert len({loss.text for loss in Loss}) == len(Loss)
