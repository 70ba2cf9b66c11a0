"""Training from end to end on a tiny model: train, stop, resume, export, and the same logits everywhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import save_file
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from transformers import BertConfig, BertModel

from app.quality.training import (
    CrossEncoderSettings,
    DistilSettings,
    TrainingError,
    TrainingSettings,
    distil_reranker,
    train_cross_encoder,
    train_reranker,
)
from app.quality.training.base import load_base, pair_template
from app.quality.training.export import INPUTS, export_onnx, export_torch
from app.rerank import OnnxCrossEncoder
from tests.support.saturation import integer_products, saturating

TOPICS = "pump valve motor filter spring engine boiler lamp".split()
PARTS = "seal shaft pin cover wire hose plug screw".split()
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the is how and so held mended by a with its of ? . that it to".split()


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A BERT of two layers that has learnt nothing, stored as a base encoder is."""
    folder = tmp_path / "base"
    folder.mkdir()
    torch.manual_seed(0)
    words = {word: place for place, word in enumerate([*WORDS, *TOPICS, *PARTS])}
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    config.save_pretrained(folder)
    save_file(BertModel(config).state_dict(), folder / "model.safetensors")
    tokenizer = Tokenizer(WordPiece(words, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = pair_template(tokenizer)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "pairs.jsonl"
    rows = [
        {
            "query": f"How is the {part} of the {topic} mended?",
            "passage": f"The {topic} is held by a {part} and mended with its {part} so.",
        }
        for topic in TOPICS
        for part in PARTS
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


PAIRS = [
    ("How is the pump mended?", "The pump is held by a pin."),
    ("the lamp", "The boiler is mended with its hose so that it is held to the engine."),
]


def onnx_logits(folder: Path) -> list[float]:
    """The logits of PAIRS as the product computes them: ONNX Runtime and tokenizers, no torch."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    assert sorted(node.name for node in session.get_inputs()) == sorted(INPUTS)
    tokenizer.enable_padding()
    encoded = tokenizer.encode_batch(PAIRS)
    fields = ("ids", "attention_mask", "type_ids")
    feed = {
        name: np.array([getattr(one, field) for one in encoded], np.int64)
        for name, field in zip(INPUTS, fields, strict=True)
    }
    logits = session.run(["logits"], feed)[0]
    assert logits.shape == (2, 1)
    return [float(row[0]) for row in logits]


def test_a_run_stops_resumes_and_gives_the_same_logits_in_every_form(base: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    lines: list[str] = []
    short = TrainingSettings(max_steps=20, batch_queries=16, learning_rate=2e-3, warmup_steps=4)
    first = train_reranker(data, base, out, short, report=lines.append)
    assert first.progress.step == 20
    longer = TrainingSettings(max_steps=40, batch_queries=16, learning_rate=2e-3, warmup_steps=4)
    result = train_reranker(data, base, out, longer, resume=True, report=lines.append)
    assert result.progress.step == 40
    assert any("from step 20" in line for line in lines)
    assert [entry["step"] for entry in result.progress.log] == [20, 40]
    assert result.progress.log[1]["loss"] < result.progress.log[0]["loss"]
    assert result.held_out["after"] >= result.held_out["before"]

    scored = CrossEncoder(str(result.folder), trust_remote_code=True, device="cpu").predict(PAIRS)
    model, tokenizer = load_base(result.folder)
    export_onnx(model, tokenizer, tmp_path / "fp32", max_tokens=64, combination={"logit": 1.0}, quantise=False)
    assert np.allclose(scored, onnx_logits(tmp_path / "fp32"), atol=1e-3)
    assert np.allclose(scored, onnx_logits(result.onnx_folder), atol=1.5)
    assert integer_products(result.onnx_folder / "model.onnx") == 12  # without the sum and the tokens' weights
    assert saturating(result.onnx_folder / "model.onnx") == []

    config = json.loads((result.onnx_folder / "config.json").read_text())
    assert config["max_tokens"] > 0
    assert set(config["combination"]) == {"logit", "cosine", "fused_score", "bias"}
    card = (result.onnx_folder / "MODEL_CARD.md").read_text()
    assert "pairs.jsonl" in card
    assert '"seed": 0' in card

    small = distil_reranker(
        out, tmp_path / "small", DistilSettings(layers=1, max_steps=5, minutes=1), report=lines.append
    )
    assert json.loads((small / "config.json").read_text())["layers"] == 1
    assert len(onnx_logits(small)) == 2


def test_a_folder_with_a_checkpoint_is_never_trained_over(base: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = TrainingSettings(max_steps=2, batch_queries=16)
    with pytest.raises(TrainingError, match="no checkpoint"):
        train_reranker(data, base, out, settings, resume=True)
    train_reranker(data, base, out, settings, report=lambda _: None)
    with pytest.raises(TrainingError, match="Resume it"):
        train_reranker(data, base, out, settings)


def test_a_reranker_trained_on_keeps_its_weights_of_words(base: Path, data: Path, tmp_path: Path) -> None:
    settings = TrainingSettings(max_steps=2, batch_queries=16)
    first = train_reranker(data, base, tmp_path / "first", settings, report=lambda _: None)
    model, tokenizer = load_base(first.folder)
    marked = tokenizer.token_to_id("lamp")
    with torch.no_grad():
        model.token_log_weight[marked] = -3.0  # no frequency gives so little
    export_torch(model, tokenizer, tmp_path / "marked", max_tokens=64)
    second = train_reranker(data, tmp_path / "marked", tmp_path / "second", settings, report=lambda _: None)
    trained, _ = load_base(second.folder)
    assert trained.token_log_weight[marked].item() == pytest.approx(-3.0, abs=0.5)


def test_a_base_of_another_kind_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is not a base encoder"):
        train_reranker(data, tmp_path / "nothing", tmp_path / "out", TrainingSettings(max_steps=1))


@pytest.fixture
def labelled(data: Path) -> Path:
    """The pairs, and for every query a passage on another topic that is labelled wrong."""
    rows = [json.loads(line) for line in data.read_text().splitlines()]
    for row, other in list(zip(rows, [*rows[len(PARTS) :], *rows[: len(PARTS)]], strict=True)):
        rows.append({"query": row["query"], "passage": other["passage"], "label": 0})
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return data


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Tiny products are ten times as slow on several threads of a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_a_cross_encoder_learns_stops_resumes_and_gives_the_same_logits_in_every_form(
    base: Path, labelled: Path, tmp_path: Path
) -> None:
    out, lines = tmp_path / "out", list[str]()
    settings = CrossEncoderSettings(
        max_steps=60, batch_queries=16, negatives=3, learning_rate=3e-3, warmup_steps=10, averaging=0.95
    )
    first = train_cross_encoder(labelled, base, out, settings, report=lines.append)
    assert first.progress.step == 60
    longer = replace(settings, max_steps=300)
    with pytest.raises(TrainingError, match="Resume it"):
        train_cross_encoder(labelled, base, out, longer)
    result = train_cross_encoder(labelled, base, out, longer, resume=True, report=lines.append)
    assert result.progress.step == 300
    assert any("from step 60" in line for line in lines)
    (rescored,) = [line for line in lines if "scored again" in line]  # after 33 of 60 steps, not again after the stop
    assert "negatives of 62 of 62 queries" in rescored

    model = CrossEncoder(str(result.folder), device="cpu")
    pairs = [
        (f"How is the {part} of the {topic} mended?", f"The {name} is held by a {part} and mended with its {part} so.")
        for part in PARTS
        for place, topic in enumerate(TOPICS)
        for name in (topic, TOPICS[(place + 1) % len(TOPICS)])
    ]
    right, wrong = np.asarray(model.predict(pairs)).reshape(-1, 2).T
    assert (right > wrong + 1).mean() >= 0.75  # only the two texts together tell which passage is right
    scored = model.predict(PAIRS)
    assert np.allclose(scored, onnx_logits(result.onnx_folder), atol=0.1 * np.ptp([right, wrong]))
    assert saturating(result.onnx_folder / "model.onnx") == []
    reranker = OnnxCrossEncoder(result.onnx_folder, budget_ms=0, name="own")
    assert reranker.name == "own (cross-encoder, int8 ONNX)"
    assert "attend to each" in (result.onnx_folder / "MODEL_CARD.md").read_text()
