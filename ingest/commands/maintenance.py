"""Commands that keep a corpus up to date: another embedding model, another way of cutting."""

from contextlib import closing
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.core.domain import CHUNKER_VERSION
from app.core.errors import SettingsError
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from ingest.bootstrap import build_ingester, open_database
from ingest.commands.screen import Screen, err, out, report, summary
from ingest.corpus.rechunk import rechunk as cut_anew
from ingest.corpus.reembed import Reembedder
from ingest.corpus.reembed import abort as give_up
from ingest.pipeline import Outcome


def reembed(
    model: Annotated[
        str, typer.Option(help="Built-in name, folder or hub id; FOREMOST_EMBEDDING_MODEL when left out.")
    ] = "",
    abort: Annotated[bool, typer.Option("--abort", help="Give up one that is not finished; the old goes on.")] = False,
) -> None:
    """Embed everything by another model beside the old vectors, which serve until all switch at once.

    Stopped or killed, the same command goes on where it was.
    """
    if abort and model:
        raise SettingsError("Give either --model or --abort.")
    settings = load_settings()
    chosen = model or settings.embedding_model
    embedder = None if abort else build_embedder(chosen, settings.data_dir, report=report)
    with closing(open_database(settings, report)) as database:
        if embedder is None:
            name = give_up(database.engine)
            out.print(f"Given up: the vectors of {escape(name)} are dropped." if name else "Nothing was under way.")
            return
        with _progress() as progress:
            task = progress.add_task("")

            def told(what: str, done: int, of: int) -> None:
                progress.update(task, description=what, completed=done, total=of)

            done = Reembedder(database.engine, embedder, told=told).run()
    if done is None:
        out.print(f"Nothing to do: the database is on {escape(embedder.name)}.")
        return
    out.print(f"Switched to {escape(embedder.name)}, {embedder.dimension} numbers: {done.passages} passages.")
    if done.split:
        out.print(
            f"{done.split} passages are longer than it reads: each has the mean of its pieces. To cut their documents "
            "anew for it: python -m ingest rechunk"
        )
    if chosen != settings.embedding_model:
        out.print(f"Set FOREMOST_EMBEDDING_MODEL={escape(chosen)} and restart page and workers: others are refused.")


def rechunk() -> None:
    """Cut anew, from the stored bytes, what another version of the chunker cut; ingesting a file does so by itself."""
    screen = Screen()
    with closing(build_ingester(load_settings(), report)) as services, screen.shown():
        counts = cut_anew(
            services.engine,
            services.ingester,
            chunker_version=CHUNKER_VERSION,
            progress=screen.progress,
            tell=screen.tell,
        )
    out.print(f"Cut anew: {summary(counts)}." if counts else "Nothing to do: all is cut by this version.")
    if counts[Outcome.FAILED]:
        raise typer.Exit(1)


def _progress() -> Progress:
    columns = (BarColumn(30), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=err, transient=True)
