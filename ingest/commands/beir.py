"""`python -m ingest beir`: a BEIR corpus in, progress and a count out."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.core import database
from app.core.errors import SettingsError
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from ingest.corpus.beir import COLLECTION, ingest_corpus

_err = Console(stderr=True, soft_wrap=True, highlight=False)


def beir(
    corpus: Annotated[Path, typer.Argument(help="corpus.jsonl, or the folder it is in.", show_default=False)],
) -> None:
    """Ingest a corpus in BEIR's layout into the collection "beir", each row as a document."""
    path = corpus / "corpus.jsonl" if corpus.is_dir() else corpus
    if not path.is_file():
        raise SettingsError(f"There is no {path}: name a folder in BEIR's layout.")
    settings = load_settings()
    engine = database.connect(settings)
    columns = (TextColumn("ingesting"), BarColumn(30), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        database.require_ready(engine)
        embedder = build_embedder(settings.embedding_model, settings.data_dir)
        with Progress(*columns, console=_err, transient=True) as bar:
            task = bar.add_task("", total=None)
            count = ingest_corpus(
                path, engine, embedder, progress=lambda done, of: bar.update(task, completed=done, total=of)
            )
    finally:
        engine.dispose()
    _err.print(f"[dim]· {count:,} documents are in the collection {COLLECTION}[/]")
