"""Models of any scale: squeezed vectors and rerankers of other scales refuse and rank as the built-in models do."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sqlalchemy import Engine

from app.calibrate import Calibrations, calibrated
from app.calibrate.calibration import Kind
from app.calibrate.store import load_calibration
from app.cite.meaning import EmbeddingSupport
from app.core.domain import Hit, Reranking
from app.core.models.embedding import Embedder
from app.core.scale import AS_IS
from app.core.settings import Settings
from app.rerank import KeepOrder, Reranker, build_reranker
from app.rerank.base import by_score
from app.rerank.combination import sigmoid
from app.stages import build_retriever
from tests.support.corpus import store
from tests.support.fake_embedder import FakeEmbedder
from tests.support.squeezed import SHARE, Squeezed

FLOOR = Settings.model_fields["relevance_floor"].default
CORPUS = {
    "Operations": (
        "The nightly dump is written to the vault at two o'clock and checked by the operator on duty at eight.",
        "To get lost data back, run the restore command with the date of the dump.",
        "The router is restarted by holding the button for ten seconds.",
        "When the vault is nearly full a warning is sent by mail to the storage group.",
        "Dumps older than ninety days are deleted every Sunday.",
        "If paper jams in the printer, open the rear flap and pull the sheet out slowly.",
        "When the alarm sounds, leave by the stairs and gather at the fountain.",
    ),
    "Rowing club": (
        "The boathouse opens at six in the morning and closes at nine in the evening.",
        "Riggers are dried with a cloth after each outing, because salt eats the fittings.",
        "New members get a key after the safety course.",
        "The yearly fee is 140 euros and is due on the first of March.",
        "A coxed four needs five people, and one of them must hold the steering licence.",
        "Nobody rows when the wind is stronger than six Beaufort.",
        "From November to March the boats stand inside.",
    ),
    "Staff handbook": (
        "Every worker is entitled to 25 days off a year.",
        "Staff may stay at home two days each week.",
        "Travel by train is paid in second class, a hotel up to 120 euros a night.",
        "Who falls ill tells the team by nine and brings a note from the doctor after three days.",
        "Parents may take up to three years off and come back to the same desk.",
        "A laptop is replaced every four years, a telephone every three.",
    ),
    "Garden": (
        "Tomatoes are sown indoors in March and planted out after the last frost in May.",
        "Roses are pruned in February, just above an outward bud.",
        "The compost is turned twice a year and kept as moist as a wrung-out sponge.",
        "Slugs are kept away from lettuce by a ring of coarse sand.",
    ),
}
QUESTIONS = {
    "When does the boathouse open?": "The boathouse opens",
    "How many holidays does an employee get?": "Every worker",
    "When are roses pruned?": "Roses are pruned",
    "How do I restart the router?": "The router",
    "What is paid for a hotel?": "Travel by train",
    "How long are dumps kept?": "Dumps older",
}
FOREIGN = (
    "What is the capital of Mars?", "Who painted the Mona Lisa?", "When was Napoleon born?",
    "Which planets have rings?", "What is the plot of Hamlet?",
)  # fmt: skip
Search = Callable[[str], tuple[Hit, ...]]


class Rescaled:
    """A reranker whose logits are on another scale; without a model, by a fixed draw for each pair."""

    name = "rescaled"
    own_scale = False

    def __init__(self, inner: Reranker | None) -> None:
        self._inner = inner

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        """Logits 100 + 3 × those of the inner reranker, or drawn around 100."""
        if self._inner is not None:
            scored = [replace(hit, logit=100 + 3 * (hit.logit or 0)) for hit in self._inner.rerank(question, hits).hits]
        else:
            scored = [replace(hit, logit=100 + 3 * _draw(question + hit.text)) for hit in hits]
        return Reranking(hits=self.reorder(scored), reranker=self.name, scored=len(hits))

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """By logit."""
        return by_score([replace(hit, rerank_score=hit.logit) for hit in hits])

    def relevance(self, hit: Hit) -> float:
        """As cross-encoders are read without calibration."""
        return 0.0 if hit.logit is None else sigmoid(hit.logit)


def _draw(text: str) -> float:
    return float(np.random.default_rng(list(text.encode())).standard_normal())


class Blind(FakeEmbedder):
    """Questions have nothing to do with the passages that hold their words."""

    def embed_query(self, text: str) -> tuple[npt.NDArray[np.float32], bool]:
        return self.embed([f"? {text}"])[0], False


def _fill(engine: Engine, embedder: Embedder, *titles: str) -> None:
    for title in titles or CORPUS:
        store(engine, embedder, CORPUS[title], title=title)


@pytest.fixture
def squeezed(embedder: Embedder) -> Squeezed:
    return Squeezed(embedder)


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir)


def _refusals(search: Search, reranker: Reranker) -> tuple[list[str], list[str]]:
    """Questions on the corpus that keep no passage, and foreign ones that keep one."""

    def kept(question: str) -> bool:
        return any(reranker.relevance(hit) >= FLOOR for hit in reranker.rerank(question, search(question)).hits)

    return [q for q in QUESTIONS if not kept(q)], [q for q in FOREIGN if kept(q)]


@pytest.mark.parametrize("setting", ["none", "late-interaction", "auto"])
def test_squeezed_vectors_refuse_as_the_built_in_ones(
    database: Engine, squeezed: Squeezed, settings: Settings, setting: str
) -> None:
    _fill(database, squeezed)
    calibrations = Calibrations(database, squeezed)
    retriever = build_retriever(database, squeezed, settings, scale=calibrations.embedding)
    reranker = build_reranker(setting, squeezed, settings.data_dir, budget_ms=0)
    assert _refusals(lambda q: retriever.retrieve(q).hits, calibrated(reranker, calibrations)) == ([], [])


def test_uncalibrated_squeezed_vectors_refuse_nothing(database: Engine, squeezed: Squeezed, settings: Settings) -> None:
    _fill(database, squeezed)
    raw = build_retriever(database, squeezed, settings, scale=lambda: AS_IS)
    assert _refusals(lambda q: raw.retrieve(q).hits, KeepOrder()) == ([], list(FOREIGN))


def test_the_fused_order_of_squeezed_vectors_is_that_of_the_built_in_ones(
    database: Engine, squeezed: Squeezed, settings: Settings
) -> None:
    _fill(database, squeezed)
    found = build_retriever(database, squeezed, settings)
    shares = {}
    for question in QUESTIONS:
        hits = found.retrieve(question).hits
        assert hits[0].text.startswith(QUESTIONS[question])
        for hit in hits:
            plain = (1 - (hit.vector_distance or 0) - SHARE) / (1 - SHARE)
            shares[question, hit.chunk_id] = (hit.similarity, plain)
    measured = np.array(list(shares.values()), float)
    assert np.abs(measured[:, 0] - measured[:, 1]).max() < 0.25  # back on the built-in scale


def test_a_calibration_is_kept_and_said_once(database: Engine, squeezed: Squeezed, settings: Settings) -> None:
    _fill(database, squeezed)
    first, again = (build_retriever(database, squeezed, settings).retrieve("When are roses pruned?") for _ in "12")
    assert [note for note in first.notes if "squeezed was calibrated" in note]
    assert not [note for note in again.notes if "calibrated" in note]
    kept = load_calibration(database, Kind.EMBEDDING, "squeezed")
    assert kept is not None
    assert kept.passages == 24
    assert 0.7 < kept.unrelated < 0.8 < kept.related < 1


def test_a_small_corpus_is_not_calibrated_and_says_so(database: Engine, squeezed: Squeezed, settings: Settings) -> None:
    _fill(database, squeezed, "Garden")
    retriever = build_retriever(database, squeezed, settings)
    notes = retriever.retrieve("When are roses pruned?").notes
    assert any("squeezed is not calibrated yet: that needs 20 passages" in note for note in notes)
    _fill(database, squeezed, "Operations", "Rowing club", "Staff handbook")
    assert any("squeezed was calibrated" in note for note in retriever.retrieve("When are roses pruned?").notes)


def test_a_corpus_that_grew_is_calibrated_again(database: Engine, squeezed: Squeezed) -> None:
    _fill(database, squeezed)
    Calibrations(database, squeezed).embedding()
    for number in range(4):
        store(database, squeezed, [f"Note {number} of day {day}." for day in range(20)], title=f"Notes {number}")
    assert "was calibrated" in Calibrations(database, squeezed).embedding().note
    kept = load_calibration(database, Kind.EMBEDDING, "squeezed")
    assert kept is not None
    assert kept.passages == 104


def test_vectors_that_say_nothing_are_read_as_they_are(database: Engine, settings: Settings) -> None:
    fake = Blind()
    _fill(database, fake)
    retrieval = build_retriever(database, fake, settings).retrieve("When are roses pruned?")
    assert any("fake does not tell related passages from unrelated ones" in note for note in retrieval.notes)
    assert {hit.similarity for hit in retrieval.hits} == {None}


def test_a_cross_encoder_of_another_scale_refuses_and_ranks_as_before(
    database: Engine, embedder: Embedder, settings: Settings
) -> None:
    _fill(database, embedder)
    retriever = build_retriever(database, embedder, settings)
    own = build_reranker("cross-encoder", embedder, settings.data_dir, budget_ms=0)
    other = Rescaled(own)
    found = {question: retriever.retrieve(question).hits[:8] for question in (*QUESTIONS, *FOREIGN)}
    assert _refusals(found.__getitem__, other)[1] == list(FOREIGN)  # without calibration
    reranker = calibrated(other, Calibrations(database, embedder))
    # The paraphrase without a common word is kept by its cosine with the built-in one, which reads both.
    assert _refusals(found.__getitem__, reranker) == (["How many holidays does an employee get?"], [])
    for question, hits in found.items():
        ranked = reranker.rerank(question, hits).hits
        assert [hit.chunk_id for hit in ranked] == [hit.chunk_id for hit in other.rerank(question, hits).hits]
        assert {hit.logit for hit in ranked} == {hit.logit for hit in other.rerank(question, hits).hits}


def test_a_reranker_with_random_weights_is_named_and_leaves_the_first_stage_order(
    database: Engine, embedder: Embedder, settings: Settings
) -> None:
    _fill(database, embedder)
    retriever = build_retriever(database, embedder, settings)
    reranker = calibrated(Rescaled(None), Calibrations(database, embedder))
    assert _refusals(lambda q: retriever.retrieve(q).hits, reranker) == ([], [])
    hits = retriever.retrieve("When are roses pruned?").hits
    result = reranker.rerank("When are roses pruned?", hits)
    assert [hit.fused_rank for hit in result.hits] == list(range(1, len(hits) + 1))
    assert any("rescaled does not tell related passages from unrelated ones" in note for note in result.notes)
    assert reranker.reorder(result.hits) == result.hits


def test_support_reads_the_same_scale(database: Engine, squeezed: Squeezed, embedder: Embedder) -> None:
    _fill(database, squeezed)
    support = EmbeddingSupport(squeezed, Calibrations(database, squeezed).embedding)
    sentences = ["Roses are cut back in February.", "The fee is paid in March."]
    passages = [*CORPUS["Garden"][:2], CORPUS["Rowing club"][3]]
    expected = EmbeddingSupport(embedder)(sentences, passages)
    assert np.abs(support(sentences, passages) - expected).max() < 0.25


def test_calibrating_again_measures_both_models(database: Engine, squeezed: Squeezed) -> None:
    _fill(database, squeezed)
    calibrations = Calibrations(database, squeezed)
    rescaled = calibrated(Rescaled(None), calibrations)
    by_cosine, by_logit = calibrations.renew(rescaled)
    assert by_cosine.measured is not None
    assert by_cosine.measured.separation > 0.9
    assert by_cosine.verdict.startswith("its scores are read as")
    assert by_logit.verdict.endswith("they are not used.")
    none = calibrations.renew(KeepOrder())[1]
    assert none.verdict.startswith("not measured")
