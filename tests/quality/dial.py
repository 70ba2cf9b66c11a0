"""How well the dial chooses for questions it has not seen: `python -m tests.quality.dial --data FOLDER`.

A pool of questions is measured once; then it is split in halves again and again: the first half recommends a setting
for each of many budgets, the second half shows how far that is from the best setting within the same budget.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from app.calibrate import Calibrations
from app.core import database
from app.core.models.find import build_embedder
from app.core.settings import load_settings
from app.quality.dial.measure import Listener, Measured, Step
from app.quality.dial.scorer import Contender
from app.quality.dial.session import build_measurer, contenders
from app.quality.dial.sweep import Sweep, recommend
from app.quality.dial.table import SweepQuestion, points_of
from app.quality.evaluation.questions import QuestionSet, of_folder
from app.quality.evaluation.scratch import corpus_of
from app.quality.evaluation.session import Bench
from tests.quality.sets import FOLDER

_out = Console(width=140, highlight=False)
_BUDGETS = 25


def main() -> None:
    """Measure the pool, split it, print how far the choices are from the best."""
    options = _options()
    options.data.mkdir(parents=True, exist_ok=True)
    options.data.chmod(0o755)
    settings = load_settings(data_dir=options.data)
    home = database.connect(settings)
    embedder = build_embedder(settings.embedding_model, settings.data_dir)
    database.migrate(home, embedding_dimension=embedder.dimension)
    whole = of_folder(FOLDER / options.set)
    step = max(1, len(whole.questions) // options.questions)
    chosen = whole.questions[::step][: options.questions]
    pool = QuestionSet(name=whole.name, questions=chosen, corpus=whole.corpus, digest=whole.digest)
    with corpus_of(pool, home, embedder, settings, keep=True, report=_out.print) as corpus:
        bench = Bench(questions=pool, engine=corpus, embedder=embedder)
        depths = tuple(options.depths)
        calibrations = Calibrations(corpus, embedder)
        measurer = build_measurer(bench, home, settings, depths=depths, listener=Listener(tell=_print_step))
        measured = measurer.measure(pool, minutes=options.minutes)
    for line in measured.left_out:
        _out.print(line)
    _report(measured, contenders(settings, embedder, calibrations), depths, options.splits)
    home.dispose()


def _report(measured: Measured, rerankers: Sequence[Contender], depths: Sequence[int], splits: int) -> None:
    losses: list[float] = []
    rng = np.random.default_rng(5)
    for _ in range(splits):
        order = rng.permutation(len(measured.questions))
        halves = [[measured.questions[index] for index in part] for part in np.array_split(order, 2)]
        seen, unseen = (_sweep(half, measured, rerankers, depths) for half in halves)
        times = sorted(point.p95 for point in seen.points)
        for budget in np.geomspace(times[0], times[-1] * 1.01, _BUDGETS):
            chosen = recommend(seen, float(budget)).point
            truth = {point.name: point.quality.mean for point in unseen.points if point.p95 <= budget}
            losses.append(100 * (max(truth.values()) - truth[chosen.name]))
    _out.print(
        f"{splits} splits of {len(measured.questions)} questions, {_BUDGETS} budgets each, measured in "
        f"{measured.seconds:.0f} s: "
        f"nDCG@10 below the best at the same budget on the unseen half: mean {np.mean(losses):.2f} points, "
        f"within 1 point in {100 * np.mean(np.array(losses) <= 1.0):.1f} %, largest {max(losses):.2f}"
    )


def _sweep(
    half: Sequence[SweepQuestion], measured: Measured, rerankers: Sequence[Contender], depths: Sequence[int]
) -> Sweep:
    return Sweep(
        target="half", questions=len(half), timed=len(measured.timed), machine="", rerankers={}, left_out=(),
        points=points_of(half, measured.timed, rerankers, depths), seconds=0.0,
    )  # fmt: skip


def _print_step(step: Step) -> None:
    if step.done % 50 == 0:
        _out.print(f"{step.stage} {step.done} of {step.of}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data directory; kept, so that a second run is quick")
    parser.add_argument("--set", default="covidqa_longdocs")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=12.0)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--depths", type=int, nargs="+", default=[10, 20, 50, 100, 200])
    return parser.parse_args()


if __name__ == "__main__":
    main()
