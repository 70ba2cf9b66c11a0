"""`python -m ingest beir`: a public test set in BEIR's layout becomes a collection."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.core.errors import SettingsError
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from ingest.bootstrap import open_database
from ingest.commands.screen import progress_bar, report
from ingest.corpus.beir import COLLECTION, ingest_corpus


def beir(
    corpus: Annotated[Path, typer.Argument(help="corpus.jsonl, or the folder it is in.", show_default=False)],
) -> None:
    """Ingest a corpus in BEIR's layout into the collection "beir", each row as a document."""
    path = corpus / "corpus.jsonl" if corpus.is_dir() else corpus
    if not path.is_file():
        raise SettingsError(f"There is no {path}.", fix="Name a folder in BEIR's layout.")
    settings = load_settings()
    with closing(open_database(settings, report)) as database:
        embedder = build_embedder(settings.embedding_model, settings.data_dir, report=report)
        with progress_bar() as bar:
            task = bar.add_task("documents", total=None)

            def progress(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            count = ingest_corpus(path, database.engine, embedder, progress=progress)
    report(f"{count:,} documents are in the collection {COLLECTION}")
