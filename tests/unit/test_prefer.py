"""Preferences among passages that say alike: by name, version and date; what is not alike keeps its order."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.domain import Hit
from app.prefer.prefer import prefer
from app.prefer.wish import Direction, named_files, wish_of
from tests.support.builders import make_hit

SAME = "Staff receive a daily allowance of {} pounds for each day of travel. Receipts are not needed for it."


def version_of(rank: int, name: str, **changes: Any) -> Hit:
    """Candidate number `rank`: one passage of a policy, alike in all versions but for the amount."""
    values = {"title": "Policy", "heading": "Policy › Allowance", "name": name, "source_uri": f"/x/{name}"}
    return make_hit(rank, SAME.format(30 + rank), **(values | changes))


def order(question: str, hits: list[Hit], relevance: Callable[[Hit], float] = lambda _hit: 0.9) -> list[int]:
    return [hit.chunk_id for hit in prefer(question, hits, relevance).hits]


YEARS = [version_of(1, "policy-2023.md"), version_of(2, "policy-2026.md"), version_of(3, "policy-2024.md")]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("allowance in 2024", [3, 1, 2]),
        ("the latest allowance", [2, 3, 1]),
        ("the current allowance", [2, 3, 1]),
        ("the oldest allowance", [1, 3, 2]),
        ("the previous allowance", [3, 1, 2]),
        ("how much is the allowance", [1, 2, 3]),
        ("allowance in 1999", [1, 2, 3]),
        ("alternating current allowance", [1, 2, 3]),
    ],
)
def test_versions_are_sorted_by_what_the_question_asks(question: str, wanted: list[int]) -> None:
    assert order(question, YEARS) == wanted


def test_only_passages_that_say_alike_exchange_their_places() -> None:
    other = make_hit(2, "The roof of the boat house is painted green every fifth year by its members.")
    hits = [version_of(1, "policy-2023.md"), other, version_of(3, "policy-2026.md")]
    assert order("the current allowance", hits) == [3, 2, 1]


def test_a_passage_that_is_much_less_relevant_keeps_its_place() -> None:
    def relevance(hit: Hit) -> float:
        return 0.9 if hit.chunk_id == 1 else 0.5

    assert order("the current allowance", YEARS, relevance) == [1, 2, 3]


def test_ranks_and_reasons_follow_the_order_and_scores_stay() -> None:
    preferred = prefer("the latest allowance", YEARS, lambda _hit: 0.9)
    assert [hit.final_rank for hit in preferred.hits] == [1, 2, 3]
    assert preferred.hits[0].reason == "the newest of those that say alike"
    assert preferred.hits[2].reason == "behind policy-2026.md, which the question means"
    assert preferred.notes == ("Of passages that say alike, the newest comes first.",)
    assert {hit.chunk_id: hit.rerank_score for hit in preferred.hits} == {h.chunk_id: h.rerank_score for h in YEARS}


def test_an_order_that_is_right_already_is_explained_without_a_note() -> None:
    preferred = prefer("allowance in 2023", YEARS, lambda _hit: 0.9)
    assert [hit.chunk_id for hit in preferred.hits] == [1, 2, 3]
    assert preferred.notes == ()
    assert [hit.reason for hit in preferred.hits] == [
        "dated 2023",
        *["behind policy-2023.md, which the question means"] * 2,
    ]


def test_a_year_in_the_text_counts_less_than_one_in_the_name_and_more_than_the_date_of_the_file() -> None:
    dated = datetime(2024, 6, 1, tzinfo=UTC)
    by_file = version_of(1, "a.md", dated=dated)
    by_text = dataclasses.replace(version_of(2, "b.md"), text=f"{SAME.format(40)} Valid in 2024.")
    by_name = version_of(3, "c 2024.md")
    assert order("allowance 2024", [by_file, by_text, by_name]) == [3, 2, 1]


def test_without_dates_in_names_the_dates_of_the_files_decide() -> None:
    hits = [version_of(n, f"{n}.md", dated=datetime(2020 + n, 1, 1, tzinfo=UTC)) for n in (1, 2, 3)]
    assert order("the newest allowance", hits) == [3, 2, 1]
    assert order("the oldest allowance", hits[::-1]) == [1, 2, 3]


def test_versions_are_numbers_and_a_draft_comes_before_its_final_form() -> None:
    numbered = [version_of(1, "policy_v9.md"), version_of(2, "policy_v10.md"), version_of(3, "policy.md")]
    assert order("the latest allowance", numbered) == [2, 1, 3]
    assert order("allowance in version 9", numbered[::-1])[0] == 1
    states = [version_of(1, "policy draft.md"), version_of(2, "policy.md"), version_of(3, "policy final.md")]
    assert order("the latest allowance", states) == [3, 2, 1]


def test_words_of_a_name_that_the_others_lack_decide() -> None:
    hits = [version_of(1, "policy-north.md"), version_of(2, "policy-south.md")]
    assert order("What is the allowance in the south?", hits) == [2, 1]
    assert prefer("allowance south", hits, lambda _: 0.9).hits[0].reason == "its name says south, as the question does"


def test_a_date_alone_moves_a_passage_only_past_others_with_nearly_the_same_score() -> None:
    texts = [" ".join(f"{word}{n}" for n in range(12)) for word in "abcdefgh"]
    hits = [
        make_hit(n, text, name=f"{n}-{2010 + n}.md", rerank_score=score, title=f"T{n}", heading=f"T{n}")
        for n, (text, score) in enumerate(zip(texts, (9.0, 8.9, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0), strict=True), 1)
    ]
    assert order("subject of 2012", hits)[:3] == [2, 1, 3]
    assert order("subject of 2018", hits)[:3] == [1, 2, 3]
    assert order("subject of the day", hits) == list(range(1, 9))


def test_a_file_named_in_the_question_comes_first_whatever_its_score() -> None:
    names = ("orion", "vega", "lyra")
    hits = [make_hit(n, f"{name} " * n, name=f"{name}_contract.md") for n, name in enumerate(names, 1)]
    preferred = prefer("price in Vega_contract.md?", hits, lambda _hit: 0.0)
    assert [hit.chunk_id for hit in preferred.hits] == [2, 1, 3]
    assert preferred.notes == ("The question names vega_contract.md: passages of this file come first.",)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("fee in price-list.md", "price-list.md"),
        ("fee in Price-List.MD?", "price-list.md"),
        ("what do the minutes say", ""),
        ("notice of the Orion supplier contract", "Orion_Supplier_Contract.md"),
        ("orion_supplier_contract", "Orion_Supplier_Contract.md"),
        ("the Orion supplier contract of 2024", "Orion_Supplier_Contract_2024.md Orion_Supplier_Contract.md"),
        ("my e-mail address", ""),
        ("INV-2024 total", "INV-2024.pdf"),
    ],
)
def test_files_are_named_by_their_whole_name_only(question: str, names: str) -> None:
    files = ["price-list.md", "minutes.md", "Orion_Supplier_Contract.md", "e-mail.md", "INV-2024.pdf"]
    assert named_files(question, files) <= set(names.split())
    assert bool(named_files(question, files)) == bool(names)


def test_of_two_names_the_longer_one_is_meant() -> None:
    files = ["annual report plan.md", "annual report plan 2024.md"]
    assert named_files("fees in the annual report plan 2024", files) == {"annual report plan 2024.md"}


@pytest.mark.parametrize(
    ("question", "direction"),
    [
        ("What is the latest fee?", Direction.NEWEST),
        ("the most recent minutes", Direction.NEWEST),
        ("neueste Fassung der Satzung", Direction.NEWEST),
        ("la version la plus récente", Direction.NEWEST),
        ("la versión más reciente", Direction.NEWEST),
        ("the current rules", Direction.CURRENT),
        ("Which fee is currently due?", Direction.CURRENT),
        ("die aktuellen Preise", Direction.CURRENT),
        ("le tarif en vigueur", Direction.CURRENT),
        ("las normas vigentes", Direction.CURRENT),
        ("the old rules", Direction.EARLIER),
        ("the previous contract", Direction.EARLIER),
        ("die frühere Satzung", Direction.EARLIER),
        ("l'ancien tarif", Direction.EARLIER),
        ("el contrato anterior", Direction.EARLIER),
        ("the original version", Direction.OLDEST),
        ("die älteste Fassung", Direction.OLDEST),
        ("How old is the captain?", Direction.NONE),
        ("Where does the old town begin?", Direction.NONE),
        ("the maximum current of the pump", Direction.NONE),
        ("the current flow through the coil", Direction.NONE),
        ("currency of Japan", Direction.NONE),
        ("translate the text", Direction.NONE),
        ("the latest fee of 2023", Direction.NONE),  # the year says more
    ],
)
def test_words_for_a_date(question: str, direction: Direction) -> None:
    assert wish_of(question).direction is direction


@pytest.mark.parametrize(
    ("question", "dates"),
    [
        ("What happened in 1998?", "1998"),
        ("minutes of March 2024", "2024-03"),
        ("from 2023 to 2026", "2023 and 2026"),
        ("a budget of 2000 euros", ""),
        ("€2000 per month", ""),
        ("room 2024", ""),
        ("RFC 1945", ""),
        ("2000 people", ""),
        ("PMC2012345", ""),
    ],
)
def test_years_of_a_question_and_numbers_that_are_none(question: str, dates: str) -> None:
    assert wish_of(question).dates == dates


@given(
    names=st.lists(st.sampled_from(["a-2023.md", "a-2024.md", "b_v2.md", "b_v3.md", "", "c.md"]), max_size=12),
    question=st.sampled_from(
        ["fee 2024", "latest fee", "old fee", "fee in b_v2.md", "fee", "version 3", "2023 or 2024"]
    ),
    scored=st.booleans(),
)
def test_no_candidate_is_lost_for_any_candidates(names: list[str], question: str, scored: bool) -> None:
    hits = [version_of(n, name, **({} if scored else {"rerank_score": None})) for n, name in enumerate(names, 1)]
    preferred = prefer(question, hits, lambda hit: 1 / hit.fused_rank).hits
    assert sorted(hit.chunk_id for hit in preferred) == [hit.chunk_id for hit in hits]
    assert [hit.final_rank for hit in preferred] == list(range(1, len(hits) + 1))


def test_candidates_without_a_score_stay_last() -> None:
    hits = [make_hit(n, f"Subject number {n}.", name=f"{n}.md", rerank_score=9.0 - n) for n in range(1, 6)]
    hits.append(make_hit(6, "Another subject.", name="report 2024.md", rerank_score=None, logit=None))
    assert order("subject 2024", hits)[-1] == 6
