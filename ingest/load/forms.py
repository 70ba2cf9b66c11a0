"""Several forms of one text go in (plain, HTML, rich), the one that says more comes out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.load.extracted import unmarked

_ADDRESS = re.compile(r"<?(?:https?|mailto|cid):[^\s>\])]*>?|\[(?:image|cid)[^\]]*\]", re.IGNORECASE)
_WORD = re.compile(r"\w\w+")
_FEW = 5  # words by which forms of the same text differ without a warning: names of pictures and the like


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a text."""

    name: str  # for people: plain text, HTML
    text: str  # may hold marks of headings and tables
    warnings: tuple[str, ...] = ()  # what was left out of it


def richest(forms: Sequence[Form]) -> tuple[str, tuple[str, ...]]:
    """(the text of the form that says more, its warnings and one about what only another form says).

    Of forms that say as much, one with headings or tables is preferred, then the first.
    """
    words = [_words(form.text) for form in forms]
    best = 0
    for number in range(1, len(forms)):
        more, less = len(words[number] - words[best]), len(words[best] - words[number])
        few = len(words[best]) // 20
        better_laid_out = _is_laid_out(forms[number]) and not _is_laid_out(forms[best])
        if more > less + few or (words[number] and not words[best]) or (better_laid_out and less <= more + few):
            best = number
    warnings = list(forms[best].warnings) if forms else []
    for number, form in enumerate(forms):
        only = words[number] - words[best]
        if len(only) > max(_FEW, len(words[best]) // 10):
            warnings.append(
                f"{len(only)} words stand in its {form.name} only, which was left out for its {forms[best].name}."
            )
    return (forms[best].text if forms else ""), tuple(warnings)


def joined(forms: Sequence[Form]) -> tuple[str, tuple[str, ...]]:
    """(texts that follow one another, warnings), without those that only repeat what another form says."""
    kept = list(forms)
    for form in sorted(forms, key=_is_laid_out):
        others = [other.text for other in kept if other is not form and other.name != form.name]
        if others and repeats(form.text, "\n".join(others)):
            kept = [other for other in kept if other is not form]
    return "\n\n".join(form.text for form in kept), tuple(warning for form in kept for warning in form.warnings)


def repeats(text: str, others: str) -> bool:
    """Whether a text says hardly anything that the others do not."""
    words = _words(text)
    return len(words - _words(others)) <= len(words) // 20


def _is_laid_out(form: Form) -> bool:
    return unmarked(form.text) != form.text  # headings and tables are marked


def _words(text: str) -> set[str]:
    return set(_WORD.findall(_ADDRESS.sub(" ", text).casefold()))
