"""Units and currencies as they are written in many languages, each as the name that CLDR gives it.

Names and symbols come from CLDR through Babel. Names that CLDR does not have stand in units.txt.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "ru", "pl", "sv", "tr", "hi", "ar", "zh", "ja", "ko")
_UNITS = (
    "duration-second duration-minute duration-hour duration-day duration-week duration-month duration-year "
    "mass-milligram mass-gram mass-kilogram mass-tonne mass-ton mass-pound mass-ounce "
    "length-millimeter length-centimeter length-meter length-kilometer length-inch length-foot length-yard length-mile "
    "area-square-meter area-square-kilometer area-hectare area-acre volume-milliliter volume-liter volume-cubic-meter "
    "volume-gallon temperature-celsius temperature-fahrenheit speed-kilometer-per-hour speed-mile-per-hour "
    "speed-meter-per-second power-watt power-kilowatt power-megawatt energy-kilowatt-hour electric-volt "
    "electric-ampere "
    "concentr-percent digital-byte digital-kilobyte digital-megabyte digital-gigabyte digital-terabyte "
    "pressure-bar pressure-hectopascal frequency-hertz frequency-kilohertz frequency-megahertz frequency-gigahertz"
).split()
_CURRENCIES = "EUR USD GBP CHF JPY CNY SEK NOK DKK PLN CZK HUF INR RUB TRY BRL MXN CAD AUD SAR AED EGP KRW".split()
# Unit -> its dimension and its size in the smallest unit. A month has no fixed number of days.
_SIZES = {
    "duration-second": ("time", 1),
    "duration-minute": ("time", 60),
    "duration-hour": ("time", 3600),
    "duration-day": ("time", 86_400),
    "duration-week": ("time", 604_800),
    "duration-month": ("months", 1),
    "duration-year": ("months", 12),
    "mass-milligram": ("mass", 1),
    "mass-gram": ("mass", 1_000),
    "mass-kilogram": ("mass", 1_000_000),
    "mass-tonne": ("mass", 1_000_000_000),
    "length-millimeter": ("length", 1),
    "length-centimeter": ("length", 10),
    "length-meter": ("length", 1_000),
    "length-kilometer": ("length", 1_000_000),
    "power-watt": ("power", 1),
    "power-kilowatt": ("power", 1_000),
    "power-megawatt": ("power", 1_000_000),
    "volume-milliliter": ("volume", 1),
    "volume-liter": ("volume", 1_000),
}
_LONGEST_ENDING = 2  # letters that inflection adds to a name: Tage, Tagen
_INFLECTED_FROM = 4  # letters of a name to which an ending may be added
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LINK = re.compile(r"^(?:d['’]|(?:de|of|di)\s)\s*")  # 2 millions d'euros
_PLACEHOLDER = re.compile(r"\{0\}")
_FORMS = frozenset(("zero", "one", "two", "few", "many", "other"))


def unit_after(text: str) -> frozenset[str]:
    """The units that the beginning of a text may name; empty when it names none. text: what follows a number."""
    text = _LINK.sub("", text.lstrip(" \u00a0\u202f-\t").casefold())
    names = _names()
    word = _LETTERS.match(text)
    longest = word.group() if word else ""
    for length in range(min(_longest_name(), len(text)), 0, -1):
        units = names.get(text[:length])
        if units and _ends_there(text, length):
            return units
    for cut in range(1, _LONGEST_ENDING + 1):
        stem = longest[:-cut]
        if len(stem) >= _INFLECTED_FROM and stem in names:
            return names[stem]
    return frozenset()


def in_base_units(value: Decimal, unit: str) -> Iterator[tuple[str, Decimal]]:
    """(dimension, value in its smallest unit) of a quantity; nothing for a unit that has no other of its dimension."""
    if unit in _SIZES:
        dimension, size = _SIZES[unit]
        yield dimension, (value * size).normalize()


def unit_before(text: str) -> frozenset[str]:
    """The currency that stands at the end of a text, such as "EUR " or "€". text: what precedes a number."""
    text = text.rstrip(" \u00a0\u202f").casefold()
    for length in range(min(4, len(text)), 0, -1):
        written = text[-length:]
        units = _currency_marks().get(written)
        if units and not (written.isalpha() and text[:-length][-1:].isalpha()):
            return units
    return frozenset()


def _ends_there(text: str, length: int) -> bool:
    """Whether a name ends a word, which in scripts without spaces every name does."""
    last, following = text[length - 1], text[length : length + 1]
    return not (last.isalpha() and following.isalpha() and ord(last) < 0x0E00)


@cache
def _longest_name() -> int:
    return max(map(len, _names()))


@cache
def _names() -> dict[str, frozenset[str]]:
    """Written form, case folded -> the units it may mean."""
    names: dict[str, set[str]] = {}
    for written, unit in _from_cldr():
        names.setdefault(written.casefold().strip(" \u00a0"), set()).add(unit)
    names.update({written: set(units) for written, units in _informal().items()})
    return {written: frozenset(units) for written, units in names.items() if written}


@cache
def _informal() -> dict[str, frozenset[str]]:
    """The names of units.txt. They replace the meaning that a single language gives a name."""
    names: dict[str, frozenset[str]] = {}
    for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            units, _, written = line.partition(" = ")
            names |= {name.strip(): frozenset(units.split()) for name in written.split(",")}
    return names


@cache
def _currency_marks() -> dict[str, frozenset[str]]:
    codes = {code.casefold(): frozenset((code,)) for code in _CURRENCIES}
    marks = {written: units for written, units in _informal().items() if not written.isalpha()}
    return {**codes, **marks}


def _from_cldr() -> Iterator[tuple[str, str]]:
    """(written form, unit) of every unit and language."""
    for language in _LANGUAGES:
        locale = Locale.parse(language)
        patterns = locale._data["unit_patterns"]  # Babel has no public list of a unit's plural forms
        for unit in _UNITS:
            for width in ("long", "short", "narrow"):
                forms = patterns.get(unit, {}).get(width, {})
                for form in set(forms) & _FORMS:
                    written = _PLACEHOLDER.sub("", forms[form]).strip(" \u00a0\u202f-")
                    if written:
                        yield written, unit
        for code in _CURRENCIES:
            yield locale.currencies.get(code, code), code
    for code in _CURRENCIES:
        yield code, code
