"""`python -m tests.quality.tables [development|held-out|fresh]`: share of questions whose computed value is right."""

import re
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from statistics import median

from app.core import database
from app.core.chat import ChatModel
from app.core.domain import Context, Message, ModelInfo, Usage
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.direct.direct import Direct
from app.direct.tables import Tables
from app.search import Searcher
from app.stages import build_stages
from tests.quality.tables.files import files
from tests.quality.tables.made import DEVELOPMENT, FRESH, HELD_OUT, Asked
from tests.support.cases import ingest_sources
from tests.support.generators import returned

_VALUE = re.compile(r"\*\*(.+?)\*\*")


class NoModel(ChatModel):
    """Names no column: only the rules are measured."""

    info = ModelInfo(backend="embedded", name="none", context_tokens=1, tokens_counted=True)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(messages)

    def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> Generator[str, None, Usage]:  # noqa: ARG002
        yield "0"
        return Usage(
            prompt_tokens=1,
            sent_tokens=1,
            answer_tokens=1,
            context_tokens=1,
            finish_reason="stop",
            uncut="proven",
            proof="",
        )

    def close(self) -> None:
        """There is nothing to release."""
        return


def main() -> None:
    """Print every wrong answer and the share of right ones."""
    with tempfile.TemporaryDirectory(prefix="foremost-tables-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        engine = database.engine_for(database.start_embedded(folder))
        embedder = build_embedder("all-MiniLM-L6-v2", folder)
        database.migrate(engine, embedding_dimension=embedder.dimension)
        ingest_sources(engine, embedder, files())
        searcher = build_stages(engine, embedder).searcher(load_settings(data_dir=folder))
        for half, questions in {"development": DEVELOPMENT, "held-out": HELD_OUT, "fresh": FRESH}.items():
            if half in (sys.argv[1:] or (half,)):
                _report(half, questions, Tables(engine, NoModel()), searcher)
        engine.dispose()


def _report(half: str, questions: Sequence[Asked], tables: Tables, searcher: Searcher) -> None:
    right, seconds = 0, []
    for asked in questions:
        context = searcher.search(asked.text).context
        start = time.perf_counter()
        made = returned(tables.answer(asked.text, context))
        seconds.append(time.perf_counter() - start)
        correct = _is_right(asked, made, context)
        right += correct
        if not correct:
            said = made.text.split("\n")[0] if isinstance(made, Direct) else made
            print(f"  wrong: {asked.text}\n    wanted {asked.value} {asked.names}\n    made   {said}")
    print(f"{half}: {right} of {len(questions)} right ({right / len(questions):.1%}), {1000 * median(seconds):.0f} ms")


def _is_right(asked: Asked, made: Direct | str | None, context: Context) -> bool:  # noqa: ARG001
    if asked.value is None and not asked.names:
        return not isinstance(made, Direct)
    if not isinstance(made, Direct):
        return False
    value = _VALUE.search(made.text)
    if asked.value is not None:
        return (
            value is not None
            and round(asked.value, 2) in _readings(value.group(1))
            and all(n in made.text for n in asked.names)
        )
    rows = [line for line in made.text.splitlines() if line.startswith("| ") and "---" not in line][1:]
    return sorted(line.split(" | ")[0].strip("| ") for line in rows) == sorted(asked.names)


def _readings(written: str) -> set[float]:
    """The value with point or comma as decimal sign."""
    bare = re.sub(r"[^\d.,-]", "", written)
    found = set()
    for group, point in ((",", "."), (".", ",")):
        try:
            found.add(round(float(bare.replace(group, "").replace(point, ".")), 2))
        except ValueError:
            continue
    return found


if __name__ == "__main__":
    main()
