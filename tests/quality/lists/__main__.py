"""`python -m tests.quality.lists [development|held-out|fresh]`: share of questions with exactly the right documents."""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from app.core import database
from app.core.domain import Question
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.direct.lists import Lists
from app.stages import build_stages
from tests.quality.lists.library import library
from tests.quality.lists.made import DEVELOPMENT, FRESH, HELD_OUT, Asked
from tests.support.cases import ingest_sources


def main() -> None:
    """Print every wrong answer and the share of right ones."""
    with tempfile.TemporaryDirectory(prefix="foremost-lists-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        engine = database.engine_for(database.start_embedded(folder))
        embedder = build_embedder("all-MiniLM-L6-v2", folder)
        database.migrate(engine, embedding_dimension=embedder.dimension)
        items = library()
        ingest_sources(engine, embedder, [item.source for item in items])
        lists = Lists(engine, build_stages(engine, embedder).searcher(load_settings(data_dir=folder)))
        for half, questions in {"development": DEVELOPMENT, "held-out": HELD_OUT, "fresh": FRESH}.items():
            if half in (sys.argv[1:] or (half,)):
                _report(half, questions, lists)
        engine.dispose()


def _report(half: str, questions: tuple[Asked, ...], lists: Lists) -> None:
    right, seconds = 0, []
    for asked in questions:
        start = time.perf_counter()
        rows = lists.rows(Question(text=asked.text))
        seconds.append(time.perf_counter() - start)
        found = sorted(row[0] for row in rows[1:]) if rows else None
        wanted = sorted(item.name for item in library() if asked.means(item)) if asked.means else None
        right += found == wanted
        if found != wanted:
            print(f"  wrong: {asked.text}\n    wanted {wanted}\n    found  {found}")
    print(f"{half}: {right} of {len(questions)} right ({right / len(questions):.1%}), {1000 * median(seconds):.0f} ms")


if __name__ == "__main__":
    main()
