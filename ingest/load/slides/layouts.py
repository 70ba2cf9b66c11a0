"""What the placeholders of a slide inherit from its layout and master: where they stand and which lists they show."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.load.ooxml.names import A, P
from ingest.load.ooxml.package import Element, Package, number

_LIKE_BODY = frozenset(("body", "obj", "", "chart", "tbl", "clipArt", "dgm", "media", "pic", "subTitle"))
_SAME_ON_MASTER = {"ctrTitle": "title", "subTitle": "body", "obj": "body", "": "body"}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The place of a layout that a shape fills: type as the file names it, "" for any content."""

    type: str
    index: str


@dataclass(slots=True)
class Inherited:
    """What a shape takes from layout and master."""

    place: tuple[int, int] | None = None  # (top, left) in the file's unit
    lists: list[Element] = field(default_factory=list)  # definitions of list levels, nearest first


def placeholder(shape: Element) -> Placeholder | None:
    """The placeholder that a shape fills; None for other shapes."""
    found = next(shape.iterfind(f"*/{P}nvPr/{P}ph"), None)
    return Placeholder(found.get("type", ""), found.get("idx", "0")) if found is not None else None


def place(shape: Element) -> tuple[int, int] | None:
    """(top, left) as the shape itself states it."""
    for path in (f"{P}spPr/{A}xfrm/{A}off", f"{P}grpSpPr/{A}xfrm/{A}off", f"{P}xfrm/{A}off"):
        offset = shape.find(path)
        if offset is not None:
            return number(offset.get("y")), number(offset.get("x"))
    return None


class Layouts:
    """The layouts and masters of a presentation, each read once."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._roots: dict[str, Element] = {}
        self._inherited: dict[tuple[str, Placeholder], Inherited] = {}

    def of(self, slide: str) -> Iterator[str]:
        """The parts of a slide's layout and master."""
        for layout in self._package.related(slide, "slideLayout")[:1]:
            yield layout
            yield from self._package.related(layout, "slideMaster")[:1]

    def root(self, part: str) -> Element:
        """Root element of a layout or master."""
        if part not in self._roots:
            self._roots[part] = self._package.beside(part)
        return self._roots[part]

    def inherited(self, slide: str, own: Placeholder) -> Inherited:
        """What a placeholder of a slide inherits."""
        parts = list(self.of(slide))
        key = (parts[0] if parts else "", own)
        if key not in self._inherited:
            self._inherited[key] = self._read(parts, own)
        return self._inherited[key]

    def _read(self, parts: list[str], own: Placeholder) -> Inherited:
        result = Inherited()
        for part in parts:
            root = self.root(part)
            shape = self._filled(root, own)
            if shape is not None:
                result.place = result.place or place(shape)
                styles = shape.find(f"{P}txBody/{A}lstStyle")
                if styles is not None:
                    result.lists.append(styles)
            of_master = root.find(f"{P}txStyles/{P}{'bodyStyle' if own.type in _LIKE_BODY else 'otherStyle'}")
            if of_master is not None and own.type not in ("title", "ctrTitle"):
                result.lists.append(of_master)
        return result

    def _filled(self, root: Element, own: Placeholder) -> Element | None:
        """The shape of a layout or master that a placeholder fills: of the same index, else of the same type."""
        same_type = None
        for shape in root.iter(P + "sp"):
            other = placeholder(shape)
            if other is None:
                continue
            if other.index == own.index and root.tag == P + "sldLayout" and own.index != "0":
                return shape
            types = (own.type, _SAME_ON_MASTER.get(own.type, own.type))
            if other.type in types and same_type is None:
                same_type = shape
        return same_type
