"""Questions with several parts, searched once and by their parts, side by side: `python -m tests.quality.parts`.

For each made question (tests/quality/parts_made.py): whether all passages that it needs are among the first 50, and in
the prompt, by the single search and by the plan. Then the development sets' own questions: how many are taken for
questions with parts, what that does to nDCG@10, and whether all others keep their order exactly.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import nDCG
from rich.console import Console
from sqlalchemy import Engine

from app.core import database
from app.core.domain import SIMPLE, Hit, Plan, Retrieved
from app.core.models.embedding import Embedder
from app.core.models.find import build_embedder
from app.core.settings import Settings, load_settings
from app.pack import pack
from app.plan.make import plan_of
from app.quality.evaluation.judge import ORDERS, Judge
from app.quality.evaluation.questions import EvaluationQuestion, QuestionSet, of_folder
from app.quality.evaluation.scratch import corpus_of
from app.rerank import Reranker, build_reranker
from app.search import Searcher
from app.stages import build_retriever
from tests.quality.parts_made import SOURCES, Made, made
from tests.quality.sets import FOLDER

_FIRST = 50
_SIMPLE_SETS = ("xquad_en", "clapnq_dev", "pubmedqa_pqal", "cisi", "lisa", "covidqa_longdocs")
_out = Console(width=160, highlight=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How much of what a question needs was found: shares, 0..1."""

    at_first: float
    in_prompt: float
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Both:
    """The two searchers that are compared, and what the prompt takes."""

    single: Searcher
    planned: Searcher
    settings: Settings
    count_tokens: Callable[[str], int]

    def outcome(self, searcher: Searcher, question: Made) -> Outcome:
        """What one of them finds of a question."""
        retrieved = searcher.search(question.text)
        return Outcome(
            at_first=_share(question.needed, retrieved.context.hits[:_FIRST]),
            in_prompt=_share(question.needed, self._in_prompt(retrieved)),
            seconds=sum(retrieved.timings.values()),
        )

    def _in_prompt(self, retrieved: Retrieved) -> Sequence[Hit]:
        context = pack(
            retrieved.context.hits,
            limit=self.settings.passages,
            token_budget=self.settings.passages_tokens,
            floor=self.settings.relevance_floor,
            relevance=self.single.reranker.relevance,
            count_tokens=self.count_tokens,
            scored=retrieved.scored > 0,
        )
        return [hit for passage in context.passages for hit in passage.hits]


def both(
    corpus: Engine,
    embedder: Embedder,
    reranker: Reranker,
    settings: Settings,
    plan: Callable[[str], Plan] = plan_of,
) -> Both:
    """The single search and the planned one over a corpus, without a time limit."""
    retriever = build_retriever(corpus, embedder, settings)
    return Both(
        single=Searcher(retriever=retriever, reranker=reranker),
        planned=Searcher(retriever=retriever, reranker=reranker, parts_seconds=600, plan=plan),
        settings=settings,
        count_tokens=lambda text: embedder.count_tokens([text])[0],
    )


def _share(needed: Sequence[str], hits: Sequence[Hit]) -> float:
    found = {hit.source_uri.rsplit("/", 1)[-1] for hit in hits}
    return sum(address.rsplit("/", 1)[-1] in found for address in needed) / len(needed)


def main() -> None:
    """Measure the made questions, then the simple ones."""
    options = _options()
    options.data.mkdir(parents=True, exist_ok=True)
    options.data.chmod(0o755)
    settings = load_settings(data_dir=options.data)
    home = database.connect(settings)
    embedder = build_embedder(settings.embedding_model, settings.data_dir)
    database.migrate(home, embedding_dimension=embedder.dimension)
    reranker = build_reranker("auto", embedder, settings.data_dir, budget_ms=0, cache_mib=2048)
    rows: list[tuple[Made, Outcome, Outcome]] = []
    for source in SOURCES:
        corpus_set, questions = made(source)
        with corpus_of(corpus_set, home, embedder, settings, keep=True, report=lambda _: None) as corpus:
            searchers = both(corpus, embedder, reranker, settings)
            for question in questions:
                single, planned = (
                    searchers.outcome(searcher, question) for searcher in (searchers.single, searchers.planned)
                )
                rows.append((question, single, planned))
        _out.print(f"{source.name}: {len(questions)} questions made")
    _report(rows)
    if options.simple:
        for name in options.sets:
            whole = of_folder(FOLDER / name)
            with corpus_of(whole, home, embedder, settings, keep=True, report=lambda _: None) as corpus:
                _simple(whole, both(corpus, embedder, reranker, settings), Judge(corpus), options.simple)
    home.dispose()


def _report(rows: Sequence[tuple[Made, Outcome, Outcome]]) -> None:
    _out.print("needed passages found, single search -> by parts (all of a question's: in brackets); seconds of search")
    for kept in (False, True):
        for kind in ("two facts", "comparison", ""):
            chosen = [row for row in rows if row[0].kept == kept and kind in row[0].kind]
            parted = sum(plan_of(question.text) != SIMPLE for question, _, _ in chosen)
            seconds = np.mean([(single.seconds, planned.seconds) for _, single, planned in chosen], axis=0)
            _out.print(
                f"{'kept back' if kept else 'looked at'}, {kind or 'all'}: {len(chosen)} questions, {parted} with "
                f"parts; at {_FIRST} {_pair(chosen, 'at_first')}; in the prompt {_pair(chosen, 'in_prompt')}; "
                f"{seconds[0]:.2f} -> {seconds[1]:.2f} s"
            )


def _pair(rows: Sequence[tuple[Made, Outcome, Outcome]], name: str) -> str:
    """ "81.0 (63.0) -> 95.0 (90.0)", in percent."""
    columns = (np.array([getattr(row[at], name) for row in rows]) for at in (1, 2))
    return " -> ".join(f"{100 * column.mean():.1f} ({100 * (column == 1).mean():.1f})" for column in columns)


def _simple(whole: QuestionSet, searchers: Both, judge: Judge, limit: int) -> None:
    """All questions that are taken for ones with parts, and some of the others, evenly spaced."""
    planned = [question for question in whole.questions if plan_of(question.text) != SIMPLE]
    others = [question for question in whole.questions if plan_of(question.text) == SIMPLE]
    others = others[:: max(1, len(others) // limit)][:limit]
    same = sum(
        _order(searchers.single.search(question.text)) == _order(searchers.planned.search(question.text))
        for question in others
    )
    line = f"{whole.name}: {len(planned)} of {len(whole.questions)} taken for ones with parts; "
    if planned:
        before, after = (_ndcg(planned, searcher, judge) for searcher in (searchers.single, searchers.planned))
        change = (after - before) * len(planned) / len(whole.questions)
        line += f"their nDCG@10 {100 * before:.1f} -> {100 * after:.1f}, that of all by {100 * change:+.2f}; "
    _out.print(line + f"of {len(others)} others {same} keep their order exactly")


def _order(retrieved: Retrieved) -> list[tuple[int, float | None]]:
    return [(hit.chunk_id, hit.rerank_score) for hit in retrieved.context.hits]


def _ndcg(questions: Sequence[EvaluationQuestion], searcher: Searcher, judge: Judge) -> float:
    judged, run = {}, {}
    for question in questions:
        judgement = judge.judge(question)
        judged[question.key] = dict(judgement.grades)
        run[question.key] = judgement.run(searcher.search(question.text).context.hits, ORDERS["reranked"])
    return float(ir_measures.calc_aggregate([nDCG @ 10], judged, run)[nDCG @ 10])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data directory; kept, so that a second run is quick")
    parser.add_argument("--simple", type=int, default=50, help="simple questions of each set; 0: none")
    parser.add_argument("--sets", nargs="+", default=_SIMPLE_SETS, help="of simple questions")
    return parser.parse_args()


if __name__ == "__main__":
    main()
