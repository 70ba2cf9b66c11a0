"""What people read, in their language: an English sentence goes in, the same in the reader's language comes out.

Code, ledger and programs keep English. The page translates when it shows: the catalogue messages/LANGUAGE.po holds
sentences with {places}, a sentence is matched with them, and what stands in the places is translated the same way.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.pofile import read_po

LANGUAGES = ("en", "de")
_CATALOGUES = Path(__file__).with_name("messages")
_PLACE = re.compile(r"\{(\w+)\}")
_WEIGHT = re.compile(r"q=([\d.]+)")
_reader: ContextVar[str] = ContextVar("reader", default="en")


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence of the catalogue, and its translation with the same places."""

    text: str
    translation: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches a whole sentence; each place is a group."""
        pieces = _PLACE.split(self.text)
        marked = (f"(?P<{piece}>.+)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
        return re.compile("".join(marked), re.DOTALL)

    @property
    def fixed(self) -> int:
        """Characters outside the places."""
        return len(_PLACE.sub("", self.text))


def preferred(accept_language: str) -> str:
    """The language of ours that a browser's header asks for first, English when it asks for none of them."""
    weighed = []
    for position, part in enumerate(accept_language.split(",")):
        name, _, rest = part.strip().partition(";")
        weight = _WEIGHT.search(rest)
        weighed.append((-float(weight[1]) if weight else -1.0, position, name.split("-")[0].lower()))
    wanted = [name for _, _, name in sorted(weighed)]
    return negotiate_locale(wanted, LANGUAGES) or "en"


@contextmanager
def reading(language: str) -> Iterator[None]:
    """Within it translated() gives this language; in threads that are started from it too."""
    token = _reader.set(language)
    try:
        yield
    finally:
        _reader.reset(token)


def translated(text: str) -> str:
    """The English sentence in the reader's language; as it is where the catalogue has none like it."""
    language = _reader.get()
    if language == "en" or not text:
        return text
    for template, pattern in _templates(language):
        match = pattern.fullmatch(text)
        if match:
            places = {name: translated(value) for name, value in match.groupdict().items()}
            return template.translation.format(**places)
    return text


def catalogue(language: str) -> tuple[Template, ...]:
    """The sentences of a language's catalogue, those with most fixed characters first."""
    with (_CATALOGUES / f"{language}.po").open("rb") as stream:
        messages = read_po(stream, locale=language)
    templates = [Template(str(message.id), str(message.string)) for message in messages if message.id]
    return tuple(sorted(templates, key=lambda template: -template.fixed))


@cache
def _templates(language: str) -> tuple[tuple[Template, re.Pattern[str]], ...]:
    return tuple((template, template.pattern) for template in catalogue(language))
