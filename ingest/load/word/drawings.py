"""What a drawing, picture or embedded object of a Word document says: boxes of text, charts, alternative text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ingest.load.ooxml.alternatives import chosen
from ingest.load.ooxml.drawing_text import plain_text
from ingest.load.ooxml.names import CX, DGM, MC, PIC, WP, WPS, A, C, O, R, V, W
from ingest.load.ooxml.package import Element

Kind = Literal["picture", "described", "text", "box", "chart", "diagram", "object", "control"]

_DESCRIBED = frozenset((WP + "docPr", PIC + "cNvPr", WPS + "cNvPr", A + "cNvPr"))
_RELATED: dict[str, tuple[Kind, str]] = {
    C + "chart": ("chart", R + "id"),
    CX + "chart": ("chart", R + "id"),
    DGM + "relIds": ("diagram", R + "dm"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A thing in a drawing. value: its text, the id of the part that holds it, or the program of an object."""

    kind: Kind
    value: str = ""
    element: Element | None = None


def drawn(drawing: Element) -> Iterator[Drawn]:
    """The things in a w:drawing, w:pict or w:object in order; boxes are not entered."""
    stack = [iter((drawing,))]
    said: set[str] = set()  # a picture says its alternative text at two places
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        tag = element.tag
        if tag == W + "txbxContent":
            yield Drawn("box", element=element)
        elif tag == A + "p":
            yield Drawn("text", plain_text(element))
        elif tag == MC + "AlternateContent":
            form = chosen(element)
            stack.append(iter(form if form is not None else ()))
        elif tag in _RELATED:
            kind, attribute = _RELATED[tag]
            yield Drawn(kind, element.get(attribute, ""))
        else:
            for one in _at(element):
                if one.kind != "described" or one.value not in said:
                    yield one
                said.add(one.value)
            stack.append(iter(element))


def _at(element: Element) -> Iterator[Drawn]:
    """What the attributes of an element say."""
    tag = element.tag
    text = ""
    if tag in _DESCRIBED:
        text = element.get("descr") or element.get("title") or ""
    elif tag.startswith(V):
        text = element.get("alt") or ""
        if tag == V + "textpath" and element.get("string"):
            yield Drawn("text", element.get("string"))
    elif tag == O + "OLEObject":
        yield Drawn("object", element.get("ProgID", ""))
    elif tag == W + "control":
        yield Drawn("control")
    if tag in (PIC + "pic", V + "imagedata"):
        yield Drawn("picture")
    if text.strip():
        yield Drawn("described", text)
