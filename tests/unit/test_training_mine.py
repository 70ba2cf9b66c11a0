"""Mining negatives, planning batches, and what a batch may call wrong."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from app.core.models.embedding import unit
from app.quality.training.batches import plan
from app.quality.training.data import Pair, Recipe
from app.quality.training.held_out import split
from app.quality.training.mine import Matrix, Source, mine

TOPICS = ["pump", "valve", "motor", "filter"]


def embed(texts: Sequence[str]) -> Matrix:
    """A stand-in: one axis a topic, a little of the text's length."""
    rows = [[float(topic in text) for topic in TOPICS] + [0.1 + len(text) / 1000] for text in texts]
    return unit(np.array(rows, np.float32))


def pairs(scope: str = "", count: int = 6) -> list[Pair]:
    return [
        Pair(
            query=f"how is the {topic} number {n} mended",
            passage=f"The {topic} {n} is mended so: {n * 'x'}",
            grade=1,
            scope=scope,
        )
        for topic in TOPICS
        for n in range(count)
    ]


def test_negatives_are_near_the_query_and_never_its_own_passage() -> None:
    source = mine("s", pairs(), Recipe(ceiling=2.0), embed, seed=0)
    assert len(source.groups) == 24
    for group in source.groups:
        assert group.positive not in (*group.by_vector, *group.by_text)
    pump = source.groups[0]
    assert "pump" in source.passages[pump.by_vector[0]]
    assert "pump" in source.passages[pump.by_text[0]]


def test_passages_as_near_as_the_positive_are_not_called_negative() -> None:
    groups = mine("s", pairs(), Recipe(ceiling=0.5), embed, seed=0)
    assert all(
        groups.passages[one].split()[1] != groups.passages[group.positive].split()[1]
        for group in groups.groups
        for one in group.by_vector
    )


def test_a_scope_keeps_its_negatives_to_itself_and_closes_the_batch() -> None:
    source = mine("s", pairs("a.org") + pairs("b.org", 3), Recipe(ceiling=2.0), embed, seed=0)
    members = {pair.passage for pair in pairs("b.org", 3)}
    queries = {pair.query for pair in pairs("b.org", 3)}
    assert all(group.closed for group in source.groups)
    for group in source.groups[24:]:
        assert group.query in queries
        assert {source.passages[one] for one in group.by_vector} <= members


def test_labelled_negatives_come_before_mined_ones() -> None:
    wrong = Pair(query="how is the pump number 0 mended", passage="Nobody mends that pump.", grade=0)
    source = mine("s", [*pairs(), wrong], Recipe(), embed, seed=0)
    assert [source.passages[one] for one in source.groups[0].by_vector] == [wrong.passage]


def test_questions_without_an_answer_stand_beside_the_passages_they_are_put_to() -> None:
    put = Pair(query="who sells the pump number 0", passage=pairs()[0].passage, grade=0)
    anywhere = Pair(query="the valve of the moon", passage="", grade=0)
    pool = Pair(query="", passage="The pump of another house is never mended at all.", grade=0)
    source = mine("s", [*pairs(), put, anywhere, pool], Recipe(ceiling=2.0), embed, seed=0)
    assert source.groups[0].unanswered == (put.query,)
    beside = [group for group in source.groups if anywhere.query in group.unanswered]
    assert beside
    assert all("valve" in source.passages[group.positive] for group in beside)
    assert len(source.groups) == 24
    assert pool.passage in source.passages


def test_a_limit_draws_that_many_groups() -> None:
    assert len(mine("s", pairs(), Recipe(limit=5, ceiling=2.0), embed, seed=0).groups) == 5


@pytest.fixture
def source() -> Source:
    return mine("s", pairs(count=20), Recipe(ceiling=2.0), embed, seed=0)


def test_a_plan_uses_every_group_as_often_as_its_weight_says(source: Source) -> None:
    batches = plan([source], {"s": 2.0}, 16, random.Random(1))
    used = [group for _, chosen in batches for group in chosen]
    assert len(used) == 160
    assert set(used) == set(range(80))


def test_a_batch_is_made_of_queries_near_each_other(source: Source) -> None:
    batches = plan([source], {}, 16, random.Random(1))
    kinds = [len({source.groups[one].query.split()[3] for one in chosen}) for _, chosen in batches]
    assert sum(kinds) / len(kinds) < 2.5


def test_held_out_queries_are_in_no_training_group(source: Source) -> None:
    kept, held = split([source], seed=3)
    queries = {group.query for group in held[0].groups}
    assert queries
    assert not queries & {group.query for group in kept[0].groups}
    assert len(held[0].groups) + len(kept[0].groups) == 80
    assert len(kept[0].query_vectors) == len(kept[0].groups)
