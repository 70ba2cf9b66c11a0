"""`fit-combination`: weights that combine the reranker's logit with the first stage's scores."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from app.bootstrap import open_searcher
from app.commands.console import out, report
from app.commands.progress import progress_bar
from app.commands.tables import make_table, print_table
from app.commands.train_reranker import GOLDEN, training_package
from app.core.models.onnx_runtime import CONFIG_FILE, read_config
from app.core.settings import load_settings
from app.quality.evaluation.session import bench, question_set
from app.stages import build_retriever


def fit_combination(
    targets: Annotated[list[str] | None, typer.Argument(help='"golden", folders in BEIR\'s layout, or both.')] = None,
    most: Annotated[int, typer.Option("--questions", min=10, help="Of each set, evenly spaced.")] = 200,
    write: Annotated[
        Path | None, typer.Option(help="Folder of the reranker whose config.json receives the weights.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folders' ingested corpora for the next run.")] = False,
) -> None:
    """Fit how logit, cosine, text score and first-stage rank make the final order, on questions with known passages."""
    training = training_package()
    if write is not None:
        read_config(write)
    given = load_settings().model_copy(update={"rerank_budget_ms": 0})
    sets = {}
    with closing(open_searcher(given, report=report)) as parts:
        for target in targets or [GOLDEN]:
            questions = question_set(target, parts.engine)
            with (
                bench(questions, parts.engine, parts.embedder, parts.settings, keep=keep, report=report) as corpus,
                progress_bar(f"scoring {questions.name}") as progress,
            ):
                retriever = build_retriever(corpus.engine, corpus.embedder, parts.settings)
                sets[questions.name] = training.scored(
                    corpus, retriever, parts.searcher.reranker, most=most, progress=progress
                )
    fitted = training.fit(sets)
    print_table(_gains(fitted.gains))
    out.print_json(json.dumps(dict(fitted.combination)))
    if write is not None:
        config = read_config(write) | {"combination": dict(fitted.combination)}
        (write / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n", "utf-8")
        out.print(f"Written to {escape(str(write / CONFIG_FILE))}")


def _gains(gains: Mapping[str, Any]) -> Table:
    table = make_table(("nDCG@10", "questions", "fused", "fitted", "fitted on the other sets"), left=("nDCG@10",))
    for name, gain in gains.items():
        unseen = "" if gain.unseen is None else f"{100 * gain.unseen:.1f}"
        table.add_row(name, str(gain.questions), f"{100 * gain.fused:.1f}", f"{100 * gain.fitted:.1f}", unseen)
    return table
