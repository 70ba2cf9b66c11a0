"""`dial`: what reranking costs and gives on this corpus and machine, and the best setting for a time budget."""

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import SearchServices, open_searcher
from app.commands.console import JsonOption, out, report
from app.commands.progress import progress_bar
from app.commands.settings import apply_settings
from app.commands.tables import make_table, print_table
from app.core.errors import NotFoundError, QuestionError
from app.core.settings import load_settings, variable_names
from app.quality.dial.cache import Cache
from app.quality.dial.measure import MINUTES, Listener
from app.quality.dial.plot import plot_sweep
from app.quality.dial.session import sweep
from app.quality.dial.sweep import FEWEST, PASSAGES, SWEEP, Point, Recommendation, Sweep, recommend
from app.quality.dial.sweeps import last_sweep
from app.quality.evaluation.session import bench, question_set

_NAMES = (
    "setting",
    "nDCG@10",
    "gain",
    "95 % of it",
    "questions",
    *(f"in {passages}" for passages in PASSAGES),
    "p50 ms",
    "p95 ms",
    "",
)


def dial(
    target: Annotated[str, typer.Argument(help='"golden", or a folder in BEIR\'s layout.')] = "golden",
    latency: Annotated[float | None, typer.Option(help="Recommend a setting for so many milliseconds.", min=1)] = None,
    percentile: Annotated[int, typer.Option(help="Percent of the questions within --latency: 50 or 95.")] = 95,
    apply_it: Annotated[bool, typer.Option("--apply", help="Apply the recommended setting.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without confirmation.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write a picture of quality against time.")] = None,
    minutes: Annotated[float, typer.Option(help="Time to measure in; run again to continue.", min=0.1)] = MINUTES,
    last: Annotated[bool, typer.Option("--last", help="Measure nothing: show the last sweep.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure this machine's times again.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep a folder's ingested corpus for the next run.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Sweep candidates, reranker and passages; recommend and apply a setting for a time budget."""
    if percentile not in (50, 95):
        raise QuestionError("--percentile is 50 or 95: nothing else was measured.")
    if apply_it and latency is None:
        raise QuestionError("--apply needs --latency: the milliseconds that a question may take before the model.")
    with closing(open_searcher(load_settings(), report=report)) as parts:
        result = last_sweep(parts.engine) if last else _measured(target, parts, minutes=minutes, fresh=fresh, keep=keep)
        if result is None:
            raise NotFoundError("There is no sweep yet.", fix="Run: python -m app dial")
        chosen = recommend(result, latency / 1000, share=percentile) if latency is not None else None
        if png is not None:
            plot_sweep(result, png, chosen=chosen)
        if as_json:
            _print_json(result, chosen)
        else:
            _print(result)
        if chosen is not None:
            _print_choice(chosen, quiet=as_json)
            if result.questions < FEWEST:
                report(f"{result.questions} questions are too few to choose a setting by; {FEWEST} are enough.")
            if apply_it and (yes or typer.confirm("Apply it?", err=True)):
                _apply(parts, result, chosen)


def _measured(target: str, parts: SearchServices, *, minutes: float, fresh: bool, keep: bool) -> Sweep:
    if fresh:
        Cache(parts.engine).forget_timings()
    questions = question_set(target, parts.engine)
    with (
        bench(questions, parts.engine, parts.embedder, parts.settings, keep=keep, report=report) as corpus,
        progress_bar() as progress,
    ):
        listener = Listener(tell=lambda step: progress(step.done, step.of, step.stage))
        return sweep(corpus, parts.engine, parts.settings, minutes=minutes, listener=listener)


def _print_json(result: Sweep, chosen: Recommendation | None) -> None:
    recommended = dict(chosen.values) if chosen else None
    out.print_json(json.dumps({"sweep": SWEEP.dump_python(result, mode="json"), "recommended": recommended}))


def _print(result: Sweep) -> None:
    out.print(
        f"[bold]{escape(result.target)}[/], {result.questions} questions, {result.timed} of them timed on "
        f"{escape(result.machine)}, {result.seconds / 60:.1f} minutes"
    )
    for label, name in result.rerankers.items():
        out.print(f"  {label}: {escape(name)}")
    table = make_table(_NAMES, left=("setting", ""))
    for point in result.points:
        table.add_row(*_cells(point))
    print_table(table)
    out.print("[dim]gain: over no reranking; in N: % of the questions with an expected passage among the first N[/]")
    _print_sections(result)
    for line in result.left_out:
        report(f"Left out: {line}")


def _print_sections(result: Sweep) -> None:
    """What section context brings to the prompt, where it was measured."""
    if not result.sections:
        return
    names = ("section tokens", "one in the prompt", "all in the prompt", "gain of all", "95 % of it", "tokens")
    table = make_table(names, left=())
    for point in result.sections:
        gain = point.gain
        table.add_row(
            str(point.section_tokens),
            f"{100 * point.found.mean:.1f}",
            f"{100 * point.whole.mean:.1f}",
            f"{100 * gain.mean:+.1f}" if point.section_tokens else "",
            f"{100 * gain.low:+.1f} to {100 * gain.high:+.1f}" if point.section_tokens else "",
            f"{point.tokens:.0f}",
        )
    print_table(table)
    out.print(
        "[dim]FOREMOST_SECTION_TOKENS, all else as configured: % of the questions with one, and with all expected "
        f"passages in the prompt; tokens of its passages; {result.sections[0].found.questions} questions[/]"
    )


def _cells(point: Point) -> tuple[str, ...]:
    quality, gain = point.quality, point.gain
    measured = quality.questions > 0
    compared = measured and point.candidates
    return (
        point.name,
        f"{100 * quality.mean:.1f}" if measured else "–",
        f"{100 * gain.mean:+.1f}" if compared else "",
        f"{100 * gain.low:+.1f} to {100 * gain.high:+.1f}" if compared else "",
        str(quality.questions),
        *(f"{100 * point.found[passages].mean:.1f}" if measured else "–" for passages in PASSAGES),
        f"{1000 * point.p50:.0f}",
        f"{1000 * point.p95:.0f}",
        "best at its speed" if point.pareto and measured else "",
    )


def _print_choice(chosen: Recommendation, *, quiet: bool) -> None:
    point, names = chosen.point, variable_names()
    print_line = report if quiet else out.print
    print_line(
        f"→ within {1000 * chosen.budget:.0f} ms for {chosen.share} % of the questions: {point.name}, "
        f"{chosen.passages} passages; nDCG@10 {100 * point.quality.mean:.1f}, p50 {1000 * point.p50:.0f} ms, "
        f"p95 {1000 * point.p95:.0f} ms; the best at any speed is {chosen.best.name} with "
        f"{100 * chosen.best.quality.mean:.1f}"
    )
    print_line("  " + " ".join(f"{names[name]}={value}" for name, value in chosen.values.items()))


def _apply(parts: SearchServices, result: Sweep, chosen: Recommendation) -> None:
    reason = f"dial on {result.target}, {1000 * chosen.budget:.0f} ms for {chosen.share} % of the questions"
    apply_settings(parts, chosen.values, reason=reason)
    report("Applied. Commands use it from the next one on; an open page after its next start or from its Measure tab.")
