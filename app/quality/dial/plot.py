"""A picture of a sweep: quality against time."""

from pathlib import Path
from typing import Any

from app.quality.dial.sweep import NO_RERANKER, Recommendation, Sweep

COLOURS = {NO_RERANKER: "#57534e", "small": "#b45309", "full": "#0f766e", "cross": "#6d28d9"}
MARKERS = {NO_RERANKER: "s", "small": "^", "full": "o", "cross": "D"}


def plot_sweep(sweep: Sweep, path: Path, *, chosen: Recommendation | None = None) -> None:
    """Write a PNG: each setting at its median time with its 95 % interval, and a line to its 95th percentile."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # takes over a second to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for label in dict.fromkeys(point.reranker for point in sweep.points):
        _plot_reranker(axes, sweep, label)
    front = [point for point in sweep.points if point.pareto]
    axes.scatter(
        [1000 * point.p50 for point in front],
        [100 * point.quality.mean for point in front],
        s=150,
        facecolors="none",
        edgecolors="#1c1917",
        linewidths=1,
        label="no other is better and faster",
        zorder=3,
    )
    if chosen is not None:
        _plot_choice(axes, chosen)
    axes.set(
        xscale="log",
        xlabel="milliseconds from question to final order: half of the questions (marker), 95 % (end of dots)",
        ylabel="nDCG@10, with the 95 % interval of the gain",
        title=f"{sweep.target}: {sweep.questions} questions on {sweep.machine}",
    )
    axes.set_ylim(bottom=0)  # a cut axis makes a small gain look large
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(alpha=0.25, which="both")
    axes.legend(frameon=False, fontsize=8, loc="best")
    figure.savefig(path, dpi=130)


def _plot_reranker(axes: Any, sweep: Sweep, label: str) -> None:
    points = [point for point in sweep.points if point.reranker == label and point.quality.questions]
    colour = COLOURS.get(label, "#57534e")
    times = [1000 * point.p50 for point in points]
    means = [100 * point.quality.mean for point in points]
    below = [100 * (point.gain.mean - point.gain.low) for point in points]
    above = [100 * (point.gain.high - point.gain.mean) for point in points]
    axes.errorbar(
        times,
        means,
        yerr=[below, above],
        color=colour,
        marker=MARKERS.get(label, "o"),
        capsize=3,
        linewidth=1.2,
        markersize=6,
        label="no reranking" if label == NO_RERANKER else f"{label}: {sweep.rerankers.get(label, label)}",
    )
    axes.hlines(means, times, [1000 * point.p95 for point in points], color=colour, linewidth=0.8, linestyle=":")
    if label != NO_RERANKER:
        for point, position in zip(points, zip(times, means, strict=True), strict=True):
            name = str(point.candidates)
            axes.annotate(name, position, textcoords="offset points", xytext=(5, 5), fontsize=8, color=colour)


def _plot_choice(axes: Any, chosen: Recommendation) -> None:
    axes.axvline(1000 * chosen.budget, color="#1c1917", linestyle="--", linewidth=1)
    axes.scatter(
        [1000 * chosen.point.p50],
        [100 * chosen.point.quality.mean],
        marker="*",
        s=260,
        color="#dc2626",
        zorder=4,
        label=f"recommended: {chosen.point.name}, {chosen.passages} passages",
    )
