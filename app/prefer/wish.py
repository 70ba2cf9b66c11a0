"""A question goes in; the date, the version or the file that it asks for comes out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.core.dates import Stamp, stamps, version
from app.core.names import readable, words_of
from app.prefer.wish_words import CURRENT, EARLIER, NEWEST, OLDEST, compiled

# Numbers of four digits that are no year.
_QUANTITY = re.compile(
    r"[$€£#§]\s?\d{4}"
    r"|\d{4}\s?(?:[$€£%]|euros?|pounds?|dollars?|francs?|kg|g|km|m|mm|cm|l|k?w|v|hz|rpm|people|persons|words|characters"
    r"|pages|items|units|times|hours|stück|personen|seiten|mal|stunden|personnes|fois|personas|páginas)\b"
    r"|\b(?:room|raum|salle|sala|rfc|iso|din|en|no|nr|n°|number|nummer|article|art|box|page|seite|port)\.?\s?\d{4}",
)
# A name as no word is written: Orion_Contract, OrionContract, price-list-north, INV-2024.
_NO_WORD = re.compile(r"_|[a-z][A-Z]|-.*-|[A-Za-z]\S*[-.]\S*\d")
_FEWEST_WORDS = 3  # of a file's name written with spaces, so that it is taken for a name


class Direction(StrEnum):
    """Which end of a row of versions is asked for."""

    NONE = ""
    NEWEST = "the newest"
    CURRENT = "the current one"
    EARLIER = "an earlier one"
    OLDEST = "the oldest"

    @property
    def certain(self) -> bool:
        """Whether the words for it have no other use."""
        return self in (Direction.NEWEST, Direction.OLDEST)


_DIRECTIONS = tuple(
    (direction, compiled(words))
    for direction, words in (
        (Direction.NEWEST, NEWEST),
        (Direction.OLDEST, OLDEST),
        (Direction.CURRENT, CURRENT),
        (Direction.EARLIER, EARLIER),
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a question asks for beside its subject."""

    stamps: tuple[Stamp, ...] = ()
    direction: Direction = Direction.NONE
    version: tuple[int, ...] = ()
    words: frozenset[str] = frozenset()  # of the question, in small letters without accents

    @property
    def dates(self) -> str:
        """The dates for people."""
        return " and ".join(dict.fromkeys(map(str, self.stamps)))


def wish_of(question: str) -> Wish:
    """The wish in a question. With a date or a version in it, words such as "current" are not read."""
    lower = question.lower()
    wanted = stamps(_QUANTITY.sub(" ", lower))
    number = version(lower)
    direction = Direction.NONE
    if not (wanted or number):
        direction = next((found for found, words in _DIRECTIONS if words.search(lower)), Direction.NONE)
    return Wish(stamps=wanted, direction=direction, version=number, words=frozenset(words_of(question)))


def named_files(question: str, names: Iterable[str]) -> frozenset[str]:
    """Those of the files' names that the question writes out: with suffix, with separators, or as three words and more.

    Where one name is part of another one that is written out, only the longer one counts.
    """
    plain = f" {' '.join(words_of(question))} "
    lower = question.casefold()
    found = {name for name in names if _written(name, lower, plain)}
    return frozenset(name for name in found if not any(_within(name, other) for other in found - {name}))


def _written(name: str, lower: str, plain: str) -> bool:
    stem = name.rpartition(".")[0] or name
    for form in {name, stem}:
        is_name = len(form) > 3 and (form != stem or _NO_WORD.search(form))
        if is_name and re.search(rf"(?<!\w){re.escape(form.casefold())}(?!\w)", lower):
            return True
    parts = words_of(readable(name))
    return len(parts) >= _FEWEST_WORDS and f" {' '.join(parts)} " in plain


def _within(name: str, other: str) -> bool:
    """Whether a name's words are part of the other's."""
    first, second = (f" {' '.join(words_of(readable(one)))} " for one in (name, other))
    return first != second and first in second
