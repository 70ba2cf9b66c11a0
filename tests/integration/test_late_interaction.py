"""The built-in late interaction: texts encoded apart give the logits of the pair, and passages are encoded once."""

from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch
from sqlalchemy import Engine
from transformers import BertConfig

from app.core.domain import Hit
from app.core.errors import ModelError, SettingsError
from app.core.models.dequantise import dequantise
from app.core.models.embedding import Embedder
from app.core.models.onnx_runtime import MODEL_FILE
from app.core.models.token_encoder import TokenEncoder
from app.core.models.token_store import FILE_NAME, TokenStore
from app.core.settings import load_settings
from app.quality.training.modeling_pair import PairReranker
from app.rerank import SHIPPED, OnnxCrossEncoder, TrainedLateInteraction, build_reranker
from app.rerank.token_matches import matches
from app.search import Searcher
from app.stages import build_retriever
from ingest.commands import maintenance
from ingest.corpus.warm import warm
from tests.support.builders import make_hit
from tests.support.cases import ingest_case, ingest_sources, made_source
from tests.support.fake_embedder import FakeEmbedder

FOLDER = SHIPPED / "reranker-minilm-l6-int8"
QUESTIONS = ("When does the ferry sail?", "How long is the warranty of the pump, and who pays for the transport?")
PASSAGES = (
    "The ferry sails at nine in the morning and at four in the afternoon.",
    "The pump has a warranty of 24 months. Transport is paid by the seller. " * 6,
    "Bring a coat.",
    "",
)


def hits() -> list[Hit]:
    return [make_hit(rank, passage, logit=None, rerank_score=None) for rank, passage in enumerate(PASSAGES, 1)]


def logits(reranker: OnnxCrossEncoder | TrainedLateInteraction, question: str) -> list[float]:
    scored = {hit.fused_rank: hit.logit for hit in reranker.rerank(question, hits()).hits}
    return [logit for _, logit in sorted(scored.items()) if logit is not None]


def reranker_with(store: TokenStore, folder: Path = FOLDER) -> TrainedLateInteraction:
    return TrainedLateInteraction(folder, budget_ms=0, store=store)


def nothing_kept() -> TokenStore:
    return TokenStore(None, disk_bytes=0, memory_bytes=0)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped folder with fp32 products."""
    folder = tmp_path_factory.mktemp("full")
    for file in FOLDER.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    dequantise(FOLDER / MODEL_FILE, folder / MODEL_FILE)
    return folder


@pytest.mark.parametrize("question", QUESTIONS)
def test_texts_read_apart_give_the_logits_of_the_pair(full: Path, question: str) -> None:
    pair = logits(OnnxCrossEncoder(full, budget_ms=0), question)
    apart = logits(reranker_with(nothing_kept(), full), question)
    assert apart == pytest.approx(pair, abs=0.03)  # 8 bits of the kept vectors; logits spread by 2


@pytest.mark.parametrize("question", QUESTIONS)
def test_in_int8_they_agree_as_well_as_int8_does_with_fp32(full: Path, question: str) -> None:
    expected = np.array(logits(OnnxCrossEncoder(full, budget_ms=0), question))
    apart = np.array(logits(reranker_with(nothing_kept()), question))
    assert np.abs(apart - expected).max() < 0.05 * np.ptp(expected)


def test_the_matches_are_those_of_training() -> None:
    torch.manual_seed(3)
    config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    model = PairReranker(config)
    for query_tokens, passage_tokens in ((1, 1), (3, 7), (9, 40), (20, 130)):
        query = torch.nn.functional.normalize(torch.randn(query_tokens, 16), dim=-1)
        passage = torch.nn.functional.normalize(torch.randn(passage_tokens, 16), dim=-1)
        weights = torch.rand(query_tokens)
        weights = weights / weights.sum()
        expected = model.matches(
            (query @ passage.T)[None], torch.ones(1, query_tokens), torch.ones(1, passage_tokens), weights[None]
        )[0]
        got = matches(query.numpy(), weights.numpy(), passage.numpy())
        assert got == pytest.approx(expected.numpy(), abs=1e-5)


def test_a_passage_is_encoded_once_also_over_a_restart(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, disk_bytes=2**24)
    first = reranker_with(store)
    fresh = [logits(first, question) for question in QUESTIONS]
    store.close()
    again = reranker_with(TokenStore(tmp_path, disk_bytes=2**24))
    with patch.object(TokenEncoder, "passages", side_effect=AssertionError("a passage was encoded again")):
        assert [logits(again, question) for question in QUESTIONS] == fresh
    assert [logits(reranker_with(nothing_kept()), question) for question in QUESTIONS] == fresh


def test_another_model_or_length_has_other_keys(full: Path, tmp_path: Path) -> None:
    shorter = tmp_path / "shorter"
    shorter.mkdir()
    for file in FOLDER.iterdir():
        (shorter / file.name).write_bytes(file.read_bytes())
    config = (shorter / "config.json").read_text().replace('"max_tokens": 320', '"max_tokens": 64')
    (shorter / "config.json").write_text(config)
    keys = {TokenEncoder(folder).key("The ferry sails.") for folder in (FOLDER, full, shorter)}
    assert len(keys) == 3


def test_long_texts_are_cut_and_said() -> None:
    reranker = reranker_with(nothing_kept())
    long = [make_hit(1, "The pump is long. " * 200, logit=None, rerank_score=None)]
    result = reranker.rerank("word " * 300, long)
    assert result.truncated == 1
    assert any("question is very long" in note for note in result.notes)


def test_a_folder_without_weights_of_the_matches_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"max_tokens": 320, "match_scale": [1, 2]}')
    with pytest.raises(ModelError, match="match_scale of 6 numbers"):
        reranker_with(nothing_kept(), tmp_path)


def test_the_setting_bounds_what_is_kept_and_0_keeps_nothing(tmp_path: Path) -> None:
    embedder = FakeEmbedder()  # not asked: the reranker encodes passages itself
    build_reranker("auto", embedder, tmp_path / "none", budget_ms=0).rerank(QUESTIONS[0], hits())
    assert not (tmp_path / "none" / FILE_NAME).exists()
    build_reranker("auto", embedder, tmp_path / "kept", budget_ms=0, cache_mib=16).rerank(QUESTIONS[0], hits())
    assert (tmp_path / "kept" / FILE_NAME).stat().st_size > 0


# -------------------------------------------------------------------------------------------------------------- warm


def test_warming_encodes_what_the_first_question_needs(database: Engine, embedder: Embedder, tmp_path: Path) -> None:
    ingest_case(database, embedder, "43")
    ingest_sources(database, embedder, [made_source("/share/People/lease 2026.md", "# Rent\n\nIt is 900 a month.")])
    store, encoder = TokenStore(tmp_path, disk_bytes=2**26), TokenEncoder(FOLDER)
    steps: list[tuple[int, int]] = []
    warmed = warm(database, encoder, store, progress=lambda done, total: steps.append((done, total)))
    assert (warmed.kept, warmed.left_out) == (0, 0)
    assert warmed.encoded == steps[-1][0] == steps[-1][1] > 25
    again = warm(database, encoder, store, progress=lambda *_: None)
    assert (again.encoded, again.kept) == (0, warmed.encoded)
    searcher = Searcher(retriever=build_retriever(database, embedder, load_settings()), reranker=reranker_with(store))
    with patch.object(TokenEncoder, "passages", side_effect=AssertionError("a passage was encoded again")):
        assert searcher.search("How much is the rent?").context.hits[0].name == "lease 2026.md"


def test_a_full_store_ends_the_warming_and_says_how_many_are_left(
    database: Engine, embedder: Embedder, tmp_path: Path
) -> None:
    notes = [made_source(f"/n/{n}.md", f"Note {n}. " + "The valve is opened by a spring. " * 15) for n in range(150)]
    ingest_sources(database, embedder, notes)
    store = TokenStore(tmp_path, disk_bytes=3 * 2**20)
    warmed = warm(database, TokenEncoder(FOLDER), store, progress=lambda *_: None)
    assert warmed.encoded + warmed.left_out == 150
    assert 0 < warmed.left_out < 150


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [("FOREMOST_RERANKER", "none", "FOREMOST_RERANKER is none"), ("FOREMOST_RERANK_CACHE_MIB", "0", "nothing is kept")],
)
def test_the_command_says_when_nothing_can_be_kept(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=says):
        maintenance.warm()
