"""Seconds of every stage of a question, and of the alternatives, in one run."""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from app.bootstrap import Services, open_services
from app.commands.console import quiet_libraries
from app.core.domain import Finished, Hit, Question
from app.core.models.find import build_embedder, embedding_folder
from app.core.models.torch_embedder import TorchEmbedder
from app.core.settings import load_settings
from app.rerank import KeepOrder, Reranker, build_reranker
from tests.bench.folder import kept_or_temporary
from tests.bench.tables import add_times, console, new_table, percentile, seconds_of

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = (
    "How is a candidate passage dropped from the prompt?",
    "What happens when the prompt does not fit the context?",
    "How are markers that point nowhere treated?",
    "Which lock keeps two processes from migrating at once?",
    "How is a changed file replaced?",
    "What does the reranker do when its time is spent?",
    "How are neighbouring chunks joined?",
    "Where are the original bytes of a document kept?",
    "Which languages have their own text search configuration?",
    "What is done with a sentence that no passage supports?",
)
ROUNDS = 3


def main(arguments: Sequence[str] = ()) -> None:
    """Ingest this repository's own text into a fresh database, ask, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench stages", description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="the sample alone, one question, one round")
    parser.add_argument("--keep", type=Path, help="data folder to use and keep; its models are used again")
    options = parser.parse_args(arguments)
    patterns = ("ingest/sample/*.md",) if options.tiny else ("*.md", "app/**/*.py", "ingest/**/*.py", "ingest/sample/*")
    questions, rounds = (QUESTIONS[:1], 1) if options.tiny else (QUESTIONS, ROUNDS)
    quiet_libraries()
    with kept_or_temporary(options.keep) as folder:
        os.environ |= {"FOREMOST_DATA_DIR": str(folder), "FOREMOST_RERANK_BUDGET_MS": "0"}
        paths = [str(path) for pattern in patterns for path in sorted(ROOT.glob(pattern))]
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "ingest", *paths], check=True, stdout=subprocess.DEVNULL)
        console.print(f"{len(paths)} files ingested in {time.perf_counter() - started:.1f} s (first start included)")
        settings = load_settings()
        with closing(open_services(settings, report=lambda _: None)) as services:
            stages(services, questions, rounds)
            rerankers(services, settings.data_dir, questions)
            answers(services, questions[:4])
        embedders(settings.embedding_model, settings.data_dir, rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"largest resident size of this process: {peak:.0f} MiB; load {os.getloadavg()[0]:.1f}")


def stages(services: Services, questions: Sequence[str], rounds: int) -> None:
    """Embedding, SQL and reranking of one question."""
    timings = [services.answerer.search(question).timings for _ in range(rounds) for question in questions]
    table = new_table(f"stages of a search, {len(timings)} searches", "stage", "p50 ms", "p95 ms")
    for stage in timings[0]:
        add_times(table, stage, [timing[stage] for timing in timings])
    console.print(table)


def rerankers(services: Services, data_dir: Path, questions: Sequence[str]) -> None:
    """Every installed reranker on the same candidates, in turn."""
    candidates = [(question, services.answerer.search(question).context.hits) for question in questions]
    shipped = build_reranker("auto", services.embedder, data_dir, budget_ms=0)
    late = build_reranker("late-interaction", services.embedder, data_dir, budget_ms=0)
    table = new_table("reranking 50 candidates", "reranker", "p50 ms", "p95 ms")
    for reranker in {reranker.name: reranker for reranker in (KeepOrder(), late, shipped)}.values():
        add_times(table, reranker.name, seconds_of(_reranking(reranker, candidates)))
    console.print(table)


def _reranking(reranker: Reranker, candidates: Sequence[tuple[str, tuple[Hit, ...]]]) -> Iterable[Callable[[], object]]:
    return [partial(reranker.rerank, question, hits) for question, hits in candidates]


def answers(services: Services, questions: Sequence[str]) -> None:
    """Whole answers by the model in use: time to the first token, then to the end."""
    table = new_table(
        f"answers by {services.answerer.info.name}", "question", "prompt tokens", "first token s", "whole s"
    )
    for text in questions:
        *_, last = services.answerer.answer(Question(text=text))
        assert isinstance(last, Finished)
        answer, usage = last.answer, last.answer.usage
        first_token = answer.timings.get("first_token", 0.0)
        whole = sum(answer.timings.values()) - first_token
        table.add_row(text, str(usage.prompt_tokens if usage else "–"), f"{first_token:.2f}", f"{whole:.2f}")
    console.print(table)


def embedders(model: str, data_dir: Path, rounds: int) -> None:
    """int8 ONNX and torch fp32 on the same passages, in turn in one run."""
    texts = [line for path in sorted(ROOT.glob("*.md")) for line in path.read_text("utf-8").splitlines() if line][:96]
    onnx = build_embedder(model, data_dir)
    torch = TorchEmbedder(embedding_folder(model, data_dir), name="torch", device="cpu")
    short = [text[:600] for text in texts]
    table = new_table(f"embedding {len(short)} lines", "embedder", "p50 ms", "p95 ms")
    seconds: dict[str, list[float]] = {"int8 ONNX": [], "torch fp32": []}
    for _ in range(rounds + 1):
        seconds["int8 ONNX"] += seconds_of([lambda: onnx.embed(short)])
        seconds["torch fp32"] += seconds_of([lambda: torch.embed(short)])
    for name, measured in seconds.items():
        add_times(table, name, measured[1:])  # the first round warms up
    console.print(table)
    ratio = percentile(seconds["torch fp32"][1:], 50) / percentile(seconds["int8 ONNX"][1:], 50)
    console.print(f"int8 ONNX is {ratio:.1f} times as fast as torch fp32 here")
