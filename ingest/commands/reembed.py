"""`python -m ingest reembed`: another embedding model, compared before it is used, and the way back."""

import os
import subprocess
import sys
from contextlib import closing
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import Engine

from app.core.errors import CorpusError, ModelError, SettingsError
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import Settings, load_settings
from ingest.bootstrap import open_database
from ingest.commands.screen import out, progress_bar, report
from ingest.corpus.kept_vectors import OtherVectors, abort, finish, other_vectors
from ingest.corpus.reembed import Reembedded, Reembedder


def reembed(
    model: Annotated[
        str, typer.Option(help="Built-in name, folder or hub id; FOREMOST_EMBEDDING_MODEL when left out.")
    ] = "",
    compare: Annotated[
        bool, typer.Option("--compare", help="Switch only if the golden questions are not answered worse.")
    ] = False,
    drafts: Annotated[bool, typer.Option("--drafts", help="With --compare: golden drafts too.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Return to the vectors of the model before.")] = False,
    finished: Annotated[bool, typer.Option("--finish", help="Give up the vectors of the model before.")] = False,
    given_up: Annotated[
        bool, typer.Option("--abort", help="Give up an unfinished re-embedding; the old vectors stay.")
    ] = False,
) -> None:
    """Embed everything with another model. The old vectors are searched until all new ones are there.

    Stopped or killed, the same command continues where it was. The old vectors are kept until --finish.
    """
    _require_one(model, compare=compare, drafts=drafts, back=back, finished=finished, given_up=given_up)
    settings = load_settings()
    with closing(open_database(settings, report)) as database:
        if given_up or finished:
            _print_dropped((abort if given_up else finish)(database.engine))
            return
        chosen = _model_before(database.engine, model) if back else model or settings.embedding_model
        embedder = _embedder(chosen, settings, back=back)
        done = _run(database.engine, embedder, comparing=_Comparing(chosen, drafts) if compare else None)
        kept = other_vectors(database.engine)
    _print(done, kept, embedder, chosen, settings)
    if done is not None and not done.switched:
        raise typer.Exit(1)


class _Comparing:
    """Measures new vectors beside old ones in a process of its own: ingest does not import app, it runs its command."""

    def __init__(self, model: str, drafts: bool) -> None:
        self._command = [sys.executable, "-m", "app", "evaluate", "golden", "--next", model]
        self._command += ["--drafts"] if drafts else []

    def not_worse(self) -> bool:
        """Whether the command says so; it prints the comparison."""
        sys.stdout.flush()
        return subprocess.run(self._command, env=os.environ, check=False).returncode == 0


def _require_one(model: str, *, compare: bool, drafts: bool, back: bool, finished: bool, given_up: bool) -> None:
    if sum((compare, back, finished, given_up)) > 1 or (model and (finished or given_up)):
        raise SettingsError("Give only one of --model, --compare with --model, --back, --finish and --abort.")
    if drafts and not compare:
        raise SettingsError("--drafts says which questions --compare asks.", fix="Add --compare, or leave it out.")


def _model_before(engine: Engine, model: str) -> str:
    """What to load for the way back. Raises CorpusError when nothing is kept."""
    other = other_vectors(engine)
    if other is None or not other.kept:
        raise CorpusError(
            "No vectors are kept from before: there is nothing to return to.",
            fix="Embed with the other model: python -m ingest reembed --model NAME",
        )
    return model or other.model


def _embedder(chosen: str, settings: Settings, *, back: bool) -> Embedder:
    try:
        return build_embedder(chosen, settings.data_dir, report=report)
    except ModelError as error:
        if not back:
            raise
        fix = "Name its folder: python -m ingest reembed --back --model PATH"
        raise ModelError(f"The model before, {chosen}, is not found by its name.", fix=fix) from error


def _run(engine: Engine, embedder: Embedder, *, comparing: _Comparing | None) -> Reembedded | None:
    with progress_bar() as bar:
        task = bar.add_task("")

        def progress(step: str, done: int, total: int) -> None:
            bar.update(task, description=step, completed=done, total=total)

        def accept() -> bool:
            if comparing is None:
                return True
            bar.stop()
            return comparing.not_worse()

        return Reembedder(engine, embedder, progress=progress).run(accept=accept)


def _print_dropped(other: OtherVectors | None) -> None:
    if other is None:
        out.print("There are none to give up.")
    else:
        out.print(f"Given up: the vectors of {escape(other.model)}, {_size(other)}.")


def _print(
    done: Reembedded | None, other: OtherVectors | None, embedder: Embedder, chosen: str, settings: Settings
) -> None:
    name = escape(embedder.name)
    if done is None:
        out.print(f"Nothing to do: the database is embedded by {name}.")
        return
    if not done.switched:
        out.print(
            f"Not switched: the vectors of {name} are ready beside those in use ({_size(other)}).\n"
            f"Switch all the same: python -m ingest reembed --model {escape(chosen)}\n"
            "Give them up: python -m ingest reembed --abort"
        )
        return
    out.print(f"Switched to {name}, {embedder.dimension} numbers: {done.passages} passages.")
    if done.split:
        out.print(
            f"{done.split} passages are longer than it reads: each has the mean vector of its pieces. To divide "
            "their documents again for this model: python -m ingest rechunk"
        )
    if other is not None:
        out.print(
            f"The vectors of {escape(other.model)} are kept ({_size(other)}): --back returns to them, --finish gives "
            "them up."
        )
    if chosen != settings.embedding_model:
        out.print(
            f"Set FOREMOST_EMBEDDING_MODEL={escape(chosen)} and restart page and workers; other models are refused."
        )


def _size(other: OtherVectors | None) -> str:
    return f"{(other.bytes if other else 0) / 2**20:.1f} MiB with their index"
