"""Loads damaged files in the loading process, one after the other; anything but a document or a clear error fails."""

import hashlib
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load.limits import Limits
from ingest.load.parent import IsolatedLoader, LoadResult
from tests.fuzz.mutate import mutated
from tests.support import made_files as made

LIMITS = Limits(memory_mib=400, seconds=20, cpu_seconds=10, unpacked_mib=20, ocr_seconds=0)
_DEATHS = (
    "crashes its parser",
    "of memory to read",
    "of processor time",
    "seconds to read",
    "ended the loading process",
    "nonsense",
)


@dataclass(kw_only=True)
class Tally:
    """How the inputs of one format fared."""

    inputs: int = 0
    documents: int = 0
    refusals: int = 0
    failures: Counter[str] = field(default_factory=Counter)  # what happened -> how often
    slowest: float = 0.0  # seconds


def fuzz(
    seeds: Mapping[str, list[bytes]],
    *,
    seed: int,
    inputs: int | None = None,
    seconds: float = 1e9,
    kept: Path | None = None,
) -> dict[str, Tally]:
    """Damage files of each format in turn until either bound; failing inputs are written to `kept`."""
    tallies = {kind: Tally() for kind in seeds}
    until = time.monotonic() + seconds
    with IsolatedLoader(LIMITS) as loader:
        for number, (kind, content) in enumerate(_inputs(seeds, seed)):
            if number == inputs or time.monotonic() > until:
                break
            started = time.monotonic()
            loaded = loader.load(made.source(content, f"fuzzed.{kind}"))
            failure = _failure(loaded)
            tally = tallies[kind]
            tally.inputs += 1
            tally.slowest = max(tally.slowest, time.monotonic() - started)
            if failure:
                tally.failures[failure] += 1
                if kept is not None:
                    kept.mkdir(parents=True, exist_ok=True)
                    (kept / f"{hashlib.sha256(content).hexdigest()[:12]}.{kind}").write_bytes(content)
            elif isinstance(loaded.own, Document):
                tally.documents += 1
            else:
                tally.refusals += 1
    return tallies


def _inputs(seeds: Mapping[str, list[bytes]], seed: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(seed)
    everything = [file for files in seeds.values() for file in files]
    while True:
        for kind, files in seeds.items():
            yield kind, mutated(chance.choice(files), kind, everything, chance)


def _failure(loaded: LoadResult) -> str:
    """What is wrong with what came back, in a few words; "" when nothing is."""
    for _, result in loaded.documents:
        wrong = _wrong_error(str(result)) if isinstance(result, DocumentError) else _wrong_document(result)
        if wrong:
            return wrong
    return ""


def _wrong_error(line: str) -> str:
    if any(death in line for death in _DEATHS):
        return line
    return "" if line.strip() and "\n" not in line and len(line) < 500 else f"not one clear line: {line[:80]!r}"


def _wrong_document(document: Document) -> str:
    text = document.text
    try:
        (text + document.title + "".join(document.warnings)).encode()
    except UnicodeEncodeError:
        return "a lone surrogate"
    if "\x00" in text or "\x00" in document.title or "\r" in text:
        return "a NUL or a carriage return"
    if not document.title or "\n" in document.title:
        return "no title of one line"
    spans = [(part.start, part.end) for part in document.parts]
    spans += [(table.start, table.end) for table in document.tables]
    spans += [(heading.start, heading.start) for heading in document.headings]
    if any(not 0 <= start <= end <= len(text) for start, end in spans):
        return "a span outside the text"
    return ""
