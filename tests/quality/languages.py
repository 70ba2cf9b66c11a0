"""`python -m tests.quality.languages`: questions and paragraphs in seven languages, with each model and each order.

XQuAD's paragraphs in one database, a collection for each language, so that every version of a paragraph has the same
questions. nDCG@10 of a question in its own language, on paragraphs of another one, and on all together; there a
paragraph counts once, by its best version. A sample, so that it takes minutes: all of it with --paragraphs 240.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ir_measures
import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from app.commands.console import quiet_libraries
from app.core import database
from app.core.domain import Hit
from app.core.models.embedding import Embedder, Matrix
from app.core.models.find import BUILT_IN, MULTILINGUAL, build_embedder
from app.core.settings import load_settings
from app.rerank import Reranker, build_reranker
from app.stages import build_retriever
from tests.quality import sets

FOLDER = sets.FOLDER.parent / "dev_languages"
ENGLISH, OTHERS = "en", ("de", "es", "ru", "zh", "ar", "hi")
ORDERS = ("fused", "auto", "late-interaction")  # the last two: settings of the reranker
MIXED = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """Paragraphs by their number, the same in every language, and questions with the number that answers them."""

    paragraphs: Mapping[int, str]
    questions: Sequence[tuple[str, int]]


def load(language: str, *, paragraphs: int, questions: int) -> Language:
    """A sample of the set: evenly spaced paragraphs, and questions about them."""
    folder = sets.FOLDER / "xquad_en" if language == ENGLISH else FOLDER / f"xquad_{language}"
    documents = _rows(folder / "corpus.jsonl")
    numbers = {row["id"]: number for number, row in enumerate(documents)}
    kept = set(range(0, len(documents), max(1, len(documents) // paragraphs)))
    lines = (line.split("\t") for line in (folder / "qrels.tsv").read_text("utf-8").splitlines())
    answers = {question: numbers[document] for question, document, _ in lines}
    asked = [(row["text"], answers[row["id"]]) for row in _rows(folder / "queries.jsonl") if row["id"] in answers]
    asked = [(text, number) for text, number in asked if number in kept]
    step = max(1, len(asked) // questions)
    texts = {number: documents[number]["text"] for number in sorted(kept)}
    return Language(paragraphs=texts, questions=asked[::step][:questions])


class Remembered:
    """An embedder that keeps the token vectors of passages: many questions have the same candidates."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._tokens: dict[str, Matrix] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._embedder, name)

    def token_vectors(self, texts: Sequence[str]) -> list[Matrix]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._tokens]
        if missing:
            vectors = self._embedder.token_vectors(missing)
            self._tokens |= {text: one.astype(np.float16) for text, one in zip(missing, vectors, strict=True)}
        return [self._tokens[text].astype(np.float32) for text in texts]


def main() -> None:
    """Measure, print the tables, keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality.languages", description=__doc__)
    parser.add_argument("--paragraphs", type=int, default=60)
    parser.add_argument("--questions", type=int, default=24, help="of each language")
    parser.add_argument("--models", default=f"{BUILT_IN},{MULTILINGUAL}", help="with commas")
    parser.add_argument("--results", type=Path, default=Path("languages.json"))
    options = parser.parse_args()
    quiet_libraries()
    languages = {
        code: load(code, paragraphs=options.paragraphs, questions=options.questions) for code in (ENGLISH, *OTHERS)
    }
    figures: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="foremost-languages-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the embedded server runs as a user of its own
        server = database.engine_for(database.start_embedded(folder))
        for number, model in enumerate(options.models.split(",")):
            embedder: Embedder = Remembered(build_embedder(model, folder))  # type: ignore[assignment]
            engine = _filled(server, f"languages_{number}", embedder, languages)
            for order in ORDERS:
                search = _search(engine, embedder, order, folder)
                figures[f"{model}, {order}"] = measured(search, languages)
                options.results.write_text(json.dumps(figures, indent=1), "utf-8")
                _print(f"{model}, {order}", figures[f"{model}, {order}"])
            engine.dispose()


def measured(
    search: Callable[[str, str], Sequence[Hit]], languages: Mapping[str, Language]
) -> dict[str, dict[str, float]]:
    """Language of the question -> language of the paragraphs -> nDCG@10. search: question, collection -> candidates."""
    figures: dict[str, dict[str, float]] = {}
    for code, language in languages.items():
        collections = (*languages, MIXED) if code == ENGLISH else (code, ENGLISH, MIXED)
        figures[code] = {name: _ndcg(search, language.questions, name) for name in dict.fromkeys(collections)}
    return figures


def _ndcg(search: Callable[[str, str], Sequence[Hit]], questions: Sequence[tuple[str, int]], collection: str) -> float:
    qrels, run = [], []
    for index, (question, number) in enumerate(questions):
        qrels.append(ir_measures.Qrel(str(index), str(number), 1))
        found = dict.fromkeys(hit.source_uri.split("/")[1] for hit in search(question, collection))
        run += [ir_measures.ScoredDoc(str(index), name, -rank) for rank, name in enumerate(found)]
    measure = ir_measures.parse_measure("nDCG@10")
    return float(ir_measures.calc_aggregate([measure], qrels, run)[measure])


def _filled(server: Engine, name: str, embedder: Embedder, languages: Mapping[str, Language]) -> Engine:
    with server.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(f"CREATE DATABASE {name}")
    engine = database.engine_for(server.url.set(database=name).render_as_string(hide_password=False))
    database.migrate(engine, embedding_dimension=embedder.dimension)
    for code, language in languages.items():
        rows = [{"id": f"{code}/{number}", "title": "", "text": text} for number, text in language.paragraphs.items()]
        sets.store_rows(rows, code, engine, embedder, language=code)
    return engine


def _search(engine: Engine, embedder: Embedder, order: str, folder: Path) -> Callable[[str, str], Sequence[Hit]]:
    settings = load_settings()
    retriever = build_retriever(engine, embedder, settings)
    setting = "none" if order == "fused" else order
    reranker: Reranker = build_reranker(setting, embedder, folder, budget_ms=0, cache_mib=512)

    def search(question: str, collection: str) -> Sequence[Hit]:
        hits = retriever.retrieve(question, collection=None if collection == MIXED else collection).hits
        return reranker.rerank(question, hits).hits

    return search


def _print(title: str, figures: Mapping[str, Mapping[str, float]]) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("question", "own", "English", MIXED):
        table.add_column(column, justify="right" if column != "question" else "left")
    for code, row in figures.items():
        table.add_row(code, *(f"{100 * row[name]:.1f}" for name in (code, ENGLISH, MIXED)))
    own, cross, back = summary(figures)
    table.add_row("others", f"{own:.1f}", f"{cross:.1f}", "")
    table.add_row("English questions on other languages", f"{back:.1f}", "", "")
    Console(width=120).print(table)


def summary(figures: Mapping[str, Mapping[str, float]]) -> tuple[float, float, float]:
    """Points, means over the other languages: on their own paragraphs, on English ones, English questions on theirs."""
    own = np.mean([figures[code][code] for code in OTHERS])
    cross = np.mean([figures[code][ENGLISH] for code in OTHERS])
    back = np.mean([figures[ENGLISH][code] for code in OTHERS])
    return 100 * float(own), 100 * float(cross), 100 * float(back)


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
