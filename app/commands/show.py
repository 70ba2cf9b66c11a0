"""`show`: a past answer with its whole ledger."""

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from app.bootstrap import open_database
from app.commands.console import JsonOption, out, report
from app.commands.tables import make_table, print_table
from app.core.domain import Answer, Hit
from app.core.settings import load_settings
from app.ledger import Ledger
from app.present.answer_verdict import verdict_of_answer
from app.present.as_json import answer_view
from app.present.candidate_table import COLUMNS, fate_details, in_order_of, what_became, where
from app.present.plan_lines import plan_lines
from app.present.sources import added_line, file_date, file_names

AnswerArgument = Annotated[str, typer.Argument(help='Id of an answer, the beginning of one, or "last".')]
_SNIPPET = 70  # characters of a passage in the table


def show(
    answer: AnswerArgument = "last",
    sort: Annotated[str, typer.Option(help=f"Column: {', '.join(c.name for c in COLUMNS)}.")] = "final",
    fused_out: Annotated[
        bool, typer.Option("--fused-out", help="Also list what a leg brought and the fusion left out.")
    ] = False,
    text: Annotated[bool, typer.Option("--text", help="Print every candidate's whole text.")] = False,
    as_json: JsonOption = False,
) -> None:
    """A past answer with every candidate: its rank and score at each stage, and why it was used or dropped."""
    with open_database(load_settings(), report=report) as engine:
        ledger = Ledger(engine)
        past = ledger.load(ledger.find(answer))
    left_out = past.context.fused_out
    hits = in_order_of((*past.context.hits, *left_out) if fused_out else past.context.hits, sort)
    if as_json:
        out.print_json(json.dumps(answer_view(past) | {"created_at": _time(past), "settings": dict(past.settings)}))
        return
    out.print(f"[bold]{escape(past.question)}[/]")
    if past.query.changed:
        out.print(f"[dim]searched for: {escape(past.query.text)}[/]")
    if past.query.also:
        out.print(f"[dim]also searched for: {escape(past.query.also)}[/]")
    verdict = verdict_of_answer(past)
    for line in plan_lines(past.plan):
        out.print(f"[dim]{escape(line)}[/]")
    out.print(f"[bold]{escape(verdict.line)}[/]")
    out.print(escape(past.text or past.error))
    count = len(past.versions)
    version = f" · version {past.version} of {count}" if count > 1 else ""
    out.print(f"[dim]{past.outcome.value} · {_time(past)} · answer {past.id}{version}[/]\n")
    print_table(_table(hits))
    for passage in past.context.passages:
        if passage.added:
            out.print(f"[dim]\\[{passage.number}] {added_line(passage)}[/]")
    if left_out and not fused_out:
        out.print(f"[dim]{len(left_out)} more were brought by a leg and fused out (--fused-out lists them)[/]")
    if text:
        names = file_names(hits)
        for hit in hits:
            place = where(hit, names[hit.document_id])
            out.print(f"\n[bold]{hit.final_rank}[/] {escape(place)} [dim]{escape(hit.source_uri)} {file_date(hit)}[/]")
            out.print(escape(hit.text))


def _time(answer: Answer) -> str:
    return answer.created_at.astimezone().isoformat(" ", "seconds") if answer.created_at else ""


def _table(hits: tuple[Hit, ...]) -> Table:
    table = make_table(column.name for column in COLUMNS)
    table.expand = True
    table.add_column("result", ratio=4, overflow="fold")
    table.add_column("passage", ratio=5, overflow="ellipsis", no_wrap=True)
    names = file_names(hits)
    for hit in hits:
        snippet = " ".join(hit.text.split())[:_SNIPPET]
        details = fate_details(hit)
        fate = what_became(hit) + (f" ({details})" if details else "")
        numbers = (column.shown(hit) for column in COLUMNS)
        place = where(hit, names[hit.document_id])
        table.add_row(*numbers, escape(fate), f"[bold]{escape(place)}[/] {escape(snippet)}")
    return table
