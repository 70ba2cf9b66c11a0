"""Documents of the made set as HTML that a browser prints."""

from collections.abc import Sequence
from html import escape

from tests.support.pdf_set.model import Beside, Block, Break, Columns, Heading, Made, Prose, Span, Table

_ALIGN = {"l": "start", "c": "center", "r": "end"}
_STYLE = """
body { font: 10.5pt/1.3 "DejaVu Serif", serif; } p { margin: 0 0 7pt; text-align: justify; }
h1 { font-size: 18pt; } h2 { font-size: 14pt; } table { border-collapse: collapse; margin: 6pt 0 12pt; }
caption { font-style: italic; text-align: start; } .columns { column-gap: 20pt; } .beside { display: flex; gap: 20pt; }
table { font-family: "DejaVu Sans", sans-serif; } .grid td, .grid th { border: 0.5pt solid black; }
.rows td, .rows th { border-bottom: 0.5pt solid gray; } .columns-table td + td { border-left: 0.5pt solid black; }
.booktabs { border-top: 1pt solid black; border-bottom: 1pt solid black; }
.booktabs thead { border-bottom: 0.6pt solid black; }
.zebra thead tr { background: #ccc; } .zebra tbody tr:nth-child(even) { background: #eee; }
"""


def page_of(made: Made) -> str:
    """The HTML of a document."""
    size = "A4 landscape" if made.landscape else "A4"
    foot = escape(made.foot).replace("#", '" counter(page) "')
    margins = f'@top-left {{ content: "{escape(made.head)}"; }} @bottom-center {{ content: "{foot}"; }}'
    style = f"@page {{ size: {size}; margin: 22mm; {margins} }}{_STYLE}"
    direction = "rtl" if made.right_to_left else "ltr"
    body = _blocks(made.blocks)
    return (
        f'<!DOCTYPE html><html dir="{direction}"><meta charset="utf-8"><style>{style}</style><body>{body}</body></html>'
    )


def _blocks(blocks: Sequence[Block]) -> str:
    parts = []
    for block in blocks:
        match block:
            case Prose(text):
                parts.append(f"<p>{escape(text)}</p>")
            case Heading(text, level):
                parts.append(f"<h{level}>{escape(text)}</h{level}>")
            case Columns(inner, count):
                parts.append(f'<div class="columns" style="columns: {count}">{_blocks(inner)}</div>')
            case Beside(left, right, share):
                sides = (
                    f'<div style="flex: {share}">{_blocks(left)}</div>',
                    f'<div style="flex: {1 - share}">{_blocks(right)}</div>',
                )
                parts.append(f'<div class="beside">{"".join(sides)}</div>')
            case Break():
                parts.append('<div style="break-after: page"></div>')
            case Table():
                parts.append(_table(block))
    return "".join(parts)


def _table(table: Table) -> str:
    rows = [_row(row, table, head=number < table.heads) for number, row in enumerate(table.rows)]
    # A header that stands once is a body row: browsers repeat the rows of a thead.
    head = "".join(rows[: table.heads])
    body = "".join(rows[table.heads :])
    inner = f"<thead>{head}</thead><tbody>{body}</tbody>" if table.repeat else f"<tbody>{head}{body}</tbody>"
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    name = "columns-table" if table.style == "columns" else table.style
    width = "100%" if table.widths else "auto"
    return f'<table class="{name}" style="font-size: {table.size}pt; width: {width}">{caption}{inner}</table>'


def _row(row: Sequence[str | Span], table: Table, *, head: bool) -> str:
    tag = "th" if head else "td"
    vertical = "middle" if table.middle else "top"
    cells = []
    full = not any(isinstance(cell, Span) for cell in row) and len(row) == len(table.align)
    for number, cell in enumerate(row):
        text, spans = (
            (cell.text, f'colspan="{cell.columns}" rowspan="{cell.rows}"') if isinstance(cell, Span) else (cell, "")
        )
        # In a row with covered cells the alignment counts from the right.
        letter = table.align[number if full else number - len(row)] if table.align else "l"
        padding = f"{table.padding}pt {table.padding + 3}pt"
        style = f"text-align: {_ALIGN[letter]}; vertical-align: {vertical}; padding: {padding}"
        cells.append(f'<{tag} {spans} style="{style}">{escape(text)}</{tag}>')
    return f"<tr>{''.join(cells)}</tr>"
