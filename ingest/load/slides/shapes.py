"""The shapes of a slide as HTML, from top to bottom: text, tables, charts, diagrams, pictures' alternative text."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from ingest.load.ooxml.alternatives import chosen
from ingest.load.ooxml.charts import chart_html
from ingest.load.ooxml.diagrams import diagram_html
from ingest.load.ooxml.drawing_text import line_html, plain_lines
from ingest.load.ooxml.html import described, tagged
from ingest.load.ooxml.names import CX, DGM, MC, A, C, P, R
from ingest.load.ooxml.package import Element, Package, number
from ingest.load.slides.layouts import Inherited, Layouts, place, placeholder
from ingest.load.slides.text import body_html

TITLES = frozenset(("title", "ctrTitle"))
_REPEATED = frozenset(("ftr", "hdr", "dt"))  # the same on every slide
_GRAPHICS = {C + "chart": ("chart", R + "id"), CX + "chart": ("chart", R + "id"), DGM + "relIds": ("diagram", R + "dm")}
_RECORDINGS = ("videoFile", "audioFile", "wavAudioFile", "quickTimeFile")
_MOST_SPAN = 100  # columns or rows that a cell may cover


class Shapes:
    """Reads the shapes of a presentation's slides."""

    def __init__(self, package: Package, layouts: Layouts, left_out: Counter[str]) -> None:
        self._package = package
        self._layouts = layouts
        self._left_out = left_out
        self._said: set[str] = set()  # footers and dates that were written
        self._shown: set[str] = set()  # charts and diagrams that were read

    def title(self, slide: Element) -> str:
        """The title of a slide in one line, "" without one."""
        titles = []
        for shape in slide.iter(P + "sp"):
            filled = placeholder(shape)
            if filled is not None and filled.type in TITLES:
                titles.append(" ".join(plain_lines(shape.find(P + "txBody")).split()))
        return " ".join(titles).strip()

    def html(self, part: str, root: Element, *, without: Collection[str]) -> Iterator[str]:
        """HTML of each shape in reading order. without: types of placeholders to leave out."""
        for shape in self._in_order(part, root):
            filled = placeholder(shape)
            if filled is None or filled.type not in without:
                yield self._shape(part, shape)

    def fixed_html(self, part: str) -> Iterator[str]:
        """HTML of what a layout or master itself shows on every slide."""
        for shape in self._in_order(part, self._layouts.root(part)):
            if placeholder(shape) is None:
                yield self._shape(part, shape)

    def _in_order(self, part: str, root: Element) -> Iterator[Element]:
        """Shapes from top to bottom, those of a group together. Alternatives and groups may be nested deeply."""
        tree = root.find(f"{P}cSld/{P}spTree")
        stack = [iter(self._sorted(part, tree if tree is not None else ()))]
        while stack:
            shape = next(stack[-1], None)
            if shape is None:
                stack.pop()
                continue
            if shape.tag == P + "grpSp":
                stack.append(iter(self._sorted(part, shape)))
            yield shape

    def _sorted(self, part: str, shapes: Iterable[Element]) -> list[Element]:
        return sorted(_flat(shapes), key=lambda shape: self._place(part, shape))

    def _place(self, part: str, shape: Element) -> tuple[int, int]:
        own = place(shape)
        filled = placeholder(shape) if own is None else None
        if filled is not None:
            own = self._layouts.inherited(part, filled).place
        return own or (0, 0)

    # --------------------------------------------------------------------------------------------------- one shape

    def _shape(self, part: str, shape: Element) -> str:
        filled = placeholder(shape)
        if filled is not None and filled.type == "sldNum":
            return ""
        html = ""
        if shape.tag == P + "sp":
            inherited = self._layouts.inherited(part, filled) if filled is not None else Inherited()
            html = _text_html(shape.find(P + "txBody"), inherited)
        elif shape.tag == P + "graphicFrame":
            html = self._frame(part, shape)
        if filled is not None and filled.type in _REPEATED:
            return self._once(shape, html)
        return tagged("p", self._described(shape)) + html

    def _once(self, shape: Element, html: str) -> str:
        """A footer or typed date where it first stands; one that PowerPoint renews is left out."""
        key = plain_lines(shape.find(P + "txBody"))
        if key in self._said or any(one.get("type", "").startswith("datetime") for one in shape.iter(A + "fld")):
            return ""
        self._said.add(key)
        return html

    def _described(self, shape: Element) -> str:
        """Alternative text; pictures and recordings are counted."""
        if shape.tag == P + "pic":
            recording = any(element.tag in (A + name for name in _RECORDINGS) for element in shape.iter())
            self._left_out["recording" if recording else "picture"] += 1
        properties = shape.find(f"*/{P}cNvPr")
        text = (properties.get("descr") or properties.get("title") or "") if properties is not None else ""
        return described(text) if text.strip() else ""

    def _frame(self, part: str, frame: Element) -> str:
        pieces = []
        for element in frame.iter(A + "tbl", *_GRAPHICS):
            if element.tag == A + "tbl":
                pieces.append(_table_html(element))
                continue
            kind, attribute = _GRAPHICS[element.tag]
            relation = self._package.relations(part).get(element.get(attribute, ""))
            if relation is None or relation.external:
                self._left_out[kind] += 1
                continue
            if relation.target in self._shown:
                continue  # a hostile file shows the same large chart thousands of times
            self._shown.add(relation.target)
            read = chart_html if kind == "chart" else diagram_html
            pieces.append(read(self._package, relation.target))
        return "".join(pieces)


def _flat(shapes: Iterable[Element]) -> list[Element]:
    """Shapes with the chosen form of those that stand in the file twice."""
    found: list[Element] = []
    stack = [iter(shapes)]
    while stack:
        shape = next(stack[-1], None)
        if shape is None:
            stack.pop()
        elif shape.tag == MC + "AlternateContent":
            form = chosen(shape)
            stack.append(iter(form if form is not None else ()))
        elif shape.tag in (P + "sp", P + "grpSp", P + "graphicFrame", P + "pic", P + "cxnSp"):
            found.append(shape)
    return found


def _text_html(body: Element | None, inherited: Inherited) -> str:
    if body is None:
        return ""
    own = body.find(A + "lstStyle")
    styles = ([own] if own is not None else []) + inherited.lists
    return body_html(body.iterchildren(A + "p"), styles)


def _table_html(table: Element) -> str:
    properties = table.find(A + "tblPr")
    rows = list(table.iterchildren(A + "tr"))
    marked = properties is not None and properties.get("firstRow") in ("1", "true") and len(rows) > 1
    pieces = ["<table>"]
    for index, row in enumerate(rows):
        pieces.append("<thead><tr>" if marked and index == 0 else "<tr>")
        tag = "th" if marked and index == 0 else "td"
        pieces.extend(_cell_html(tag, cell, len(rows) - index) for cell in row.iterchildren(A + "tc"))
        pieces.append("</tr></thead>" if marked and index == 0 else "</tr>")
    return "".join(pieces) + "</table>"


def _cell_html(tag: str, cell: Element, rows_left: int) -> str:
    paragraphs = "".join(tagged("p", line_html(one).strip()) for one in cell.iterfind(f"{A}txBody/{A}p"))
    if cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true"):
        return f"<{tag}>{paragraphs}</{tag}>" if paragraphs else ""
    columns = min(number(cell.get("gridSpan"), default=1), _MOST_SPAN)
    rows = min(number(cell.get("rowSpan"), default=1), rows_left)
    spans = (f' colspan="{columns}"' if columns > 1 else "") + (f' rowspan="{rows}"' if rows > 1 else "")
    return f"<{tag}{spans}>{paragraphs}</{tag}>"
