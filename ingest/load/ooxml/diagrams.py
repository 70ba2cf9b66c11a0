"""A diagram (SmartArt) as nested lists, from the data that it draws."""

from ingest.load.ooxml.drawing_text import plain_lines
from ingest.load.ooxml.html import safe, tagged
from ingest.load.ooxml.names import DGM
from ingest.load.ooxml.package import Element, Package, number

_DEEPEST = 12  # levels of lists; deeper points stand on the last


def diagram_html(package: Package, part: str) -> str:
    """The points of a diagram's data part; "" when none has text."""
    root = package.beside(part)
    texts: dict[str, str] = {}
    top: list[str] = []
    for point in root.iter(DGM + "pt"):
        key = point.get("modelId", "")
        texts[key] = plain_lines(point.find(DGM + "t"))
        if point.get("type") == "doc":
            top.append(key)
    below = _below(root)
    pieces: list[str] = []
    written: set[str] = set()
    for key in [*top, *texts]:  # points that hang on nothing come last
        _write(pieces, key, texts, below, written)
    return "".join(pieces)


def _below(root: Element) -> dict[str, list[str]]:
    """Point -> the points below it, in order."""
    below: dict[str, list[tuple[int, str]]] = {}
    for link in root.iter(DGM + "cxn"):
        if link.get("type", "parOf") == "parOf":
            below.setdefault(link.get("srcId", ""), []).append((number(link.get("srcOrd")), link.get("destId", "")))
            between = link.get("sibTransId")  # what is written on the arrow to the next point
            if between:
                below[link.get("srcId", "")].append((number(link.get("srcOrd")), between))
    return {key: [other for _, other in sorted(links, key=lambda link: link[0])] for key, links in below.items()}


def _write(
    pieces: list[str], start: str, texts: dict[str, str], below: dict[str, list[str]], written: set[str]
) -> None:
    """A point and those below it, each once."""
    waiting = [(start, 0)]
    depth = 0
    while waiting:
        key, level = waiting.pop()
        if key in written:
            continue
        written.add(key)
        text = texts.get(key, "")
        if text:
            level = min(level + 1, _DEEPEST)
            pieces += ["<ul>"] * (level - depth) + ["</ul>"] * (depth - level)
            pieces.append(tagged("li", safe(text)))
            depth = level
        waiting.extend((other, level) for other in reversed(below.get(key, [])))
    pieces += ["</ul>"] * depth
