"""What a frame or shape of an OpenDocument file says: boxes of text, objects, alternative texts."""

from dataclasses import dataclass, field

from ingest.load.odf.document import Open
from ingest.load.odf.names import DRAW, MATH, SVG, TABLE, TEXT, XLINK
from ingest.load.odf.objects import chart_html, chart_of, formula_html
from ingest.load.odf.package import Element
from ingest.load.ooxml.html import described

FRAME = DRAW + "frame"
SHAPES = frozenset(
    DRAW + name
    for name in "custom-shape rect ellipse circle line connector measure polyline polygon regular-polygon path caption "
    "page-thumbnail".split()
)
GROUPS = frozenset((DRAW + "g", DRAW + "a", DRAW + "layer-set"))
_BLOCKS = frozenset((TEXT + "p", TEXT + "h", TEXT + "list", TABLE + "table"))
_MEDIA = frozenset((DRAW + "plugin", DRAW + "applet"))


@dataclass(slots=True)
class Drawn:
    """What a frame holds."""

    inline: str = ""  # HTML that belongs into the paragraph
    after: list[Element | str] = field(default_factory=list)  # boxes to read, and HTML, that stand after it


def drawn(document: Open, element: Element) -> Drawn:
    """What a frame or shape holds."""
    result = Drawn(alternative(element))
    if element.tag in SHAPES:
        if any(child.tag in _BLOCKS for child in element):
            result.after.append(element)
        return result
    for child in element:
        tag = child.tag
        if tag == DRAW + "text-box" or tag == TABLE + "table":
            result.after.append(child)
        elif tag == DRAW + "object":
            _add_object(document, child, result)
        elif tag == DRAW + "image":
            document.count("picture")
            if any(inner.tag in _BLOCKS for inner in child):
                result.after.append(child)
        elif tag in _MEDIA:
            document.count("recording")
        elif tag == DRAW + "floating-frame":
            document.count("linked document")
    return result


def alternative(element: Element) -> str:
    """The alternative text of a frame, shape or group as HTML."""
    words = [" ".join((element.findtext(SVG + name) or "").split()) for name in ("title", "desc")]
    text = ": ".join(dict.fromkeys(filter(None, words)))
    return described(text) if text else ""


def _add_object(document: Open, element: Element, result: Drawn) -> None:
    """A formula stands in the line, a chart behind it; documents within the document are read elsewhere."""
    root = next(iter(element), None)
    if root is None:
        root = document.file.object(element.get(XLINK + "href", ""))
    if root is None:
        return
    if root.tag == MATH + "math":
        result.inline += formula_html(root)
        return
    chart = chart_of(root)
    if chart is not None:
        result.after.append(chart_html(chart))
