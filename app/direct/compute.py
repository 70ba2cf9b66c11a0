"""Values go in, their sum, average, extreme or number comes out, with the rows in the order to show (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.direct.cells import Column, shown
from app.direct.choose import Chosen


@dataclass(frozen=True, kw_only=True, slots=True)
class Computed:
    """The result."""

    value: str  # as the column writes its values; empty for a list of rows
    rows: tuple[int, ...]  # that it was computed from, those that count most first
    best: tuple[int, ...] = ()  # that have the extreme value


def compute(chosen: Chosen) -> Computed | str:
    """The result, or why there is none, for people."""
    if chosen.operation in ("count", "filter"):
        number = f"{len(chosen.rows):,}" if chosen.operation == "count" else ""
        return Computed(value=number, rows=chosen.rows)
    column = chosen.columns[chosen.column] if chosen.column is not None else None
    if column is None:
        return "no column of numbers is named"
    if column.unclear:
        return "its numbers can be read in two ways"
    if len(column.units) > 1:
        return f"its values have several units ({', '.join(sorted(column.units))})"
    values = {n: value for n in chosen.rows if (value := column.values[n]) is not None}
    odd = [n for n in chosen.rows if n not in values and n not in column.missing]
    if odd:
        return f"{len(odd)} of its cells hold no number"
    if not values:
        return "no row with a value meets the conditions"
    return _result(chosen.operation, column, values)


def _result(operation: str, column: Column, values: dict[int, Decimal]) -> Computed:
    rows: Sequence[int] = tuple(values)
    if operation == "sum":
        return Computed(value=shown(sum(values.values(), Decimal()), column), rows=tuple(rows))
    if operation == "average":
        places = max(column.places, 2)
        mean = sum(values.values(), Decimal()) / len(values)
        rounded = mean.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        return Computed(value=shown(rounded, column, places=places), rows=tuple(rows))
    extreme = max(values.values()) if operation == "maximum" else min(values.values())
    ordered = sorted(rows, key=lambda n: values[n], reverse=operation == "maximum")
    best = tuple(n for n in rows if values[n] == extreme)
    return Computed(value=shown(extreme, column), rows=tuple(ordered), best=best)
