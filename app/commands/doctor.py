"""`doctor`: settings go in, the state of every part comes out, each failing one with the command that mends it."""

from contextlib import closing
from typing import Annotated

import typer
from rich.markup import escape

from app.bootstrap import open_searcher
from app.commands.console import out, report
from app.core.settings import Settings, load_settings
from app.doctor.health import Check, checks
from app.doctor.vector_recall import VectorRecall, measure_recall
from app.retrieve import EXACT_BELOW


def doctor(
    recall: Annotated[
        bool, typer.Option("--recall", help="Compare the vector index with an exact search instead, on real questions.")
    ] = False,
    questions: Annotated[int, typer.Option(min=1, help="How many questions --recall samples.")] = 30,
) -> None:
    """Check every part; say what is wrong and the command that mends it."""
    settings = load_settings()
    failed = 0
    for check in (_recall(settings, questions),) if recall else checks(settings):
        mark = "[green]ok[/]  " if check.ok else "[bold red]bad[/] "
        out.print(f"{mark} {escape(check.name)}: {escape(check.detail)}")
        if not check.ok:
            failed += 1
            out.print(f"     [bold]mend:[/] {escape(check.fix)}")
        for note in check.notes:
            out.print(f"     [yellow]note:[/] {escape(note)}")
    if failed:
        raise typer.Exit(1)


def _recall(settings: Settings, questions: int) -> Check:
    with closing(open_searcher(settings, report=report)) as services:
        configured = services.settings
        measured = measure_recall(
            services.engine,
            services.embedder,
            ef_search=configured.hnsw_ef_search,
            nearest=max(configured.leg_candidates, configured.candidates),
            sample=questions,
        )
    return recall_check(measured)


def recall_check(measured: VectorRecall) -> Check:
    """The measurement as a check: what was found, and what to set when it is too little."""
    name = "recall of the vector index"
    if not measured.trials:
        return Check(name=name, ok=True, detail="nothing to compare: there are no passages yet")
    now, enough = measured.trials[0], measured.enough
    asked = f"{measured.past} past questions" if measured.past else ""
    others = f"{measured.questions - measured.past} passages" if measured.questions > measured.past else ""
    detail = (
        f"{now.recall:.3f} of the {min(measured.nearest, measured.chunks)} nearest among {measured.chunks} passages, "
        f"asked by {' and '.join(filter(None, (asked, others)))}; {now.milliseconds:.1f} ms with "
        f"FOREMOST_HNSW_EF_SEARCH={now.ef_search}, {measured.exact_milliseconds:.1f} ms by comparing every vector"
    )
    notes = [f"Under {EXACT_BELOW} passages every vector is compared anyway."] if measured.chunks < EXACT_BELOW else []
    if enough is now:
        return Check(name=name, ok=True, detail=detail, notes=tuple(notes))
    if enough is not None:
        fix = f"FOREMOST_HNSW_EF_SEARCH={enough.ef_search} finds {enough.recall:.3f} in {enough.milliseconds:.1f} ms."
    else:
        last = measured.trials[-1]
        fix = (
            f"Even FOREMOST_HNSW_EF_SEARCH={last.ef_search} finds {last.recall:.3f} only: set it, and build the index "
            "anew with REINDEX INDEX CONCURRENTLY ix_chunks_embedding; where that is not enough, make it denser first: "
            "ALTER INDEX ix_chunks_embedding SET (m = 32, ef_construction = 200)."
        )
    return Check(name=name, ok=measured.chunks < EXACT_BELOW, detail=detail, fix=fix, notes=tuple(notes))
