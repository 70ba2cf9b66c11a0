"""`python -m ingest rechunk` and `warm`: another chunker, passages ready for the reranker."""

from contextlib import closing
from typing import Annotated

import typer

from app.core.domain import CHUNKER_VERSION
from app.core.errors import SettingsError
from app.core.models.find import shipped_reranker
from app.core.models.onnx_runtime import read_config
from app.core.models.token_encoder import TokenEncoder
from app.core.models.token_store import TokenStore
from app.core.settings import Settings, load_settings
from ingest.bootstrap import build_ingester, open_database
from ingest.commands.screen import Screen, out, progress_bar, report, summary
from ingest.corpus.rechunk import rechunk as rechunk_corpus
from ingest.corpus.warm import Warmed
from ingest.corpus.warm import warm as warm_corpus
from ingest.pipeline import Outcome


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


def warm(
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
) -> None:
    """Encode all passages for the built-in reranker now: the first questions are then as fast as later ones.

    Without it a passage is encoded when it is first a candidate. Stopped, the same command continues where it was.
    """
    settings = load_settings()
    encoder = _encoder(settings)
    with closing(open_database(settings, report)) as database, progress_bar() as bar:
        store = TokenStore(settings.data_dir, disk_bytes=settings.rerank_cache_mib * 2**20)
        with closing(store):
            task = bar.add_task("Passages")

            def progress(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            warmed = warm_corpus(database.engine, encoder, store, collection=collection, progress=progress)
            size = store.stored_bytes()
    _print_warmed(warmed, size, settings)


def _encoder(settings: Settings) -> TokenEncoder:
    """The built-in reranker's encoder. Raises SettingsError when the settings do not use it or keep nothing."""
    folder = shipped_reranker(settings.reranker)
    if folder is None or "match_scale" not in read_config(folder):
        raise SettingsError(
            f"FOREMOST_RERANKER is {settings.reranker}: nothing of a passage can be encoded ahead for it.",
            fix="Only the built-in late interaction can (FOREMOST_RERANKER=auto).",
        )
    if settings.rerank_cache_mib == 0:
        raise SettingsError("FOREMOST_RERANK_CACHE_MIB is 0: nothing is kept.", fix="Give it the MiB that may be used.")
    return TokenEncoder(folder)


def _print_warmed(warmed: Warmed, size: int, settings: Settings) -> None:
    if warmed.left_out:
        out.print(
            f"The store is full ({settings.rerank_cache_mib} MiB): {warmed.left_out} passages were left out. They are "
            "encoded when a question needs them. FOREMOST_RERANK_CACHE_MIB makes it larger."
        )
    if warmed.encoded or warmed.kept:
        out.print(
            f"{warmed.encoded + warmed.kept} passages are ready, {warmed.encoded} of them now; they take "
            f"{size / 2**20:.0f} MiB."
        )
    else:
        out.print("Nothing to do: there are no passages.")
