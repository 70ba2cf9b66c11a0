"""Lists that a cross-encoder is trained on: which passages may be wrong ones, and what the loss wants."""

import random

import numpy as np
import pytest
import torch

from app.quality.training.listwise import listwise_loss
from app.quality.training.mine import Group, Source
from app.quality.training.pairs import draw_wrong, items_of, plan


def group(query: str, positive: int, *wrong: int, closed: bool = False) -> Group:
    return Group(query=query, positive=positive, by_vector=wrong, by_text=wrong[::-1], closed=closed)


def source(*groups: Group, passages: int = 10, name: str = "own") -> Source:
    texts = tuple(f"{name} {number}" for number in range(passages))
    return Source(name=name, passages=texts, groups=groups, query_vectors=np.zeros((len(groups), 2), np.float32))


def test_passages_are_numbered_over_all_sources_and_mined_once() -> None:
    items = items_of([source(group("a", 0, 1, 2)), source(group("b", 3, 4), name="other")])
    assert [(item.right, item.wrong) for item in items] == [(0, [1, 2]), (13, [14])]
    assert items[1].others == (10, 20)


def test_another_right_passage_of_the_query_is_never_a_wrong_one() -> None:
    items = items_of([source(group("a", 0, 1, 2), group("a", 1, 0, 2), passages=4)])
    rng = random.Random(0)
    for item in items:
        assert {0, 1}.isdisjoint(item.wrong)
        for _ in range(50):
            assert {0, 1}.isdisjoint(draw_wrong(item, 3, rng))


def test_a_closed_group_has_its_own_negatives_only_and_others_get_one_at_random() -> None:
    closed, free = items_of([source(group("a", 0, 1, 2, closed=True), group("b", 3, 4, 5, 6, 7))])
    rng = random.Random(0)
    for _ in range(50):
        assert set(draw_wrong(closed, 5, rng)) <= {1, 2}
        drawn = draw_wrong(free, 3, rng)
        assert len(drawn) == 3
        assert len({4, 5, 6, 7} & set(drawn[:2])) == 2


def test_the_hardest_negatives_are_drawn_most_often() -> None:
    (item,) = items_of([source(group("a", 0, *range(1, 9)))])
    rng = random.Random(0)
    first = [draw_wrong(item, 2, rng)[0] for _ in range(400)]
    assert first.count(1) > 2 * first.count(8) > 0


def test_a_pass_holds_every_item_as_often_as_its_source_weighs() -> None:
    items = items_of([source(group("a", 0, 1)), source(group("b", 0, 1), name="clapnq_train_answers")])
    numbers = sorted(number for batch in plan(items, 2, random.Random(0)) for number in batch)
    assert numbers == [0, 1, 1]


def test_the_loss_falls_with_the_first_logit_whatever_the_lists_are_long() -> None:
    def loss(*lists: list[float], unanswered: tuple[float, ...] = ()) -> float:
        tensors = [torch.tensor(values) for values in lists]
        return float(listwise_loss(tensors, torch.tensor(unanswered), smoothing=0.02, binary_weight=0.2))

    assert (
        loss([5.0, -5.0, -5.0], [5.0, -5.0]) < loss([0.0, 0.0, 0.0], [0.0, 0.0]) < loss([-5.0, 5.0, 5.0], [-5.0, 5.0])
    )
    assert loss([1.0, 0.0], [2.0, 1.0, 0.0]) == pytest.approx(loss([2.0, 1.0, 0.0], [1.0, 0.0]))
    assert loss([5.0, -5.0], unanswered=(-4.0,)) < loss([5.0, -5.0], unanswered=(4.0,))
    assert np.isfinite(loss([3.0]))
