"""Whether a document meets a condition of a list: what is known of it goes in, the decision comes out (pure)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.core.dates import Stamp, stamps
from app.core.names import folder_of, words_of
from app.plan.lists import Listed
from app.plan.periods import Period, period_of


def meets(row: Mapping[str, Any], listed: Listed) -> bool:
    """Type, language, tag, collection and title; names in any case."""
    title = f"{row['name']} {row['title']}".casefold()
    return (
        (not listed.media_type or row["media_type"] == listed.media_type)
        and (not listed.language or row["language"] == listed.language)
        and (not listed.tag or listed.tag.casefold() in (tag.casefold() for tag in row["tags"]))
        and (not listed.collection or row["collection"].casefold() == listed.collection.casefold())
        and (not listed.titled or listed.titled.casefold() in title)
    )


def is_called(row: Mapping[str, Any], kind: str) -> bool:
    """Whether every word of the kind stands in the name, the title, the folder or the tags, in singular or plural."""
    own = words_of(" ".join((row["name"], row["title"], folder_of(row["source_uri"]), *row["tags"])))
    return all(any(same_word(word, other) for other in own) for word in words_of(kind))


def same_word(one: str, other: str) -> bool:
    return bool(_forms(one) & _forms(other))


def _forms(word: str) -> set[str]:
    """The word without the endings of a plural."""
    endings = ("", "s", "es", "e", "en", "n", "er", "ern", "x")
    forms = {word.removesuffix(ending) for ending in endings if len(word) - len(ending) > 2}
    return forms | ({f"{word[:-3]}y"} if word.endswith("ies") else set()) | {word}


def written(text: str) -> Stamp | None:
    """The first date that is written with its month, else the first year."""
    found = stamps(text)
    return next((one for one in found if one.month), found[0] if found else None)


def stamp_of(moment: datetime | None) -> Stamp | None:
    if moment is None:
        return None
    day = moment.astimezone().date()
    return Stamp(day.year, day.month, day.day)


def meant(period: Period, days: Sequence[Stamp | None]) -> Period:
    """A month without its year is the latest one of which there are documents."""
    years = [day.year for day in days if day and day.month == period.month]
    if not period.month or not period.since or not years:
        return period
    return period_of(min(max(years), period.since.year), period.month)


def within(day: Stamp | None, period: Period) -> bool:
    """Whether a date lies within; one without day or month only where all of it does."""
    if day is None:
        return False
    try:
        first = date(day.year, day.month or 1, day.day or 1)
        last = date(day.year, day.month or 12, day.day or 28)
    except ValueError:  # 31.06.: no day
        return False
    return (period.since is None or first >= period.since) and (period.until is None or last < period.until)
