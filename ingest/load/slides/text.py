"""The paragraphs of a shape as HTML, those with bullets or numbers as nested lists."""

from collections.abc import Iterable, Sequence

from ingest.load.ooxml.drawing_text import line_html
from ingest.load.ooxml.html import tagged
from ingest.load.ooxml.lists import Lists
from ingest.load.ooxml.names import A
from ingest.load.ooxml.numerals import numeral
from ingest.load.ooxml.package import Element, number

_STEP = 360  # indentation of a level, in the unit of Lists
_MARKERS = {A + "buNone": "", A + "buChar": "bullet", A + "buBlip": "bullet", A + "buAutoNum": "number"}
_FORMS = {  # beginning of a numbering scheme -> format of the number
    "arabicDbPlain": "decimalFullWidth", "arabic1": "arabicAlpha", "arabic2": "arabicAbjad", "arabic": "decimal",
    "romanLc": "lowerRoman", "romanUc": "upperRoman", "alphaLc": "lowerLetter", "alphaUc": "upperLetter",
    "circleNum": "decimalEnclosedCircle", "ea1": "chineseCounting", "hebrew2": "hebrew2", "thaiAlpha": "thaiLetters",
    "thaiNum": "thaiNumbers", "hindiAlpha": "hindiVowels", "hindiNum": "hindiNumbers",
}  # fmt: skip
_ENDS = {"Period": ("", "."), "ParenR": ("", ")"), "ParenBoth": ("(", ")"), "Minus": ("", "-"), "Plain": ("", "")}


def body_html(paragraphs: Iterable[Element], styles: Sequence[Element]) -> str:
    """The a:p of a shape as HTML. styles: definitions of list levels that hold for it, nearest first."""
    pieces: list[str] = []
    lists = Lists(pieces.append)
    counts: dict[int, tuple[str, int]] = {}  # level -> (numbering scheme, number last used)
    for paragraph in paragraphs:
        html = line_html(paragraph).strip()
        if not html:
            continue
        properties = paragraph.find(A + "pPr")
        level = min(max(number(properties.get("lvl")), 0), 8) if properties is not None else 0
        marker = _marker(properties, level, styles)
        if marker is None or marker.tag == A + "buNone":
            counts.clear()
            lists.close(forget=True)
            pieces.append(tagged("p", html))
            continue
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        label = ""
        if marker.tag == A + "buAutoNum":
            label = _label(marker, level, counts)
        else:
            counts.pop(level, None)
        lists.item("", level, _STEP * (level + 1), label, html)
    lists.close(forget=True)
    return "".join(pieces)


def _marker(properties: Element | None, level: int, styles: Sequence[Element]) -> Element | None:
    """The element that says which bullet or number a paragraph has, its own or the nearest that it inherits."""
    levels = [properties, *(style.find(f"{A}lvl{level + 1}pPr") for style in styles)]
    for one in levels:
        for child in one if one is not None else ():
            if child.tag in _MARKERS:
                return child
    return None


def _label(marker: Element, level: int, counts: dict[int, tuple[str, int]]) -> str:
    scheme, start = marker.get("type", "arabicPeriod"), number(marker.get("startAt"), default=1)
    key = f"{scheme} {start}"
    last_scheme, last = counts.get(level, ("", 0))
    counts[level] = (key, last + 1 if last_scheme == key else start)
    form = next((form for name, form in _FORMS.items() if scheme.startswith(name)), "decimal")
    before, after = next((ends for name, ends in _ENDS.items() if scheme.endswith(name)), ("", "."))
    return before + numeral(counts[level][1], form) + after
