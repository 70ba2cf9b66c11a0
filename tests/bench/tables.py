"""Percentiles of seconds, and the tables of all measurements."""

import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

console = Console(width=120)


def seconds_of(actions: Iterable[Callable[[], object]]) -> list[float]:
    """Seconds of each action, run one after the other."""
    measured = []
    for action in actions:
        started = time.perf_counter()
        action()
        measured.append(time.perf_counter() - started)
    return measured


def percentile(seconds: Sequence[float], percent: float) -> float:
    """The smallest measured value that this share of the values does not exceed; not a number for none."""
    return float(np.percentile(seconds, percent, method="inverted_cdf")) if len(seconds) else float("nan")


def milliseconds(seconds: Sequence[float]) -> str:
    """p50 and p95 as "12.3 / 45.6"."""
    return f"{percentile(seconds, 50) * 1000:.1f} / {percentile(seconds, 95) * 1000:.1f}"


def new_table(title: str, *columns: str) -> Table:
    """A table whose first column is words and whose others are figures."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


def add_times(table: Table, name: str, seconds: Sequence[float]) -> None:
    """A row of p50 and p95 in milliseconds."""
    table.add_row(name, f"{percentile(seconds, 50) * 1000:.1f}", f"{percentile(seconds, 95) * 1000:.1f}")
