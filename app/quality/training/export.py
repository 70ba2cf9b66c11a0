"""A trained reranker goes in, two folders come out: fp32 for CrossEncoder, int8 ONNX for the product.

No torch is needed to run the second one. How it gets int8: app/core/models/quantise.py.
"""

import json
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import PreTrainedModel

from app.core.models.onnx_runtime import CONFIG_FILE, MODEL_FILE, TOKENIZER_FILE
from app.core.models.quantise import FORM
from app.core.models.quantise import quantise as quantise_file
from app.core.models.token_encoder import TOKEN_VECTORS, TOKEN_WEIGHTS
from app.quality.training import modeling_pair
from app.quality.training.modeling_pair import PairReranker

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OPSET = 17
LATE_INTERACTION, CROSS_ENCODER = "late interaction", "cross-encoder"  # the kinds in config.json

COMBINATION_DOC = (
    "rank by bias + logit * (the model's raw output) + cosine * (1 - cosine distance of query and passage) + "
    "fused_score * (the first stage's score, 0..1) + fused / (60 + fused rank). The relevance that the floor is "
    "compared with is sigmoid(bias + logit + cosine, each with its weight), which does not depend on other candidates."
)


class _Logits(nn.Module):
    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        logits: Tensor = self.model(input_ids, attention_mask, token_type_ids).logits
        return logits


class _LogitsAndTokens(nn.Module):
    def __init__(self, model: PairReranker) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        return self.model.read(input_ids, attention_mask, token_type_ids)


def export_torch(model: PairReranker, tokenizer: Tokenizer, target: Path, *, max_tokens: int) -> None:
    """Write `target` for `CrossEncoder(target, trust_remote_code=True)`: raw logits, the code beside the weights."""
    code = Path(modeling_pair.__file__)
    model.config.num_labels = 1
    model.config.architectures = [PairReranker.__name__]
    model.config.auto_map = {"AutoModelForSequenceClassification": f"{code.stem}.{PairReranker.__name__}"}
    save_torch(model, tokenizer, target, max_tokens=max_tokens)
    shutil.copy(code, target / code.name)


def save_torch(model: PreTrainedModel, tokenizer: Tokenizer, target: Path, *, max_tokens: int) -> None:
    """Write the weights, config and tokenizer of a model that transformers knows, its raw logits as scores."""
    target.mkdir(parents=True, exist_ok=True)
    model.config.sentence_transformers = {"activation_fn": "torch.nn.modules.linear.Identity"}
    model.save_pretrained(target)
    tokenizer.save(str(target / TOKENIZER_FILE))
    special = {
        "pad_token": "[PAD]",
        "unk_token": "[UNK]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    names = ["input_ids", "token_type_ids", "attention_mask"]
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": max_tokens,
        "model_input_names": names,
    }
    (target / "tokenizer_config.json").write_text(json.dumps(settings | special, indent=1) + "\n", "utf-8")


def export_onnx(
    model: PreTrainedModel,
    tokenizer: Tokenizer,
    target: Path,
    *,
    max_tokens: int,
    combination: Mapping[str, float],
    kind: str = LATE_INTERACTION,
    quantise: bool = True,
) -> None:
    """Write `target` with model.onnx, tokenizer.json and config.json for the product's ONNX reranker."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "fp32.onnx"
        trace(model, full)
        if quantise:
            quantise_file(full, target / MODEL_FILE)
        else:
            shutil.copy(full, target / MODEL_FILE)
    tokenizer.save(str(target / TOKENIZER_FILE))
    config: dict[str, Any] = {
        "kind": kind,
        "max_tokens": max_tokens,
        "layers": model.config.num_hidden_layers,
        "combination": dict(combination),
        "combination_doc": COMBINATION_DOC,
    }
    if quantise:
        config["int8"] = FORM
    if isinstance(model, PairReranker):
        config["match_scale"] = [round(scale, 5) for scale in model.match_scale.detach().tolist()]
    (target / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def trace(model: PreTrainedModel, path: Path) -> None:
    """Write the fp32 ONNX graph: three int64 inputs [batch, seq], output `logits` float32 [batch, 1].

    That of late interaction also has `token_vectors` [batch, seq, hidden] and `token_weights` [batch, seq], so that the
    product can read each text by itself.
    """
    traced: nn.Module = _LogitsAndTokens(model) if isinstance(model, PairReranker) else _Logits(model)
    outputs = ["logits", TOKEN_VECTORS, TOKEN_WEIGHTS] if isinstance(model, PairReranker) else ["logits"]
    ids = torch.arange(20).view(2, 10) % model.config.vocab_size
    mask = torch.ones_like(ids)
    mask[1, 8:] = 0
    side = torch.zeros_like(ids)
    side[:, 4:] = 1
    axes = {name: {0: "batch", 1: "seq"} for name in INPUTS}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every Python number it sees
        torch.onnx.export(
            traced.to(device="cpu", dtype=torch.float32),
            (ids, mask, side * mask),
            str(path),
            input_names=list(INPUTS),
            output_names=outputs,
            dynamic_axes=axes | {"logits": {0: "batch"}} | dict.fromkeys(outputs[1:], axes["input_ids"]),
            opset_version=OPSET,
            dynamo=False,
        )
