"""A chart as an HTML table: its title is the caption, each series a column, each category a row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.load.ooxml.drawing_text import plain_lines, plain_text
from ingest.load.ooxml.html import safe, tagged
from ingest.load.ooxml.names import CX, A, C
from ingest.load.ooxml.package import Element, Package, number
from ingest.load.ooxml.values import shown

_MOST_POINTS = 100_000  # of all series of a chart
_CATEGORIES = (C + "cat", C + "xVal")
_VALUES = {C + "val": "", C + "yVal": "", C + "bubbleSize": "size"}  # -> what stands after the series' name
_DIMENSIONS = (CX + "strDim", CX + "numDim")


@dataclass(slots=True)
class _Column:
    name: str
    points: dict[int, str]  # place -> value as shown


@dataclass(slots=True)
class _Chart:
    title: str = ""
    categories: dict[int, str] = field(default_factory=dict)  # of the first series that has any
    axis: str = ""  # title of the categories' axis
    columns: list[_Column] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # other titles and labels


def chart_html(package: Package, part: str) -> str:
    """The table of a chart part; "" when it holds nothing."""
    root = package.beside(part)
    chart = _extended(root) if root.tag.startswith(CX) else _classic(root)
    for drawing in package.related(part, "chartUserShapes"):
        chart.texts += [plain_text(paragraph) for paragraph in package.beside(drawing).iter(A + "p")]
    return _html(chart)


def _classic(root: Element) -> _Chart:
    chart = _Chart()
    left = _MOST_POINTS
    area = root.find(f"{C}chart/{C}plotArea")
    own = root.find(f"{C}chart/{C}title")
    chart.title = _title(own)
    for axis in area if area is not None else ():
        title = _title(axis.find(C + "title")) if axis.tag.endswith(("Ax",)) else ""
        if title and axis.tag in (C + "catAx", C + "dateAx") and not chart.axis:
            chart.axis = title
        elif title:
            chart.texts.append(title)
    for series in root.iter(C + "ser"):
        name = " ".join(_points(series.find(C + "tx"), 1_000).values())
        categories: dict[int, str] = {}
        for child in series:
            if child.tag in _CATEGORIES:
                categories = _points(child, left)
        if categories and (not chart.categories or categories == chart.categories):
            chart.categories = categories
        elif categories:  # series over points of their own, as in scatter charts
            chart.columns.append(_Column(f"{name} x".strip(), categories))
        for child in series:
            if child.tag in _VALUES:
                points = _points(child, left)
                left -= len(points)
                chart.columns.append(_Column(f"{name} {_VALUES[child.tag]}".strip(), points))
            elif child.tag == C + "dLbls":
                chart.texts += [plain_lines(rich) for rich in child.iter(C + "rich")]
        for labels in series.iter("{*}dlblRangeCache"):
            chart.columns.append(_Column(f"{name} label".strip(), _points(labels, left)))
    return chart


def _title(title: Element | None) -> str:
    if title is None:
        return ""
    return plain_lines(title.find(f"{C}tx/{C}rich")) or " ".join(_points(title.find(C + "tx"), 1_000).values())


def _points(holder: Element | None, most: int) -> dict[int, str]:
    """Place -> text of the points in a series' name, categories or values, as the file last computed them."""
    if holder is None:
        return {}
    form = next((one.text or "" for one in holder.iter(C + "formatCode")), "")
    levels: dict[Element, dict[int, str]] = {}  # a cache, or a level of it -> its points
    for point in holder.iter(C + "pt"):
        value, parent = point.find(C + "v"), point.getparent()
        level = levels.setdefault(parent, {})
        if value is not None and len(level) < most:
            text = value.text or ""
            own_form = point.get("formatCode") or form
            level[number(point.get("idx"))] = shown(text, own_form) if parent.tag.startswith(C + "num") else text
    plain = holder.find(C + "v")
    if not levels and plain is not None:
        return {0: plain.text or ""}
    return _combined(list(levels.values()))


def _combined(levels: list[dict[int, str]]) -> dict[int, str]:
    """Points with the names of their groups: the innermost level comes first, a group's name stands at its first."""
    points = dict(levels[0]) if levels else {}
    for level in levels[1:]:
        group = ""
        for place in sorted({*points, *level}):
            group = level.get(place, group)
            points[place] = f"{group} {points.get(place, '')}".strip()
    return points


def _extended(root: Element) -> _Chart:
    """The kinds of charts that Office 2016 added, which keep their data apart from the series."""
    chart = _Chart()
    title = root.find(f"{CX}chart/{CX}title")
    chart.title = plain_lines(title) or _joined(title)
    for axis in root.iter(CX + "axis"):
        chart.texts.append(plain_lines(axis.find(CX + "title")))
    names = {}
    for series in root.iter(CX + "series"):
        data = series.find(CX + "dataId")
        names[data.get("val") if data is not None else ""] = _joined(series.find(CX + "tx"))
    for data in root.iter(CX + "data"):
        for dimension in data:
            if dimension.tag not in _DIMENSIONS:
                continue
            points = _dimension(dimension)
            if dimension.tag == CX + "strDim" and not chart.categories:
                chart.categories = points
            else:
                chart.columns.append(_Column(names.get(data.get("id"), ""), points))
    return chart


def _dimension(dimension: Element) -> dict[int, str]:
    levels: list[dict[int, str]] = []
    for level in dimension.iterchildren(CX + "lvl"):
        form = level.get("formatCode", "")
        points: dict[int, str] = {}
        for point in level.iterchildren(CX + "pt"):
            if len(points) < _MOST_POINTS:
                text = point.text or ""
                points[number(point.get("idx"))] = shown(text, form) if dimension.tag == CX + "numDim" else text
        levels.append(points)
    return _combined(levels)


def _joined(element: Element | None) -> str:
    if element is None:
        return ""
    return " ".join(text.text.strip() for text in element.iter(CX + "v") if text.text and text.text.strip())


def _html(chart: _Chart) -> str:
    pieces: list[str] = []
    if chart.columns or chart.categories:
        pieces.append("<table>")
        pieces.append(tagged("caption", safe(chart.title)))
        names = [column.name for column in chart.columns]
        if any(names) or chart.axis:
            pieces += ["<thead>", _row([chart.axis or "Category", *names], "th"), "</thead>"]
        places = set(chart.categories).union(*(column.points for column in chart.columns))
        pieces += (_row(_values(chart, place), "td") for place in sorted(places))
        pieces.append("</table>")
    else:
        pieces.append(tagged("p", safe(chart.title)))
    pieces += (tagged("p", safe(text)) for text in dict.fromkeys(chart.texts))
    return "".join(pieces)


def _values(chart: _Chart, place: int) -> Iterator[str]:
    yield chart.categories.get(place, "" if chart.categories else str(place + 1))
    for column in chart.columns:
        yield column.points.get(place, "")


def _row(cells: Iterable[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{safe(cell)}</{tag}>" for cell in cells) + "</tr>"
