"""multilingual-e5-small as a sentence-transformers folder in fp32: for a GPU, for training, and as a reference."""

import json
from pathlib import Path

import numpy as np

from app.core.models.packed_e5 import PROMPTS, Floats, PackedE5, read
from app.core.models.packed_e5_onnx import build_tokenizer

_LAYER = {  # name in the file -> in transformers' BERT; each has a weight and a bias
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}
_KINDS = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))  # folder, module


def unpack(source: Path, target: Path) -> None:
    """Write the model in the package's folder `source` to the existing folder `target`. Raises ModelError, OSError."""
    from safetensors.numpy import save_file  # noqa: PLC0415  # only the making of a model needs it

    model = read(source)
    save_file(_weights(model), target / "model.safetensors", metadata={"format": "pt"})
    for name, content in _settings(model).items():
        path = target / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    build_tokenizer(model.pieces).save(str(target / "tokenizer.json"))


def _weights(model: PackedE5) -> dict[str, Floats]:
    hidden = model.shape.hidden
    named = {"embeddings.word_embeddings.weight": model.matrices["emb.word"].unpacked()}
    for short, long in _EMBEDDINGS.items():
        table = model.vectors[short]
        named[f"embeddings.{long}"] = table if "LayerNorm" in long else table.reshape(-1, hidden)
    for layer in range(model.shape.layers):
        for short, long in _LAYER.items():
            weight, bias = f"l{layer}.{short}.w", f"l{layer}.{short}.b"
            matrix = model.matrices.get(weight)
            named[f"encoder.layer.{layer}.{long}.weight"] = matrix.unpacked() if matrix else model.vectors[weight]
            named[f"encoder.layer.{layer}.{long}.bias"] = model.vectors[bias]
    named["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)  # BERT has one; mean pooling reads none
    named["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    return {name: np.ascontiguousarray(values) for name, values in named.items()}


def _settings(model: PackedE5) -> dict[str, object]:
    """The JSON files of the folder."""
    shape, pieces = model.shape, model.pieces
    special = {name: pieces.scored[getattr(pieces, name)][0] for name in ("bos", "eos", "pad", "unk")}
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for number, (path, kind) in enumerate(_KINDS)
    ]
    return {
        "config.json": {
            "model_type": "bert",
            "architectures": ["BertModel"],
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.intermediate,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.epsilon,
            "pad_token_id": pieces.pad,
            "hidden_act": "gelu",
        },
        "modules.json": modules,
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": PROMPTS},
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            **{f"{name}_token": piece for name, piece in special.items()},
        },
    }
