"""Groups candidates of different documents that say alike: versions of one document, or forms filled in alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.dates import stamps, version
from app.core.domain import HEADING_SEPARATOR, Hit
from app.core.names import readable, words_of

_WORD = re.compile(r"\w+")
_SHARED = 0.6  # share of the words of two passages, of all that either has, from which they say alike
_STATES = frozenset(
    "draft final entwurf endfassung brouillon borrador finale old new latest copy kopie copie copia".split()
)


@dataclass(frozen=True, slots=True)
class _Traits:
    words: frozenset[str]
    heading: str  # below the title
    title: str
    stem: str  # of the name, without dates, versions and numbers


def alike(hits: Sequence[Hit]) -> list[list[Hit]]:
    """The candidates in groups, each in the given order; a group of one document alone is left out."""
    groups: list[tuple[_Traits, list[Hit]]] = []
    for hit in hits:
        traits = _traits(hit)
        group = next((members for leader, members in groups if _say_alike(traits, leader)), None)
        if group is None:
            groups.append((traits, [hit]))
        else:
            group.append(hit)
    return [members for _, members in groups if len({hit.document_id for hit in members}) > 1]


def _traits(hit: Hit) -> _Traits:
    kept = [
        word
        for word in words_of(readable(hit.name))
        if not (word.isdigit() or stamps(word) or version(word) or word in _STATES)
    ]
    heading = hit.heading.removeprefix(hit.title).removeprefix(HEADING_SEPARATOR)
    return _Traits(
        words=frozenset(_WORD.findall(hit.text.casefold())),
        heading=heading.casefold(),
        title=hit.title.casefold() if hit.title != hit.name else "",
        stem=" ".join(kept),
    )


def _say_alike(first: _Traits, second: _Traits) -> bool:
    """Whether their words are mostly the same, or they stand at the same place of documents of one title or name."""
    one_title = first.title and first.title == second.title
    one_name = first.stem and first.stem == second.stem
    if (one_title or one_name) and first.heading == second.heading:
        return True
    shared = len(first.words & second.words)
    return shared >= _SHARED * len(first.words | second.words)
