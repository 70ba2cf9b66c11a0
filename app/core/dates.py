"""Dates and versions in names, titles and questions: "2026", "2024-03", "March 2024", "12.03.2024", "v2"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero",
            "february feb februar février febrero",
            "march mar märz mars marzo",
            "april apr avril abril",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet julio",
            "august aug août agosto",
            "september sep sept septembre septiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre diciembre",
        ),
        1,
    )
    for name in names.split()
}
# "version 2", "Fassung 2", "v2": the same version.
_VERSION_WORD = r"(?:version|versión|ver|fassung|revision|révision|revisión|rev|ausgabe|edition|édition|edición)"
_YEAR = r"(?:19|20)\d\d"
_SEPARATOR = r"[-./_ ]?"
MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
# Not part of a longer number; an underscore separates.
_ALONE, _END = r"(?<![\d])", r"(?!\d)"
_FORMS = (
    re.compile(rf"{_ALONE}(?P<y>{_YEAR}){_SEPARATOR}(?P<m>0[1-9]|1[0-2]){_SEPARATOR}(?P<d>0[1-9]|[12]\d|3[01]){_END}"),
    re.compile(rf"{_ALONE}(?P<d>0?[1-9]|[12]\d|3[01])[-./_ ](?P<m>0?[1-9]|1[0-2])[-./_ ](?P<y>{_YEAR}){_END}"),
    re.compile(
        rf"(?:(?<!\d)(?P<d>\d{{1,2}})\.? ?)?(?<![^\W_\d])(?P<name>{MONTH_NAMES})[-_. ]{{0,2}}(?P<y>{_YEAR}){_END}"
    ),
    re.compile(rf"{_ALONE}(?P<y>{_YEAR})[-_. ](?P<name>{MONTH_NAMES})(?![^\W_])"),
    re.compile(rf"{_ALONE}(?P<y>{_YEAR})[-./_](?P<m>0[1-9]|1[0-2])(?![-/.]?\d)"),
    re.compile(rf"{_ALONE}(?P<m>0[1-9]|1[0-2])[-./_](?P<y>{_YEAR}){_END}"),
    re.compile(rf"(?<![\d.,])(?P<y>{_YEAR})(?![\d]|[.,]\d)"),
)
_PLAIN_YEAR = re.compile(rf"{_ALONE}{_YEAR}{_END}|(?<!\d){_YEAR}(?=[01]\d[0-3]\d(?!\d))")
_VERSION = re.compile(
    rf"(?<![^\W_])(?:v|r|rev|{_VERSION_WORD}[ _.-]?)\.? ?(\d{{1,3}}(?:[._]\d{{1,3}}){{0,2}})(?![^\W_])"
)


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """A year, with its month and day where they are known."""

    year: int
    month: int = 0  # 0: not known
    day: int = 0

    def covers(self, other: "Stamp") -> bool:
        """Whether the other date lies within this one: March 2024 within 2024."""
        month = self.month in (0, other.month)
        return self.year == other.year and month and self.day in (0, other.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)]
        return "-".join(parts)


def years(text: str) -> frozenset[int]:
    """The numbers in a text that may be years."""
    return frozenset(int(year) for year in _PLAIN_YEAR.findall(text))


def stamps(text: str) -> tuple[Stamp, ...]:
    """The dates in a text, in order; each stretch of it is read once, in its most exact form."""
    if not _PLAIN_YEAR.search(text):
        return ()
    rest, found = text.lower(), list[tuple[int, Stamp]]()
    for form in _FORMS:
        for match in form.finditer(rest):
            parts = match.groupdict()
            month = MONTHS[parts["name"]] if parts.get("name") else int(parts.get("m") or 0)
            found.append((match.start(), Stamp(int(parts["y"]), month, int(parts.get("d") or 0) if month else 0)))
        rest = form.sub(lambda match: "\x00" * len(match.group()), rest)
    return tuple(stamp for _, stamp in sorted(found))


def version(text: str) -> tuple[int, ...]:
    """The number of a version: (2,) for "v2" and "version 2"; empty where none is written."""
    match = _VERSION.search(text.lower())
    return tuple(int(part) for part in re.split(r"[._]", match.group(1))) if match else ()
