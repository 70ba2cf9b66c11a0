"""An evaluation run as sentences and figures, for people and for programs (pure)."""

from collections.abc import Mapping
from dataclasses import asdict

from app.quality.evaluation.compare import Comparison
from app.quality.evaluation.judge import ORDERS
from app.quality.evaluation.run import MISSING, RANKING, RECALL, EvaluationRun, QuestionResult, Refusal
from app.quality.expected.loss import Loss

STAGES = ("embed", "sql", "rerank")


def advice(run: EvaluationRun) -> str:
    """Which stage to improve first, in one line."""
    judged, missed, low = len(run.judged), run.lost(*RECALL), run.lost(*RANKING)
    if not judged:
        return "No question has an expected passage: there is nothing to rank."
    if not missed and not low:
        return "Every expected passage reaches the prompt."
    if len(run.lost(*MISSING)) * 2 > len(missed) + len(low):
        return "Most losses are passages that are not in the database: ingest their documents first."
    if len(missed) >= len(low):
        line = "Recall first: no reranker can find what is not among the candidates."
        fused_out = len(run.lost(Loss.FUSED_OUT))
        if fused_out:
            candidates = run.settings["leg_candidates"]
            line += f" {fused_out} of {len(missed)} are there with FOREMOST_CANDIDATES={candidates}."
        return line
    if len(run.lost(Loss.BELOW_FLOOR)) * 2 > len(low):
        return "Most losses are below the relevance floor: measure what a lower one keeps."
    return "Ranking first: the passages are among the candidates. Measure every setting (dial) to compare them."


def split(run: EvaluationRun) -> list[tuple[Loss, int, float]]:
    """Number and share (0..1) of the judged questions by loss, from the prompt back to ingestion."""
    judged = max(len(run.judged), 1)
    counts = [(loss, len(run.lost(loss))) for loss in (Loss.IN_PROMPT, *RANKING, *RECALL)]
    return [(loss, count, count / judged) for loss, count in counts]


def rank_line(question: QuestionResult) -> str:
    """The rank of a question's first expected passage at every stage, for people."""
    ranks = ", ".join(f"{order} {rank}" for order, rank in question.ranks.items() if rank is not None)
    return ranks or "; ".join(question.missing) or "in no order"


def run_json(run: EvaluationRun) -> dict[str, object]:
    """The summary of a run for programs."""
    floor = run.settings.get("relevance_floor")
    return {
        "name": run.name,
        "target": run.target,
        "questions": len(run.questions),
        "judged": len(run.judged),
        "advice": advice(run),
        "split": {loss.value: {"count": count, "share": share} for loss, count, share in split(run)},
        "means": {order: means(run, order) for order in ORDERS},
        "refusal": refusal_json(run.refusal(floor)) if isinstance(floor, float) else None,
        "seconds": {
            stage or "all": {"p50": run.percentile(0.5, stage), "p95": run.percentile(0.95, stage)}
            for stage in (*STAGES, None)
        },
        "settings": dict(run.settings),
    }


def means(run: EvaluationRun, order: str) -> Mapping[str, float]:
    """Mean of every measure in an order."""
    measures = run.judged[0].values[order] if run.judged else ()
    return {measure: run.mean(order, measure) for measure in measures}


def refusal_json(refusal: Refusal) -> dict[str, object]:
    """Counts and shares of a floor."""
    return asdict(refusal) | {
        "precision": refusal.precision,
        "recall": refusal.recall,
        "kept_share": refusal.kept_share,
    }


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """A comparison for programs."""
    return {
        "before": comparison.before,
        "after": comparison.after,
        "shared": comparison.shared,
        "gate": comparison.gate,
        "alpha": comparison.alpha,
        "regressed": comparison.regressed,
        "differences": [asdict(difference) for difference in comparison.differences],
        "lost": [{"key": question.key, "question": question.text} for question in comparison.lost],
        "settings": list(comparison.settings),
    }


def verdict(comparison: Comparison) -> str:
    """The gate's verdict in one line."""
    gate = next(d for d in comparison.differences if d.measure == comparison.gate)
    change = 100 * (gate.after - gate.before)
    what = f"{gate.measure} {100 * gate.before:.1f} → {100 * gate.after:.1f} ({change:+.1f}, p {gate.p_worse:.4f})"
    if comparison.regressed:
        result = "Regression"
    else:
        result = "No regression beyond chance" if gate.after < gate.before else "No regression"
    return f"{result}: {what} on {comparison.shared} shared questions."
