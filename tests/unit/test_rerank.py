"""What every reranker must do, shown with models that say what the test wants."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typing_extensions import override

from app import rerank
from app.core.domain import Hit
from app.core.errors import ModelError
from app.core.models.embedding import Embedder, Matrix, unit
from app.core.models.find import is_bert_cross_encoder
from app.rerank import EnglishOnly, KeepOrder, LateInteraction, build_reranker
from app.rerank.base import GROUP, Score, passage_text, rerank_within
from app.rerank.combination import Combination, sigmoid
from app.rerank.late_interaction import max_sim
from tests.support.builders import make_hit


def unscored(rank: int, **changes: Any) -> Hit:
    return make_hit(rank, **({"logit": None, "rerank_score": None, "final_rank": None} | changes))


class _Clock:
    """Time that passes only when a group is scored."""

    def __init__(self, seconds_per_hit: float) -> None:
        self.now = 0.0
        self._each = seconds_per_hit

    def perf_counter(self) -> float:
        return self.now

    def score(self, group: Sequence[Hit]) -> list[Score]:
        self.now += self._each * len(group)
        return [_score(float(hit.fused_rank)) for hit in group]


def _score(value: float, *, truncated: bool = False) -> Score:
    return Score(logit=value, rerank_score=value, truncated=truncated)


def test_the_best_score_comes_first_and_ranks_count_from_one() -> None:
    hits = [unscored(rank) for rank in range(1, 6)]
    result = rerank_within(hits, lambda group: [_score(hit.fused_rank) for hit in group], name="fake", budget_ms=0)
    assert [hit.fused_rank for hit in result.hits] == [5, 4, 3, 2, 1]
    assert [hit.final_rank for hit in result.hits] == [1, 2, 3, 4, 5]
    assert (result.reranker, result.scored, result.truncated, result.notes) == ("fake", 5, 0, ())


def test_equal_scores_keep_the_fused_order_whatever_order_they_come_in() -> None:
    hits = [unscored(rank) for rank in (3, 1, 2)]
    result = rerank_within(hits, lambda group: [_score(1.0) for _ in group], name="fake", budget_ms=0)
    assert [hit.fused_rank for hit in result.hits] == [1, 2, 3]


def test_large_logits_are_not_made_equal() -> None:
    values = {1: 40.0, 2: 41.0, 3: 42.0}
    assert sigmoid(values[1]) == sigmoid(values[2])  # what ranking on probabilities would have seen
    result = rerank_within(
        [unscored(rank) for rank in values],
        lambda group: [_score(values[hit.fused_rank]) for hit in group],
        name="fake",
        budget_ms=0,
    )
    assert [hit.fused_rank for hit in result.hits] == [3, 2, 1]


def test_candidates_not_reached_in_time_follow_in_fused_order_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock(seconds_per_hit=0.01)
    monkeypatch.setattr("app.rerank.base.time", clock)
    result = rerank_within([unscored(rank) for rank in range(1, 51)], clock.score, name="fake", budget_ms=200)
    assert result.scored == 2 * GROUP  # a third group would end at 240 ms
    assert [hit.fused_rank for hit in result.hits[result.scored :]] == list(range(result.scored + 1, 51))
    assert all(hit.logit is None and hit.rerank_score is None for hit in result.hits[result.scored :])
    assert [hit.final_rank for hit in result.hits] == list(range(1, 51))
    assert f"{result.scored} of 50 candidates were scored" in result.notes[0]
    assert clock.now * 1000 <= 200


def test_the_first_group_is_scored_even_when_the_limit_is_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock(seconds_per_hit=9.0)
    monkeypatch.setattr("app.rerank.base.time", clock)
    result = rerank_within([unscored(rank) for rank in range(1, 51)], clock.score, name="fake", budget_ms=1)
    assert result.scored == GROUP


def test_a_limit_of_zero_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock(seconds_per_hit=9.0)
    monkeypatch.setattr("app.rerank.base.time", clock)
    result = rerank_within([unscored(rank) for rank in range(1, 51)], clock.score, name="fake", budget_ms=0)
    assert result.scored == 50


def test_passages_read_in_part_are_counted_and_said() -> None:
    hits = [unscored(1), unscored(2)]
    result = rerank_within(
        hits, lambda group: [_score(1.0, truncated=hit.fused_rank == 2) for hit in group], name="fake", budget_ms=0
    )
    assert result.truncated == 1
    assert "only the beginning of 1 of 2" in result.notes[0]


def test_no_candidates_are_no_trouble() -> None:
    assert rerank_within([], lambda _: [], name="fake", budget_ms=10).hits == ()
    assert KeepOrder().rerank("anything", []).hits == ()


def test_keeping_the_order_scores_nothing() -> None:
    result = KeepOrder().rerank("anything", [unscored(2), unscored(1)])
    assert [(hit.fused_rank, hit.final_rank, hit.logit) for hit in result.hits] == [(1, 1, None), (2, 2, None)]
    assert result.scored == 0


@pytest.mark.parametrize(
    ("title", "heading", "first_line"),
    [
        ("Handbook", "Handbook › Boats", "Handbook › Boats"),
        ("Handbook", "Boats", "Handbook › Boats"),
        ("Handbook", "", "Handbook"),
        ("", "Boats", "Boats"),
        ("", "", "Text."),
    ],
)
def test_a_reranker_reads_title_and_headings_once_before_the_text(title: str, heading: str, first_line: str) -> None:
    read = passage_text(make_hit(1, "Text.", title=title, heading=heading))
    assert read.split("\n")[0] == first_line
    assert read.endswith("Text.")


def test_a_combination_adds_up_what_it_was_given() -> None:
    hit = make_hit(4, vector_distance=0.25, fused_score=0.5, text_score=3.0)
    combination = Combination.read({"logit": 2, "cosine": 4, "fused": 128, "bias": -1})
    assert combination.score(1.5, hit) == pytest.approx(-1 + 3 + 3 + 2)
    assert Combination.read({"fused_score": 8}).score(1.5, hit) == pytest.approx(1.5 + 4)
    assert combination.relevance(1.5, hit) == pytest.approx(sigmoid(-1 + 3 + 3))
    assert Combination.read(None).score(1.5, hit) == 1.5


def test_a_combination_with_an_unknown_feature_is_refused() -> None:
    with pytest.raises(ModelError, match=r"moon.*logit, cosine"):
        Combination.read({"moon": 1.0})


@pytest.mark.parametrize("value", [-1000.0, -1.0, 0.0, 1.0, 1000.0])
def test_sigmoid_is_a_probability_at_any_size(value: float) -> None:
    assert 0 <= sigmoid(value) <= 1
    assert sigmoid(value) + sigmoid(-value) == pytest.approx(1)


@pytest.mark.parametrize(("distance", "expected"), [(0.7, 0.2), (0.2, 1.0), (0.0, 1.0), (0.9, 0.0), (1.4, 0.0)])
def test_relevance_of_a_cosine_reaches_the_default_floor_at_0_3(distance: float, expected: float) -> None:
    assert KeepOrder().relevance(unscored(1, vector_distance=distance)) == pytest.approx(expected)


def test_a_passage_nobody_measured_is_not_relevant() -> None:
    assert KeepOrder().relevance(unscored(1, vector_distance=None)) == 0


def test_late_interaction_believes_tokens_where_the_whole_vector_is_blind() -> None:
    reranker = LateInteraction(_Letters(), budget_ms=0)
    assert reranker.relevance(unscored(1, vector_distance=0.95, logit=0.5)) == pytest.approx(0.2)
    assert reranker.relevance(unscored(1, vector_distance=0.7, logit=0.3)) == pytest.approx(0.2)
    assert reranker.relevance(unscored(1, vector_distance=0.95, logit=0.4)) == 0


def test_max_sim_takes_the_best_match_of_every_question_token() -> None:
    question_vectors = unit(np.array([[1, 0], [0, 1]], np.float32))
    tokens = unit(np.array([[1, 0], [-1, 0], [1, 1]], np.float32))
    assert max_sim(question_vectors, tokens) == pytest.approx((1 + 0.5**0.5) / 2)
    assert max_sim(question_vectors, tokens[:0]) == 0.0


class _Letters(Embedder):
    """An embedding model whose tokens are letters; a text's vectors have the two special tokens around them."""

    name, dimension, max_tokens = "letters", 26, 12

    @override
    def embed(self, texts: Sequence[str]) -> Matrix:
        raise AssertionError("late interaction needs no pooled vectors")

    @override
    def embed_query(self, text: str) -> tuple[Matrix, bool]:
        raise AssertionError("late interaction needs no pooled vectors")

    def token_vectors(self, texts: Sequence[str]) -> list[Matrix]:
        special = np.full((1, 26), 26**-0.5, np.float32)
        rows = [np.eye(26, dtype=np.float32)[[ord(c) - 97 for c in _letters(t)[:10]]] for t in texts]
        return [np.concatenate([special, row, special]) for row in rows]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_letters(text)) + 2 for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [(place, place + 1) for place in range(len(text))]


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isascii() and c.isalpha())


def _bare(rank: int, text: str, **changes: object) -> Hit:
    return unscored(rank, text=text, title="", heading="", **changes)


def test_late_interaction_ranks_by_shared_tokens_and_leaves_special_ones_out() -> None:
    result = LateInteraction(_Letters(), budget_ms=0).rerank("abc", [_bare(1, "xyz"), _bare(2, "cab"), _bare(3, "bx")])
    assert [hit.fused_rank for hit in result.hits] == [2, 3, 1]
    assert [hit.logit for hit in result.hits] == pytest.approx([1.0, 1 / 3, 0.0])


def test_late_interaction_says_what_it_read_in_part() -> None:
    result = LateInteraction(_Letters(), budget_ms=0).rerank("abcdefghijklmn", [_bare(1, "a" * 40), _bare(2, "b")])
    assert result.truncated == 1
    assert "question is very long" in result.notes[0]


def test_late_interaction_prefers_the_better_full_text_match_among_equals() -> None:
    hits = [_bare(1, "ab", text_score=None), _bare(2, "ab", text_score=2.0), _bare(3, "ab", text_score=4.0)]
    result = LateInteraction(_Letters(), budget_ms=0).rerank("ab", hits)
    assert [hit.fused_rank for hit in result.hits] == [3, 2, 1]
    assert {hit.logit for hit in result.hits} == {1.0}


def test_the_setting_decides_which_reranker_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rerank, "SHIPPED", tmp_path / "nothing")
    letters = _Letters()
    assert isinstance(build_reranker("none", letters, tmp_path, budget_ms=1), KeepOrder)
    assert isinstance(build_reranker("auto", letters, tmp_path, budget_ms=1), LateInteraction)
    assert isinstance(build_reranker("late-interaction", letters, tmp_path, budget_ms=1), LateInteraction)


def test_the_shipped_reranker_is_what_auto_takes(tmp_path: Path) -> None:
    built = build_reranker("auto", _Letters(), tmp_path, budget_ms=1)
    assert isinstance(built, EnglishOnly)
    assert built.name.endswith("(late interaction, int8 ONNX)")


def test_the_cross_encoder_that_is_not_in_the_wheel_is_named_in_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rerank, "SHIPPED", tmp_path / "nothing")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match=r"cross-encoder.*FOREMOST_RERANKER"):
        build_reranker("cross-encoder", _Letters(), tmp_path, budget_ms=1)


def test_a_reranker_that_is_not_there_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match=r"no/such-reranker.*FOREMOST_RERANKER") as caught:
        build_reranker("no/such-reranker", _Letters(), tmp_path, budget_ms=1)
    assert "\n" not in str(caught.value)


def test_a_broken_onnx_folder_is_named_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match=r"tokenizer\.json.*cannot be loaded"):
        build_reranker(str(tmp_path), _Letters(), tmp_path, budget_ms=1)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"model_type": "bert", "id2label": {"0": "LABEL_0"}}, True),
        ({"model_type": "bert"}, False),
        ({"model_type": "xlm-roberta", "id2label": {"0": "LABEL_0"}}, False),
    ],
)
def test_only_bert_with_one_output_takes_the_onnx_road(
    config: dict[str, object], expected: bool, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert is_bert_cross_encoder(tmp_path) is expected
