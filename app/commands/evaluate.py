"""`evaluate`: is it recall or is it ranking, and is it worse than before."""

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from app.bootstrap import SearchServices, open_searcher
from app.commands.console import JsonOption, err, out, report
from app.commands.progress import progress_bar
from app.commands.tables import print_table
from app.core.applied_settings import apply
from app.core.settings import load_settings
from app.quality.evaluation.compare import ALPHA, Comparison, compare
from app.quality.evaluation.floor import KEEP, FloorCurve, floor_curve
from app.quality.evaluation.judge import ORDERS
from app.quality.evaluation.measure import HEADLINE
from app.quality.evaluation.plot import plot_floor
from app.quality.evaluation.report import (
    STAGES,
    advice,
    as_json,
    comparison_json,
    means,
    named,
    rank_line,
    refusal_json,
    split,
    verdict,
)
from app.quality.evaluation.run import RUN, Loss, Refusal, Run
from app.quality.evaluation.runs import Runs
from app.quality.evaluation.session import bench, question_set
from app.quality.evaluation.session import evaluate as measured

_NAMED = 5  # questions of a kind that are printed without --all


def evaluate(
    target: Annotated[str, typer.Argument(help='"golden", or a folder in BEIR\'s layout.')] = "golden",
    save: Annotated[str, typer.Option(help="Keep the run in the database under this name.")] = "",
    against: Annotated[
        str, typer.Option("--compare", help="A saved run or a file of --json; exit code 1 when this run is worse.")
    ] = "",
    gate: Annotated[str, typer.Option(help="The measure that decides whether it is worse.")] = HEADLINE,
    alpha: Annotated[float, typer.Option(help="Accepted chance of a false alarm.", min=0.0001, max=0.5)] = ALPHA,
    drafts: Annotated[bool, typer.Option("--drafts", help="Golden drafts too; their figures are too good.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep a folder's ingested corpus for the next run.")] = False,
    floor: Annotated[bool, typer.Option("--floor", help="Show what each relevance floor keeps and refuses.")] = False,
    keep_share: Annotated[float, typer.Option(help="Of the answerable, what a recommended floor keeps.")] = KEEP,
    apply_it: Annotated[bool, typer.Option("--apply", help="With --floor: apply the recommended one.")] = False,
    png: Annotated[Path | None, typer.Option(help="With --floor: write its curve as a picture.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Name every lost question.")] = False,
    as_text: JsonOption = False,
) -> None:
    """Measure retrieval, reranking and refusal on questions with known passages."""
    given = load_settings().model_copy(update={"rerank_budget_ms": 0})
    with closing(open_searcher(given, report=report)) as parts:
        settings = parts.settings
        runs = Runs(parts.engine)
        before = runs.load(against) if against else None
        questions = question_set(target, parts.engine, drafts=drafts)
        with (
            bench(questions, parts.engine, parts.embedder, settings, keep=keep, report=report) as place,
            progress_bar("evaluating") as progress,
        ):
            run = measured(place, parts.searcher.reranker, settings, name=save or "now", progress=progress)
        if save:
            runs.save(run)
        curve = floor_curve(run, current=settings.relevance_floor, keep=keep_share) if floor else None
        if curve is not None and apply_it:
            _apply(parts, run, curve)
    compared = compare(before, run, gate=gate, alpha=alpha) if before else None
    if png is not None and curve is not None:
        counts = f"{curve.current.answerable} answerable, {curve.current.unanswerable} unanswerable questions"
        plot_floor(curve, png, title=f"{run.target}: {counts}")
    if as_text:
        _print_json(run, compared, curve)
    else:
        _print(run, compared, curve, most=len(run.questions) if everything else _NAMED)
    if compared is not None and compared.regressed:
        raise typer.Exit(1)


def _apply(parts: SearchServices, run: Run, curve: FloorCurve) -> None:
    values = {"relevance_floor": f"{curve.recommended.floor:.2f}"}
    for variable in apply(parts.engine, parts.given, values, reason=f"evaluate --floor on {run.target}"):
        report(f"{variable} is set in the environment or .env, which wins: remove it there.")
    report(f"Applied: FOREMOST_RELEVANCE_FLOOR={values['relevance_floor']}")


def _print_json(run: Run, compared: Comparison | None, curve: FloorCurve | None) -> None:
    said = {
        "summary": as_json(run),
        "comparison": comparison_json(compared) if compared else None,
        "floor": {
            "recommended": refusal_json(curve.recommended),
            "curve": [refusal_json(point) for point in curve.points],
        }
        if curve
        else None,
        "run": RUN.dump_python(run, mode="json"),
    }
    out.print_json(json.dumps(said))


def _print(run: Run, compared: Comparison | None, curve: FloorCurve | None, *, most: int) -> None:
    out.print(f"[bold]{escape(run.target)}[/], {len(run.judged)} questions with known passages, {escape(run.reranker)}")
    if run.judged:
        _print_split(run, most)
        print_table(_figures(run))
    _print_refusal(run)
    seconds = [f"{s} {1000 * run.percentile(0.5, s):.0f}/{1000 * run.percentile(0.95, s):.0f}" for s in STAGES]
    total = f"{1000 * run.percentile(0.5):.0f}/{1000 * run.percentile(0.95):.0f}"
    out.print(f"Milliseconds, half of the questions within / 95 % within: {', '.join(seconds)}, together {total}")
    if curve is not None:
        _print_floor(curve)
    if compared is not None:
        _print_comparison(compared)


def _print_split(run: Run, most: int) -> None:
    for loss, count, share in split(run):
        style = "bold" if loss is Loss.NONE else ""
        line = f"{count:>5} {100 * share:5.1f} %  {loss.value}"
        if count or loss in (Loss.NONE, Loss.RANKED_LOW, Loss.NOT_RETRIEVED):
            out.print(f"[{style}]{line}[/]" if style else line)
        if loss is Loss.NONE:
            continue
        shown, more = named(run.lost(loss), most)
        for question in shown:
            out.print(f"         [dim]{escape(question.key)} {escape(question.text[:90])} ({rank_line(question)})[/]")
        if more:
            out.print(f"         [dim]and {more} more (--all names them)[/]")
    out.print(f"[bold]→[/] {advice(run)}\n")


def _figures(run: Run) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    measures = list(means(run, "fused"))
    for name in ("order", *measures):
        table.add_column(name, justify="left" if name == "order" else "right", no_wrap=True)
    for order in ORDERS:
        table.add_row(order, *(f"{100 * value:.1f}" for value in means(run, order).values()))
    return table


def _print_refusal(run: Run) -> None:
    floor = run.settings.get("relevance_floor")
    found = run.refusal(float(floor)) if isinstance(floor, int | float) else None
    if found is None or not found.unanswerable:
        out.print("No unanswerable questions: refusals are not measured (`golden add … --unanswerable`).")
        return
    out.print(f"Refusals at floor {found.floor:.2f}: {_refusal(found)}")


def _refusal(found: Refusal) -> str:
    precision = "–" if found.precision is None else f"{found.precision:.0%}"
    recall = "–" if found.recall is None else f"{found.recall:.0%}"
    kept = "–" if found.kept_share is None else f"{found.kept_share:.1%}"
    return (
        f"precision {precision}, recall {recall} ({found.refused} of {found.unanswerable} unanswerable), "
        f"{kept} of {found.answerable} answerable kept"
    )


def _print_floor(curve: FloorCurve) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("floor", "answerable kept", "expected passage kept", "unanswerable refused", "precision", ""):
        table.add_column(name, justify="right", no_wrap=True)
    marked = {curve.current.floor: "now", curve.recommended.floor: "recommended"}
    for point in curve.points:
        if round(100 * point.floor) % 10 and point.floor not in marked:
            continue
        expected = f"{point.kept_expected / point.with_expected:.1%}" if point.with_expected else "–"
        table.add_row(
            f"{point.floor:.2f}", f"{point.kept_share or 0:.1%}", expected, f"{point.recall or 0:.1%}",
            "–" if point.precision is None else f"{point.precision:.0%}", marked.get(point.floor, ""),
        )  # fmt: skip
    print_table(table)
    out.print(
        f"[bold]→[/] FOREMOST_RELEVANCE_FLOOR={curve.recommended.floor:.2f} refuses {curve.recommended.refused} of "
        f"{curve.recommended.unanswerable} and keeps {curve.recommended.kept_share or 0:.1%} of the answerable "
        f"(at least {curve.keep:.0%} were asked for)."
    )
    if curve.warning:
        report(curve.warning)


def _print_comparison(compared: Comparison) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("measure", compared.before, compared.after, "change", "p worse", "better", "worse"):
        table.add_column(name, justify="left" if name == "measure" else "right", no_wrap=True)
    for d in compared.differences:
        table.add_row(
            f"{d.measure}{' (gate)' if d.measure == compared.gate else ''}", f"{100 * d.before:.1f}",
            f"{100 * d.after:.1f}", f"{100 * (d.after - d.before):+.1f}", f"{d.p_worse:.4f}",
            str(d.questions_better), str(d.questions_worse),
        )  # fmt: skip
    print_table(table)
    for line in compared.settings:
        out.print(f"  differs: {escape(line)}")
    if compared.only_before or compared.only_after:
        report(f"{compared.only_before} questions only before, {compared.only_after} only now: they are not compared.")
    if compared.regressed:
        for question in compared.lost:
            out.print(f"  [dim]lost: {escape(question.key)} {escape(question.text[:90])} ({rank_line(question)})[/]")
    (err if compared.regressed else out).print(f"[bold]{'✗' if compared.regressed else '✓'}[/] {verdict(compared)}")
