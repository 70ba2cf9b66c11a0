"""`search`: a query goes in, a table of its ranked passages comes out, or JSON."""

import json
import sys
from collections.abc import Mapping
from contextlib import closing

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.bootstrap import open_searcher
from app.commands.console import JsonOption, filtered, out, report
from app.core.settings import load_settings
from app.present.as_json import search_view
from app.present.filters import FilterOptions


@filtered
def search(query: str, filters: FilterOptions, as_json: JsonOption = False) -> None:
    """The ranked passages for a query, with every rank and score; no chat model is used."""
    parsed = filters.parse()
    with closing(open_searcher(load_settings(), report=report)) as services:
        found = services.searcher.search(query, collection=filters.collection or None, filters=parsed)
    if as_json:
        out.print_json(json.dumps(search_view(query, found)))
        return
    for notice in found.notices:
        report(notice)
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    for name in ("final", "vector", "text", "fused", "logit"):
        table.add_column(name, justify="right", no_wrap=True, width=6)
    table.add_column("passage", ratio=1, overflow="ellipsis", no_wrap=True)
    for hit in found.context.hits:
        where = hit.location
        snippet = " ".join(hit.text.split())
        table.add_row(
            _cell(hit.final_rank), _cell(hit.vector_rank), _cell(hit.text_rank), _cell(hit.fused_rank),
            "–" if hit.logit is None else f"{hit.logit:.2f}",
            f"[bold]{escape(hit.heading or hit.title)}[/]{escape(f' ({where})' if where else '')} {escape(snippet)}",
        )  # fmt: skip
    (out if sys.stdout.isatty() else Console(width=160, highlight=False)).print(table)
    report(f"{len(found.context.hits)} candidates, {found.scored} scored by {found.reranker}, {_spent(found.timings)}")


def _cell(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _spent(timings: Mapping[str, float]) -> str:
    return ", ".join(f"{stage} {seconds * 1000:.0f} ms" for stage, seconds in timings.items())
