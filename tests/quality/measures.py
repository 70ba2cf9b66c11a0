"""What is measured of a ranking: chunks go in best first, figures of documents (or of answers' chunks) come out."""

from collections.abc import Mapping, Sequence

import ir_measures
import numpy as np
from ir_measures import RR, P, R, nDCG

from tests.quality import sets

MEASURES = (R @ 50, nDCG @ 10, RR @ 10, P @ 1)


def run_of(data: sets.DevelopmentSet, ranked: Sequence[sets.Ranked]) -> dict[str, float]:
    """Unit -> score, larger is better; of several chunks of a document the best counts."""
    run: dict[str, float] = {}
    for rank, chunk in enumerate(ranked):
        run.setdefault(sets.unit_of(data, chunk), -float(rank))
    return run


def values(
    judged: Mapping[str, Mapping[str, int]], runs: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Measure -> question -> value; a question without results counts 0."""
    figures: dict[str, dict[str, float]] = {str(measure): dict.fromkeys(judged, 0.0) for measure in MEASURES}
    for metric in ir_measures.iter_calc(MEASURES, judged, runs):
        figures[str(metric.measure)][metric.query_id] = metric.value
    return figures


def means(
    data: sets.DevelopmentSet, judged: Mapping[str, Mapping[str, int]], ranked: Mapping[str, Sequence[sets.Ranked]]
) -> dict[str, float]:
    """Measure -> mean over the questions."""
    figures = values(judged, {question: run_of(data, chunks) for question, chunks in ranked.items()})
    return {measure: float(np.mean(list(of.values()))) for measure, of in figures.items()}
