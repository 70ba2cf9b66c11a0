"""Stored numbers of charts as the chart shows them."""

from functools import lru_cache

from ingest.load.number_formats.number_format import NumberFormat


def shown(value: str, form: str) -> str:
    """A number in a number format."""
    return str(_format(form).number(value))


@lru_cache(maxsize=200)
def _format(code: str) -> NumberFormat:
    return NumberFormat(code)
