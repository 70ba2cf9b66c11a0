"""Does the gate of `evaluate --compare` see 3 points, and not cry wolf? `python -m tests.quality.gate --data FOLDER`.

A pool of questions is retrieved and scored once. Then, draw after draw, 200 of them are evaluated before and after a
fault that costs the pool about 3 points of nDCG@10 - and before and after nothing that matters (A/A).

Faults: noise on the reranker's logits; documents that are gone; candidates cut to fewer; the reranker left out for a
part of the questions. Each is made as strong as costs 3 points on the drawn questions, or the least above that.
A/A: the same pipeline again; and noise of the same strength on both sides, so that questions change without a reason.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import ir_measures
import numpy as np
import numpy.typing as npt
from ir_measures import nDCG
from rich.console import Console

from app.core import database
from app.core.domain import Hit
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.quality.dial.cache import Cache, pair_id
from app.quality.dial.scorer import Contender, Scorer
from app.quality.dial.table import order_of
from app.quality.evaluation.compare import ALPHA, p_worse
from app.quality.evaluation.judge import Judge, Judgement
from app.quality.evaluation.questions import of_folder
from app.quality.evaluation.scratch import corpus_of
from app.rerank import Reranker, build_reranker
from app.stages import build_retriever
from tests.quality.sets import FOLDER

FloatArray = npt.NDArray[np.float64]
Fault = Callable[["Pool", float, int], FloatArray]  # questions, strength, seed -> value of each
_LOSS = 0.03
_out = Console(width=140, highlight=False)


class Pool:
    """Questions with their scored candidates, and what faults make of them."""

    def __init__(self, scored: Sequence[tuple[Judgement, tuple[Hit, ...]]], reranker: Reranker) -> None:
        self.scored = scored
        self._reranker = reranker

    def drawn(self, rng: np.random.Generator, count: int) -> "Pool":
        """Some of the questions, each at most once."""
        chosen = rng.choice(len(self.scored), min(count, len(self.scored)), replace=False)
        return Pool([self.scored[at] for at in chosen], self._reranker)

    def sound(self) -> FloatArray:
        """Values without a fault."""
        return self._values([self._reranker.reorder(hits) for _, hits in self.scored])

    def noisy(self, strength: float, seed: int) -> FloatArray:
        """Noise on every logit."""
        rng = np.random.default_rng(seed)
        return self._values(
            [
                self._reranker.reorder([replace(h, logit=(h.logit or 0.0) + rng.normal(0, strength)) for h in hits])
                for _, hits in self.scored
            ]
        )

    def gone(self, strength: float, seed: int) -> FloatArray:
        """A share of the documents is not there."""
        rng = np.random.default_rng(seed)
        documents = sorted({hit.document_id for _, hits in self.scored for hit in hits})
        lost = {document for document in documents if rng.uniform() < strength}
        return self._values(
            [self._reranker.reorder([h for h in hits if h.document_id not in lost]) for _, hits in self.scored]
        )

    def fewer(self, strength: float, _seed: int) -> FloatArray:
        """Only the first candidates are reranked, the more so the stronger."""
        keep = max(1, round(50 * (1 - strength)))
        return self._values([self._reranker.reorder(hits[:keep]) for _, hits in self.scored])

    def left_out(self, strength: float, seed: int) -> FloatArray:
        """A share of the questions is not reranked."""
        rng = np.random.default_rng(seed)
        return self._values(
            [hits if rng.uniform() < strength else self._reranker.reorder(hits) for _, hits in self.scored]
        )

    def _values(self, orders: Sequence[Sequence[Hit]]) -> FloatArray:
        judged, run = {}, {}
        for at, ((judgement, _), hits) in enumerate(zip(self.scored, orders, strict=True)):
            judged[str(at)], run[str(at)] = dict(judgement.grades), dict(order_of(judgement, hits).run)
        values = np.zeros(len(orders))
        for metric in ir_measures.iter_calc([nDCG @ 10], judged, run):
            values[int(metric.query_id)] = metric.value
        return values


def main() -> None:
    """Score the pool, then count alarms."""
    options = _options()
    pool = _pool(options)
    sound = pool.sound()
    _out.print(f"{options.set}: {len(sound)} questions, nDCG@10 {100 * sound.mean():.1f}, alpha {ALPHA}")
    rng = np.random.default_rng(17)
    faults: dict[str, Fault] = {
        "noise on logits": Pool.noisy,
        "documents gone": Pool.gone,
        "fewer candidates": Pool.fewer,
        "reranker left out": Pool.left_out,
    }
    for name, fault in faults.items():
        alarms, sizes, beyond = 0, list[float](), 0
        for seed in range(options.draws):
            drawn = pool.drawn(rng, options.questions)
            before = drawn.sound()
            strength = _strength(drawn, fault, before, seed)
            if strength is None:
                beyond += 1
                continue
            after = fault(drawn, strength, seed)
            sizes.append(100 * (before.mean() - after.mean()))
            alarms += _alarm(before, after)
        losses = f"loss in the draws {min(sizes):.1f} to {max(sizes):.1f} points" if sizes else ""
        left = f"; {beyond} draws cannot lose 3 points this way" if beyond else ""
        _out.print(f"{name}: {alarms} of {len(sizes)} found; {losses}{left}")
    noise = _strength(pool, Pool.noisy, sound, 0) or 1.0
    alarms = same = 0
    for seed in range(options.draws):
        drawn = pool.drawn(rng, options.questions)
        alarms += _alarm(drawn.noisy(noise, 1000 + seed), drawn.noisy(noise, 2000 + seed))
        same += _alarm(drawn.sound(), drawn.sound())
    _out.print(f"A/A of {options.draws}: the same again, {same} alarms; noise on both sides, {alarms} alarms")


def _alarm(before: FloatArray, after: FloatArray) -> bool:
    """As Comparison.regressed decides."""
    return bool(after.mean() < before.mean() and p_worse(before, after) <= ALPHA)


def _strength(drawn: "Pool", fault: Fault, before: FloatArray, seed: int) -> float | None:
    """How strong a fault costs the questions 3 points or the least above; None where it cannot."""
    low, high = 0.0, 1.0
    while before.mean() - fault(drawn, high, seed).mean() < _LOSS:
        low, high = high, high * 2
        if high > 64:
            return None
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (middle, high) if before.mean() - fault(drawn, middle, seed).mean() < _LOSS else (low, middle)
    return high


def _pool(options: argparse.Namespace) -> Pool:
    options.data.mkdir(parents=True, exist_ok=True)
    options.data.chmod(0o755)
    settings = load_settings(data_dir=options.data)
    home = database.connect(settings)
    embedder = build_embedder(settings.embedding_model, settings.data_dir)
    database.migrate(home, embedding_dimension=embedder.dimension)
    whole = of_folder(FOLDER / options.set)
    step = max(1, len(whole.questions) // options.pool)
    reranker = build_reranker("auto", embedder, settings.data_dir, budget_ms=0)
    scorer = Scorer(Contender(label="full", setting="auto", reranker=reranker), Cache(home))
    scored = []
    with corpus_of(whole, home, embedder, settings, keep=True, report=_out.print) as corpus:
        judge, retriever = Judge(corpus), build_retriever(corpus, embedder, settings)
        for question in whole.questions[::step][: options.pool]:
            hits = retriever.retrieve(question.text).hits
            logits = scorer.logits(question.text, hits)
            known = tuple(replace(hit, logit=logits[pair_id(question.text, hit)]) for hit in hits)
            scored.append((judge.judge(question), known))
    home.dispose()
    return Pool(scored, reranker)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data directory; kept, so that a second run is quick")
    parser.add_argument("--set", default="covidqa_longdocs")
    parser.add_argument("--pool", type=int, default=400)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--draws", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
