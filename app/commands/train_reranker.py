"""`train-reranker`: a reranker trained on pairs of one's own documents."""

from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from app.bootstrap import open_database
from app.commands.console import out, report
from app.core.errors import AppError
from app.core.models.find import embedding_folder
from app.core.settings import Settings, load_settings

GOLDEN = "golden"


class Form(StrEnum):
    """How the trained model reads a pair."""

    LATE_INTERACTION = "late-interaction"
    CROSS_ENCODER = "cross-encoder"


def train_reranker(
    data: Annotated[
        str,
        typer.Option(help='JSONL of (q, p[, label or grade]) pairs, a folder of such files, or "golden".'),
    ],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the checkpoint and the trained model.")],
    base: Annotated[str, typer.Option(help="Base encoder: built-in name, folder or hub id.")] = "all-MiniLM-L6-v2",
    minutes: Annotated[float, typer.Option(min=0.1, help="Time for training steps.")] = 60.0,
    layers: Annotated[
        int | None,
        typer.Option(min=1, help="Also distil a model with so many layers: 3 of 6 is 1.9 times as fast."),
    ] = None,
    form: Annotated[
        Form, typer.Option(help="late-interaction; or cross-encoder, which needs a GPU or hours.")
    ] = Form.LATE_INTERACTION,
    seed: Annotated[int, typer.Option(help="Seed of all random draws.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the checkpoint in --out.")] = False,
) -> None:
    """Train a reranker on pairs of your own; FOREMOST_RERANKER then names its folder."""
    if form is Form.CROSS_ENCODER and layers is not None:
        raise AppError("--layers distils late interaction only.", fix="Leave out --layers or --form.")
    training = training_package()
    settings = load_settings()
    base_folder = embedding_folder(base, settings.data_dir)
    pairs = _pairs(data, out_folder, settings, training, resume=resume)
    if form is Form.CROSS_ENCODER:
        given = training.CrossEncoderSettings(minutes=minutes, seed=seed)
        result = training.train_cross_encoder(pairs, base_folder, out_folder, given, resume=resume, report=report)
    else:
        given = training.TrainingSettings(minutes=minutes, seed=seed)
        result = training.train_reranker(pairs, base_folder, out_folder, given, resume=resume, report=report)
    model = result.onnx_folder
    if layers is not None:
        distil = training.DistilSettings(layers=layers, minutes=minutes / 2)
        model = training.distil_reranker(out_folder, out_folder / f"layers-{layers}", distil, report=report)
    out.print(f"Use it with FOREMOST_RERANKER={model}")


def _pairs(data: str, out_folder: Path, settings: Settings, training: ModuleType, *, resume: bool) -> Path:
    """File or folder of the training pairs; those of the golden set are first written into the output folder."""
    path = Path(data)
    if data.casefold() != GOLDEN or path.exists():
        return path
    path = out_folder / "golden.jsonl"
    if not resume:
        with open_database(settings, report=report) as engine:
            training.write_golden_pairs(engine, path, report=report)
    return path


def training_package() -> ModuleType:
    """app.quality.training. Raises AppError when an optional dependency of it is not installed."""
    try:
        from app.quality import training  # noqa: PLC0415  # torch takes seconds to import and is needed here only
    except ImportError as error:
        raise AppError(f"Training needs {error.name}.", fix="Run: pip install 'foremost[training]'") from error
    return training
