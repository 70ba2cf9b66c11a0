"""OpenDocument files, made by hand, so that a test says what is in them."""

from collections.abc import Mapping

from app.core.domain import Document
from ingest.load import load
from tests.support import made_files as made

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {prefix: prefix for prefix in "office text table style form chart presentation meta".split()} | {
    "draw": "drawing",
    "fo": "xsl-fo-compatible",
    "svg": "svg-compatible",
}
NAMES = " ".join(f'xmlns:{prefix}="{_OASIS}{name}:1.0"' for prefix, name in _PREFIXES.items()) + (
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def open_document(
    kind: str,
    body: str,
    *,
    automatic: str = "",
    common: str = "",
    masters: str = "",
    objects: Mapping[str, str] | None = None,
) -> Document:
    """The document of an OpenDocument file.

    kind: text, spreadsheet, presentation or drawing; automatic, common: styles; objects: folder -> its content.
    """
    entries = {
        "mimetype": f"application/vnd.oasis.opendocument.{'graphics' if kind == 'drawing' else kind}",
        "content.xml": content(kind, body, automatic),
        "styles.xml": f"<office:document-styles {NAMES}><office:styles>{common}</office:styles>"
        f"<office:master-styles>{masters}</office:master-styles></office:document-styles>",
        **{f"{folder}/content.xml": inner for folder, inner in (objects or {}).items()},
    }
    return load(made.source(made.zipped(entries), f"file.{kind}"))


def content(kind: str, body: str, automatic: str = "") -> str:
    """The XML of a file's content."""
    return (
        f"<office:document-content {NAMES}><office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )


def style(name: str, family: str, properties: str = "", *, parent: str = "", more: str = "") -> str:
    """A style; properties: elements within it."""
    above = f' style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" style:family="{family}"{above} {more}>{properties}</style:style>'


def cell(text: str = "", attributes: str = "", inner: str = "") -> str:
    """A cell of a table."""
    paragraph = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:table-cell {attributes}>{inner}{paragraph}</table:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    """A row of a table."""
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def table(*rows: str, name: str = "One", more: str = "") -> str:
    """A table or sheet."""
    return f'<table:table table:name="{name}" {more}>{"".join(rows)}</table:table>'
