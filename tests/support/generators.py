"""Generators run to their end."""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")


def returned(generator: Generator[object, None, T]) -> T:
    """What a generator returns; what it yields is dropped."""
    while True:
        try:
            next(generator)
        except StopIteration as end:
            value: T = end.value
            return value
