"""`evaluate`: is it recall or is it ranking, and is it worse than before."""

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from app.bootstrap import SearchServices, open_searcher
from app.commands.console import JsonOption, err, filtered, out, report
from app.commands.measuring import measure, measure_next
from app.commands.settings import apply_settings
from app.commands.tables import make_table, print_table
from app.core.errors import SettingsError
from app.core.settings import load_settings
from app.present.filters import FilterOptions
from app.quality.evaluation.compare import ALPHA, Comparison, compare
from app.quality.evaluation.floor import KEEP, FloorCurve, floor_curve
from app.quality.evaluation.judge import ORDERS
from app.quality.evaluation.measure import HEADLINE
from app.quality.evaluation.plot import plot_floor
from app.quality.evaluation.report import (
    STAGES,
    advice,
    comparison_json,
    means,
    rank_line,
    refusal_json,
    run_json,
    split,
    verdict,
)
from app.quality.evaluation.run import RUN, EvaluationRun, Refusal
from app.quality.evaluation.runs import Runs
from app.quality.expected.loss import Loss

_MAX_NAMED = 5  # questions of a loss that are printed without --all
# Losses that are printed even when no question has them.
_ALWAYS_PRINTED = (Loss.IN_PROMPT, Loss.BEYOND_LIMIT, Loss.NOT_RETRIEVED)


@filtered
def evaluate(
    filters: FilterOptions,
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
    other_model: Annotated[
        str,
        typer.Option("--next", help="Compare with the vectors of this model, made by `ingest reembed --compare`."),
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Name every lost question.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure retrieval, reranking and refusal on questions with known passages."""
    if other_model and (against or target != "golden" or save or floor):
        raise SettingsError("--next compares on the golden questions, and goes with no other comparison.")
    given = load_settings().model_copy(update={"rerank_budget_ms": 0})
    with closing(open_searcher(given, report=report)) as parts:
        runs = Runs(parts.engine)
        before = runs.load(against) if against else None
        run = measure(parts, target, filters, name=save or "now", drafts=drafts, keep=keep)
        if other_model:
            before, run = run, measure_next(parts, other_model, run, filters, drafts=drafts)
        if save:
            runs.save(run)
        curve = floor_curve(run, current=parts.settings.relevance_floor, keep=keep_share) if floor else None
        if curve is not None and apply_it:
            _apply(parts, run, curve)
    compared = compare(before, run, gate=gate, alpha=alpha) if before else None
    if png is not None and curve is not None:
        _plot(run, curve, png)
    if as_json:
        _print_json(run, compared, curve)
    else:
        _print(run, compared, curve, most=len(run.questions) if everything else _MAX_NAMED)
    if compared is not None and compared.regressed:
        raise typer.Exit(1)


def _plot(run: EvaluationRun, curve: FloorCurve, png: Path) -> None:
    counts = f"{curve.current.answerable} answerable, {curve.current.unanswerable} unanswerable questions"
    plot_floor(curve, png, title=f"{run.target}: {counts}")


def _apply(parts: SearchServices, run: EvaluationRun, curve: FloorCurve) -> None:
    values = {"relevance_floor": f"{curve.recommended.floor:.2f}"}
    apply_settings(parts, values, reason=f"evaluate --floor on {run.target}")
    report(f"Applied: FOREMOST_RELEVANCE_FLOOR={values['relevance_floor']}")


def _print_json(run: EvaluationRun, compared: Comparison | None, curve: FloorCurve | None) -> None:
    values: dict[str, object] = {
        "summary": run_json(run),
        "comparison": comparison_json(compared) if compared else None,
        "floor": None,
        "run": RUN.dump_python(run, mode="json"),
    }
    if curve is not None:
        values["floor"] = {
            "recommended": refusal_json(curve.recommended),
            "curve": [refusal_json(point) for point in curve.points],
        }
    out.print_json(json.dumps(values))


def _print(run: EvaluationRun, compared: Comparison | None, curve: FloorCurve | None, *, most: int) -> None:
    out.print(f"[bold]{escape(run.target)}[/], {len(run.judged)} questions with known passages, {escape(run.reranker)}")
    if run.judged:
        _print_split(run, most)
        print_table(_figures(run))
    _print_refusal(run)
    times = ", ".join(f"{stage} {_milliseconds(run, stage)}" for stage in STAGES)
    out.print(f"Milliseconds, half of the questions within / 95 % within: {times}, together {_milliseconds(run, None)}")
    if curve is not None:
        _print_floor(curve)
    if compared is not None:
        print_comparison(compared)


def _milliseconds(run: EvaluationRun, stage: str | None) -> str:
    return f"{1000 * run.percentile(0.5, stage):.0f}/{1000 * run.percentile(0.95, stage):.0f}"


def _print_split(run: EvaluationRun, most: int) -> None:
    for loss, count, share in split(run):
        line = f"{count:>5} {100 * share:5.1f} %  {loss.text}"
        if loss is Loss.IN_PROMPT:
            out.print(f"[bold]{line}[/]")
            continue
        if count or loss in _ALWAYS_PRINTED:
            out.print(line)
        lost = run.lost(loss)
        for question in lost[:most]:
            out.print(f"         [dim]{escape(question.key)} {escape(question.text[:90])} ({rank_line(question)})[/]")
        if len(lost) > most:
            out.print(f"         [dim]and {len(lost) - most} more (--all names them)[/]")
    out.print(f"[bold]→[/] {advice(run)}\n")


def _figures(run: EvaluationRun) -> Table:
    table = make_table(("order", *means(run, "fused")), left=("order",))
    for order in ORDERS:
        table.add_row(order, *(f"{100 * value:.1f}" for value in means(run, order).values()))
    return table


def _print_refusal(run: EvaluationRun) -> None:
    floor = run.settings.get("relevance_floor")
    refusal = run.refusal(float(floor)) if isinstance(floor, int | float) else None
    if refusal is None or not refusal.unanswerable:
        out.print("No unanswerable questions: refusals are not measured (`golden add … --unanswerable`).")
        return
    out.print(f"Refusals at floor {refusal.floor:.2f}: {_figures_of(refusal)}")


def _figures_of(refusal: Refusal) -> str:
    precision = "–" if refusal.precision is None else f"{refusal.precision:.0%}"
    recall = "–" if refusal.recall is None else f"{refusal.recall:.0%}"
    kept = "–" if refusal.kept_share is None else f"{refusal.kept_share:.1%}"
    return (
        f"precision {precision}, recall {recall} ({refusal.refused} of {refusal.unanswerable} unanswerable), "
        f"{kept} of {refusal.answerable} answerable kept"
    )


def _print_floor(curve: FloorCurve) -> None:
    names = ("floor", "answerable kept", "expected passage kept", "unanswerable refused", "precision", "")
    table = make_table(names)
    labels = {curve.current.floor: "now", curve.recommended.floor: "recommended"}
    for point in curve.points:
        if round(100 * point.floor) % 10 and point.floor not in labels:
            continue
        expected = f"{point.kept_expected / point.with_expected:.1%}" if point.with_expected else "–"
        table.add_row(
            f"{point.floor:.2f}",
            f"{point.kept_share or 0:.1%}",
            expected,
            f"{point.recall or 0:.1%}",
            "–" if point.precision is None else f"{point.precision:.0%}",
            labels.get(point.floor, ""),
        )
    print_table(table)
    out.print(
        f"[bold]→[/] FOREMOST_RELEVANCE_FLOOR={curve.recommended.floor:.2f} refuses {curve.recommended.refused} of "
        f"{curve.recommended.unanswerable} and keeps {curve.recommended.kept_share or 0:.1%} of the answerable "
        f"(at least {curve.keep:.0%} are required)."
    )
    if curve.warning:
        report(curve.warning)


def print_comparison(compared: Comparison) -> None:
    """Every measure before and after, and the verdict of the gate."""
    names = ("measure", compared.before, compared.after, "change", "p worse", "better", "worse")
    table = make_table(names, left=("measure",))
    for item in compared.differences:
        table.add_row(
            f"{item.measure} (gate)" if item.measure == compared.gate else item.measure,
            f"{100 * item.before:.1f}",
            f"{100 * item.after:.1f}",
            f"{100 * (item.after - item.before):+.1f}",
            f"{item.p_worse:.4f}",
            str(item.questions_better),
            str(item.questions_worse),
        )
    print_table(table)
    for line in compared.settings:
        out.print(f"  differs: {escape(line)}")
    if compared.only_before or compared.only_after:
        report(f"{compared.only_before} questions only before, {compared.only_after} only now: they are not compared.")
    if compared.regressed:
        for question in compared.lost:
            out.print(f"  [dim]lost: {escape(question.key)} {escape(question.text[:90])} ({rank_line(question)})[/]")
        err.print(f"[bold]✗[/] {verdict(compared)}")
    else:
        out.print(f"[bold]✓[/] {verdict(compared)}")
