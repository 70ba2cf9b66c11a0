"""A loading process whose parser misbehaves as a hostile file would make it; the file's name says how."""

import ctypes
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

from app.core.domain import Document, Source
from ingest.load import child
from ingest.load.limits import Limits
from ingest.load.unpack import unpacked


def _crash() -> None:
    ctypes.string_at(0)


def _allocate() -> None:
    kept = [bytearray(2**20) for _ in range(100_000)]
    raise AssertionError(len(kept))


def _spin() -> None:
    while True:
        pass


def _sleep() -> None:
    time.sleep(600)


def _print() -> None:
    os.write(1, b"a parser that prints\n")
    sys.stdout.write("and prints\n")
    sys.stdout.flush()


def _fail() -> None:
    raise KeyError("a parser's own mistake")  # a subclass of what loaders expect, raised outside them


DEEDS: dict[str, Callable[[], None]] = {
    "crash": _crash, "allocate": _allocate, "spin": _spin, "sleep": _sleep, "print": _print, "fail": _fail,
}  # fmt: skip


def misbehaving(source: Source, limits: Limits) -> Iterator[tuple[Source, Callable[[], Document]]]:
    """The documents of the real function, each loaded after its misdeed."""
    for item, load in unpacked(source, limits):
        yield item, partial(_after, DEEDS.get(item.name.partition(".")[0]), load)


def _after(deed: Callable[[], None] | None, load: Callable[[], Document]) -> Document:
    if deed is not None:
        deed()
    return load()


if __name__ == "__main__":
    child.main(misbehaving)
