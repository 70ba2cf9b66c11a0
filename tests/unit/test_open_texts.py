"""OpenDocument texts and slides are read with everything in them, as the program shows them."""

from app.core.domain import Document
from tests.support.open_files import cell, content, open_document, row, style, table

_STRUCK = '<style:text-properties style:text-line-through-style="solid"/>'
_RAISED = '<style:text-properties style:text-position="super 58%"/>'
_LOWERED = '<style:text-properties style:text-position="-33% 58%"/>'
_HIDDEN = '<style:text-properties text:display="none"/>'


def outline(document: Document) -> list[tuple[int, str]]:
    """Level and text of the headings."""
    return [(heading.level, heading.text) for heading in document.headings]


def number_style(name: str, *levels: str) -> str:
    """A list style; a level is its attributes."""
    inner = "".join(
        f'<text:list-level-style-number text:level="{number}" {attributes}/>'
        for number, attributes in enumerate(levels, start=1)
    )
    return f'<text:list-style style:name="{name}">{inner}</text:list-style>'


def items(*texts: str) -> str:
    """Items of a list."""
    return "".join(f"<text:list-item><text:p>{text}</text:p></text:list-item>" for text in texts)


def test_headings_are_known_by_the_styles_they_come_from() -> None:
    common = style("Heading_2", "paragraph", more='style:default-outline-level="2"') + style(
        "Boxed", "paragraph", parent="Heading_2"
    )
    document = open_document(
        "text",
        '<text:p text:style-name="T">Manual</text:p><text:p text:style-name="P1">Rules</text:p>'
        '<text:h text:outline-level="3">Dogs</text:h><text:p text:style-name="loop">None.</text:p>',
        automatic=style("P1", "paragraph", parent="Boxed")
        + style("T", "paragraph", parent="Title")
        + style("loop", "paragraph", parent="pool")
        + style("pool", "paragraph", parent="loop"),
        common=common,
    )
    assert outline(document) == [(1, "Manual"), (3, "Rules"), (4, "Dogs")]
    assert document.title == "Manual"


def test_automatic_numbers_of_headings_are_written_out() -> None:
    levels = "".join(
        f'<text:outline-level-style text:level="{level}" style:num-format="{form}" style:num-suffix="." '
        f'text:display-levels="{level}"/>'
        for level, form in ((1, "1"), (2, "a"))
    )
    heads = (("1", "Supply"), ("2", "Scope"), ("2", "Price"), ("1", "Term"), ("2", "End"))
    document = open_document(
        "text",
        "".join(f'<text:h text:outline-level="{level}">{text}</text:h>' for level, text in heads)
        + '<text:h text:outline-level="1" text:is-list-header="true">Annex</text:h>',
        common=f"<text:outline-style>{levels}</text:outline-style>",
    )
    assert [text for _, text in outline(document)] == [
        "1. Supply", "1.a. Scope", "1.b. Price", "2. Term", "2.a. End", "Annex",
    ]  # fmt: skip


def test_numbers_of_list_items_are_written_as_the_list_counts_them() -> None:
    clauses = number_style(
        "L",
        'style:num-format="1" style:num-prefix="§ "',
        'style:num-format="a" style:num-suffix=")" text:start-value="3"',
    )
    nested = f"<text:list>{items('first', 'second')}</text:list>"
    document = open_document(
        "text",
        f'<text:list text:style-name="L" xml:id="one">{items("Pay")}<text:list-item><text:p>Rest</text:p>{nested}'
        "</text:list-item></text:list><text:p>Between.</text:p>"
        f'<text:list text:style-name="L" text:continue-list="one">{items("Leave")}</text:list>'
        f'<text:list text:style-name="L">{items("Anew")}<text:list-item text:start-value="7"><text:p>Seventh</text:p>'
        "</text:list-item></text:list>",
        automatic=clauses,
    )
    lines = [line.strip() for line in document.text.splitlines() if line]
    assert lines == [
        "§ 1 Pay", "§ 2 Rest", "c) first", "d) second", "Between.", "§ 3 Leave", "§ 1 Anew", "§ 7 Seventh",
    ]  # fmt: skip


def test_bullets_stay_bullets_and_lists_within_lists_stay_nested() -> None:
    bullet = '<text:list-level-style-bullet text:level="1" text:bullet-char="•"/>'
    bullets = f'<text:list-style style:name="B">{bullet}</text:list-style>'
    document = open_document(
        "text",
        '<text:list text:style-name="B"><text:list-item><text:p>one</text:p>'
        f"<text:list>{items('inner')}</text:list></text:list-item></text:list>",
        automatic=bullets,
    )
    assert document.text == "- one\n  - inner"


def test_meaning_in_the_look_of_text_is_kept_also_when_it_comes_from_a_parent_style() -> None:
    automatic = (
        style("S", "text", _STRUCK) + style("U", "text", _RAISED) + style("D", "text", _LOWERED)
        + style("H", "text", _HIDDEN) + style("P", "paragraph", parent="Gone")
    )  # fmt: skip
    span = '<text:span text:style-name="{}">{}</text:span>'
    document = open_document(
        "text",
        f"<text:p>Price {span.format('S', '38')} 42, 10{span.format('U', '5')} ions, H{span.format('D', '2')}O"
        f"{span.format('H', ' secret')}.</text:p><text:p text:style-name='P'>Old rule</text:p>",
        automatic=automatic,
        common=style("Gone", "paragraph", _STRUCK),
    )
    assert document.text == "Price [struck out: 38] 42, 10^5 ions, H2O.\n\n[struck out: Old rule]"
    assert document.warnings == ("1 hidden passage was left out.",)


def test_changes_notes_and_comments_stand_apart_from_the_sentence() -> None:
    deletion = (
        '<text:tracked-changes><text:changed-region text:id="c"><text:deletion><text:p>gone</text:p></text:deletion>'
        "</text:changed-region></text:tracked-changes>"
    )
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
        "<text:p>Except fog.</text:p></text:note-body></text:note>"
    )
    remark = (
        "<office:annotation><dc:creator>Ann</dc:creator><dc:date>2026-02-01T10:11:12</dc:date><text:p>Sure?</text:p>"
        "</office:annotation>"
    )
    document = open_document(
        "text", f'{deletion}<text:p>We{remark} sail{note} daily<text:change text:change-id="c"/>.</text:p>'
    )
    assert document.text == ("We sail[^1] daily.\n\nComment: Sure? (Ann, 2026-02-01)\n\nFootnote 1. Except fog.")
    assert document.warnings == ("1 deleted passage (tracked changes) was left out.",)


def test_headers_and_footers_stand_once_and_page_numbers_are_left_out() -> None:
    masters = (
        '<style:master-page style:name="A"><style:header><text:p>Harbour rules</text:p></style:header>'
        "<style:header-left><text:p>Harbour rules</text:p></style:header-left>"
        "<style:footer><text:p>Page <text:page-number>3</text:page-number></text:p></style:footer>"
        '<style:footer-left style:display="false"><text:p>Never shown</text:p></style:footer-left></style:master-page>'
    )
    assert open_document("text", "<text:p>Body</text:p>", masters=masters).text == "Header: Harbour rules\n\nBody"


def test_boxes_pictures_formulas_and_charts_are_read_where_they_stand() -> None:
    formula = '<math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>x</mi><mn>2</mn></msup></math>'
    rows = row(cell(), cell("2026")) + row(cell("Isle"), cell("417"))
    chart = content(
        "chart", f"<chart:chart><chart:title><text:p>Guests</text:p></chart:title>{table(rows)}</chart:chart>"
    )
    frame = "<draw:frame>{}</draw:frame>"
    linked = frame.format('<draw:object xlink:href="./Object {}"/>')
    document = open_document(
        "text",
        f"<text:p>Area {linked.format(1)} here.{linked.format(2)}"
        f"{frame.format('<draw:text-box><text:p>In a box</text:p></draw:text-box>')}"
        f"{frame.format('<draw:image/><svg:desc>A chart of the bay</svg:desc>')}</text:p>",
        objects={"Object 1": formula, "Object 2": chart},
    )
    assert document.text == ("Area x^2 here. A chart of the bay\n\nGuests\nCategory | 2026\nIsle | 417\n\nIn a box")


def test_form_fields_are_read_where_they_stand_or_at_the_end() -> None:
    controls = (
        '<form:form><form:text form:id="a" form:label="Name" form:current-value="Ann"/>'
        '<form:checkbox form:id="b" form:label="Member" form:current-state="checked"/></form:form>'
    )
    document = open_document(
        "text", f'<office:forms>{controls}</office:forms><text:p>Form: <draw:control draw:control="a"/></text:p>'
    )
    assert document.text == "Form: Name: Ann\n\nForm field: ☑ Member"


def test_a_table_of_contents_is_left_out_but_for_lines_that_nothing_repeats() -> None:
    entries = "<text:p>Rules<text:tab/>3</text:p><text:p>Annex on paper<text:tab/>9</text:p>"
    document = open_document(
        "text",
        f"<text:table-of-content><text:index-body>{entries}</text:index-body></text:table-of-content>"
        '<text:h text:outline-level="1">Rules</text:h><text:p>No dogs.</text:p>',
    )
    assert document.text == "# Rules\n\nNo dogs.\n\nAnnex on paper"


def test_tables_have_their_spans_repeated_cells_and_header_rows() -> None:
    covered = "<table:covered-table-cell/>"
    hidden = "<table:covered-table-cell><text:p>below</text:p></table:covered-table-cell>"
    document = open_document(
        "text",
        table(
            f"<table:table-header-rows>{row(cell('Day'), cell('Isle'), cell('Bay'))}</table:table-header-rows>",
            row(cell("Monday"), cell("8", 'table:number-columns-repeated="2"')),
            row(
                cell("Sunday", 'table:number-rows-spanned="2"'),
                cell("none", 'table:number-columns-spanned="2"'),
                covered,
            ),
            row(hidden, cell("9"), cell("10")),
        ),
    )
    assert document.text == "Day | Isle | Bay\nMonday | 8 | 8\nSunday | none | none\nSunday | 9 | 10"
    assert document.warnings == ("1 covered cell with text was left out.",)


def test_repeats_and_nesting_are_bounded() -> None:
    huge = table(
        row(cell("x", 'table:number-columns-repeated="99999999"'), attributes='table:number-rows-repeated="99999999"')
    )
    assert len(open_document("text", huge).text) < 1_000_000
    notes = "<office:annotation><text:p>" * 400 + "core" + "</text:p></office:annotation>" * 400
    assert "core" in open_document("text", f"<text:p>{notes}</text:p>").text


def test_slides_are_parts_with_title_shapes_in_order_and_notes() -> None:
    def box(text: str, place: str, kind: str = "") -> str:
        inner = f"<draw:text-box><text:p>{text}</text:p></draw:text-box>"
        return f'<draw:frame svg:x="1cm" svg:y="{place}" presentation:class="{kind}">{inner}</draw:frame>'

    grid = table(row(cell("Stop"), cell("Time")), row(cell("Isle"), cell("9")))
    shapes = box("Lower", "9cm") + f'<draw:frame svg:y="2in">{grid}</draw:frame>' + box("Upper", "30mm")
    notes = f"<presentation:notes>{box('Say hello', '1cm', 'notes')}</presentation:notes>"
    later = "<draw:g><draw:custom-shape><text:p>Later</text:p></draw:custom-shape></draw:g>"
    placeholder = box("Click", "0cm", "title")
    document = open_document(
        "presentation",
        '<presentation:footer-decl presentation:name="f">Ferries 2026</presentation:footer-decl>'
        f'<draw:page draw:master-page-name="M">{shapes}{box("Fares", "0cm", "title")}{notes}</draw:page>'
        f'<draw:page draw:style-name="off">{later}</draw:page>',
        automatic=style("off", "drawing-page", '<style:drawing-page-properties presentation:visibility="hidden"/>'),
        masters=f'<style:master-page style:name="M">{placeholder}<draw:rect><text:p>Harbour office</text:p></draw:rect>'
        "</style:master-page>",
    )
    assert [(part.kind, part.number) for part in document.parts] == [("slide", 1), ("slide", 2)]
    assert document.text == (
        "# Fares\n\nUpper\n\nStop | Time\nIsle | 9\n\nLower\n\nNotes: Say hello\n\nHidden slide\n\nLater\n\n"
        "On the slides' layout: Ferries 2026\n\nHarbour office"
    )


def test_a_drawing_and_a_formula_of_their_own_are_read() -> None:
    page = "<draw:page><draw:rect><text:p>Boiler</text:p></draw:rect></draw:page>"
    document = open_document("drawing", page)
    assert (document.text, [part.kind for part in document.parts]) == ("Boiler", ["page"])


def test_each_paragraph_of_a_slide_may_be_a_list_of_its_own() -> None:
    one = '<text:list text:style-name="L"><text:list-item>{}</text:list-item></text:list>'
    nested = "<text:list><text:list-item><text:p>inner</text:p></text:list-item></text:list>"
    lists = one.format("<text:p>first</text:p>") + one.format(nested) + one.format("<text:p>second</text:p>")
    document = open_document(
        "presentation", f"<draw:page><draw:frame><draw:text-box>{lists}</draw:text-box></draw:frame></draw:page>"
    )
    assert document.text == "- first\n  - inner\n- second"


def test_the_row_that_a_slides_table_paints_as_its_head_names_the_columns() -> None:
    values = [row(cell("A1"), cell("B1")), row(cell("A2"), cell("B2"))]
    frame = (
        f"<draw:frame>{table(*values, more='table:use-first-row-styles=' + chr(34) + 'true' + chr(34))}</draw:frame>"
    )
    document = open_document("presentation", f"<draw:page>{frame}</draw:page>")
    assert document.tables[0].header == "A1 | B1"


def test_a_picture_of_what_was_read_is_no_loss_and_one_alone_is_counted() -> None:
    framed = f"<draw:frame>{table(row(cell('a'), cell('b')))}<draw:image/></draw:frame>"
    assert open_document("text", f"<text:p>{framed}</text:p>").warnings == ()
    assert open_document("text", "<text:p><draw:frame><draw:image/></draw:frame></text:p>").warnings == (
        "1 picture was left out.",
    )


def test_a_heading_style_of_the_program_is_known_by_its_own_name() -> None:
    automatic = style("P1", "paragraph", parent="Heading_20_2")
    document = open_document(
        "text", '<text:p text:style-name="P1">Rules</text:p><text:p>No dogs.</text:p>', automatic=automatic
    )
    assert outline(document) == [(2, "Rules")]
