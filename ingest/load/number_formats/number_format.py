"""A number format and a stored value go in, the text that the program shows comes out."""

from dataclasses import dataclass
from decimal import Decimal

from ingest.load.number_formats.codes import LONGEST_CODE, Section, sections
from ingest.load.number_formats.digits import Digits, Rendered
from ingest.load.number_formats.fractions import Parts
from ingest.load.number_formats.general import beside, general, plain, stored
from ingest.load.number_formats.moments import Form, moment

_NEARLY = Decimal("1e-11")  # by which a text's value may differ from the stored one, relative to it
_MINUS = ("-", "−", "(")
_MOST_KEPT = 10_000  # texts that one format remembers


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored number as its format shows it."""

    text: str  # empty where the format hides it
    beside: str = ""  # the number itself, where the text does not say it

    def __str__(self) -> str:
        return f"{self.text} ({self.beside})" if self.text and self.beside else self.text or self.beside


class NumberFormat:
    """A format code, for example `#,##0.00 "€"`. from_1904: days are counted from 1904."""

    def __init__(self, code: str, *, from_1904: bool = False) -> None:
        self._is_general = code.strip().lower() in ("", "general") or len(code) > LONGEST_CODE
        self._from_1904 = from_1904
        parts = [] if self._is_general else sections(code)
        self._text = next((part for part in parts[3:4] or parts[-1:] if part.kind == "text" or len(parts) == 4), None)
        numbers = parts[:3] if self._text is None or len(parts) == 4 else parts[:-1]
        self._sections = [_SectionText(part, from_1904=from_1904) for part in numbers]
        self._conditional = any(part.condition for part in numbers)
        self._kept: dict[str, Shown] = {}

    def number(self, raw: str) -> Shown:
        """A stored number; what is no number is shown as it is."""
        if self._is_general and plain(raw):
            return Shown(raw)
        kept = self._kept.get(raw)
        if kept is None:
            kept = self._number(raw)
            if len(self._kept) < _MOST_KEPT:
                self._kept[raw] = kept
        return kept

    def text(self, value: str) -> str:
        """A stored text: most formats show it as it is. One that the format hides stays."""
        if self._text is None:
            return value
        return "".join(value if token.kind == "at" else token.text for token in self._text.tokens).strip() or value

    def _number(self, raw: str) -> Shown:
        value = stored(raw)
        if value is None:
            return Shown(raw.strip())
        if not self._sections:
            return Shown(general(value))
        index = self._index(value)
        if index is None:
            return Shown(general(value))
        return self._sections[index].shown(value, signed=self._signed(index))

    def _index(self, value: Decimal) -> int | None:
        """The section for a value; None where none is."""
        count = len(self._sections)
        if not self._conditional:
            if count == 1 or value > 0 or (not value and count == 2):
                return 0
            return 1 if value < 0 else 2
        for index, part in enumerate(self._sections):
            condition = part.condition
            if condition is not None and condition.holds(value):
                return index
            if condition is None and (index == count - 1 or (value > 0 if index == 0 else value < 0)):
                return index
        return None

    def _signed(self, index: int) -> bool:
        """Whether a negative number needs its sign: not in a section that is for negative numbers alone."""
        condition = self._sections[index].condition
        if condition is not None:
            return not condition.only_negative
        alone = index == 1 and (not self._conditional or len(self._sections) > 2)
        return not alone


class _SectionText:
    """One section of a format for numbers."""

    def __init__(self, section: Section, *, from_1904: bool) -> None:
        self.condition = section.condition
        self._from_1904 = from_1904
        self._section = section
        self._kind = section.kind
        self._digits = Digits(section.tokens) if self._kind == "number" else None
        self._fraction = Parts(section) if self._kind == "fraction" else None
        self._moment = Form(section) if self._kind == "moment" else None

    def shown(self, value: Decimal, *, signed: bool) -> Shown:
        """A value that this section is for."""
        if self._moment is not None:
            return self._moment_shown(value, self._moment)
        if self._kind == "literal":
            return self._literal_shown(value)
        rendered = self._rendered(abs(value))
        if rendered is None:
            return Shown(general(value))
        text = " ".join(rendered.text.split())
        text = f"-{text}" if signed and value < 0 else text
        same = abs(rendered.value - abs(value)) <= abs(value) * _NEARLY
        if same and (value >= 0 or any(sign in text for sign in _MINUS)):
            return Shown(text)
        return Shown(text, self._value(value))

    def _rendered(self, magnitude: Decimal) -> Rendered | None:
        if self._digits is not None:
            return self._digits.rendered(magnitude)
        if self._fraction is not None:
            return self._fraction.rendered(magnitude)
        number = general(magnitude)
        tokens = self._section.tokens
        return Rendered(
            "".join(number if token.kind in ("general", "at") else token.text for token in tokens), magnitude
        )

    def _value(self, value: Decimal) -> str:
        if self._digits is not None and self._digits.percent:
            return f"{beside(value.scaleb(2))}%"
        return beside(value)

    def _literal_shown(self, value: Decimal) -> Shown:
        """A text instead of the number: enough for zero and for a single value, else the number stands beside it."""
        text = " ".join("".join(token.text for token in self._section.tokens).split())
        single = self.condition is not None and self.condition.operator == "="
        return Shown(text, "" if not value or (single and text) else beside(value))

    def _moment_shown(self, value: Decimal, form: Form) -> Shown:
        at = moment(value, from_1904=self._from_1904, places=form.places)
        if at is None:
            return Shown(general(value))
        text = " ".join(form.text(at).split())
        return Shown(text, "" if form.says_all(at) and text else form.beside(at))
