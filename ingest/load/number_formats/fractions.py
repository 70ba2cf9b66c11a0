"""Numbers in sections with a line of a fraction: `# ?/?`, `# ??/16`."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from ingest.load.number_formats.codes import Section, Token, fraction_parts
from ingest.load.number_formats.digits import Rendered

_MOST_DIGITS = 5  # of a denominator
_LARGEST = Decimal(10**15)


class Parts:
    """A section of the kind "fraction"."""

    def __init__(self, section: Section) -> None:
        before, numerator, denominator, self._after = fraction_parts(section.tokens)
        last = max((index for index, token in enumerate(before) if token.kind == "digit"), default=-1)
        self._before, self._between = before[: last + 1], before[last + 1 :]
        self._has_whole = last >= 0
        self._whole_zero = any(token.text == "0" for token in before if token.kind == "digit")
        self._keep_zero = any(token.text == "0" for token in numerator)
        written = "".join(token.text for token in denominator)
        fixed = written.replace("#", "0").replace("?", "0")
        self._fixed = min(int(fixed), 10**_MOST_DIGITS) if int(fixed) else 0
        self._limit = 10 ** min(len(written), _MOST_DIGITS) - 1

    def rendered(self, magnitude: Decimal) -> Rendered | None:
        """The text of a number that is not negative; None for one that no fraction is needed for."""
        if magnitude >= _LARGEST:
            return None
        exact = Fraction(magnitude)
        whole = int(exact) if self._has_whole else 0
        part = exact - whole
        if self._fixed:
            numerator, denominator = int(part * self._fixed + Fraction(1, 2)), self._fixed
        else:
            near = part.limit_denominator(self._limit)
            numerator, denominator = near.numerator, near.denominator
        if self._has_whole and numerator == denominator:
            whole, numerator = whole + 1, 0
        value = Decimal(whole) + Decimal(numerator) / Decimal(denominator)
        return Rendered(self._text(whole, numerator, denominator), value)

    def _text(self, whole: int, numerator: int, denominator: int) -> str:
        line = f"{numerator}/{denominator}" if numerator or self._keep_zero or not self._has_whole else ""
        if not self._has_whole:
            return _texts(self._between) + line + _texts(self._after)
        number = str(whole) if whole or self._whole_zero or not line else ""
        between = _texts(self._between) if number and line else ""
        return _texts(self._before) + number + (between or " " * bool(number and line)) + line + _texts(self._after)


def _texts(tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens if token.kind != "digit")
