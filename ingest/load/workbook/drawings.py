"""What is drawn on a sheet, as HTML: boxes of text, charts, diagrams, form controls, alternative texts."""

from collections import Counter
from collections.abc import Iterator

from ingest.load.ooxml.alternatives import chosen
from ingest.load.ooxml.charts import chart_html
from ingest.load.ooxml.diagrams import diagram_html
from ingest.load.ooxml.drawing_text import line_html
from ingest.load.ooxml.html import described, safe, tagged
from ingest.load.ooxml.names import CX, DGM, MC, XDR, A, C, R, V, X
from ingest.load.ooxml.package import Element, Package, number

_CHARTS = (C + "chart", CX + "chart")
_NOTE = "Note"  # kind of the box that an old program draws for a cell's note


class Drawings:
    """Reads the drawings of sheets; counts in `left_out` what cannot be read."""

    def __init__(self, package: Package, left_out: Counter[str]) -> None:
        self._package = package
        self._left_out = left_out

    def html(self, sheet: str) -> str:
        """The drawings of a sheet's part, from top to bottom."""
        pieces: list[str] = []
        for part in self._package.related(sheet, "drawing"):
            anchors = sorted(self._package.beside(part), key=_place)
            for anchor in anchors:
                pieces += self._anchored(part, anchor)
        for part in self._package.related(sheet, "vmlDrawing"):
            pieces += _controls(self._package.beside(part))
        return "".join(pieces)

    def _anchored(self, part: str, anchor: Element) -> Iterator[str]:
        relations = self._package.relations(part)
        stack = [iter((anchor,))]
        while stack:
            element = next(stack[-1], None)
            if element is None:
                stack.pop()
                continue
            tag = element.tag
            if tag == A + "p":
                yield tagged("p", line_html(element).strip())
            elif tag in _CHARTS or tag == DGM + "relIds":
                relation = relations.get(element.get(R + ("dm" if tag == DGM + "relIds" else "id"), ""))
                if relation is not None and not relation.external:
                    read = diagram_html if tag == DGM + "relIds" else chart_html
                    yield read(self._package, relation.target)
            elif tag == MC + "AlternateContent":
                form = chosen(element)
                stack.append(iter(form if form is not None else ()))
            else:
                if tag == XDR + "cNvPr":
                    text = element.get("descr") or element.get("title") or ""
                    yield tagged("p", described(text)) if text.strip() else ""
                self._left_out["picture"] += tag == XDR + "pic"
                stack.append(iter(element))


def _place(anchor: Element) -> tuple[int, int]:
    """(row, column) of an anchor's upper left corner."""
    start = anchor.find(XDR + "from")
    if start is None:
        return 0, 0
    return number(start.findtext(XDR + "row")), number(start.findtext(XDR + "col"))


def _controls(root: Element) -> Iterator[str]:
    """The labels of buttons and boxes of a form."""
    for shape in root.iter(V + "shape"):
        data = shape.find(X + "ClientData")
        if data is None or data.get("ObjectType") == _NOTE:
            continue
        text = " ".join("".join(box.itertext()).strip() for box in shape.iter(V + "textbox")).strip()
        if text:
            yield tagged("p", f"Form control: {safe(text)}")
