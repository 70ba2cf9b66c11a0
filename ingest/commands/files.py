"""`python -m ingest PATH…`, `worker` and `status`."""

import json
import os
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.core.errors import SettingsError
from app.core.progress import read_progress
from app.core.settings import Settings, load_settings
from ingest.bootstrap import build_ingester, open_database
from ingest.commands.screen import Screen, links_line, out, report, result_line, status_lines, summary
from ingest.folder.run import FolderRun, RunOptions
from ingest.folder.sync import Plan
from ingest.folder.watch import watch
from ingest.ignore_rules import Rules
from ingest.pipeline import Outcome
from ingest.queue.worker import Worker

SAMPLE = Path(__file__).resolve().parents[1] / "sample"
SAMPLE_COLLECTION = "sample"
_CONCURRENCY = min(4, os.cpu_count() or 1)

Concurrency = Annotated[int, typer.Option(min=1, max=16, help="Files read at the same time.")]


def files(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders.", show_default=False)] = None,
    collection: Annotated[str, typer.Option(help="Collection to ingest into; FOREMOST_COLLECTION by default.")] = "",
    include: Annotated[list[str] | None, typer.Option(help="Only files that match, as in .gitignore; repeat.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Without files and folders that match; repeat.")] = None,
    gitignore: Annotated[bool, typer.Option(help="Without what .gitignore files exclude.")] = True,
    hidden: Annotated[bool, typer.Option("--hidden", help="Also names with a leading dot.")] = False,
    follow_links: Annotated[bool, typer.Option("--follow-links", help="Also links that leave the folder.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Delete documents whose files are gone.")] = False,
    force: Annotated[bool, typer.Option("--force", help="With --prune: even when a folder is empty.")] = False,
    checksum: Annotated[bool, typer.Option("--checksum", help="Compare contents, not size and time.")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Read again what failed, and scanned pages.")] = False,
    watching: Annotated[bool, typer.Option("--watch", help="Ingest every change, until stopped.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, write nothing.")] = False,
    inline: Annotated[bool, typer.Option("--inline", help="One by one in this process, without the queue.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Only queue the files; workers ingest them.")] = False,
    concurrency: Concurrency = _CONCURRENCY,
    sample: Annotated[bool, typer.Option("--sample", help='Ingest the sample documents into "sample".')] = False,
) -> None:
    """Ingest files and folders; unchanged files are skipped. Running workers help, but none is needed."""
    settings = load_settings()
    if bool(paths) == sample:
        raise SettingsError("Either files and folders or --sample must be given.", fix="Run: python -m ingest PATH…")
    if sum((inline, detach, dry_run)) > 1 or (watching and (detach or dry_run)) or (force and not prune):
        raise SettingsError("These options contradict one another.", fix="See python -m ingest --help.")
    roots = [SAMPLE] if sample else paths or []
    target = SAMPLE_COLLECTION if sample else collection or settings.collection
    rules = Rules(include=include or (), exclude=exclude or (), gitignore=gitignore, hidden=hidden)
    options = RunOptions(
        checksum=checksum,
        retry=retry,
        prune=prune,
        force=force,
        inline=inline,
        detach=detach,
        follow_links=follow_links,
        concurrency=concurrency,
    )
    _run(settings, roots, rules, options, collection=target, dry_run=dry_run, watching=watching)


def _run(
    settings: Settings,
    roots: list[Path],
    rules: Rules,
    options: RunOptions,
    *,
    collection: str,
    dry_run: bool,
    watching: bool,
) -> None:
    screen = Screen()
    with closing(build_ingester(settings, report)) as services:
        run = FolderRun(
            services.engine,
            services.ingester,
            screen,
            collection=collection,
            max_bytes=settings.max_file_mib * 2**20,
            options=options,
            revive=services.revive,
        )
        plan = run.scan(roots, rules)
        if dry_run:
            _preview(run, plan, screen)
            return
        _execute(run, plan, screen, collection, quiet=watching)
        if watching:
            watch(run, roots, rules, lambda changes: _execute(run, changes, screen, collection, quiet=True), report)


def _execute(run: FolderRun, plan: Plan, screen: Screen, collection: str, *, quiet: bool) -> None:
    """Carry out a plan and print the summary; quiet: only when something changed."""
    if not (plan.stored or plan.to_read or plan.unreadable) and not quiet:
        fix = "Name other files or folders." + (f" {links_line(plan.links)}" if plan.links else "")
        raise SettingsError("There are no files to ingest.", fix=fix)
    with screen.shown():
        counts = run.execute(plan)
    if quiet:
        del counts[Outcome.UNCHANGED]
        if not counts.total():
            return
    out.print(f"Collection {escape(collection)}: {summary(counts)}.")
    kept = 0 if counts[Outcome.REMOVED] else len(plan.gone)
    if kept:
        report(f"The files of {kept} stored documents are gone; --prune deletes the documents.")
    if plan.links and not quiet:
        report(links_line(plan.links))
    if counts[Outcome.FAILED] and not quiet:
        raise typer.Exit(1)


def _preview(run: FolderRun, plan: Plan, screen: Screen) -> None:
    counts: Counter[Outcome] = Counter()
    for uri, result in run.preview(plan):
        screen.preview(uri, result)
        counts[result.outcome] += 1
    out.print(f"Dry run, nothing written: {summary(counts)}.")
    if plan.links:
        report(links_line(plan.links))
    if counts[Outcome.FAILED]:
        raise typer.Exit(1)


def worker(concurrency: Concurrency = _CONCURRENCY) -> None:
    """Ingest queued files and uploads, until stopped; any number of workers share the queue."""
    settings = load_settings()
    with closing(build_ingester(settings, report)) as services:
        Worker(
            services.engine,
            services.ingester,
            report=report,
            finished=lambda uri, result: report(result_line(uri, result)),
            concurrency=concurrency,
            max_bytes=settings.max_file_mib * 2**20,
            revive=services.revive,
        ).run()


def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False) -> None:
    """Show what waits, what is being read, what failed and why, the speed and the remaining time."""
    with closing(open_database(load_settings(), report)) as database:
        progress = read_progress(database.engine)
    if as_json:
        out.print_json(json.dumps(progress.as_dict()))
    else:
        for line in status_lines(progress):
            out.print(line)
