"""Training from end to end: pairs go in, a reranker for CrossEncoder and one for ONNX Runtime come out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from app.quality.training.base import embed, has_bfloat16, load_base, set_token_weights
from app.quality.training.calibrate import calibrate, match
from app.quality.training.card import write_card
from app.quality.training.data import DEFAULT_RECIPE, RECIPES, TrainingError, read_sources, sentence_pairs
from app.quality.training.distil import DistilSettings, distil
from app.quality.training.export import LATE_INTERACTION, export_onnx, export_torch
from app.quality.training.held_out import Scoring, mean_reciprocal_rank, split
from app.quality.training.mine import Matrix, Source, mine
from app.quality.training.modeling_pair import PairReranker
from app.quality.training.settings import RunSettings, TrainingResult, TrainingSettings
from app.quality.training.store import load_sources, save_sources
from app.quality.training.train import CHECKPOINT, Report, Trainer

MAX_TOKENS = 320  # of a packed pair: a question of 60 and a passage of 256
TORCH_FOLDER, ONNX_FOLDER = "torch", "onnx-int8"
# Fitted on the development sets with the shipped model; its MODEL_CARD.md has the figures.
DEFAULT_COMBINATION: Mapping[str, float] = {"logit": 0.5, "cosine": 1.0, "fused_score": 8.0, "bias": -7.3}


def train_reranker(
    data: Path,
    base: Path,
    out: Path,
    settings: TrainingSettings,
    *,
    resume: bool = False,
    report: Report = print,
    combination: Mapping[str, float] = DEFAULT_COMBINATION,
) -> TrainingResult:
    """Train on `data` from `base` and write out/torch (fp32) and out/onnx-int8. Raises TrainingError.

    resume continues from the checkpoint in `out`; without it, a folder with a checkpoint is refused, not overwritten.
    """
    checkpoint = checkpoint_file(out, resume=resume)
    torch.manual_seed(settings.seed)
    model, tokenizer = loaded(base)
    half = has_bfloat16()
    sources = mined_sources(data, out, model, tokenizer, settings, resume=resume, report=report)
    set_token_weights(model, tokenizer, [passage for source in sources for passage in source.passages])
    kept, held = split(sources, settings.seed)
    trainer = Trainer(model, tokenizer, settings, half=half)
    score = _scoring(model, tokenizer)
    before = mean_reciprocal_rank(score, held)
    report(f"{sum(len(source.groups) for source in kept)} groups; held-out MRR before training {before:.3f}")
    _train(trainer, kept, checkpoint, resume=resume, report=report)
    report(f"Weights of the matches in the logit: {calibrate(model, tokenizer, kept, settings.seed, half=half)}")
    after = mean_reciprocal_rank(score, held)
    report(f"Held-out MRR after training {after:.3f}")
    result = TrainingResult(
        folder=out / TORCH_FOLDER,
        onnx_folder=out / ONNX_FOLDER,
        progress=trainer.progress,
        groups={source.name: len(source.groups) for source in kept},
        held_out={"before": before, "after": after},
    )
    _write(result, model, tokenizer, settings, data, base, combination)
    return result


def loaded(folder: Path) -> tuple[PairReranker, Tokenizer]:
    """The model of a folder, on the GPU when there is one."""
    model, tokenizer = load_base(folder)
    torch.nn.Module.to(model, "cuda" if torch.cuda.is_available() else "cpu")
    return model, tokenizer


def _train(trainer: Trainer, sources: Sequence[Source], checkpoint: Path, *, resume: bool, report: Report) -> None:
    if resume:
        trainer.resume(checkpoint)
        report(f"Continuing from step {trainer.progress.step}")
    trainer.train(sources, checkpoint, report)


def _scoring(model: PairReranker, tokenizer: Tokenizer) -> Scoring:
    """Scores by the matches with their present weights."""

    def score(query: str, passages: Sequence[str]) -> list[float]:
        matches = match(model, tokenizer, query, passages, half=False)
        scores: list[float] = (matches @ model.match_scale.detach().cpu()).tolist()
        return scores

    return score


def checkpoint_file(out: Path, *, resume: bool) -> Path:
    """The checkpoint of a run in `out`. Raises TrainingError unless it is there exactly when the run is resumed."""
    path = out / CHECKPOINT
    if path.is_file() and not resume:
        raise TrainingError(f"{out} has a checkpoint.", fix="Resume it, or name another folder.")
    if resume and not path.is_file():
        raise TrainingError(f"{out} has no checkpoint.", fix="Train without resuming, or name another folder.")
    out.mkdir(parents=True, exist_ok=True)
    return path


def distil_reranker(
    trained: Path,
    out: Path,
    settings: DistilSettings,
    *,
    report: Report = print,
    combination: Mapping[str, float] = DEFAULT_COMBINATION,
) -> Path:
    """Make a smaller reranker from the run in folder `trained`: out/torch and out/onnx-int8. Returns the latter.

    It reads the passages and queries that the run mined, without their labels. Raises TrainingError.
    """
    sources = load_sources(trained)
    if sources is None:
        raise TrainingError(f"{trained} is not a finished training run: it has no mined texts.")
    teacher, tokenizer = loaded(trained / TORCH_FOLDER)
    texts = [text for source in sources for text in (*source.passages, *(group.query for group in source.groups))]
    student = distil(teacher, tokenizer, texts, settings, half=has_bfloat16(), report=report)
    export_torch(student, tokenizer, out / TORCH_FOLDER, max_tokens=MAX_TOKENS)
    export_onnx(student, tokenizer, out / ONNX_FOLDER, max_tokens=MAX_TOKENS, combination=combination)
    return out / ONNX_FOLDER


def mined_sources(
    data: Path,
    out: Path,
    model: PairReranker,
    tokenizer: Tokenizer,
    settings: RunSettings,
    *,
    resume: bool,
    report: Report,
) -> list[Source]:
    """The sources of `data` with mined negatives, stored in `out`; a resumed run takes the stored ones."""
    stored = load_sources(out) if resume else None
    if stored is not None:
        return stored

    def vectors(texts: Sequence[str]) -> Matrix:
        return embed(model, tokenizer, texts, tokens=settings.mining_tokens, half=has_bfloat16())

    pairs = read_sources(data)
    for name in list(pairs):
        if count := RECIPES.get(name, DEFAULT_RECIPE).sentences:
            pairs[f"{name}.sentences"] = sentence_pairs(pairs[name], count, settings.seed)
    mined = []
    for name, items in pairs.items():
        source = mine(name, items, RECIPES.get(name, DEFAULT_RECIPE), vectors, settings.seed)
        report(f"{name}: {len(items)} pairs, {len(source.groups)} groups with mined negatives")
        mined.append(source)
    save_sources(mined, out)
    return mined


def _write(
    result: TrainingResult,
    model: PairReranker,
    tokenizer: Tokenizer,
    settings: TrainingSettings,
    data: Path,
    base: Path,
    combination: Mapping[str, float],
) -> None:
    export_torch(model, tokenizer, result.folder, max_tokens=MAX_TOKENS)
    export_onnx(model, tokenizer, result.onnx_folder, max_tokens=MAX_TOKENS, combination=combination)
    record(result, settings, data, base, kind=LATE_INTERACTION)


def record(result: TrainingResult, settings: RunSettings, data: Path, base: Path, *, kind: str) -> None:
    """Write the model cards and the log of a run."""
    files = [data] if data.is_file() else sorted(data.glob("*.jsonl*"))
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    for folder in (result.folder, result.onnx_folder):
        write_card(folder, result, settings, base=base, data=sums, kind=kind)
    log = {"settings": settings.as_json(), "held_out": dict(result.held_out), "log": result.progress.log}
    (result.folder.parent / "log.json").write_text(json.dumps(log, indent=1) + "\n", "utf-8")
