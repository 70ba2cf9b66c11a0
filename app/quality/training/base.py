"""Loads a base encoder as an untrained pair reranker with its tokenizer."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig

from app.quality.training.batches import by_length, encode, pad, plain
from app.quality.training.data import TrainingError
from app.quality.training.mine import Matrix
from app.quality.training.modeling_pair import PairReranker, pool

WEIGHTS = "model.safetensors"
_LEAST_IDF = 0.3
_SPECIAL_WEIGHT = 2.0  # of [CLS] and [SEP], which represent the whole query


def load_base(folder: Path) -> tuple[PairReranker, Tokenizer]:
    """The pair reranker over a BERT encoder, or an earlier pair reranker to train further. Raises TrainingError."""
    try:
        config = BertConfig.from_pretrained(folder, local_files_only=True)
        stored = load_file(folder / WEIGHTS)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the tokenizers library raises nothing narrower
        raise TrainingError(
            f"{folder} is not a base encoder ({error}).", fix=f"It needs config.json, {WEIGHTS}, tokenizer.json."
        ) from error
    model = PairReranker(config)
    if not any(name.startswith("bert.") for name in stored):
        stored = {f"bert.{name}": tensor for name, tensor in stored.items()}
    state = {
        name: tensor.float() for name, tensor in stored.items() if ".pooler." not in name and "position_ids" not in name
    }
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(name.startswith("bert.") for name in missing):
        raise TrainingError(f"{folder} is not a BERT encoder: {(unexpected or missing)[0]} does not fit.")
    tokenizer.post_processor = pair_template(tokenizer)
    model.train(False)
    return model, tokenizer


def pair_template(tokenizer: Tokenizer) -> TemplateProcessing:
    """[CLS] query [SEP] [CLS] passage [SEP]: the encoder reads each side as it reads a text alone."""
    return TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] [CLS]:1 $B:1 [SEP]:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )


def set_token_weights(model: PairReranker, tokenizer: Tokenizer, passages: Sequence[str]) -> None:
    """Initialise the weight of every query token to its inverse document frequency (Lucene's) in the passages.

    A model that has weights, an earlier pair reranker, keeps them: they were trained.
    """
    if bool(model.token_log_weight.any()):
        return
    frequencies: Counter[int] = Counter()
    for ids in _ids(tokenizer, passages):
        frequencies.update(set(ids))
    weights = np.full(model.config.vocab_size, math.log(1 + (len(passages) + 0.5) / 0.5))
    for token, count in frequencies.items():
        weights[token] = max(_LEAST_IDF, math.log(1 + (len(passages) - count + 0.5) / (count + 0.5)))
    for special in ("[CLS]", "[SEP]"):
        weights[tokenizer.token_to_id(special)] = _SPECIAL_WEIGHT
    with torch.no_grad():
        model.token_log_weight.copy_(torch.tensor(np.log(weights), dtype=torch.float32))


def embed(model: PairReranker, tokenizer: Tokenizer, texts: Sequence[str], *, tokens: int, half: bool) -> Matrix:
    """Unit mean-pooled vectors of the encoder, float32 [texts, hidden]; only the first `tokens` tokens are read."""
    rows = encode(plain(tokenizer), texts, tokens)
    device = model.log_scale.device
    out = np.zeros((len(rows), model.config.hidden_size), np.float32)
    for indexes in by_length(rows, 64):
        batch = pad([rows[index] for index in indexes]).to(device)
        with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            hidden = model.encode(batch.ids, batch.mask)
        out[indexes] = pool(hidden.float(), batch.mask.float()).cpu().numpy()
    return out


def has_bfloat16() -> bool:
    """Whether bfloat16 is fast on this machine: a GPU of 2020 or later, or a CPU with AVX512-BF16."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported())


def _ids(tokenizer: Tokenizer, texts: Sequence[str]) -> Iterable[list[int]]:
    bare = plain(tokenizer)
    for start in range(0, len(texts), 1000):
        for encoding in bare.encode_batch(list(texts[start : start + 1000]), add_special_tokens=False):
            yield encoding.ids
