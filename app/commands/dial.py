"""`dial`: what reranking costs and gives on this corpus and this machine, and the setting for a time budget."""

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from app.bootstrap import SearchServices, open_searcher
from app.commands.console import JsonOption, err, out, report
from app.commands.tables import print_table
from app.core.applied_settings import apply
from app.core.errors import NotFoundError, QuestionError
from app.core.settings import load_settings, variable_names
from app.quality.dial.cache import Cache
from app.quality.dial.measure import MINUTES, Listener, Step
from app.quality.dial.plot import plot_sweep
from app.quality.dial.session import sweep
from app.quality.dial.sweep import PASSAGES, SWEEP, Recommendation, Sweep, recommend
from app.quality.dial.sweeps import last_sweep
from app.quality.evaluation.session import bench, question_set


def dial(
    target: Annotated[str, typer.Argument(help='"golden", or a folder in BEIR\'s layout.')] = "golden",
    latency: Annotated[float | None, typer.Option(help="Recommend a setting for so many milliseconds.", min=1)] = None,
    percentile: Annotated[int, typer.Option(help="Percent of the questions within --latency: 50 or 95.")] = 95,
    apply_it: Annotated[bool, typer.Option("--apply", help="Apply what is recommended.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write a picture of quality against time.")] = None,
    minutes: Annotated[float, typer.Option(help="Time to measure in; run again to go on.", min=0.1)] = MINUTES,
    last: Annotated[bool, typer.Option("--last", help="Measure nothing: show the last sweep.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure this machine's seconds anew.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep a folder's ingested corpus for the next run.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Sweep candidates, reranker and passages; recommend and apply a setting for a time budget."""
    if percentile not in (50, 95):
        raise QuestionError("--percentile is 50 or 95: what was measured.")
    if apply_it and latency is None:
        raise QuestionError("--apply needs --latency: the milliseconds that a question may take before the model.")
    with closing(open_searcher(load_settings(), report=report)) as parts:
        found = last_sweep(parts.engine) if last else _measured(target, parts, minutes=minutes, fresh=fresh, keep=keep)
        if found is None:
            raise NotFoundError("There is no sweep yet. Run: python -m app dial")
        chosen = recommend(found, latency / 1000, share=percentile) if latency is not None else None
        if png is not None:
            plot_sweep(found, png, chosen=chosen)
        if as_json:
            said = {
                "sweep": SWEEP.dump_python(found, mode="json"),
                "recommended": dict(chosen.values) if chosen else None,
            }
            out.print_json(json.dumps(said))
        else:
            _print(found)
        if chosen is not None:
            _tell(chosen, quiet=as_json)
            if apply_it and (yes or typer.confirm("Apply it?", err=True)):
                _apply(parts, found, chosen)


def _measured(target: str, parts: SearchServices, *, minutes: float, fresh: bool, keep: bool) -> Sweep:
    if fresh:
        Cache(parts.engine).forget_timings()
    columns = (
        TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    questions = question_set(target, parts.engine)
    place_of = bench(questions, parts.engine, parts.embedder, parts.settings, keep=keep, report=report)
    with place_of as place, Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None)
        stage = ""

        def tell(step: Step) -> None:
            nonlocal stage
            if step.stage != stage:
                stage = step.stage
                bar.reset(task, description=stage, total=step.of)
            bar.update(task, completed=step.done, total=step.of)

        return sweep(place, parts.engine, parts.settings, minutes=minutes, listener=Listener(tell=tell))


def _print(found: Sweep) -> None:
    out.print(
        f"[bold]{escape(found.target)}[/], {found.questions} questions, {found.timed} of them timed on "
        f"{escape(found.machine)}, {found.seconds / 60:.1f} minutes"
    )
    for label, name in found.rerankers.items():
        out.print(f"  {label}: {escape(name)}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = (
        "setting",
        "nDCG@10",
        "gain",
        "95 % of it",
        "questions",
        *(f"in {p}" for p in PASSAGES),
        "p50 ms",
        "p95 ms",
        "",
    )
    for name in names:
        table.add_column(name, justify="left" if name in ("setting", "") else "right", no_wrap=True)
    for point in found.points:
        quality = point.quality
        measured = quality.questions > 0
        table.add_row(
            point.name,
            f"{100 * quality.mean:.1f}" if measured else "–",
            f"{100 * point.gain.mean:+.1f}" if measured and point.candidates else "",
            f"{100 * point.gain.low:+.1f} to {100 * point.gain.high:+.1f}" if measured and point.candidates else "",
            str(quality.questions),
            *(f"{100 * point.found[p].mean:.1f}" if measured else "–" for p in PASSAGES),
            f"{1000 * point.p50:.0f}",
            f"{1000 * point.p95:.0f}",
            "best at its speed" if point.pareto and measured else "",
        )
    print_table(table)
    out.print("[dim]gain: over no reranking; in N: % of the questions with an expected passage among the first N[/]")
    for line in found.left_out:
        report(f"Left out: {line}")


def _tell(chosen: Recommendation, *, quiet: bool) -> None:
    point, names = chosen.point, variable_names()
    values = " ".join(f"{names[name]}={value}" for name, value in chosen.values.items())
    say = report if quiet else out.print
    say(
        f"→ within {1000 * chosen.budget:.0f} ms for {chosen.share} % of the questions: {point.name}, "
        f"{chosen.passages} passages; nDCG@10 {100 * point.quality.mean:.1f}, p50 {1000 * point.p50:.0f} ms, "
        f"p95 {1000 * point.p95:.0f} ms; the best at any speed is {chosen.best.name} with "
        f"{100 * chosen.best.quality.mean:.1f}"
    )
    say(f"  {values}")


def _apply(parts: SearchServices, found: Sweep, chosen: Recommendation) -> None:
    reason = f"dial on {found.target}, {1000 * chosen.budget:.0f} ms for {chosen.share} % of the questions"
    covered = apply(parts.engine, parts.given, chosen.values, reason=reason)
    for variable in covered:
        report(f"{variable} is set in the environment or .env, which wins: remove it there for this to have an effect.")
    report("Applied: the next command answers by it, a page that is open after its next start or from its Dial tab.")
