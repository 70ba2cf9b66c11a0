"""The census of a file: the words of each of its parts against the words of the documents that it became.

The parts are read here with nothing but XML, MIME and PDF syntax, independently of the loaders.
"""

import email
import email.policy
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from lxml import etree, html

from app.core.domain import Document

ENOUGH = 0.97  # share of a part's words that must be in the text; joined and divided words are the rest
_WORD = re.compile(r"[^\W\d_]{2,}")
_NOT_A_LETTER = re.compile(r"[\W\d_]+")
_XML = (".xml", ".xhtml", ".html", ".htm", ".svg", ".vml", ".opf", ".ncx")

# Parts without words of the document: names, styles, prompts of empty placeholders, and copies of other parts.
_TECHNICAL = re.compile(
    r"\[Content_Types\]|_rels/|^docProps/|customXml/|/theme/|/(styles|stylesWithEffects|settings|fontTable|webSettings"
    r"|numbering|presProps|viewProps|tableStyles|calcChain|commentAuthors|people|commentsExtended|commentsIds|sheetMetadata"
    r"|metadata|externalLink\d*)\.xml$|/persons/|/slideLayouts/|Masters?/|/tags/|/glossary/|/diagrams/(?!data)"
    r"|/charts/(style|colors)|^META-INF/|^(meta|settings|manifest)\.(xml|rdf)$|\.opf$|\.ncx$|/onix\.xml$|/(nav|toc)\.xhtml$|Configurations2/|/queryTables/"
)
# Elements without words of the document: codes of fields and formulas, positions, and who wrote a note and when.
_CODES = frozenset(
    "instrText delInstrText f formula1 formula2 align posOffset pctWidth pctHeight binary-data creator date-string "
    "style script initials sender-initials annotation "
    "Anchor FmlaMacro FmlaLink FmlaRange ClientData".split()
)
_NOUNS = (  # (a part's name, how a warning names what was not read of it)
    (r"header|footer", r"header|footer"),
    (r"comment", r"comment|note"),
    (r"notes", r"note"),
    (r"chart", r"chart"),
    (r"diagram", r"diagram|SmartArt"),
    (r"drawing", r"drawing|shape|text box|control"),
    (r"", r"delet|hidden|left out|not read|struck"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A part of which too little was read, without a warning."""

    part: str
    share: float  # of its words that are in the documents
    lost: tuple[str, ...]  # some of the others

    def __str__(self) -> str:
        return f"{self.part}: {self.share:.2f} read, lost {' '.join(self.lost)}"


def gaps(content: bytes, documents: Sequence[Document]) -> list[Gap]:
    """The parts of a file of which words are lost, although no warning names their kind and count."""
    written = "\n".join([*(part.name for document in documents for part in document.parts)])
    written += "\n".join(f"{document.title}\n{document.text}" for document in documents)
    known, joined = set(_words(written)), _NOT_A_LETTER.sub("", _folded(written))
    warnings = [warning for document in documents for warning in document.warnings if re.search(r"\d", warning)]
    result = []
    for name, text in parts(content):
        words = _words(text)
        lost = [word for word in words if word not in known and word not in joined]
        share = 1 - len(lost) / len(words) if words else 1.0
        if share < ENOUGH and not any(re.search(_noun(name), warning, re.IGNORECASE) for warning in warnings):
            result.append(Gap(part=name, share=share, lost=tuple(dict.fromkeys(lost))[:8]))
    return result


def parts(content: bytes) -> Iterator[tuple[str, str]]:
    """(name, text) of each part of a container that can hold words; nothing for other files."""
    if content.startswith(b"PK"):
        yield from _zip_parts(content)
    elif content.startswith(b"%PDF") and b"/Encrypt" not in content:
        yield from _pdf_parts(content)
    elif re.match(rb"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*MIME-Version:", content[:4096], re.IGNORECASE):
        yield from _mail_parts(content)


def _noun(part: str) -> str:
    return next(noun for pattern, noun in _NOUNS if re.search(pattern, part))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.replace("\u00ad", "")).casefold()


def _words(text: str) -> list[str]:
    return _WORD.findall(_folded(text))


# ---------------------------------------------------------------------------------------------------------------- zip


def _zip_parts(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        return
    with archive:
        for name in archive.namelist():
            if name.lower().endswith(_XML) and not _TECHNICAL.search(name):
                yield name, _xml_text(archive.read(name), markup=name.lower().endswith(("html", "htm")))


def _xml_text(content: bytes, *, markup: bool) -> str:
    if markup:
        return _html_text(content.decode("utf-8", "replace"))
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(content, parser)
    if root is None:
        return ""
    pieces: list[str] = []
    for element in root.iter():
        if isinstance(element.tag, str) and not _is_code(element):
            pieces.append(_separator(element) + (element.text or ""))
        pieces.append(element.tail or "")
    return "".join(pieces)


def _is_code(element: etree._Element) -> bool:
    lineage = [element, *element.iterancestors()]
    return any(isinstance(one.tag, str) and etree.QName(one).localname in _CODES for one in lineage)


def _separator(element: etree._Element) -> str:
    """A line's end before an element that starts a paragraph or cell; runs of one word follow each other directly."""
    return "" if etree.QName(element).localname in ("r", "t", "rPr", "span", "b", "i") else "\n"


def _html_text(text: str) -> str:
    text = re.sub(r"<\?xml[^>]*\?>", "", text)
    if not text.strip():
        return ""
    root = html.fromstring(text)
    for element in root.xpath("//script|//style|//head|//comment()"):
        element.drop_tree()
    return "\n".join(root.itertext())


# --------------------------------------------------------------------------------------------------------------- mail


def _mail_parts(content: bytes) -> Iterator[tuple[str, str]]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    for number, part in enumerate(message.walk(), start=1):
        if not isinstance(part, EmailMessage) or part.get_content_maintype() != "text":
            continue
        payload = part.get_payload(decode=True)
        text = payload.decode(part.get_content_charset() or "utf-8", "replace") if isinstance(payload, bytes) else ""
        kind = part.get_content_subtype()
        if kind in ("html", "plain", "markdown"):
            yield f"part {number} ({kind})", _html_text(text) if kind == "html" else text


# ---------------------------------------------------------------------------------------------------------------- PDF

_STRING = rb"\s*\(((?:[^()\\]|\\.)*)\)"
_FIELDS = {  # what a string of a PDF's objects is -> where it stands
    "notes": re.compile(rb"/Contents" + _STRING),
    "form values": re.compile(rb"/V" + _STRING),
    "alternative texts": re.compile(rb"/Alt" + _STRING),
    "bookmarks": re.compile(rb"/Title" + _STRING + rb"(?=[^>]{0,200}/(?:Dest|A|Parent)\b)"),
}
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def _pdf_parts(content: bytes) -> Iterator[tuple[str, str]]:
    """Strings of the objects, packed objects included; the pages themselves are encoded by their fonts."""
    bodies = [content]
    for match in _STREAM.finditer(content):
        try:
            bodies.append(zlib.decompressobj().decompress(match.group(1), 2**22))
        except zlib.error:
            continue
    for name, pattern in _FIELDS.items():
        yield name, "\n".join(_pdf_string(found) for body in bodies for found in pattern.findall(body))


def _pdf_string(raw: bytes) -> str:
    raw = re.sub(rb"\\([()\\])", rb"\1", raw)
    return raw[2:].decode("utf-16-be", "replace") if raw.startswith(b"\xfe\xff") else raw.decode("latin-1")
