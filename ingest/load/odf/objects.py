"""Objects within an OpenDocument file: charts as HTML tables, formulas as MathML."""

from collections.abc import Iterator
from html import escape

from ingest.load.odf.names import CHART, MATH, OFFICE, TABLE, TEXT
from ingest.load.odf.package import Element, whole
from ingest.load.ooxml.html import safe, tagged

_MOST_COLUMNS = 200
_MOST_CELLS = 100_000
_HEADS = (TABLE + "table-header-rows", TABLE + "table-header-columns")


def formula_html(root: Element) -> str:
    """A formula as MathML without prefixes, which `html_text` reads."""
    pieces: list[str] = []
    stack: list[Element | str] = [root]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            pieces.append(top)
            continue
        name = top.tag.removeprefix(MATH)
        attributes = "".join(f' {key}="{escape(value)}"' for key, value in top.attrib.items() if "}" not in key)
        pieces.append(f"<{name}{attributes}>{safe(top.text or '')}")
        stack.append(f"</{name}>")
        for child in reversed(top):
            stack.extend((safe(child.tail or ""), child))
    return "".join(pieces)


def chart_html(chart: Element) -> str:
    """A chart: its title is the caption of the table of its values. chart: chart:chart."""
    title = _title(chart.find(CHART + "title"))
    others = [_title(chart.find(CHART + name)) for name in ("subtitle", "footer")]
    for axis in chart.iter(CHART + "axis"):
        others.append(_title(axis.find(CHART + "title")))
    for label in chart.iter(CHART + "data-label"):
        others.append(_title(label))
    rows = list(_rows(chart))
    if not any(any(row) for row in rows):
        pieces = [tagged("p", safe(title))]
    else:
        rows[0][0] = rows[0][0] or "Category"
        cells = [
            "".join(f"<{'td' if number else 'th'}>{safe(cell)}</{'td' if number else 'th'}>" for cell in row)
            for number, row in enumerate(rows)
        ]
        head, *body = (f"<tr>{one}</tr>" for one in cells)
        pieces = [f"<table>{tagged('caption', safe(title))}<thead>{head}</thead>{''.join(body)}</table>"]
    pieces += (tagged("p", safe(text)) for text in dict.fromkeys(filter(None, others)))
    return "".join(pieces)


def chart_of(root: Element) -> Element | None:
    """The chart in an object's content; None when it is something else."""
    return root.find(f"{OFFICE}body/{OFFICE}chart/{CHART}chart")


def _title(element: Element | None) -> str:
    if element is None:
        return ""
    return " ".join(" ".join("".join(one.itertext()).split()) for one in element.iter(TEXT + "p")).strip()


def _rows(chart: Element) -> Iterator[list[str]]:
    """The rows of the chart's own table, the first names the series."""
    left = _MOST_CELLS
    for row in chart.iter(TABLE + "table-row"):
        values: list[str] = []
        for cell in row.iter(TABLE + "table-cell"):
            text = " ".join(" ".join("".join(one.itertext()).split()) for one in cell.iter(TEXT + "p"))
            repeated = whole(cell.get(TABLE + "number-columns-repeated"), most=_MOST_COLUMNS)
            values += ["" if text == "NaN" else text] * repeated
        left -= len(values)
        if not values or left < 0:
            continue
        yield values
