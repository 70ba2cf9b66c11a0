"""What a person says should have been found goes in, an Expectation comes out (pure)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.core.domain import Hit
from app.core.errors import QuestionError
from app.quality.expected.words import fold, holds

_QUOTES = "\"'“”„‟«»‹›‘’‚"
_CHUNK = re.compile(r"chunk:\s*(\d+)", re.IGNORECASE)
_WORDS_OF_DOCUMENT = re.compile(rf"(?P<document>.+?):\s*[{_QUOTES}](?P<quote>.+)[{_QUOTES}]", re.DOTALL)
_PART_OF_DOCUMENT = re.compile(r"(?P<document>.+):(?P<part>\d+)")
_FILE = re.compile(r"(?:/|~|\.{1,2}/|upload:|[A-Za-z]:\\).+|\S+\.[A-Za-z][A-Za-z0-9]{0,4}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """A passage that should have been found: a chunk, words, a document, or words or a part of a document."""

    chunk_id: int | None = None
    document: str = ""  # its address, file name or title
    part: int | None = None  # page, slide or sheet
    quote: str = ""

    def __str__(self) -> str:
        """For people: how it was asked for."""
        if self.chunk_id is not None:
            return f"passage {self.chunk_id}"
        part = f", page or part {self.part}" if self.part is not None else ""
        words = f"“{shortened(self.quote)}”" if self.quote else ""
        return " in ".join(piece for piece in (words, f"{self.document}{part}") if piece)


def parse_expectation(written: str, is_document: Callable[[str], bool]) -> Expectation:
    """chunk:ID, document, document:page, document:"words", or words; quotation marks say that words are meant.

    is_document: whether a document goes by that address, file name or title. Raises QuestionError for nothing.
    """
    text = written.strip()
    if not fold(text):
        raise QuestionError('Say what should have been found: a document, document:page, chunk:ID, or "quoted words".')
    if found := _CHUNK.fullmatch(text):
        return Expectation(chunk_id=int(found[1]))
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        return Expectation(quote=text[1:-1].strip())
    if is_document(text):
        return Expectation(document=text)
    if (found := _WORDS_OF_DOCUMENT.fullmatch(text)) and _named(found["document"], is_document):
        return Expectation(document=found["document"].strip(), quote=found["quote"].strip())
    if (found := _PART_OF_DOCUMENT.fullmatch(text)) and _named(found["document"], is_document):
        return Expectation(document=found["document"].strip(), part=int(found["part"]))
    return Expectation(document=text) if _FILE.fullmatch(text) else Expectation(quote=text)


def _named(name: str, is_document: Callable[[str], bool]) -> bool:
    return is_document(name.strip()) or _FILE.fullmatch(name.strip()) is not None


def meets(hit: Hit, expectation: Expectation, *, chunk_ids: frozenset[int]) -> bool:
    """Whether a candidate is what was expected, by its own snapshot; chunk_ids: the chunks that are so today."""
    if expectation.chunk_id is not None:
        return hit.chunk_id == expectation.chunk_id
    if hit.chunk_id in chunk_ids:
        return True
    if expectation.document and not _is_of(hit, expectation.document):
        return False
    if expectation.part is not None:
        first, last = hit.part_first, hit.part_last if hit.part_last is not None else hit.part_first
        if first is None or last is None or not first <= expectation.part <= last:
            return False
    return not expectation.quote or holds(expectation.quote, f"{hit.heading}\n{hit.text}")


def _is_of(hit: Hit, document: str) -> bool:
    wanted = document.casefold()
    address = hit.source_uri.casefold()
    return wanted in (address, hit.title.casefold()) or address.endswith((f"/{wanted}", f":{wanted}"))


def shortened(text: str, most: int = 80) -> str:
    """A text on one line, cut to that many characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[:most].rstrip()}…"
