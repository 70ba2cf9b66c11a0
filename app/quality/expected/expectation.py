"""An expected passage as a person types it: the one parser for page, commands and files (pure)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.core.domain import Hit
from app.core.errors import QuestionError
from app.quality.expected.words import fold, holds

FORMS = 'a document, document:page, document:"words", "words" or chunk:ID'
_QUOTES = "\"'“”„‟«»‹›‘’‚"
_CHUNK = re.compile(r"chunk:\s*(\d+)", re.IGNORECASE)
_WORDS_OF_DOCUMENT = re.compile(rf"(?P<document>.+?):\s*[{_QUOTES}](?P<quote>.+)[{_QUOTES}]", re.DOTALL)
_PART_OF_DOCUMENT = re.compile(r"(?P<document>.+):(?P<part>\d+)")
# The address or file name of a document that may not be ingested (yet): a path, or a name whose extension has letters.
_FILE = re.compile(r"(?:/|~|\.{1,2}/|upload:|[A-Za-z]:\\).+|\S+\.[A-Za-z][A-Za-z0-9]{0,4}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """A passage that a search should return: a chunk, words, a document, or words or a part of a document."""

    chunk_id: int | None = None
    document: str = ""  # its address, file name or title
    part: int | None = None  # page, slide or sheet
    quote: str = ""

    def __str__(self) -> str:
        """The expectation in words, for people."""
        if self.chunk_id is not None:
            return f"passage {self.chunk_id}"
        part = f", page or part {self.part}" if self.part is not None else ""
        words = f"“{shortened(self.quote)}”" if self.quote else ""
        return " in ".join(piece for piece in (words, f"{self.document}{part}") if piece)


def parse(text: str, is_document: Callable[[str], bool]) -> Expectation:
    """Read chunk:ID, a document, document:page, document:"words", or words.

    Text in quotation marks is always words. Other text is a document when is_document knows it as an address, file
    name or title, or when it looks like a file (so that a missing one can be named); everything else is words.
    Raises QuestionError for text without a letter or digit.
    """
    text = text.strip()
    if not fold(text):
        raise QuestionError("No expected passage is given.", fix=f"Name the passage as {FORMS}.")
    if chunk := _CHUNK.fullmatch(text):
        return Expectation(chunk_id=int(chunk[1]))
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        return Expectation(quote=text[1:-1].strip())

    def is_named(name: str) -> bool:
        return is_document(name) or _FILE.fullmatch(name) is not None

    if is_document(text):
        return Expectation(document=text)
    if (match := _WORDS_OF_DOCUMENT.fullmatch(text)) and is_named(match["document"].strip()):
        return Expectation(document=match["document"].strip(), quote=match["quote"].strip())
    if (match := _PART_OF_DOCUMENT.fullmatch(text)) and is_named(match["document"].strip()):
        return Expectation(document=match["document"].strip(), part=int(match["part"]))
    return Expectation(document=text) if is_named(text) else Expectation(quote=text)


def meets(hit: Hit, expectation: Expectation, *, chunk_ids: frozenset[int]) -> bool:
    """Whether a candidate is the expected passage, by the text stored with it.

    chunk_ids: the chunks that are the passage in today's corpus.
    """
    if expectation.chunk_id is not None:
        return hit.chunk_id == expectation.chunk_id
    if hit.chunk_id in chunk_ids:
        return True
    if expectation.document and not _is_of(hit, expectation.document):
        return False
    if expectation.part is not None and not covers(hit.part_first, hit.part_last, expectation.part):
        return False
    return not expectation.quote or holds(expectation.quote, f"{hit.heading}\n{hit.text}")


def covers(first: int | None, last: int | None, part: int) -> bool:
    """Whether a range of pages, slides or sheets (inclusive; last None: one part) covers that part."""
    if first is None:
        return False
    return first <= part <= (first if last is None else last)


def _is_of(hit: Hit, document: str) -> bool:
    name = document.casefold()
    address = hit.source_uri.casefold()
    return name in (address, hit.title.casefold()) or address.endswith((f"/{name}", f":{name}"))


def shortened(text: str, limit: int = 80) -> str:
    """A text on one line, cut to that many characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[:limit].rstrip()}…"
