"""The parts of an OpenDocument file."""

import posixpath
from typing import Any
from urllib.parse import unquote

from lxml import etree

from app.core.errors import DocumentError
from ingest.load.container import MAX_XML, Container
from ingest.load.limits import Limits
from ingest.load.odf.names import DC

Element = Any  # lxml's elements have no types of their own

PARSING = {"huge_tree": True, "resolve_entities": False, "no_network": True, "load_dtd": False}
_TOO_DEEP = "Excessive depth"  # libxml2 reads 2,048 levels


class OpenDocument:
    """An OpenDocument file. Raises DocumentError as Container does, and for XML that is nested too deeply."""

    def __init__(self, content: bytes, limits: Limits, *, max_xml: int = MAX_XML) -> None:
        self._container = Container(content, limits, max_xml=max_xml)
        self._styles: Element | None = None

    def __contains__(self, part: str) -> bool:
        return part in self._container

    def read(self, part: str) -> bytes:
        """Bytes of an XML part that declares no entities."""
        return self._container.xml_bytes(part)

    def xml(self, part: str) -> Element:
        """Root element of a part, without comments and processing instructions."""
        return tree(self.read(part))

    def styles(self) -> Element | None:
        """Root of the part with styles and master pages."""
        if self._styles is None and "styles.xml" in self:
            self._styles = self.xml("styles.xml")
        return self._styles

    def object(self, address: str) -> Element | None:
        """Root of the content of an object within the file; None when it is no part of it."""
        folder = posixpath.normpath(unquote(address.removeprefix("./"))).strip("/")
        part = f"{folder}/content.xml"
        return self.xml(part) if part in self else None

    def title(self) -> str:
        """The title in the file's properties."""
        if "meta.xml" not in self:
            return ""
        return (self.xml("meta.xml").findtext(f".//{DC}title") or "").strip()


def tree(content: bytes) -> Element:
    """Root element of XML, without comments and processing instructions."""
    try:
        return etree.fromstring(content, etree.XMLParser(remove_comments=True, remove_pis=True, **PARSING))
    except etree.XMLSyntaxError as error:
        raise not_too_deep(error) from error


def not_too_deep(error: Exception) -> Exception:
    """The error itself, or the one for people when the XML is nested too deeply."""
    if _TOO_DEEP not in str(error):
        return error
    return DocumentError("It is nested too deeply to be read.", fix="Simplify it or save it in another format.")


def whole(text: str | None, *, default: int = 1, most: int = 1 << 20) -> int:
    """A count written in an attribute, between 0 and most."""
    if text is None:
        return default
    digits = text.strip()
    return min(int(digits), most) if digits.isascii() and digits.isdigit() and len(digits) < 12 else default
