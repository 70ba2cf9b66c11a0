"""A Source goes in, everything in it that is a document of its own comes out, each with how to load it."""

from collections.abc import Callable, Iterator
from functools import partial

from app.core.domain import Document, Source
from ingest.load import load
from ingest.load.limits import Limits

INSIDE = "!/"  # between an archive's URI and the path within it: /share/a.zip!/b/c.txt
Item = tuple[Source, Callable[[], Document]]  # the call raises DocumentError


def unpacked(source: Source, limits: Limits) -> Iterator[Item]:
    """What an archive or mail holds, in its own order, then the source itself: always the last."""
    yield source, partial(load, source)
