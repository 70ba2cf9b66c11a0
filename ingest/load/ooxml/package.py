"""The parts of an Office file and how they refer to each other."""

import io
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from lxml import etree

from app.core.errors import DocumentError
from ingest.load.container import MAX_XML, Container
from ingest.load.limits import MIB, Limits

Element = Any  # lxml's elements have no types of their own

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OVERRIDE = "{http://schemas.openxmlformats.org/package/2006/content-types}Override"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
# ISO's strict variant names the same elements by other addresses.
_STRICT = re.compile(rb"""(xmlns(?::[\w.-]+)?\s*=\s*["'])http://purl\.oclc\.org/ooxml/(\w+)/(\w+)""")
_TRANSITIONAL = rb"\1http://schemas.openxmlformats.org/\2/2006/\3"
_MAX_REPEATED_XML = 16 * MIB
_TOO_DEEP = "Excessive depth"  # libxml2 reads 2,048 levels
_OPTIONS = {"huge_tree": True, "resolve_entities": False, "no_network": True, "load_dtd": False}


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to by an id."""

    kind: str  # last word of its type, for example "footnotes"
    target: str  # name of a part; the address when it is external
    external: bool


class Package:
    """An Office file. Raises DocumentError as Container does, and for XML that is nested too deeply.

    max_xml: bytes of XML; more than the default for what reads large parts as a stream.
    """

    def __init__(self, content: bytes, limits: Limits, *, max_xml: int = MAX_XML) -> None:
        self._container = Container(content, limits, max_xml=max_xml, max_repeated_xml=_MAX_REPEATED_XML)
        self._names = {name.lower(): name for name in self._container.names()}
        self._relations: dict[str, dict[str, Relation]] = {}
        self.damaged: set[str] = set()  # parts that were not read, or not to their end

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._names

    def names(self) -> list[str]:
        """Names of all parts, sorted."""
        return self._container.names()

    def read(self, part: str) -> bytes:
        """Bytes of a part."""
        name = self._names.get(part.lower())
        if name is None:
            raise DocumentError(f"It lacks {part}, so it is damaged.", fix="Get a fresh copy.")
        return self._container.read(name)

    def xml(self, part: str) -> Element:
        """Root element of a part, without comments and processing instructions."""
        with _depth_as_document_error():
            return etree.fromstring(self._plain(part), _parser())

    def beside(self, part: str) -> Element:
        """Root element of a part that the document can be read without; an empty one when the part is damaged."""
        try:
            return self.xml(part)
        except (etree.XMLSyntaxError, DocumentError):
            self.damaged.add(part)
            return etree.Element("damaged")

    def children(self, part: str, *, of: str, ends: tuple[str, ...]) -> Iterator[Element]:
        """The children of the element named `of`, each forgotten after it was used, so that memory stays small.

        ends: names of the children that are parsed as events; the others come with the next of these. A part that is
        damaged is read as far as it goes. Raises DocumentError or XMLSyntaxError when that is nowhere.
        """
        parsing = etree.iterparse(
            io.BytesIO(self._plain(part)), tag=(*ends, of), remove_comments=True, remove_pis=True, **_OPTIONS
        )
        last: Element = None  # its own content is gone, but the parser may still add the text behind it
        with _depth_as_document_error():
            for element in self._until_damage(parsing, part):
                parent = element if element.tag == of else element.getparent()
                if parent is None or parent.tag != of:
                    continue
                for child in _between(parent, last, element):
                    yield child
                    last = child
                for earlier in list(last.itersiblings(preceding=True)) if last is not None else []:
                    parent.remove(earlier)
                if last is not None:
                    last.clear()
                if element is parent:
                    last = None

    def _until_damage(self, parsing: Any, part: str) -> Iterator[Element]:
        begun = False
        try:
            for _, element in parsing:
                begun = True
                yield element
        except etree.XMLSyntaxError:
            if not begun:
                raise
            self.damaged.add(part)

    def main(self, fallback: str) -> str:
        """Name of the part that holds the document itself."""
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and not relation.external:
                return relation.target
        if "[Content_Types].xml" in self:
            for override in self.xml("[Content_Types].xml").iter(_OVERRIDE):
                if override.get("ContentType", "").endswith("main+xml"):
                    return str(override.get("PartName", "")).lstrip("/")
        return fallback

    def relations(self, part: str) -> dict[str, Relation]:
        """Id -> what a part refers to; of the file itself for "". References to parts that are missing are left out."""
        if part not in self._relations:
            folder, name = posixpath.split(part)
            rels = posixpath.join(folder, "_rels", name + ".rels")
            self._relations[part] = dict(self._read_relations(rels, folder)) if rels in self else {}
        return self._relations[part]

    def related(self, part: str, kind: str) -> list[str]:
        """Names of the parts of one kind that a part refers to, in order."""
        found = [one.target for one in self.relations(part).values() if one.kind == kind and not one.external]
        return list(dict.fromkeys(found))

    def title(self) -> str:
        """The title in the file's properties."""
        parts = self.related("", "core-properties") or ["docProps/core.xml"]
        title = self.beside(parts[0]).findtext(_TITLE) if parts[0] in self else ""
        return (title or "").strip()

    def _read_relations(self, rels: str, folder: str) -> Iterator[tuple[str, Relation]]:
        root = self.beside(rels) if folder else self.xml(rels)
        for element in root.iter(_RELATION):
            target, kind = element.get("Target"), element.get("Type", "").rpartition("/")[2]
            if target is None and not folder:
                raise ValueError(f"required 'Target' is missing in {rels}")
            if target is None:
                self.damaged.add(rels)
                continue
            if element.get("TargetMode") == "External":
                yield element.get("Id", ""), Relation(kind, target, external=True)
                continue
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            name = self._names.get(path.lower()) or self._names.get(unquote(path).lower())
            if name is not None:
                yield element.get("Id", ""), Relation(kind, name, external=False)

    def _plain(self, part: str) -> bytes:
        """XML of a part in the common namespaces, declaring no entities."""
        content = self._container.xml_bytes(self._names.get(part.lower(), part))
        return _STRICT.sub(_TRANSITIONAL, content) if b"purl.oclc.org" in content else content


def number(text: str | None, *, default: int = 0, most: int = 2**31) -> int:
    """A whole number written in an attribute, between -most and most."""
    try:
        return min(max(int(float(text[:20])), -most), most) if text else default
    except (ValueError, OverflowError):
        return default


def switched_on(element: Element, attribute: str) -> bool:
    """Whether an element that stands for yes says so: by being there, unless its attribute says no."""
    return element is not None and element.get(attribute, "true") not in ("0", "false", "off", "none")


def _between(parent: Element, last: Element, element: Element) -> Iterator[Element]:
    """The children after `last` up to `element`, which is one of them or the parent that has just ended."""
    child = last.getnext() if last is not None else next(iter(parent), None)
    while child is not None:
        following = child.getnext()  # the caller may change the child
        yield child
        if child is element:
            return
        child = following


def _parser() -> etree.XMLParser:
    return etree.XMLParser(remove_comments=True, remove_pis=True, **_OPTIONS)


@contextmanager
def _depth_as_document_error() -> Iterator[None]:
    try:
        yield
    except etree.XMLSyntaxError as error:
        if _TOO_DEEP not in str(error):
            raise
        raise DocumentError(
            "It is nested too deeply to be read.", fix="Simplify it or save it in another format."
        ) from error
