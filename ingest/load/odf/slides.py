"""OpenDocument presentations and drawings: slides with their titles, shapes from top to bottom, notes, comments."""

import re
from collections.abc import Iterator

from ingest.load.extracted import Builder
from ingest.load.html_text import html_text
from ingest.load.odf.blocks import Blocks
from ingest.load.odf.document import Open, margins_of
from ingest.load.odf.frames import FRAME, GROUPS
from ingest.load.odf.names import DRAW, OFFICE, PRESENTATION, STYLE, SVG, TEXT
from ingest.load.odf.package import Element
from ingest.load.ooxml.html import labelled, lines, safe, tagged

_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)\s*(cm|mm|in|pt|pc|px)?")
_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6, "px": 2.54 / 96}
_TRANSLATED = re.compile(r"translate\s*\(\s*(\S+?)[\s,]+(\S+?)\s*\)")
_TITLES = frozenset(("title",))
_DECLARED = frozenset(PRESENTATION + f"{name}-decl" for name in ("header", "footer", "date-time"))
_AROUND_NOTES = frozenset(("page", "header", "footer", "date-time", "page-number"))
_DEEPEST_GROUP = 20


def add_slides(builder: Builder, document: Open, body: Element, *, drawing: bool) -> None:
    """Add slides, or the pages of a drawing. body: office:presentation or office:drawing."""
    for number, page in enumerate(body.iterchildren(DRAW + "page"), start=1):
        html = "".join(_slide(document, page))
        builder.add_part(html_text(html)[0], kind="page" if drawing else "slide", number=number)
    fixed = "".join(_fixed(document, body))
    if fixed:
        builder.add(html_text(labelled("On the slides' layout: ", fixed))[0])


def _slide(document: Open, page: Element) -> Iterator[str]:
    titles = [shape for shape in page if shape.get(PRESENTATION + "class") in _TITLES]
    title = " ".join(" ".join("".join(one.itertext()).split()) for shape in titles for one in shape.iter(TEXT + "p"))
    yield tagged("h1", safe(title.strip()))
    if document.styles.look("drawing-page", page.get(DRAW + "style-name")).hidden:
        yield lines("Hidden slide")
    shapes = sorted((one for one in page if one not in titles), key=_place)
    yield Blocks(document, is_body=False).html(iter(shapes))
    for notes in page.iterchildren(PRESENTATION + "notes"):
        shapes = [one for one in notes if one.get(PRESENTATION + "class") not in _AROUND_NOTES]
        html = Blocks(document, is_body=False).html(iter(shapes))
        if html:
            yield labelled("Notes: ", html)


def _fixed(document: Open, body: Element) -> Iterator[str]:
    """What every slide repeats: declared headers and footers, shapes of the masters that are in use."""
    declared = [" ".join("".join(one.itertext()).split()) for one in body if one.tag in _DECLARED]
    yield from (lines(text) for text in dict.fromkeys(filter(None, declared)))
    root = document.file.styles()
    used = {page.get(DRAW + "master-page-name") for page in body.iterchildren(DRAW + "page")}
    masters = root.iterfind(f"{OFFICE}master-styles/{STYLE}master-page") if root is not None else ()
    common = margins_of(document.file, document)
    written: set[str] = set()
    for master in masters:
        if master.get(STYLE + "name") not in used:
            continue
        shapes = [one for one in master if not _is_placeholder(one) and one.tag != PRESENTATION + "notes"]
        html = Blocks(common, is_body=False).html(iter(shapes))
        if html and html not in written:
            written.add(html)
            yield html


def _is_placeholder(shape: Element) -> bool:
    return shape.get(PRESENTATION + "placeholder") == "true" or shape.get(PRESENTATION + "class") is not None


def _place(shape: Element) -> tuple[float, float]:
    """(y, x) of a shape's upper left corner; of its first shape for a group."""
    for _ in range(_DEEPEST_GROUP):
        if shape.tag not in GROUPS or not len(shape):
            break
        shape = next((one for one in shape if one.tag in GROUPS or one.get(SVG + "y") or one.tag == FRAME), shape[0])
    moved = _TRANSLATED.search(shape.get(DRAW + "transform", ""))
    across, down = moved.groups() if moved else ("", "")
    return _centimetres(shape.get(SVG + "y") or shape.get(SVG + "y1") or down), _centimetres(
        shape.get(SVG + "x") or shape.get(SVG + "x1") or across
    )


def _centimetres(length: str) -> float:
    match = _LENGTH.match(length)
    return float(match.group(1)[:12]) * _CENTIMETRES.get(match.group(2) or "cm", 1.0) if match else 0.0
