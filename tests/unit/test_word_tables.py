"""Tables of Word documents as HTML: merged cells, header rows, captions, tables within tables."""

from tests.support.office_files import NAMES, cell, paragraph, row, run, style, table, word_file, word_html


def html(body: str, styles: str = "") -> str:
    return word_html(word_file(body, styles=styles)).replace("<p>", "").replace("</p>", "")


def span(columns: int) -> str:
    return f'<w:gridSpan w:val="{columns}"/>'


MERGE, CONTINUE = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_cells_keep_the_columns_and_rows_that_they_cover() -> None:
    body = table(
        row(cell("Depot", MERGE), cell("Buses", span(2))),
        row(cell("", CONTINUE), "Old", "New"),
        row("North", "4", "5"),
    )
    assert html(body) == (
        '<table><tr><td rowspan="2">Depot</td><td colspan="2">Buses</td></tr><tr><td>Old</td><td>New</td></tr>'
        "<tr><td>North</td><td>4</td><td>5</td></tr></table>"
    )


def test_columns_that_no_cell_begins_in_are_no_columns() -> None:
    body = table(row(cell("a", span(3)), cell("b", span(40))), row(cell("c", span(3)), cell("d", span(40))))
    assert html(body) == "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"


def test_edges_that_were_drawn_a_little_apart_are_one() -> None:
    widths = "".join(f'<w:gridCol w:w="{width}"/>' for width in (2000, 30, 2000))
    rows = row(cell("a"), cell("b", span(2))) + row(cell("c", span(2)), cell("d"))
    body = f"<w:tbl><w:tblGrid>{widths}</w:tblGrid>{rows}</w:tbl>"
    assert html(body) == "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"


def test_a_cell_that_goes_on_and_yet_has_text_is_read() -> None:
    body = table(row(cell("a", MERGE), "b"), row(cell("c", CONTINUE), "d"))
    assert html(body) == "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"


def test_skipped_columns_are_empty_cells() -> None:
    body = table(row("a", "b"), row("c", properties='<w:gridBefore w:val="1"/>'))
    assert html(body) == "<table><tr><td>a</td><td>b</td></tr><tr><td></td><td>c</td></tr></table>"


def test_rows_that_the_author_marked_are_the_header() -> None:
    body = table(row("Year", "Sum", properties="<w:tblHeader/>"), row("2024", "5"), row("2025", "6"))
    assert html(body).startswith("<table><thead><tr><th>Year</th><th>Sum</th></tr></thead><tr><td>2024</td>")


def test_a_caption_above_a_table_belongs_to_it() -> None:
    caption = paragraph(run("Table 1: Buses"), "C")
    rows = row("a", "b") + row("c", "d")
    styles = style("C", "caption")
    assert html(caption + f"<w:tbl>{rows}</w:tbl>", styles).startswith("<table><caption>Table 1: Buses</caption><tr>")
    assert html(caption + paragraph("Text"), styles) == "Table 1: BusesText"
    figure = paragraph(f'<w:fldSimple w:instr="SEQ Figure">{run("Figure 1")}</w:fldSimple>', "C")
    assert html(figure + f"<w:tbl>{rows}</w:tbl>", styles).startswith("Figure 1<table><tr>")


def test_the_alternative_text_of_a_table_is_read() -> None:
    properties = '<w:tblPr><w:tblCaption w:val="Buses"/><w:tblDescription w:val="By depot"/></w:tblPr>'
    body = f"<w:tbl>{properties}{row('a', 'b')}{row('c', 'd')}</w:tbl>"
    assert html(body).startswith("By depot<table><caption>Buses</caption><tr>")


def test_deleted_rows_and_cells_are_left_out_and_inserted_ones_read() -> None:
    gone = row("x", "y", properties="<w:del/>")
    body = table(row("a", "b"), gone, f"<w:ins>{row('c', cell('z', '<w:cellDel/>'), 'd')}</w:ins>")
    assert html(body) == "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"


def test_rows_and_cells_in_content_controls_are_read() -> None:
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    cells = f"<w:tr>{control.format(cell('c'))}{cell('d')}</w:tr>"
    assert html(table(control.format(row("a", "b")), cells)) == (
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
    )


def test_a_table_within_a_table_of_data_leaves_it_one_of_data() -> None:
    inner = table(row("1", "2"), row("3", "4"))
    rows = [row("a", "b", "c"), row("d", cell(inner + paragraph("")), "e"), row("f", "g", "h")]
    assert html(table(*rows)).startswith("<table><thead><tr><td>a</td><td>b</td><td>c</td></tr></thead>")
    assert html(table(row(cell(inner + paragraph("")), cell(inner + paragraph(""))))).startswith(
        "<table><tr><td><table>"
    )


def test_notes_to_a_cell_stand_below_the_table() -> None:
    note = '<w:footnote w:id="2"><w:p><w:r><w:t>Estimated.</w:t></w:r></w:p></w:footnote>'
    marked = cell(paragraph(run("5") + '<w:r><w:footnoteReference w:id="2"/></w:r>'))
    content = word_file(
        table(row("a", "b"), row("c", marked)),
        parts={"footnotes.xml": ("footnotes", f"<w:footnotes {NAMES}>{note}</w:footnotes>")},
    )
    assert word_html(content).endswith("<td><p>5[1]</p></td></tr></table><p>Footnote 1. Estimated.</p>")


def test_spans_that_were_made_to_exhaust_memory_are_bounded() -> None:
    wide = row(*[cell("x", span(2_000_000_000))] * 3)
    assert len(html(table(wide, wide))) < 1_000
