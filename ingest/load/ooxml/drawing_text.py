"""Text of shapes, charts and diagrams (DrawingML) as HTML or as plain text."""

from collections.abc import Iterator
from html import escape

from ingest.load.ooxml.alternatives import chosen
from ingest.load.ooxml.equations import linear
from ingest.load.ooxml.names import MC, A, M
from ingest.load.ooxml.package import Element, number
from ingest.load.ooxml.symbols import has_symbols, readable

_STRUCK = frozenset(("sngStrike", "dblStrike"))


def plain_text(paragraph: Element) -> str:
    """A paragraph without marks."""
    return "".join(text for text, _, _ in _pieces(paragraph)).strip()


def plain_lines(body: Element | None) -> str:
    """The paragraphs of a text body in one line."""
    if body is None:
        return ""
    return " ".join(text for text in (plain_text(paragraph) for paragraph in body.iter(A + "p")) if text)


def line_html(paragraph: Element) -> str:
    """The runs of a paragraph as HTML, with raised, lowered and struck-out text marked."""
    html: list[str] = []
    for tags, text in _merged(paragraph):
        html.extend(f"<{tag}>" for tag in tags)
        html.append(escape(text, quote=False).replace("\n", "<br>"))
        html.extend(f"</{tag}>" for tag in reversed(tags))
    return "".join(html)


def _merged(paragraph: Element) -> Iterator[tuple[tuple[str, ...], str]]:
    """(HTML tags, text) of the runs, neighbours of one look together."""
    tags: tuple[str, ...] = ()
    texts: list[str] = []
    for text, raised, struck in _pieces(paragraph):
        wanted = (("s",) if struck else ()) + ((raised,) if raised else ())
        if wanted != tags and texts:
            yield tags, "".join(texts)
            texts = []
        tags = wanted
        texts.append(text)
    if texts:
        yield tags, "".join(texts)


def _pieces(paragraph: Element) -> Iterator[tuple[str, str, bool]]:
    """(text, "sup" or "sub" or "", struck out) of what a paragraph holds, in order."""
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag in (A + "r", A + "fld"):
            yield _run(element)
        elif element.tag == A + "br":
            yield "\n", "", False
        elif element.tag in (M + "oMath", M + "oMathPara"):
            yield linear(element), "", False
        elif element.tag == MC + "AlternateContent":
            form = chosen(element)
            stack.append(iter(form if form is not None else ()))
        elif not element.tag.endswith("Pr"):
            stack.append(iter(element))


def _run(run: Element) -> tuple[str, str, bool]:
    text = "".join(one.text or "" for one in run.iterchildren(A + "t"))
    properties = run.find(A + "rPr")
    if properties is None:
        return text, "", False
    offset = number(properties.get("baseline", "0").rstrip("%"))
    if has_symbols(text):
        font = properties.find(A + "sym")
        font = font if font is not None else properties.find(A + "latin")
        text, _ = readable(text, font.get("typeface", "") if font is not None else "")
    return text, "sup" if offset > 0 else "sub" if offset < 0 else "", properties.get("strike") in _STRUCK
