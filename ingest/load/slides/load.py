"""Loader of PowerPoint slides."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.load import kinds
from ingest.load.extracted import Builder, Extracted
from ingest.load.html_text import html_text
from ingest.load.limits import Limits, too_much_text
from ingest.load.ooxml.html import labelled, lines, safe, tagged
from ingest.load.ooxml.left_out import warnings
from ingest.load.ooxml.names import P14, P, R
from ingest.load.ooxml.package import Element, Package
from ingest.load.slides.comments import Comments
from ingest.load.slides.layouts import Layouts
from ingest.load.slides.shapes import TITLES, Shapes

_NO_NOTES = frozenset(("sldImg", "sldNum", "dt", "ftr", "hdr"))  # placeholders around the notes
_UNNAMED = frozenset(("default section", "untitled section", "summary section"))


@dataclass(frozen=True, slots=True)
class _Slide:
    part: str
    section: str  # name of the section that begins with it, else ""


def load_pptx(content: bytes, limits: Limits) -> Extracted:
    """Slides in order, each a part: title as a heading, shapes from top to bottom, notes, comments."""
    package = Package(content, limits)
    main = package.main("ppt/presentation.xml")
    layouts, left_out = Layouts(package), Counter[str]()
    shapes, comments = Shapes(package, layouts, left_out), Comments(package, main)
    builder = Builder()
    used: dict[str, None] = {}  # layouts and masters
    slides = list(_slides(package, main))
    for number, slide in enumerate(slides, start=1):
        html = "".join(_slide_html(package, slide, shapes, comments))
        builder.add_part(html_text(html)[0], kind="slide", number=number)
        if builder.length > limits.characters:  # the same large notes may belong to every slide
            raise too_much_text(limits)
        used.update(dict.fromkeys(layouts.of(slide.part)))
    if slides and package.damaged.issuperset(slide.part for slide in slides):
        package.xml(slides[0].part)  # raises what is wrong with it
    fixed = "".join(html for part in used for html in shapes.fixed_html(part))
    if fixed:
        builder.add(html_text(labelled("On the slides' layout: ", fixed))[0])
    return Extracted(
        text=builder.text(),
        media_type=kinds.PPTX,
        title=package.title(),
        headings=tuple(builder.headings),
        tables=tuple(builder.tables),
        parts=tuple(builder.parts),
        warnings=tuple(warnings(left_out, package.damaged, characters=builder.length)),
    )


def _slides(package: Package, main: str) -> Iterator[_Slide]:
    root = package.xml(main)
    relations = package.relations(main)
    starts = _section_starts(root)
    listed: set[str] = set()
    for one in root.iterfind(f"{P}sldIdLst/{P}sldId"):
        relation = relations.get(one.get(R + "id", ""))
        if relation is not None and not relation.external and relation.target not in listed:
            listed.add(relation.target)
            yield _Slide(relation.target, starts.get(one.get("id", ""), ""))


def _section_starts(root: Element) -> dict[str, str]:
    """Id of a slide -> name of the section that begins with it."""
    starts = {}
    for section in root.iter(P14 + "section"):
        name = section.get("name", "").strip()
        first = next(section.iter(P14 + "sldId"), None)
        if first is not None and name.lower() not in _UNNAMED:
            starts[first.get("id", "")] = name
    return starts


def _slide_html(package: Package, slide: _Slide, shapes: Shapes, comments: Comments) -> Iterator[str]:
    root = package.beside(slide.part)
    yield tagged("h1", safe(shapes.title(root)))
    if slide.section:
        yield lines(f"Section: {slide.section}")
    if root.get("show") in ("0", "false"):
        yield lines("Hidden slide")
    yield from shapes.html(slide.part, root, without=TITLES)
    for part in package.related(slide.part, "notesSlide"):
        html = "".join(shapes.html(part, package.beside(part), without=_NO_NOTES))
        if html:
            yield labelled("Notes: ", html)
    yield from comments.html(slide.part)
