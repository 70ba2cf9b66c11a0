"""`train-reranker` and `fit-combination`: a reranker for one's own documents."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from app.bootstrap import open_database, open_searcher
from app.commands.console import out, report
from app.commands.progress import progress_bar
from app.core.errors import AppError
from app.core.models.find import embedding_folder
from app.core.models.onnx_runtime import CONFIG_FILE, read_config
from app.core.settings import load_settings
from app.quality.evaluation.session import bench, question_set
from app.stages import build_retriever

GOLDEN = "golden"


def train_reranker(
    data: Annotated[
        str,
        typer.Option(help='JSONL of (q, p[, label or grade]) pairs, a folder of such files, or "golden".'),
    ],
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the checkpoint and the trained model.")],
    base: Annotated[str, typer.Option(help="Base encoder: built-in name, folder or hub id.")] = "all-MiniLM-L6-v2",
    minutes: Annotated[float, typer.Option(min=0.1, help="Time for training steps.")] = 60.0,
    layers: Annotated[
        int | None, typer.Option(min=1, help="Also make one of so many layers: 3 of 6 is 1.9 times as fast.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every draw.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoint in --out.")] = False,
) -> None:
    """Train a reranker on pairs of your own; FOREMOST_RERANKER then names its folder."""
    training = _training()
    settings = load_settings()
    folder = embedding_folder(base, settings.data_dir)
    chosen = training.TrainingSettings(minutes=minutes, seed=seed)
    file = Path(data)
    if data.casefold() == GOLDEN and not file.exists():
        file = out_folder / "golden.jsonl"
        if not resume:
            engine = open_database(settings, report=report)
            try:
                training.write_golden_pairs(engine, file, report=report)
            finally:
                engine.dispose()
    result = training.train_reranker(file, folder, out_folder, chosen, resume=resume, report=report)
    made = result.onnx_folder
    if layers is not None:
        made = training.distil_reranker(
            out_folder, out_folder / f"layers-{layers}", training.DistilSettings(layers=layers, minutes=minutes / 2),
            report=report,
        )  # fmt: skip
    out.print(f"Use it with FOREMOST_RERANKER={made}")


def fit_combination(
    targets: Annotated[list[str] | None, typer.Argument(help='"golden", folders in BEIR\'s layout, or both.')] = None,
    most: Annotated[int, typer.Option("--questions", min=10, help="Of each set, evenly spaced.")] = 200,
    write: Annotated[
        Path | None, typer.Option(help="Folder of the reranker whose config.json shall have the weights.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folders' ingested corpora for the next run.")] = False,
) -> None:
    """Fit how logit, cosine, text score and first-stage rank make the final order, on questions with known passages."""
    training = _training()
    if write is not None:
        read_config(write)
    given = load_settings().model_copy(update={"rerank_budget_ms": 0})
    sets = {}
    with closing(open_searcher(given, report=report)) as parts:
        for target in targets or [GOLDEN]:
            questions = question_set(target, parts.engine)
            with (
                bench(questions, parts.engine, parts.embedder, parts.settings, keep=keep, report=report) as place,
                progress_bar(f"scoring {questions.name}") as progress,
            ):
                retriever = build_retriever(place.engine, place.embedder, parts.settings)
                sets[questions.name] = training.scored(
                    place, retriever, parts.searcher.reranker, most=most, progress=progress
                )
    fitted = training.fit(sets)
    out.print(_gains(fitted.gains))
    out.print_json(json.dumps(dict(fitted.combination)))
    if write is not None:
        config = read_config(write) | {"combination": dict(fitted.combination)}
        (write / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n", "utf-8")
        out.print(f"Written to {escape(str(write / CONFIG_FILE))}")


def _gains(gains: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("nDCG@10", "questions", "fused", "fitted", "fitted on the other sets"):
        table.add_column(column, justify="left" if column == "nDCG@10" else "right")
    for name, gain in gains.items():
        unseen = "" if gain.unseen is None else f"{100 * gain.unseen:.1f}"
        table.add_row(name, str(gain.questions), f"{100 * gain.fused:.1f}", f"{100 * gain.fitted:.1f}", unseen)
    return table


def _training() -> ModuleType:
    try:
        from app.quality import training  # noqa: PLC0415  # torch takes seconds to import and is needed here only
    except ImportError as error:
        raise AppError(f"Training needs {error.name}. Run: pip install 'foremost[training]'") from error
    return training
