"""A format code as sections of tokens: `#,##0.00;[Red]-0;"none";@` has four."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal

from ingest.load.number_formats.languages import LOCAL, Language, language

LONGEST_CODE = 1_000  # characters; programs accept 255
_MOST_SECTIONS = 4
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.?)|_(?P<space>.?)|\*(?P<fill>.?)|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<general>general)|(?P<half>am/pm|a/p|上午/下午)|(?P<exponent>e[+-])"
    r"|(?P<moment>y+|m+|d+|h+|s+|e+|b+|g+)|(?P<digit>[0#?])|(?P<at>@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+(?:e[+-]?\d+)?)", re.IGNORECASE)

Kind = Literal["moment", "general", "text", "number", "fraction", "literal"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a section."""

    kind: str  # text, digit, exponent, moment, elapsed, half (AM/PM), general, at, or one of the signs . , %
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """The values that a section is for: [>=100]."""

    operator: str
    bound: Decimal

    def holds(self, value: Decimal) -> bool:
        """Whether a value meets it."""
        return {
            "<": value < self.bound,
            "<=": value <= self.bound,
            ">": value > self.bound,
            ">=": value >= self.bound,
            "=": value == self.bound,
            "<>": value != self.bound,
        }[self.operator]

    @property
    def only_negative(self) -> bool:
        """Whether every value that meets it is negative."""
        return (self.operator == "<" and self.bound <= 0) or (self.operator in ("<=", "=") and self.bound < 0)


@dataclass(slots=True)
class Section:
    """One of the forms of a format."""

    tokens: list[Token] = field(default_factory=list)
    condition: Condition | None = None
    language: Language | None = None  # that names months and weekdays
    local: bool = False  # the reader's own settings decide how the moment looks

    @property
    def kind(self) -> Kind:
        """What the section shows."""
        kinds = {token.kind for token in self.tokens}
        if self.local or kinds & {"moment", "elapsed", "half"}:
            return "moment"
        if "general" in kinds:
            return "general"
        if "at" in kinds:
            return "text"
        if "digit" not in kinds:
            return "literal"
        return "fraction" if _slash(self.tokens) is not None else "number"


def sections(code: str) -> list[Section]:
    """The sections of a format code, at most four."""
    result = [Section()]
    for token in _tokens(code[:LONGEST_CODE]):
        if token.kind == "end":
            result.append(Section())
        elif token.kind == "bracket":
            _bracket(token.text, result[-1])
        else:
            result[-1].tokens.append(token)
    return result[:_MOST_SECTIONS]


def fraction_parts(tokens: list[Token]) -> tuple[list[Token], list[Token], list[Token], list[Token]]:
    """(before the numerator, numerator, denominator, behind it) of a section of the kind "fraction"."""
    slash = _slash(tokens)
    assert slash is not None  # noqa: S101  # a section of this kind has one
    first = slash
    while first and tokens[first - 1].kind == "digit":
        first -= 1
    last = slash + 1
    while last < len(tokens) and _in_denominator(tokens[last]):
        last += 1
    return tokens[:first], tokens[first:slash], tokens[slash + 1 : last], tokens[last:]


def _slash(tokens: list[Token]) -> int | None:
    """Index of the line of a fraction."""
    for index in range(1, len(tokens) - 1):
        if tokens[index] == Token("text", "/") and tokens[index - 1].kind == "digit":
            return index if _in_denominator(tokens[index + 1]) else None
    return None


def _in_denominator(token: Token) -> bool:
    return token.kind == "digit" or (token.kind == "text" and len(token.text) == 1 and token.text in "123456789")


def _tokens(code: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(code):
        name, text = match.lastgroup or "other", match.group(match.lastgroup or "other")
        if name == "space":
            yield Token("text", " ")
        elif name == "other" and text == ";":
            yield Token("end", text)
        elif name in ("quoted", "escaped", "other"):
            yield Token("text" if name != "other" or text not in ".,%" else text, text)
        elif name != "fill":
            yield Token(name, text if name in ("bracket", "at") else text.lower())


def _bracket(text: str, section: Section) -> None:
    """Read what stands in brackets: time that goes on counting, a condition, a currency, a language; not colours."""
    condition = _CONDITION.fullmatch(text.strip())
    if text.startswith("$"):
        currency, _, tag = text[1:].partition("-")
        if currency:
            section.tokens.append(Token("text", currency))
        if tag.lower() in LOCAL:
            section.local = True
        elif tag:
            section.language = language(tag)
    elif _ELAPSED.fullmatch(text) and len(set(text.lower())) == 1:
        section.tokens.append(Token("elapsed", text.lower()))
    elif condition:
        try:
            section.condition = Condition(condition.group(1), Decimal(condition.group(2)))
        except InvalidOperation:
            return
