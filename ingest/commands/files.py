"""`python -m ingest PATH…`, `worker` and `status`."""

import json
import os
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.core.errors import SettingsError
from app.core.progress import read_progress
from app.core.settings import load_settings
from ingest.bootstrap import Services, build_ingester, open_database
from ingest.commands.remote import queue_sources, read_queued, read_source
from ingest.commands.request import SourceRequest
from ingest.commands.screen import Screen, links_line, out, preview, report, result_line, status_lines, summary
from ingest.folder.run import FolderRun, RunOptions
from ingest.folder.sync import Plan
from ingest.folder.watch import watch
from ingest.ignore_rules import Rules
from ingest.pipeline import Outcome
from ingest.queue.worker import Worker
from ingest.web.urls import is_address

SAMPLE = Path(__file__).resolve().parents[1] / "sample"
SAMPLE_COLLECTION = "sample"
_CONCURRENCY = min(4, os.cpu_count() or 1)

Concurrency = Annotated[int, typer.Option(min=1, max=16, help="Files read at the same time.")]


def files(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, addresses of sites, mailboxes, buckets, WebDAV folders, repositories.",
            metavar="PATH|URL...",
            show_default=False,
        ),
    ] = None,
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
    depth: Annotated[
        int | None, typer.Option(min=0, max=20, help="Web: links followed from the given page; 2 by default.")
    ] = None,
    any_path: Annotated[bool, typer.Option("--any-path", help="Web: also pages outside the given path.")] = False,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="Web: also pages of inner networks.")] = False,
    password_env: Annotated[
        str, typer.Option(help="Name of the environment variable with the password for the addresses.", metavar="NAME")
    ] = "",
    endpoint: Annotated[str, typer.Option(help="S3: address of the server; FOREMOST_S3_ENDPOINT by default.")] = "",
    sample: Annotated[bool, typer.Option("--sample", help='Ingest the sample documents into "sample".')] = False,
) -> None:
    """Ingest files, folders and other sources; what is unchanged is skipped. Running workers help; none is needed."""
    settings = load_settings()
    if bool(sources) == sample:
        raise SettingsError("Either files and folders or --sample must be given.", fix="Run: python -m ingest PATH…")
    target = SAMPLE_COLLECTION if sample else collection or settings.collection
    requests = [
        SourceRequest(
            address=source,
            collection=target,
            include=tuple(include or ()),
            exclude=tuple(exclude or ()),
            hidden=hidden,
            checksum=checksum,
            retry=retry,
            prune=prune,
            force=force,
            depth=depth,
            any_path=any_path,
            allow_private=allow_private,
            password_env=password_env,
            endpoint=endpoint,
        )
        for source in sources or ()
        if is_address(source)
    ]
    for request in requests:
        request.require_valid()
    if sum((inline, detach, dry_run)) > 1 or (watching and (detach or dry_run)) or (force and not prune):
        raise SettingsError("These options contradict one another.", fix="See python -m ingest --help.")
    if requests and watching:
        raise SettingsError("Addresses are read once.", fix="Leave out --watch for them; --detach queues them.")
    roots = [SAMPLE] if sample else [Path(source) for source in sources or () if not is_address(source)]
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
    with closing(build_ingester(settings, report)) as services:
        failed = bool(roots) and _run(
            services, roots, rules, options, collection=target, dry_run=dry_run, watching=watching
        )
        if detach:
            queue_sources(services, requests)
        else:
            for request in requests:
                failed |= read_source(services, request, dry_run=dry_run)
    if failed:
        raise typer.Exit(1)


def _run(
    services: Services,
    roots: list[Path],
    rules: Rules,
    options: RunOptions,
    *,
    collection: str,
    dry_run: bool,
    watching: bool,
) -> bool:
    """Ingest files and folders; returns whether any failed."""
    screen = Screen()
    run = FolderRun(
        services.engine,
        services.ingester,
        screen,
        collection=collection,
        max_bytes=services.settings.max_file_mib * 2**20,
        options=options,
        revive=services.revive,
    )
    plan = run.scan(roots, rules)
    if dry_run:
        failed = preview(run.preview(plan), screen)
        if plan.links:
            report(links_line(plan.links))
        return failed
    failed = _execute(run, plan, screen, collection, quiet=watching)
    if watching:
        watch(run, roots, rules, lambda changes: _execute(run, changes, screen, collection, quiet=True), report)
    return failed and not watching


def _execute(run: FolderRun, plan: Plan, screen: Screen, collection: str, *, quiet: bool) -> bool:
    """Carry out a plan and print the summary; quiet: only when something changed. Returns whether any file failed."""
    if not (plan.stored or plan.to_read or plan.unreadable) and not quiet:
        fix = "Name other files or folders." + (f" {links_line(plan.links)}" if plan.links else "")
        raise SettingsError("There are no files to ingest.", fix=fix)
    with screen.shown():
        counts = run.execute(plan)
    if quiet:
        del counts[Outcome.UNCHANGED]
        if not counts.total():
            return False
    out.print(f"Collection {escape(collection)}: {summary(counts)}.")
    kept = 0 if counts[Outcome.REMOVED] else len(plan.gone)
    if kept:
        report(f"The files of {kept} stored documents are gone; --prune deletes the documents.")
    if plan.links and not quiet:
        report(links_line(plan.links))
    return counts[Outcome.FAILED] > 0


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
            read_source=partial(read_queued, services),
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
