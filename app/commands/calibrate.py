"""`calibrate`: where the scores of the models in use lie on this corpus, measured again."""

import json
from contextlib import closing

from rich.markup import escape

from app.bootstrap import open_searcher
from app.commands.console import JsonOption, out, report
from app.commands.tables import make_table, print_table
from app.core.settings import load_settings


def calibrate(as_json: JsonOption = False) -> None:
    """Measure the scores of related and of unrelated pairs again, for the embedding model and the reranker.

    The same is done by itself when a model is first used with the documents. A process that runs meanwhile reads the
    new values when it starts again.
    """
    with closing(open_searcher(load_settings().model_copy(update={"rerank_budget_ms": 0}), report=report)) as parts:
        results = parts.stages.calibrations.renew(parts.searcher.reranker)
    if as_json:
        out.print_json(json.dumps([result.as_json() for result in results]))
        return
    names = ("model", "unrelated", "spread", "related", "told apart", "questions")
    table = make_table(names, left=("model",))
    for result in results:
        measured = result.measured
        if measured is not None:
            table.add_row(
                escape(result.model),
                f"{measured.unrelated:.2f}",
                f"{measured.spread:.2f}",
                f"{measured.related:.2f}",
                f"{measured.separation:.0%}",
                str(measured.questions),
            )
    print_table(table)
    for result in results:
        out.print(f"[bold]→[/] {escape(result.model)}: {escape(result.verdict)}")
