"""Training of a cross-encoder from end to end: pairs go in, an fp32 folder and an int8 ONNX folder come out.

Every weight is free and all tokens of question and passage attend to each other. It needs a GPU or many pairs and
hours: a step reads each pair anew, where late interaction compares all passages of a batch with all of its queries.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from torch import nn
from transformers import BertConfig, BertForSequenceClassification

from app.quality.training.base import has_bfloat16
from app.quality.training.export import CROSS_ENCODER, export_onnx, save_torch
from app.quality.training.held_out import Scoring, mean_reciprocal_rank, split
from app.quality.training.listwise import CrossTrainer
from app.quality.training.modeling_pair import PairReranker
from app.quality.training.pairs import Packer
from app.quality.training.pipeline import (
    MAX_TOKENS,
    ONNX_FOLDER,
    TORCH_FOLDER,
    checkpoint_file,
    loaded,
    mined_sources,
    record,
)
from app.quality.training.settings import CrossEncoderSettings, TrainingResult
from app.quality.training.train import Report

# Fitted on the development sets with the shipped cross-encoder; its MODEL_CARD.md has the figures.
DEFAULT_COMBINATION: Mapping[str, float] = {"logit": 0.83, "cosine": 2.0, "fused_score": 8.0, "bias": 0.88}
_DROPOUT = 0.1  # of hidden states, on a GPU; a CPU spends most of a step on its random numbers


def train_cross_encoder(
    data: Path,
    base: Path,
    out: Path,
    settings: CrossEncoderSettings,
    *,
    resume: bool = False,
    report: Report = print,
    combination: Mapping[str, float] = DEFAULT_COMBINATION,
) -> TrainingResult:
    """Train on `data` from the encoder `base`; write out/torch (fp32) and out/onnx-int8. Raises TrainingError.

    resume continues from the checkpoint in `out`; without it, a folder with a checkpoint is refused, not overwritten.
    """
    checkpoint = checkpoint_file(out, resume=resume)
    torch.manual_seed(settings.seed)
    encoder, tokenizer = loaded(base)
    sources = mined_sources(data, out, encoder, tokenizer, settings, resume=resume, report=report)
    model = _from_encoder(encoder)
    tokenizer.post_processor = bert_template(tokenizer)
    kept, held = split(sources, settings.seed)
    trainer = CrossTrainer(model, tokenizer, kept, settings, half=has_bfloat16())
    score = _scoring(model, tokenizer)
    before = mean_reciprocal_rank(score, held)
    report(f"{sum(len(source.groups) for source in kept)} groups; held-out MRR before training {before:.3f}")
    if resume:
        trainer.resume(checkpoint)
        report(f"Continuing from step {trainer.progress.step}")
    trainer.train(checkpoint, report)
    after = mean_reciprocal_rank(score, held)
    report(f"Held-out MRR after training {after:.3f}")
    result = TrainingResult(
        folder=out / TORCH_FOLDER,
        onnx_folder=out / ONNX_FOLDER,
        progress=trainer.progress,
        groups={source.name: len(source.groups) for source in kept},
        held_out={"before": before, "after": after},
    )
    _write(result, model, tokenizer, combination)
    record(result, settings, data, base, kind=CROSS_ENCODER)
    return result


def bert_template(tokenizer: Tokenizer) -> TemplateProcessing:
    """[CLS] query [SEP] passage [SEP], as BERT was trained on pairs."""
    return TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )


def _from_encoder(encoder: PairReranker) -> BertForSequenceClassification:
    """A cross-encoder over the encoder's weights; the new pooler passes [CLS] on and the new head is small."""
    device = encoder.log_scale.device
    config = BertConfig(**encoder.config.to_dict())
    config.num_labels = 1
    config.attention_probs_dropout_prob, config.classifier_dropout = 0.0, 0.0
    config.hidden_dropout_prob = _DROPOUT if device.type == "cuda" else 0.0
    model = BertForSequenceClassification(config)
    model.bert.load_state_dict(encoder.bert.state_dict(), strict=False)  # without the pooler
    pooler: Any = model.bert.pooler
    nn.init.eye_(pooler.dense.weight)
    nn.init.zeros_(pooler.dense.bias)
    model.train(False)
    return nn.Module.to(model, device)


def _scoring(model: BertForSequenceClassification, tokenizer: Tokenizer) -> Scoring:
    """Scores by the model's present logits."""

    def score(query: str, passages: Sequence[str]) -> list[float]:
        packer, device = Packer(tokenizer, passages), next(model.parameters()).device
        pairs = [(query, passage) for passage in range(len(passages))]
        ((rows, inputs),) = packer.batches(pairs, parts=1)
        with torch.no_grad():
            logits = model(**{name: value.to(device) for name, value in inputs.items()}).logits[:, 0].tolist()
        return [logit for _, logit in sorted(zip(rows, logits, strict=True))]

    return score


def _write(
    result: TrainingResult, model: BertForSequenceClassification, tokenizer: Tokenizer, combination: Mapping[str, float]
) -> None:
    save_torch(model, tokenizer, result.folder, max_tokens=MAX_TOKENS)
    model.set_attn_implementation("eager")  # what the ONNX tracer can follow
    export_onnx(
        model, tokenizer, result.onnx_folder, max_tokens=MAX_TOKENS, combination=combination, kind=CROSS_ENCODER
    )
