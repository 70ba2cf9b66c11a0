"""What the plan and computed answers cost a simple question: the whole road up to the model, with and without them."""

import argparse
import os
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from app.cite.meaning import EmbeddingSupport
from app.commands.console import quiet_libraries
from app.core import database
from app.core.domain import Answer, Finished, Query, Question
from app.core.models.find import build_embedder
from app.core.plan import Kind
from app.core.settings import load_settings
from app.direct.build import direct_answers
from app.fit import Prompts
from app.listing import Listing
from app.pipeline import Answerer, Ledger, Rewriter
from app.prompts import NOT_FOUND, conversation
from app.stages import Stages, build_stages
from tests.bench.tables import console, milliseconds, new_table, percentile
from tests.quality.sets import ingest, load
from tests.support.builders import fixed_boundary
from tests.support.fakes import ScriptedModel

SET = "xquad_en"
ROUNDS = 2  # after one that warms caches


class _AsAsked(Rewriter):
    def rewrite(self, question: Question) -> Generator[None, None, Query]:
        yield
        return Query(text=question.text, changed=False, reason="")


class _Unstored(Ledger):
    def store(self, answer: Answer) -> None:
        """Storing is the same in both."""


def main(arguments: Sequence[str] = ()) -> None:
    """Print p50 and p95 of both ways, and the median of the differences, question by question."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench plan", description=__doc__)
    parser.add_argument("--questions", type=int, default=60)
    options = parser.parse_args(arguments)
    quiet_libraries()
    with tempfile.TemporaryDirectory(prefix="foremost-plan-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        engine = database.engine_for(database.start_embedded(folder))
        embedder = build_embedder("all-MiniLM-L6-v2", folder)
        database.migrate(engine, embedding_dimension=embedder.dimension)
        ingest(SET, engine, embedder)
        stages = build_stages(engine, embedder)
        support = EmbeddingSupport(embedder, stages.calibrations.embedding)
        ways = {
            "without": _answerer(engine, stages, folder, support, plan=False),
            "plan and computed answers": _answerer(engine, stages, folder, support, plan=True),
        }
        _measure(ways, list(load(SET, questions=options.questions).questions.values()))
        engine.dispose()


def _answerer(engine: Engine, stages: Stages, folder: Path, support: EmbeddingSupport, *, plan: bool) -> Answerer:
    settings = load_settings(data_dir=folder, plan=plan)
    searcher, model = stages.searcher(settings), ScriptedModel(lambda _prompt: ["It says so [1]."])
    direct, tables = direct_answers(
        engine,
        searcher,
        model=model,
        support=support,
        support_floor=0.55,
        answer_tokens=400,
        summary_seconds=60,
        boundary=fixed_boundary,
    )
    return Answerer(
        rewriter=_AsAsked(), searcher=searcher, model=model, support=support, ledger=_Unstored(),
        listing=Listing(engine), passages=5, passages_tokens=1000, answer_tokens=400, relevance_floor=0.2,
        support_floor=0.55, settings={}, direct=direct if plan else (), tables=tables if plan else None,
        prompts=Prompts(answer=partial(conversation, "answer"), boundary=fixed_boundary, not_found=NOT_FOUND),
    )  # fmt: skip


def _measure(ways: Mapping[str, Answerer], questions: Sequence[str]) -> None:
    """Each question in both ways, one after the other, so that what else the machine does hits both alike."""
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    left_out = set[str]()  # questions that are not simple
    for round_number in range(ROUNDS + 1):
        for number, question in enumerate(questions):
            order = list(ways)[:: -1 if (number + round_number) % 2 else 1]
            times = {way: _seconds(ways[way], question, left_out) for way in order}
            if round_number and question not in left_out:
                for way, value in times.items():
                    seconds[way].append(value)
    before, after = seconds.values()
    table = new_table(f"{len(questions) - len(left_out)} simple questions, {ROUNDS} rounds", "", "ms p50 / p95")
    for way, values in seconds.items():
        table.add_row(way, milliseconds(values))
    console.print(table)
    difference = percentile([b - a for a, b in zip(before, after, strict=True)], 50)
    console.print(
        f"median of the paired differences {1000 * difference:+.2f} ms, "
        f"{difference / percentile(before, 50):+.1%} of the median without; load {os.getloadavg()[0]:.1f} at the end"
    )


def _seconds(answerer: Answerer, question: str, left_out: set[str]) -> float:
    started = time.perf_counter()
    last = list(answerer.answer(Question(text=question)))[-1]
    took = time.perf_counter() - started
    if isinstance(last, Finished) and last.answer.plan.kind not in (Kind.SIMPLE, Kind.VERSION):
        left_out.add(question)
    return took
