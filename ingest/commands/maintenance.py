"""`python -m ingest reembed` and `rechunk`: another embedding model, another version of the chunker."""

from contextlib import closing
from typing import Annotated

import typer
from rich.markup import escape

from app.core.domain import CHUNKER_VERSION
from app.core.errors import SettingsError
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from ingest.bootstrap import build_ingester, open_database
from ingest.commands.screen import Screen, out, progress_bar, report, summary
from ingest.corpus.rechunk import rechunk as rechunk_corpus
from ingest.corpus.reembed import Reembedded, Reembedder
from ingest.corpus.reembed import abort as abort_reembedding
from ingest.pipeline import Outcome


def reembed(
    model: Annotated[
        str, typer.Option(help="Built-in name, folder or hub id; FOREMOST_EMBEDDING_MODEL when left out.")
    ] = "",
    abort: Annotated[
        bool, typer.Option("--abort", help="Give up an unfinished re-embedding; the old vectors stay.")
    ] = False,
) -> None:
    """Embed everything with another model. The old vectors are searched until all new ones are there.

    Stopped or killed, the same command continues where it was.
    """
    if abort and model:
        raise SettingsError("Give either --model or --abort.")
    settings = load_settings()
    chosen = model or settings.embedding_model
    embedder = None if abort else build_embedder(chosen, settings.data_dir, report=report)
    with closing(open_database(settings, report)) as database:
        if embedder is None:
            name = abort_reembedding(database.engine)
            out.print(f"Given up: the vectors of {escape(name)} are dropped." if name else "There is none to give up.")
            return
        with progress_bar() as bar:
            task = bar.add_task("")

            def progress(step: str, done: int, total: int) -> None:
                bar.update(task, description=step, completed=done, total=total)

            reembedded = Reembedder(database.engine, embedder, progress=progress).run()
    if reembedded is None:
        out.print(f"Nothing to do: the database is embedded by {escape(embedder.name)}.")
        return
    _print_reembedded(reembedded, embedder)
    if chosen != settings.embedding_model:
        out.print(
            f"Set FOREMOST_EMBEDDING_MODEL={escape(chosen)} and restart page and workers; other models are refused."
        )


def _print_reembedded(reembedded: Reembedded, embedder: Embedder) -> None:
    out.print(f"Switched to {escape(embedder.name)}, {embedder.dimension} numbers: {reembedded.passages} passages.")
    if reembedded.split:
        out.print(
            f"{reembedded.split} passages are longer than it reads: each has the mean vector of its pieces. To divide "
            "their documents again for this model: python -m ingest rechunk"
        )


def rechunk() -> None:
    """Divide documents of another chunker version again, from their stored bytes. Ingesting a file does so too."""
    screen = Screen()
    with closing(build_ingester(load_settings(), report)) as services, screen.shown():
        counts = rechunk_corpus(
            services.engine,
            services.ingester,
            chunker_version=CHUNKER_VERSION,
            progress=screen.progress,
            finished=screen.finished,
        )
    out.print(f"Rechunked: {summary(counts)}." if counts else "Nothing to do: all documents are of this version.")
    if counts[Outcome.FAILED]:
        raise typer.Exit(1)
