"""Numbers in sections of digits: grouped, scaled, as percent, with an exponent, or with text between the digits."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from ingest.load.number_formats.codes import Token

_EXACT = Context(prec=700, rounding=ROUND_HALF_UP)
_MOST_DECIMALS = 127


@dataclass(frozen=True, slots=True)
class Rendered:
    """A number as its section shows it."""

    text: str
    value: Decimal  # that the text stands for


class Digits:
    """A section of the kind "number"."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        whole, decimals, exponent = _split(tokens)
        self._whole, scaling, self._grouped = _without_commas(whole)
        self._decimals, more, _ = _without_commas(decimals)
        self._exponent = exponent
        self._has_point = any(token.kind == "." for token in tokens)
        self._places = [token.text for token in self._decimals if token.kind == "digit"][:_MOST_DECIMALS]
        self._width = sum(token.kind == "digit" for token in self._whole)
        zeros = (index for index, token in enumerate(self._whole) if token == Token("digit", "0"))
        self._first_zero = next(zeros, len(self._whole))  # from here on, places without a digit hold a zero
        percents = sum(token.kind == "%" for token in tokens)
        self._shift = 2 * percents - 3 * (scaling + more)  # powers of ten between the value and its digits
        self.percent = percents == 1 and self._shift == 2

    def rendered(self, magnitude: Decimal) -> Rendered:
        """The text of a number that is not negative."""
        scaled = magnitude.scaleb(self._shift, _EXACT)
        power = self._power(scaled) if self._exponent else 0
        rounded = self._rounded(scaled.scaleb(-power, _EXACT))
        if self._exponent and rounded.adjusted() >= max(self._width, 1) and rounded:
            power += max(self._width, 1)
            rounded = self._rounded(scaled.scaleb(-power, _EXACT))
        whole, _, fraction = f"{rounded:f}".partition(".")
        decimals = self._fraction_text(fraction)
        point = "." if self._has_point and decimals else ""
        text = self._whole_text(whole.lstrip("0")) + point + decimals + self._exponent_text(power)
        return Rendered(text, rounded.scaleb(power - self._shift, _EXACT))

    def _rounded(self, number: Decimal) -> Decimal:
        return number.quantize(Decimal(1).scaleb(-len(self._places)), context=_EXACT)

    def _power(self, scaled: Decimal) -> int:
        """The exponent of ten that the section shows: any, or a multiple of the number of digits before the point."""
        if not scaled:
            return 0
        if self._width <= 1:
            return scaled.adjusted() + 1 - self._width
        return scaled.adjusted() // self._width * self._width

    def _whole_text(self, digits: str) -> str:
        """The digits before the point, the rightmost in the last place; those without a place precede the first."""
        if not self._width:
            return "".join(token.text for token in self._whole) + digits
        pieces: list[str] = []  # from right to left
        places, written = self._width, 0
        for index in range(len(self._whole) - 1, -1, -1):
            token = self._whole[index]
            if token.kind != "digit":
                pieces.append(token.text)
                continue
            places -= 1
            taken = digits[-1:] if places else digits
            digits = digits[: len(digits) - len(taken)]
            for digit in reversed(taken or ("0" if index >= self._first_zero else "")):
                pieces.append("," if self._grouped and written and written % 3 == 0 else "")
                pieces.append(digit)
                written += 1
        return "".join(reversed(pieces))

    def _fraction_text(self, digits: str) -> str:
        last = max((i for i, place in enumerate(self._places) if place == "0" or digits[i] != "0"), default=-1)
        pieces, index = [], 0
        for token in self._decimals:
            if token.kind != "digit":
                pieces.append(token.text)
            elif index < len(self._places):
                pieces.append(digits[index] if index <= last else "")
                index += 1
        return "".join(pieces)

    def _exponent_text(self, power: int) -> str:
        pieces = []
        digits = str(abs(power)).rjust(sum(token.kind == "digit" for token in self._exponent), "0")
        for token in self._exponent:
            if token.kind == "exponent":
                pieces.append("E" + ("-" if power < 0 else "+" if token.text == "e+" else ""))
            elif token.kind != "digit":
                pieces.append(token.text)
            else:
                pieces.append(digits)  # all of them at the first place
                digits = ""
        return "".join(pieces)


def _split(tokens: Sequence[Token]) -> tuple[list[Token], list[Token], list[Token]]:
    """(tokens before the point, behind it, from the exponent on)."""
    parts: tuple[list[Token], list[Token], list[Token]] = ([], [], [])
    place = 0
    for token in tokens:
        if token.kind == "exponent":
            place = 2
        elif token.kind == "." and place == 0:
            place = 1
            continue
        parts[place].append(token)
    return parts


def _without_commas(tokens: Sequence[Token]) -> tuple[list[Token], int, bool]:
    """(tokens, thousands that the commas behind the digits leave out, whether commas between digits group them)."""
    places = [index for index, token in enumerate(tokens) if token.kind == "digit"]
    kept, scaling, grouped = [], 0, False
    for index, token in enumerate(tokens):
        if token.kind != ",":
            kept.append(token)
        elif places and places[0] < index < places[-1]:
            grouped = True
        elif places and index > places[-1] and all(between.kind == "," for between in tokens[places[-1] + 1 : index]):
            scaling += 1
        else:
            kept.append(Token("text", ","))
    return kept, scaling, grouped
