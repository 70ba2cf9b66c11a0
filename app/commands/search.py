"""`search`: the ranked passages for a query, as a table or as JSON."""

import json
from collections.abc import Mapping
from contextlib import closing

from rich.markup import escape

from app.bootstrap import open_searcher
from app.commands.console import JsonOption, filtered, out, report
from app.commands.tables import make_table, print_table
from app.core.domain import Retrieved
from app.core.settings import load_settings
from app.present.as_json import search_view
from app.present.candidate_table import COLUMNS, where
from app.present.filters import FilterOptions
from app.present.sources import file_names

_COLUMNS = tuple(column for column in COLUMNS if column.name != "score")


@filtered
def search(query: str, filters: FilterOptions, as_json: JsonOption = False) -> None:
    """The ranked passages for a query, with every rank and score; no chat model is used."""
    parsed = filters.parse()
    with closing(open_searcher(load_settings(), report=report)) as services:
        retrieved = services.searcher.search(query, collection=filters.only_collection, filters=parsed)
    if as_json:
        out.print_json(json.dumps(search_view(query, retrieved)))
    else:
        _print(retrieved)


def _print(retrieved: Retrieved) -> None:
    for notice in retrieved.notices:
        report(notice)
    hits = retrieved.context.hits
    table = make_table(column.name for column in _COLUMNS)
    table.expand = True
    table.add_column("passage", ratio=1, overflow="ellipsis", no_wrap=True)
    names = file_names(hits)
    for hit in hits:
        text = " ".join(hit.text.split())
        place = where(hit, names[hit.document_id])
        table.add_row(*(column.shown(hit) for column in _COLUMNS), f"[bold]{escape(place)}[/] {escape(text)}")
    print_table(table)
    report(f"{len(hits)} candidates, {retrieved.scored} scored by {retrieved.reranker}, {_spent(retrieved.timings)}")


def _spent(timings: Mapping[str, float]) -> str:
    return ", ".join(f"{stage} {seconds * 1000:.0f} ms" for stage, seconds in timings.items())
