"""A floor curve as a picture."""

from pathlib import Path

from app.quality.evaluation.floor import FloorCurve


def plot_floor(curve: FloorCurve, path: Path, *, title: str) -> None:
    """Write a PNG: the shares of answerable questions kept and of unanswerable ones refused at each floor."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # takes over a second to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    floors = [point.floor for point in curve.points]
    axes.plot(floors, [point.kept_share or 0.0 for point in curve.points], color="#0f766e", label="answerable kept")
    axes.plot(floors, [point.recall or 0.0 for point in curve.points], color="#b45309", label="unanswerable refused")
    precise = [(point.floor, point.precision) for point in curve.points if point.precision is not None]
    if precise:
        axes.plot(*zip(*precise, strict=True), color="#78716c", linestyle=":", label="precision of refusals")
    for point, name, style in ((curve.current, "now", "--"), (curve.recommended, "recommended", "-")):
        axes.axvline(point.floor, color="#44403c", linestyle=style, linewidth=1, label=f"{name} {point.floor:.2f}")
    axes.set(xlabel="relevance floor", ylabel="share", xlim=(0, 1), ylim=(0, 1.02), title=title)
    axes.grid(alpha=0.25)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
    figure.savefig(path, dpi=130)
