"""Word and PowerPoint files from pieces of XML, so that a test says exactly what is in them."""

import re
from collections import Counter
from collections.abc import Mapping

from ingest.load.limits import Limits
from ingest.load.ooxml.package import Package
from ingest.load.slides.layouts import Layouts
from ingest.load.slides.shapes import Shapes
from ingest.load.word.document import Word
from ingest.load.word.load import document_html, opened
from tests.support.made_files import unzipped, zipped

_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/"
PREFIXES = {
    "w": _MAIN + "wordprocessingml/2006/main",
    "r": RELATIONS,
    "m": _MAIN + "officeDocument/2006/math",
    "mc": _MAIN + "markup-compatibility/2006",
    "a": _MAIN + "drawingml/2006/main",
    "c": _MAIN + "drawingml/2006/chart",
    "dgm": _MAIN + "drawingml/2006/diagram",
    "pic": _MAIN + "drawingml/2006/picture",
    "wp": _MAIN + "drawingml/2006/wordprocessingDrawing",
    "p": _MAIN + "presentationml/2006/main",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "p14": "http://schemas.microsoft.com/office/powerpoint/2010/main",
    "p188": "http://schemas.microsoft.com/office/powerpoint/2018/8/main",
    "cx": "http://schemas.microsoft.com/office/drawing/2014/chartex",
    "a14": "http://schemas.microsoft.com/office/drawing/2010/main",
}
_TRANSITIONAL = re.compile(rb"http://schemas\.openxmlformats\.org/(officeDocument|\w+ml)/2006/(\w+)")
NAMES = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in PREFIXES.items())

Relations = Mapping[str, tuple[str, str]]  # id -> (kind, target); a target with "://" is external


def relations(targets: Relations) -> str:
    """A part of relations."""
    lines = []
    for key, (kind, target) in targets.items():
        mode = ' TargetMode="External"' if "://" in target else ""
        lines.append(f'<Relationship Id="{key}" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/>')
    return f'<Relationships xmlns="{_PACKAGE}relationships">{"".join(lines)}</Relationships>'


def part(tag: str, content: str) -> str:
    """The XML of a part with this root element."""
    return f"<{tag} {NAMES}>{content}</{tag.split()[0]}>"


def word_file(
    body: str,
    *,
    styles: str = "",
    numbering: str = "",
    parts: Mapping[str, tuple[str, bytes | str]] | None = None,
    links: Relations | None = None,
) -> bytes:
    """A Word document. parts: name in word/ -> (kind, content), each referred to by its name; links: more relations."""
    entries: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types"/>',
        "_rels/.rels": relations({"main": ("officeDocument", "word/document.xml")}),
        "word/document.xml": part("w:document", f"<w:body>{body}</w:body>"),
    }
    targets: dict[str, tuple[str, str]] = dict(links or {})
    own = {
        "styles.xml": ("styles", part("w:styles", styles)),
        "numbering.xml": ("numbering", part("w:numbering", numbering)),
    }
    for name, (kind, content) in {**own, **(parts or {})}.items():
        entries[f"word/{name}"] = content
        targets[name] = (kind, name)
    entries["word/_rels/document.xml.rels"] = relations(targets)
    return zipped(entries)


def strict(content: bytes) -> bytes:
    """A file in the variant of ISO, which calls the same things otherwise."""
    entries = unzipped(content)
    for name in entries:
        entries[name] = _TRANSITIONAL.sub(rb"http://purl.oclc.org/ooxml/\1/\2", entries[name])
    return zipped(entries)


def slides_file(slides: Mapping[str, str], *, parts: Mapping[str, bytes | str] | None = None) -> bytes:
    """Slides. slides: name in ppt/slides -> XML; parts: name -> content, relations included."""
    listed = "".join(f'<p:sldId id="{256 + index}" r:id="s{index}"/>' for index in range(len(slides)))
    entries: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}content-types"/>',
        "_rels/.rels": relations({"main": ("officeDocument", "ppt/presentation.xml")}),
        "ppt/presentation.xml": part("p:presentation", f"<p:sldIdLst>{listed}</p:sldIdLst>"),
        "ppt/_rels/presentation.xml.rels": relations(
            {f"s{index}": ("slide", f"slides/{name}") for index, name in enumerate(slides)}
        ),
    }
    entries |= {f"ppt/slides/{name}": xml for name, xml in slides.items()}
    return zipped({**entries, **(parts or {})})


def slide_html(shapes: str) -> str:
    """The HTML that the loader of slides writes for these shapes."""
    package = Package(slides_file({"slide1.xml": slide(shapes)}), Limits())
    part = "ppt/slides/slide1.xml"
    return "".join(Shapes(package, Layouts(package), Counter()).html(part, package.xml(part), without=()))


def slide(shapes: str, *, hidden: bool = False) -> str:
    """The XML of a slide."""
    return part('p:sld show="0"' if hidden else "p:sld", f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>")


def shape(text: str, *, place: str = "", top: int | None = None, key: int = 2) -> str:
    """A shape with paragraphs. text: XML of paragraphs, or plain text; place: attributes of its placeholder."""
    paragraphs = text if text.startswith("<a:") else f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"
    filled = f"<p:ph {place}/>" if place else ""
    offset = f'<a:xfrm><a:off x="0" y="{top}"/></a:xfrm>' if top is not None else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{key}" name="s"/><p:nvPr>{filled}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{offset}</p:spPr><p:txBody>{paragraphs}</p:txBody></p:sp>"
    )


def paragraph(text: str, style: str = "", properties: str = "") -> str:
    """A w:p. text: XML of runs, or plain text."""
    runs = text if text.startswith("<") or not text else run(text)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A w:r with this text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def style(
    key: str, name: str, *, based_on: str = "", paragraph: str = "", run: str = "", kind: str = "paragraph"
) -> str:
    """A w:style."""
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{key}"><w:name w:val="{name}"/>{base}'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def table(*rows: str) -> str:
    """A w:tbl."""
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    """A w:tr. cells: w:tc elements, or the plain text of one paragraph."""
    made = [one if one.startswith("<w:tc>") else cell(one) for one in cells]
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(made)}</w:tr>"


def cell(content: str, properties: str = "") -> str:
    """A w:tc. content: XML of blocks, or the plain text of one paragraph."""
    blocks = content if content.startswith("<w:") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{blocks}</w:tc>"


def word_html(content: bytes) -> str:
    """The HTML that the Word loader writes for a document."""
    return document_html(opened_word(content))


def opened_word(content: bytes) -> Word:
    """A Word document as its stories share it."""
    limits = Limits()
    return opened(Package(content, limits), limits, depth=1)
