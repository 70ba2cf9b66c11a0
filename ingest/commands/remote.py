"""A run over one address: on the console with progress, summary and notes, or as a job of the queue with a log."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.markup import escape

from app.core.errors import AppError, CorpusError, DatabaseError, ModelError, SettingsError
from ingest.bootstrap import Services
from ingest.commands.listed import open_listed
from ingest.commands.request import SourceRequest
from ingest.commands.screen import Screen, out, preview, report, result_line, summary
from ingest.commands.web import SiteScreen, open_site
from ingest.pipeline import Outcome, Result, RunListener
from ingest.queue.files import BusyError
from ingest.queue.jobs import SOURCE_QUEUE, SOURCE_TASK, Jobs
from ingest.queue.sources import SourceJob
from ingest.remote.run import RemoteRun
from ingest.remote.source import RemoteSource
from ingest.remote.state import ItemStates
from ingest.sources.address import is_source


def read_source(services: Services, request: SourceRequest, *, dry_run: bool) -> bool:
    """Bring the documents of one address up to date, or show what that would do; returns whether any item failed.

    Raises AppError when the address cannot be read.
    """
    screen = Screen() if is_source(request.address) else SiteScreen()
    with _opened(services, request, screen) as (run, source, name):
        if dry_run:
            failed = preview(run.preview(), screen)
        else:
            counts = _executed(run, screen)
            failed = counts[Outcome.FAILED] > 0
            _print_summary(run, counts, name, request)
        for note in (*source.notes(), *screen.notes()):
            report(f"{name}: {note}")
    return failed


def queue_sources(services: Services, requests: Sequence[SourceRequest]) -> None:
    """Queue a job for each address, for workers."""
    if requests:
        jobs = [SourceJob(values=request.as_job()) for request in requests]
        Jobs(services.engine).add(jobs, queue=SOURCE_QUEUE, task=SOURCE_TASK)
        queued = summary(Counter({Outcome.QUEUED: len(jobs)}))
        out.print(f"Collection {escape(requests[0].collection)}: {queued}.")


def read_queued(services: Services, arguments: Mapping[str, Any], check: Callable[[], None]) -> None:
    """Run one job. An address that cannot be read becomes a failed document of its name until it can.

    Raises DatabaseError, CorpusError, ModelError and BusyError, which the address did not cause, and whatever check
    raises.
    """
    request = SourceRequest.of_job(arguments)
    states = ItemStates(services.engine, request.collection)
    states.remove_failure(request.address)
    try:
        with _opened(services, request, _Log(check)) as (run, source, name):
            counts = run.execute()
            for note in source.notes():
                report(f"{name}: {note}")
            report(f"{name}: {summary(counts)}." + (f" {_gone(run, request)}" if _unpruned(run, counts) else ""))
    except (DatabaseError, CorpusError, ModelError, BusyError):
        raise
    except AppError as error:
        report(f"{request.address}: {error}")
        services.ingester.record_failure(request.address, request.address, str(error), collection=request.collection)


@contextmanager
def _opened(
    services: Services, request: SourceRequest, listener: RunListener
) -> Iterator[tuple[RemoteRun, RemoteSource, str]]:
    """The run, its source, and the source's name for people."""
    opener = open_listed if is_source(request.address) else open_site
    with opener(request, services.settings) as (source, name):
        run = RemoteRun(
            services.engine,
            services.ingester,
            listener,
            source,
            name=name,
            collection=request.collection,
            options=request.options(),
        )
        yield run, source, name


def _executed(run: RemoteRun, screen: Screen) -> Counter[Outcome]:
    """The numbers of items by outcome. The command framework would end an interrupted run without a word."""
    try:
        with screen.shown():
            return run.execute()
    except KeyboardInterrupt:
        report("Stopped. What was stored stays; run the same command again to continue.")
        raise typer.Exit(130) from None


def _print_summary(run: RemoteRun, counts: Counter[Outcome], name: str, request: SourceRequest) -> None:
    if not counts.total() and not run.gone:
        raise SettingsError(f"There is nothing to store at {name}.", fix="The lines above say what was left out.")
    out.print(f"Collection {escape(request.collection)}: {summary(counts)}.")
    if _unpruned(run, counts):
        report(_gone(run, request))


def _unpruned(run: RemoteRun, counts: Counter[Outcome]) -> bool:
    return bool(run.gone and not counts[Outcome.REMOVED])


def _gone(run: RemoteRun, request: SourceRequest) -> str:
    items = "items" if is_source(request.address) else "pages"
    return f"The {items} of {run.gone} stored documents are gone; --prune deletes the documents."


class _Log:
    """Writes what changed, one line each. check: raises when the job is to be aborted."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check

    def progress(self, done: int, total: int, name: str) -> None:  # noqa: ARG002  # see RunListener
        self._check()

    def finished(self, uri: str, result: Result) -> None:
        if result.outcome is not Outcome.UNCHANGED:
            report(result_line(uri, result))
