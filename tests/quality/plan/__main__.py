"""`python -m tests.quality.plan`: recall of all needed passages by one search and by a plan, on both halves."""

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean, median

from app.core import database
from app.core.domain import Fate
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.pack import pack
from app.plan import make_plan
from app.search import Searcher
from app.stages import build_stages
from tests.quality.plan.made import SET, Made, made
from tests.quality.sets import ingest, load


def main() -> None:
    """Print the figures of the half that is named (development, held-out), or of both; "simple" for ordinary ones."""
    with tempfile.TemporaryDirectory(prefix="foremost-plan-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = database.engine_for(database.start_embedded(folder))
        embedder = build_embedder("all-MiniLM-L6-v2", folder)
        database.migrate(server, embedding_dimension=embedder.dimension)
        ingest(SET, server, embedder)
        settings = load_settings(data_dir=folder)
        stages = build_stages(server, embedder)
        searchers = {
            "one search": stages.searcher(settings.model_copy(update={"plan": False})),
            "plan": stages.searcher(settings),
        }
        halves = dict(zip(("development", "held-out"), made(), strict=True))
        for half, questions in halves.items():
            if half in (sys.argv[1:] or halves):
                for label, searcher in searchers.items():
                    _report(half, label, questions, searcher, stages.count_tokens)
        _same_order(searchers)
        server.dispose()


def _report(half: str, label: str, questions: Sequence[Made], searcher: Searcher, count: Callable[[str], int]) -> None:
    """A line for each kind: share of the questions with every needed document at 50, and in the prompt; seconds."""
    whole, prompt, seconds = (defaultdict[str, list[float]](list) for _ in range(3))
    for question in questions:
        start = time.perf_counter()
        found = searcher.search(question.text)
        seconds[question.kind].append(time.perf_counter() - start)
        packed = pack(
            found.context.hits,
            limit=5,
            token_budget=1000,
            floor=0.2,
            relevance=searcher.reranker.relevance,
            count_tokens=count,
            scored=found.scored > 0,
        )
        at_50 = {hit.source_uri for hit in found.context.hits[:50]}
        used = {hit.source_uri for hit in packed.hits if hit.fate is Fate.IN_PROMPT}
        whole[question.kind].append(question.needed <= at_50)
        prompt[question.kind].append(question.needed <= used)
    for kind in (*whole, "all"):
        a, b, c = (_of(values, kind) for values in (whole, prompt, seconds))
        print(
            f"{half:12} {label:11} {kind:11} {len(a):3} questions: all needed at 50 {mean(a):.3f}, in the prompt "
            f"{mean(b):.3f}, {1000 * median(c):.0f} ms"
        )


def _of(values: Mapping[str, list[float]], kind: str) -> list[float]:
    return [value for name, found in values.items() for value in found if kind in (name, "all")]


def _same_order(searchers: Mapping[str, Searcher]) -> None:
    """Say whether every simple question has the same order with a plan and without one."""
    texts = [text for text in load(SET).questions.values() if not make_plan(text).parts]
    differing = 0
    for text in texts:
        orders = [[hit.chunk_id for hit in searcher.search(text).context.hits] for searcher in searchers.values()]
        differing += orders[0] != orders[1]
    print(f"simple questions of {SET}: {len(texts)}, with another order under a plan: {differing}")


if __name__ == "__main__":
    main()
