"""A tiny cross-encoder with random weights, made here: the torch road and the ONNX road must tell the same story."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.core.domain import Hit
from app.core.errors import ModelError
from app.core.models import find as models
from app.core.models import onnx_export
from app.core.models.embedding import Embedder
from app.core.models.find import BUILT_IN, embedding_folder
from app.rerank import OnnxCrossEncoder, TorchCrossEncoder, build_reranker
from app.rerank.base import passage_text
from tests.support.builders import make_hit
from tests.support.saturation import integer_products, saturating

QUESTION = "When does the boathouse open?"
PASSAGES = [
    "The boathouse opens at six in the morning and closes at nine in the evening.",
    "Soup.",
    "Riggers are dried with a cloth after each outing, because salt eats the fittings. " * 12,
    "New members get a key after the safety course.",
    "The yearly fee is 140 euros and is due on the first of March.",
    "Oars hang by the blade.",
    "A coxed four needs five people, and one of them must hold the steering licence.",
    "Nobody rows when the wind is stronger than six Beaufort.",
    "Swans.",
    "From November to March the boats stand inside.",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer BERT with one output and 64 positions, saved as sentence-transformers saves it."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    target = tmp_path_factory.mktemp("reranker") / "tiny"
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, initializer_range=0.4,
    )  # fmt: skip
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(target)
    tokenizer = AutoTokenizer.from_pretrained(embedding_folder(BUILT_IN, target), local_files_only=True)
    tokenizer.model_max_length = 64
    tokenizer.save_pretrained(target)
    CrossEncoder(str(target), device="cpu").save_pretrained(str(target))
    return target


@pytest.fixture(scope="module")
def exported(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same weights as ONNX, not quantised, so that only the road differs."""
    target = tmp_path_factory.mktemp("onnx")
    onnx_export.export("cross-encoder", folder, target, quantise=False)
    return target


def candidates() -> list[Hit]:
    return [
        make_hit(rank, text, logit=None, rerank_score=None, final_rank=None) for rank, text in enumerate(PASSAGES, 1)
    ]


def logits(hits: Sequence[Hit]) -> list[float]:
    return [hit.logit or 0.0 for hit in sorted(hits, key=lambda hit: hit.fused_rank)]


def test_torch_and_onnx_give_the_same_logits_and_order(folder: Path, exported: Path) -> None:
    torch_result = TorchCrossEncoder(str(folder), budget_ms=0).rerank(QUESTION, candidates())
    onnx_result = OnnxCrossEncoder(exported, budget_ms=0).rerank(QUESTION, candidates())
    assert np.ptp(logits(torch_result.hits)) > 0.1  # random weights that tell the passages apart
    assert logits(onnx_result.hits) == pytest.approx(logits(torch_result.hits), abs=1e-4)
    assert [hit.chunk_id for hit in onnx_result.hits] == [hit.chunk_id for hit in torch_result.hits]
    assert [hit.final_rank for hit in onnx_result.hits] == list(range(1, len(PASSAGES) + 1))
    assert torch_result.scored == onnx_result.scored == len(PASSAGES)


def test_logits_are_the_models_own_and_not_squashed(folder: Path, exported: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    pair = tokenizer(QUESTION, passage_text(candidates()[0]), return_tensors="pt")
    with torch.no_grad():
        expected = float(model(**pair).logits[0, 0])
    first = OnnxCrossEncoder(exported, budget_ms=0).rerank(QUESTION, candidates()[:1]).hits[0]
    assert first.logit == pytest.approx(expected, abs=1e-4)
    assert first.rerank_score == first.logit


def test_both_roads_say_how_many_passages_they_read_in_part(folder: Path, exported: Path) -> None:
    for reranker in (TorchCrossEncoder(str(folder), budget_ms=0), OnnxCrossEncoder(exported, budget_ms=0)):
        result = reranker.rerank(QUESTION, candidates())
        assert result.truncated == 1
        assert "beginning of 1 of 10" in result.notes[0]
        assert "question is very long" in reranker.rerank("why " * 50, candidates()[:2]).notes[0]


def test_a_batch_does_not_change_a_passages_logit(exported: Path) -> None:
    reranker = OnnxCrossEncoder(exported, budget_ms=0)
    together = logits(reranker.rerank(QUESTION, candidates()).hits)
    alone = [logits(reranker.rerank(QUESTION, [hit]).hits)[0] for hit in candidates()]
    assert together == pytest.approx(alone, abs=1e-4)


def test_relevance_grows_with_the_logit_and_is_nothing_without_one(folder: Path, exported: Path) -> None:
    for reranker in (TorchCrossEncoder(str(folder), budget_ms=0), OnnxCrossEncoder(exported, budget_ms=0)):
        values = [reranker.relevance(hit) for hit in reranker.rerank(QUESTION, candidates()).hits]
        assert values == sorted(values, reverse=True)
        assert all(0 <= value <= 1 for value in values)
        assert reranker.relevance(candidates()[0]) == 0


def test_a_combination_in_the_model_folder_decides_the_order(exported: Path, tmp_path: Path) -> None:
    combined = tmp_path / "combined"
    shutil.copytree(exported, combined)
    settings = json.loads((combined / "config.json").read_text())
    weights = {"logit": 0.0, "fused": 1.0}
    (combined / "config.json").write_text(json.dumps(settings | {"combination": weights}))
    plain = OnnxCrossEncoder(exported, budget_ms=0).rerank(QUESTION, candidates())
    result = OnnxCrossEncoder(combined, budget_ms=0).rerank(QUESTION, candidates())
    assert [hit.fused_rank for hit in result.hits] == list(range(1, len(PASSAGES) + 1))
    assert logits(result.hits) == logits(plain.hits)
    assert result.hits[0].rerank_score == pytest.approx(1 / 61)


def test_a_bert_folder_runs_as_int8_onnx_on_the_cpu(
    folder: Path, tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.rerank.has_gpu", lambda: False)
    reports: list[str] = []
    reranker = build_reranker(str(folder), embedder, tmp_path, budget_ms=0, report=reports.append)
    assert isinstance(reranker, OnnxCrossEncoder)
    assert "tiny" in reranker.name
    assert len(reports) == 1
    reference = TorchCrossEncoder(str(folder), budget_ms=0)
    of_both = [
        [logit for passage in PASSAGES for logit in logits(one.rerank(passage, candidates()).hits)]
        for one in (reranker, reference)
    ]
    correlation = np.atleast_2d(np.corrcoef(of_both))[0, 1]
    assert correlation > 0.98  # 100 pairs of random weights: 0.991 with and without VNNI, 0.73 where sums are cut off
    graph = tmp_path / "models" / models.built_name("tiny", folder) / "model.onnx"
    assert integer_products(graph) >= 12
    assert saturating(graph) == []
    again = build_reranker(str(folder), embedder, tmp_path, budget_ms=0, report=reports.append)
    assert len(reports) == 1
    assert again.name == reranker.name


def test_any_other_folder_goes_through_sentence_transformers(
    folder: Path, tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.rerank.is_bert_cross_encoder", lambda _: False)
    reranker: Any = build_reranker(str(folder), embedder, tmp_path, budget_ms=0)
    assert isinstance(reranker, TorchCrossEncoder)
    assert reranker.name == f"tiny (cross-encoder, {'cuda' if models.has_gpu() else 'cpu'})"


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(ModelError, match="FOREMOST_RERANKER") as caught:
        build_reranker(str(tmp_path), embedder, tmp_path, budget_ms=0)
    assert "\n" not in str(caught.value)
