"""An Office package (OOXML) for tests: parts with their content types and relationships go in, the bytes come out."""

import posixpath
import struct
import zlib
from collections.abc import Mapping

from tests.support.census_marks import zipped_in_order
from tests.support.compound_file import compound_file

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "vml": "application/vnd.openxmlformats-officedocument.vmlDrawing",
    "html": "text/html",
    "bin": "application/vnd.openxmlformats-officedocument.oleObject",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MAIN = "application/vnd.openxmlformats-officedocument."
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "a14": "http://schemas.microsoft.com/office/drawing/2010/main",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "o": "urn:schemas-microsoft-com:office:office",
        "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "r": OFFICE,
        "v": "urn:schemas-microsoft-com:vml",
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "w10": "urn:schemas-microsoft-com:office:word",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "x": "urn:schemas-microsoft-com:office:excel",
        "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    }.items()
)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (  # one white point
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\xff"))
    + _chunk(b"IEND", b"")
)

# A part's path -> (its content type below application/vnd.openxmlformats-officedocument., its XML or bytes). An empty
# content type means the default of the ending, one with a slash is written in full.
Parts = Mapping[str, tuple[str, str | bytes]]
# A part's path -> (relationship id, the last word of its type or a full address, target path).
Relations = Mapping[str, list[tuple[str, str, str]]]


def package(main: str, parts: Parts, relations: Relations) -> bytes:
    """The package whose main part is `main`."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind if "/" in kind else _MAIN + kind}"/>'
        for name, (kind, _) in parts.items()
        if kind
    )
    defaults = "".join(f'<Default Extension="{ending}" ContentType="{kind}"/>' for ending, kind in _DEFAULTS.items())
    entries: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}">{defaults}{overrides}</Types>',
        "_rels/.rels": _relationships("", [("r1", "officeDocument", main)]),
    }
    for part, links in relations.items():
        folder, name = posixpath.split(part)
        entries[f"{folder}/_rels/{name}.rels"] = _relationships(folder, links)
    return zipped_in_order(entries | {name: content for name, (_, content) in parts.items()})


def _relationships(folder: str, links: list[tuple[str, str, str]]) -> str:
    items = ""
    for identifier, kind, target in links:
        address = kind if ":" in kind else f"{OFFICE}/{kind}"
        path = posixpath.relpath(target, folder) if folder else target
        items += f'<Relationship Id="{identifier}" Type="{address}" Target="{path}"/>'
    return f'<Relationships xmlns="{_RELATIONS}">{items}</Relationships>'


def chart(title: str, series: str, category: str, *, workbook: str = "") -> str:
    """A bar chart of one series. workbook: relationship id of the sheet behind it."""
    behind = f'<c:externalData r:id="{workbook}"/>' if workbook else ""
    return (
        f"<c:chartSpace {NAMESPACES}><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>{title}</a:t></a:r></a:p>"
        '</c:rich></c:tx></c:title><c:plotArea><c:barChart><c:barDir val="col"/><c:grouping val="clustered"/>'
        '<c:ser><c:idx val="0"/><c:order val="0"/>'
        f'<c:tx><c:strRef><c:f>S!B1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{series}</c:v></c:pt>'
        "</c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:f>S!A2</c:f><c:strCache>"
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{category}</c:v></c:pt></c:strCache></c:strRef></c:cat>'
        '<c:val><c:numRef><c:f>S!B2</c:f><c:numCache><c:ptCount val="1"/><c:pt idx="0"><c:v>417</c:v></c:pt>'
        '</c:numCache></c:numRef></c:val></c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:crossAx val="1"/></c:valAx>'
        f"</c:plotArea></c:chart>{behind}</c:chartSpace>"
    )


def diagram(text: str) -> str:
    """The data part of a SmartArt diagram with one box."""
    return (
        f'<dgm:dataModel {NAMESPACES}><dgm:ptLst><dgm:pt modelId="1" type="doc"/><dgm:pt modelId="2"><dgm:prSet/>'
        f"<dgm:spPr/><dgm:t><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst>"
        '<dgm:cxnLst><dgm:cxn modelId="3" srcId="1" destId="2" srcOrd="0" destOrd="0"/></dgm:cxnLst></dgm:dataModel>'
    )


def equation(letters: str) -> str:
    """An OMML equation: letters squared."""
    return (
        f"<m:oMath {NAMESPACES}><m:sSup><m:e><m:r><m:t>{letters}</m:t></m:r></m:e>"
        "<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
    )


def packaged_object(name: str, content: bytes) -> bytes:
    """An OLE object that holds a file, as "Insert › Object › from file" makes it."""
    latin = name.encode("latin-1") + b"\x00"
    body = struct.pack("<H", 2) + latin + latin + struct.pack("<HHI", 0, 3, len(latin)) + latin
    body += struct.pack("<I", len(content)) + content
    return compound_file({"\x01Ole10Native": struct.pack("<I", len(body)) + body, "\x03ObjInfo": bytes(6)})
