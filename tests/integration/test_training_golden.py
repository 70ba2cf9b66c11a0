"""The golden set of a database as training pairs, and weights of the final order fitted on judged questions."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.core.models.embedding import Embedder
from app.quality.evaluation.judge import Judgement
from app.quality.expected.golden import Expected, Golden
from app.quality.training import TrainingError, fit, write_golden_pairs
from app.quality.training.combine import Scored
from app.quality.training.data import read_sources
from tests.support.builders import make_hit
from tests.support.corpus import store

MANUAL = [
    "The nightly dump is written to the vault at two o'clock and checked by the operator on duty.",
    "To get lost data back, run the restore command with the date of the dump that you want and a folder.",
    "If paper jams, open the rear flap and pull the sheet out slowly, then close the flap again.",
]


def test_golden_questions_become_pairs_with_the_rest_of_the_corpus_to_mine_from(
    database: Engine, embedder: Embedder, tmp_path: Path
) -> None:
    store(database, embedder, MANUAL, title="Operations")
    golden = Golden(database)
    longest = Expected(source_uri="/default/Operations-english.txt", start_char=0, end_char=len(MANUAL[1]))
    golden.add("how do i restore my data", [longest], source="typed")
    golden.add("what is gone by now", [Expected(quote="words that no document holds")], source="typed")
    golden.add("who sells the vault", [], answerable=False, source="typed")
    lines: list[str] = []
    file = tmp_path / "golden.jsonl"
    assert write_golden_pairs(database, file, report=lines.append) == 1
    pairs = read_sources(file)["golden"]
    positive = next(pair for pair in pairs if pair.grade)
    assert positive.query == "how do i restore my data"
    assert positive.passage == f"Operations\n{MANUAL[1]}"
    assert {pair.passage for pair in pairs if pair.passage} == {f"Operations\n{text}" for text in MANUAL}
    assert [pair.query for pair in pairs if not pair.passage] == ["who sells the vault"]
    assert any("gone by now" in line for line in lines)


def test_a_golden_set_without_passages_in_the_database_is_refused(database: Engine, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="No golden question"):
        write_golden_pairs(database, tmp_path / "golden.jsonl", report=lambda _: None)


def scored(key: str, *logits: float, right: int) -> Scored:
    """A question whose candidates the first stage ranks in this order; the right one has the number `right`."""
    hits = tuple(make_hit(rank, logit=logit, text_score=1.0) for rank, logit in enumerate(logits, 1))
    return Scored(key=key, hits=hits, judgement=Judgement(grades={"e": 1}, whole={}, chunks={right: ("e",)}))


def test_fitted_weights_follow_the_logits_where_they_are_right_and_say_what_they_bring() -> None:
    sets = {name: [scored(f"{name}{n}", 1.0, 2.0, 9.0, right=3) for n in range(4)] for name in ("one", "two")}
    fitted = fit(sets)
    assert set(fitted.combination) == {"logit", "cosine", "fused_score", "bias"}
    assert json.dumps(dict(fitted.combination))
    for gain in fitted.gains.values():
        assert (gain.questions, gain.fitted, gain.unseen) == (4, 1.0, 1.0)
        assert gain.fused == pytest.approx(0.5)


def test_nothing_is_fitted_on_questions_without_expected_passages() -> None:
    with pytest.raises(TrainingError, match="nothing to fit"):
        fit({"one": [Scored(key="q", hits=(make_hit(1),), judgement=Judgement(grades={}, whole={}, chunks={}))]})
