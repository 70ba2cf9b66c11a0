"""Charts of a sweep and of a relevance floor, as SVG in the colours of the page."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.quality.dial.sweep import NO_RERANKER, Point, Recommendation, Sweep
from app.quality.evaluation.floor import FloorCurve
from app.web.highlight import escape

_WIDTH, _HEIGHT = 640, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 16, 14, 42
Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class _Axes:
    x: Scale  # milliseconds or floor -> pixels
    y: Scale  # percent -> pixels


def render_sweep_chart(sweep: Sweep, chosen: Recommendation | None) -> str:
    """Quality against median time: a line for each reranker, with the interval of the gain over no reranking."""
    points = [point for point in sweep.points if point.quality.questions]
    if not points:
        return ""
    axes, grid = _sweep_axes(points)
    drawn = "".join(
        _series([point for point in points if point.reranker == label], label, axes)
        for label in dict.fromkeys(point.reranker for point in points)
    )
    front = "".join(
        f'<circle class="fm-front" cx="{axes.x(1000 * p.p50):.1f}" cy="{axes.y(100 * p.quality.mean):.1f}" r="10"/>'
        for p in points
        if p.pareto
    )
    budget = ""
    if chosen is not None:
        at = axes.x(1000 * chosen.budget)
        x, y = axes.x(1000 * chosen.point.p50), axes.y(100 * chosen.point.quality.mean)
        line = f'<line class="fm-budget" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>'
        inside = _LEFT <= at <= _WIDTH - _RIGHT
        budget = (line if inside else "") + f'<circle class="fm-chosen" cx="{x:.1f}" cy="{y:.1f}" r="7"/>'
    best = "; ".join(f"{p.name}: {100 * p.quality.mean:.1f} at {1000 * p.p50:.0f} ms" for p in points if p.pareto)
    return _svg(grid + drawn + front + budget, f"nDCG at 10 against milliseconds. Best at their speed: {best}")


def render_floor_chart(curve: FloorCurve) -> str:
    """The share of answerable questions kept and of unanswerable ones refused, for each floor."""
    axes = _Axes(_linear(0, 1, _LEFT, _WIDTH - _RIGHT), _linear(0, 100, _HEIGHT - _BOTTOM, _TOP))
    grid = _grid(axes, [(value / 10, f"{value / 10:.1f}") for value in range(0, 11, 2)], range(0, 101, 20), "floor")
    kept = [(point.floor, 100 * (point.kept_share or 0.0)) for point in curve.points]
    refused = [(point.floor, 100 * (point.recall or 0.0)) for point in curve.points]
    lines = _path(kept, axes, "full") + _path(refused, axes, "small")
    marks = "".join(
        f'<line class="fm-budget {name}" x1="{axes.x(floor):.1f}" x2="{axes.x(floor):.1f}" y1="{_TOP}" '
        f'y2="{_HEIGHT - _BOTTOM}"/>'
        for name, floor in (("now", curve.current.floor), ("chosen", curve.recommended.floor))
    )
    return _svg(grid + lines + marks, "Share of answerable questions kept and of unanswerable ones refused, by floor")


def _sweep_axes(points: Sequence[Point]) -> tuple[_Axes, str]:
    times = [max(1000 * point.p50, 0.1) for point in points]
    high = max(max(100 * (p.quality.mean - p.gain.mean + p.gain.high), 100 * p.quality.mean) for p in points)
    step = 20 if high > 50 else 10 if high > 20 else 5
    top = max(step, math.ceil(high / step) * step)  # from 0: a cut axis makes a small gain look large
    first, last = min(times) / 1.3, max(times) * 1.45
    x = _linear(math.log(first), math.log(last), _LEFT, _WIDTH - _RIGHT)
    axes = _Axes(lambda ms: x(math.log(max(ms, 0.1))), _linear(0, top, _HEIGHT - _BOTTOM, _TOP))
    ticks = [
        (base * 10**power, f"{base * 10**power:,.0f}")
        for power in range(5)
        for base in (1, 2, 5)
        if first <= base * 10**power <= last
    ]
    rows = range(0, top + 1, step)
    return axes, _grid(axes, ticks, rows, "milliseconds from the question to the final order, half of the questions")


def _series(points: Sequence[Point], label: str, axes: _Axes) -> str:
    path = _path([(1000 * point.p50, 100 * point.quality.mean) for point in points], axes, label)
    return path + "".join(_mark(point, axes) for point in points)


def _mark(point: Point, axes: _Axes) -> str:
    x, y = axes.x(1000 * point.p50), axes.y(100 * point.quality.mean)
    base = point.quality.mean - point.gain.mean
    top, bottom = axes.y(100 * (base + point.gain.high)), axes.y(100 * (base + point.gain.low))
    bar = f'<line class="fm-interval" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"/>'
    name = "" if point.reranker == NO_RERANKER else str(point.candidates)
    return (
        f'<g class="fm-dot {escape(point.reranker)}"><title>{escape(point.name)}: {100 * point.quality.mean:.1f}, half '
        f"within {1000 * point.p50:.0f} ms, 95 % within {1000 * point.p95:.0f} ms</title>"
        f'{bar if name else ""}<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
        f'<text x="{x + 7:.1f}" y="{y - 7:.1f}">{name}</text></g>'
    )


def _path(points: Sequence[tuple[float, float]], axes: _Axes, kind: str) -> str:
    steps = " ".join(f"{'M' if not at else 'L'}{axes.x(x):.1f} {axes.y(y):.1f}" for at, (x, y) in enumerate(points))
    return f'<path class="fm-line {escape(kind)}" d="{steps}"/>'


def _grid(axes: _Axes, ticks: Sequence[tuple[float, str]], rows: Sequence[float], label: str) -> str:
    lines = "".join(
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{axes.y(row):.1f}" y2="{axes.y(row):.1f}"/>'
        f'<text x="{_LEFT - 8}" y="{axes.y(row) + 4:.1f}" text-anchor="end">{row:g}</text>'
        for row in rows
    )
    below = "".join(
        f'<text x="{axes.x(value):.1f}" y="{_HEIGHT - _BOTTOM + 17}" text-anchor="middle">{name}</text>'
        for value, name in ticks
    )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    return (
        f'<g class="fm-grid">{lines}{below}<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{label}</text></g>'
    )


def _linear(low: float, high: float, start: float, end: float) -> Scale:
    span = high - low or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def _svg(body: str, label: str) -> str:
    return (
        f'<svg class="fm-chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">{body}</svg>'
    )
