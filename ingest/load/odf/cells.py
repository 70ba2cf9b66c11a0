"""The text of cells of OpenDocument sheets, and what stands in and beside them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.load.odf.document import Open
from ingest.load.odf.frames import FRAME, GROUPS, SHAPES
from ingest.load.odf.lines import comment
from ingest.load.odf.names import DRAW, OFFICE, TABLE, TEXT, XLINK
from ingest.load.odf.package import Element
from ingest.load.odf.styles import PLAIN, Look
from ingest.load.odf.values import formula_text, value_text
from ingest.load.runs import Run, run_text

_DRAWN = frozenset((FRAME, *SHAPES, *GROUPS, DRAW + "control"))
_SPACES = {TEXT + "s": " ", TEXT + "tab": " ", TEXT + "line-break": "\n"}
_LONGEST_ADDRESS = 500  # characters


@dataclass(slots=True)
class Contents:
    """What a cell holds."""

    text: str = ""
    unstored: bool = False  # it is a formula without a result
    comments: list[str] = field(default_factory=list)  # "text (author, day)"
    drawn: list[Element] = field(default_factory=list)


def contents(document: Open, cell: Element, family_style: str) -> Contents:
    """The contents of a cell. family_style: name of the style that holds for it."""
    result = Contents()
    look = document.styles.look("table-cell", cell.get(TABLE + "style-name") or family_style)
    paragraphs: list[str] = []
    for child in cell:
        tag = child.tag
        if tag == TEXT + "p":
            paragraphs.append(_paragraph(document, child, look))
        elif tag == OFFICE + "annotation":
            result.comments.append(_comment(child))
        elif tag in _DRAWN:
            result.drawn.append(child)
        elif tag == TEXT + "list":
            paragraphs += (_paragraph(document, one, look) for one in child.iter(TEXT + "p"))
    shown = "\n".join(paragraphs)
    formula = "" if shown else formula_text(cell)
    result.unstored = bool(formula)
    result.text = formula or value_text(cell, shown)
    if look.struck and result.text and paragraphs and not any("[struck out: " in one for one in paragraphs):
        result.text = run_text([Run(result.text, struck=True)])
    return result


def is_bold(document: Open, cell: Element, family_style: str) -> bool:
    """Whether a cell's text is bold."""
    return document.styles.look("table-cell", cell.get(TABLE + "style-name") or family_style).bold is True


def _paragraph(document: Open, element: Element, look: Look) -> str:
    if not len(element):
        return " ".join((element.text or "").split())
    runs = list(_runs(document, element, look))
    if not any(run.shift or (run.struck and not look.struck) for run in runs):
        return " ".join("".join(run.text for run in runs).split())
    return " ".join(run_text(runs).split())


def _runs(document: Open, element: Element, look: Look) -> Iterator[Run]:
    """The runs of a paragraph, the address of a link behind its text."""
    stack: list[tuple[Element | str, Look]] = [(element, PLAIN.within(look))]
    while stack:
        top, inner = stack.pop()
        if isinstance(top, str):
            if not inner.hidden:
                yield Run(top, struck=bool(inner.struck), shift=inner.shift or "")
            continue
        if top.tag in _SPACES:
            yield Run(_SPACES[top.tag])
            continue
        if top.tag == OFFICE + "annotation":
            continue
        if top.tag == TEXT + "span":
            inner = document.styles.look("text", top.get(TEXT + "style-name")).within(inner)
        steps: list[tuple[Element | str, Look]] = [(top.text, inner)] if top.text else []
        for child in top:
            steps.append((child, inner))
            if child.tail:
                steps.append((child.tail, inner))
        if top.tag == TEXT + "a":
            steps += ((text, PLAIN) for text in [_address(top)] if text)
        stack.extend(reversed(steps))


def _address(link: Element) -> str:
    address = link.get(XLINK + "href", "").removeprefix("mailto:").strip()[:_LONGEST_ADDRESS]
    inside = not address or address.startswith("#")
    return "" if inside or address.rstrip("/") in "".join(link.itertext()) else f" ({address})"


def _comment(annotation: Element) -> str:
    note = comment(annotation)
    text = " ".join(" ".join("".join(one.itertext()).split()) for one in annotation.iter(TEXT + "p")).strip()
    by = ", ".join(filter(None, (" ".join(note.author.split()), note.date[:10])))
    return f"{text} ({by})" if by and text else text
