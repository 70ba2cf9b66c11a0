"""The default floor, with the real model: what bears on the question stays above it, what does not falls below."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.core.models.embedding import Embedder
from app.core.settings import Settings
from app.rerank import Reranker, build_reranker
from app.retrieve import HybridRetriever
from tests.support.corpus import store

FLOOR = Settings.model_fields["relevance_floor"].default
MANUAL = [
    "The nightly dump is written to the vault at two o'clock and checked by the operator on duty at eight.",
    "To get lost data back, run the restore command with the date of the dump.",
    "Every worker is entitled to 25 days off a year. Staff may stay at home two days each week.",
    "Goods can be sent back within thirty days for a full refund.",
    "If paper jams, open the rear flap and pull the sheet out slowly.",
    "The router is restarted by holding the button for ten seconds.",
    "When the alarm sounds, leave by the stairs and gather at the fountain.",
    "When the vault is nearly full a warning is sent by mail to the storage group, who order further disks from the "
    "supplier within a week. ERR_0x80070057 is shown in the console when the write failed; in that case the operator "
    "starts the dump again by hand after clearing old ones. Dumps older than ninety days are deleted every Sunday.",
]


@pytest.fixture
def retriever(database: Engine, embedder: Embedder) -> HybridRetriever:
    store(database, embedder, MANUAL, title="Operations")
    return HybridRetriever(
        database, embedder, candidates=50, leg_candidates=100, vector_weight=1, text_weight=1, ef_search=200
    )


def _best(reranker: Reranker, retriever: HybridRetriever, question: str) -> tuple[str, float]:
    hits = reranker.rerank(question, retriever.retrieve(question).hits).hits
    best = max(hits, key=reranker.relevance)
    return best.text, reranker.relevance(best)


@pytest.fixture(params=["auto", "late-interaction", "none"])
def reranker(request: pytest.FixtureRequest, embedder: Embedder, data_dir: Path) -> Reranker:
    return build_reranker(request.param, embedder, data_dir, budget_ms=0)


@pytest.mark.parametrize("reranker", ["auto", "late-interaction", "cross-encoder", "none"], indirect=True)
def test_questions_on_other_matters_stay_below_the_floor(retriever: HybridRetriever, reranker: Reranker) -> None:
    questions = [
        "What is the capital of Mars?", "Who painted the Mona Lisa?", "When was Napoleon born?", "hello",
        "How tall is Mount Everest?", "Which planets have rings?", "What is the plot of Hamlet?", "asdf qwer",
    ]  # fmt: skip
    found = {question: _best(reranker, retriever, question) for question in questions}
    assert {question: hit for question, hit in found.items() if hit[1] >= FLOOR} == {}


def test_paraphrases_without_a_common_word_stay_above_the_floor(retriever: HybridRetriever, reranker: Reranker) -> None:
    expected = {
        "How do I recover deleted files?": MANUAL[1],
        "How much vacation do employees receive?": MANUAL[2],
        "Can I get my money back if I don't like the product?": MANUAL[3],
        "The copier is stuck, how do I fix it?": MANUAL[4],
        "How do I reboot the internet box?": MANUAL[5],
        "What should I do in an evacuation?": MANUAL[6],
    }
    found = {question: _best(reranker, retriever, question) for question in expected}
    assert {question: text for question, (text, _) in found.items()} == expected
    assert {question: hit for question, hit in found.items() if hit[1] < FLOOR} == {}


@pytest.mark.parametrize("setting", ["auto", "late-interaction", "cross-encoder"])
def test_an_identifier_in_a_long_passage_stays_above_the_floor(
    retriever: HybridRetriever, embedder: Embedder, data_dir: Path, setting: str
) -> None:
    text, relevance = _best(build_reranker(setting, embedder, data_dir, budget_ms=0), retriever, "ERR_0x80070057")
    assert text == MANUAL[-1]
    assert relevance >= FLOOR
