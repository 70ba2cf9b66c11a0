"""One run over a remote source on the console: progress, summary, what is gone, notes."""

from collections import Counter

import typer
from rich.markup import escape

from app.core.errors import SettingsError
from ingest.bootstrap import Services
from ingest.commands.screen import Screen, out, preview, report, summary
from ingest.pipeline import Outcome
from ingest.remote.run import RemoteOptions, RemoteRun
from ingest.remote.source import RemoteSource


def run_remote(
    services: Services,
    source: RemoteSource,
    screen: Screen,
    options: RemoteOptions,
    *,
    name: str,
    items: str,
    collection: str,
    dry_run: bool,
) -> bool:
    """Bring the documents of a source up to date; returns whether any item failed. items: their word for people."""
    run = RemoteRun(
        services.engine, services.ingester, screen, source, name=name, collection=collection, options=options
    )
    if dry_run:
        failed = preview(run.preview(), screen)
    else:
        counts = _executed(run, screen)
        failed = counts[Outcome.FAILED] > 0
        _print_summary(run, counts, name, items, collection)
    for note in source.notes():
        report(f"{name}: {note}")
    return failed


def _executed(run: RemoteRun, screen: Screen) -> Counter[Outcome]:
    """The numbers of items by outcome. The command framework would end an interrupted run without a word."""
    try:
        with screen.shown():
            return run.execute()
    except KeyboardInterrupt:
        report("Stopped. What was stored stays; run the same command again to continue.")
        raise typer.Exit(130) from None


def _print_summary(run: RemoteRun, counts: Counter[Outcome], name: str, items: str, collection: str) -> None:
    if not counts.total() and not run.gone:
        raise SettingsError(f"There is nothing to store at {name}.", fix="The lines above say what was left out.")
    out.print(f"Collection {escape(collection)}: {summary(counts)}.")
    if run.gone and not counts[Outcome.REMOVED]:
        report(f"The {items} of {run.gone} stored documents are gone; --prune deletes the documents.")
