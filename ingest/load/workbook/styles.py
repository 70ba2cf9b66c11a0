"""What the styles of a workbook say about the meaning of cells: number format, struck out, bold."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.load.number_formats.built_in import built_in
from ingest.load.number_formats.number_format import NumberFormat
from ingest.load.ooxml.names import S
from ingest.load.ooxml.package import Element, number, switched_on


@dataclass(frozen=True, slots=True)
class Style:
    """A style that cells refer to by number."""

    format: NumberFormat
    struck: bool = False
    bold: bool = False


def styles(root: Element | None, *, from_1904: bool) -> list[Style]:
    """The cell styles of a workbook, at least one. root: of its part with styles."""
    plain = Style(NumberFormat("General", from_1904=from_1904))
    if root is None:
        return [plain]
    codes = {number(one.get("numFmtId")): one.get("formatCode", "") for one in root.iterfind(f"{S}numFmts/{S}numFmt")}
    fonts = list(_fonts(root))
    formats: dict[int, NumberFormat] = {}
    result = []
    for one in root.iterfind(f"{S}cellXfs/{S}xf"):
        key, font = number(one.get("numFmtId")), number(one.get("fontId"))
        if key not in formats:
            formats[key] = NumberFormat(codes.get(key) or built_in(key), from_1904=from_1904)
        struck, bold = fonts[font] if 0 <= font < len(fonts) else (False, False)
        result.append(Style(formats[key], struck, bold))
    return result or [plain]


def _fonts(root: Element) -> Iterator[tuple[bool, bool]]:
    """(struck out, bold) of each font."""
    for font in root.iterfind(f"{S}fonts/{S}font"):
        yield switched_on(font.find(S + "strike"), "val"), switched_on(font.find(S + "b"), "val")
