"""`python -m tests.quality.chunking`: the chunker's size, overlap and heading context, measured.

Of covidqa_longdocs, whose answers are spans of long documents: the share of questions whose answer is whole in one
of the first 5, 20, 50 candidates, and in the first 1,000 tokens of the reranked order, which is what a prompt holds;
of the other sets nDCG@10. Points that were measured are kept in a file and not measured again.
"""

import argparse
import itertools
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from app.commands.console import quiet_libraries
from app.core import database
from app.core.domain import Hit
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.rerank import build_reranker
from tests.quality import orders, sets
from tests.quality.measures import means

SPANS = "covidqa_longdocs"
PROMPT_TOKENS = 1000
CUTS = (5, 20, 50)


@dataclass(frozen=True, slots=True)
class Point:
    """A setting of the chunker, tokens."""

    target: int
    overlap: int
    context: int

    def __str__(self) -> str:
        return f"{self.target}/{self.overlap}/{self.context}"


GRID = tuple(
    Point(*values)
    for values in (
        (180, 0, 60), (100, 0, 60), (128, 0, 60), (150, 0, 60), (190, 0, 60), (180, 30, 60), (180, 60, 60),
        (128, 32, 60), (180, 0, 0), (180, 0, 30), (220, 0, 30), (240, 0, 0),
    )
)  # fmt: skip


def main() -> None:
    """Measure the points that are still missing, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality.chunking", description=__doc__)
    parser.add_argument("points", nargs="*", help="target/overlap/context, for example 180/0/60; all without any")
    parser.add_argument("--sets", default=SPANS, help=f"with commas; of {', '.join(sets.NAMES)}")
    parser.add_argument("--questions", type=int, default=sets.QUESTIONS)
    parser.add_argument("--results", type=Path, default=Path("chunking.json"), help="measured points are kept here")
    options = parser.parse_args()
    quiet_libraries()
    points = [Point(*map(int, point.split("/"))) for point in options.points] or GRID
    done = json.loads(options.results.read_text("utf-8")) if options.results.is_file() else {}
    with _server() as (server, embedder):
        for point in points:
            for name in options.sets.split(","):
                if name not in done.get(str(point), {}):
                    figures = _measured(server, f"chunks_{len(done)}_{name}", name, point, embedder, options.questions)
                    done.setdefault(str(point), {})[name] = figures
                    options.results.write_text(json.dumps(done, indent=1), "utf-8")
    _print(done)


@contextmanager
def _server() -> Iterator[tuple[Engine, Embedder]]:
    with tempfile.TemporaryDirectory(prefix="foremost-chunking-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the embedded server runs as a user of its own
        embedder = build_embedder("all-MiniLM-L6-v2", Path(folder))
        yield database.engine_for(database.start_embedded(Path(folder))), embedder


def _measured(
    server: Engine, name_of_database: str, name: str, point: Point, embedder: Embedder, questions: int
) -> dict[str, float]:
    with server.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
            f"CREATE DATABASE {name_of_database}"
        )
    url = server.url.set(database=name_of_database).render_as_string(hide_password=False)
    engine = database.engine_for(url)
    try:
        database.migrate(engine, embedding_dimension=embedder.dimension)
        with mock.patch("ingest.chunk.chunk.CONTEXT_TOKENS", point.context):
            sets.ingest(name, engine, embedder, target_tokens=point.target, overlap_tokens=point.overlap)
        return figures_of(engine, name, embedder, questions)
    finally:
        engine.dispose()


def figures_of(engine: Engine, name: str, embedder: Embedder, questions: int) -> dict[str, float]:
    """Figure -> value, of a set that is stored in this database."""
    data, s = sets.load(name, questions=questions), load_settings()
    fused = orders.fused(engine, embedder, s)
    reranker = build_reranker(s.reranker, embedder, s.data_dir, budget_ms=0)
    candidates = {key: fused(question) for key, question in data.questions.items()}
    reranked = {key: reranker.rerank(data.questions[key], hits).hits for key, hits in candidates.items()}
    rows = orders.stored_rows(engine)
    figures: dict[str, float] = {"chunks": len(rows)}
    judged = {key: data.judgements(key, rows) for key in data.questions}
    if not data.spans:
        figures["fused nDCG@10"] = means(data, judged, candidates)["nDCG@10"]
        figures["reranked nDCG@10"] = means(data, judged, reranked)["nDCG@10"]
        return figures
    for cut in CUTS:
        figures[f"fused, in {cut}"] = _share(data, judged, {key: hits[:cut] for key, hits in candidates.items()})
    figures["reranked, in 5"] = _share(data, judged, {key: hits[:5] for key, hits in reranked.items()})
    for order, hits in (("fused", candidates), ("reranked", reranked)):
        prompt = {key: _within(ranked, embedder, PROMPT_TOKENS) for key, ranked in hits.items()}
        figures[f"{order}, in {PROMPT_TOKENS} tokens"] = _share(data, judged, prompt)
    figures["answer whole in a chunk"] = _share(data, judged, dict.fromkeys(data.questions, rows))
    return figures


def _share(
    data: sets.DevelopmentSet, judged: dict[str, dict[str, int]], ranked: Mapping[str, Sequence[sets.Ranked]]
) -> float:
    """Share of the questions with an answer among their chunks."""
    return float(np.mean([any(sets.unit_of(data, hit) in judged[key] for hit in ranked[key]) for key in judged]))


def _within(hits: Sequence[Hit], embedder: Embedder, tokens: int) -> list[Hit]:
    """The first of the hits that fit together."""
    counts = itertools.accumulate(embedder.count_tokens([hit.text for hit in hits[: CUTS[-1]]]))
    return [hit for hit, count in zip(hits, counts, strict=False) if count <= tokens]


def _print(done: dict[str, dict[str, dict[str, float]]]) -> None:
    columns = dict.fromkeys(f"{name}\n{figure}" for sets_ in done.values() for name in sets_ for figure in sets_[name])
    table = Table(title="target/overlap/heading tokens", title_justify="left", box=None, pad_edge=False)
    for column in ("", *columns):
        table.add_column(column, justify="right" if column else "left")
    for point, by_set in done.items():
        cells = {f"{name}\n{figure}": value for name, figures in by_set.items() for figure, value in figures.items()}
        table.add_row(point, *(_cell(cells.get(column)) for column in columns))
    Console(width=160).print(table)


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.1f}" if value <= 1 else f"{value:.0f}"


if __name__ == "__main__":
    main()
