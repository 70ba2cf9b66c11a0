"""OpenDocument sheets are read as people see them: repeated and covered cells, shown values, notes."""

import pytest

from ingest.load.odf import sheets
from tests.support.open_files import cell, content, open_document, row, style, table


def number(shown: str, stored: str, kind: str = "float") -> str:
    """A cell with a number."""
    return cell(shown, f'office:value-type="{kind}" office:value="{stored}"')


def text_of(*rows: str) -> str:
    """The text of a workbook of one sheet."""
    return open_document("spreadsheet", table(*rows)).text


def test_sheets_are_parts_and_repeated_cells_and_rows_stand_where_they_belong() -> None:
    document = open_document(
        "spreadsheet",
        table(
            row(cell("Sailor"), cell("Mon"), cell("Tue"), cell("Wed")),
            row(cell("Ebba"), cell("night", 'table:number-columns-repeated="2"'), cell("off")),
            row(cell("Nils"), cell("", 'table:number-columns-repeated="2"'), cell("dusk")),
            row(
                cell("Pool"),
                cell("day", 'table:number-columns-repeated="3"'),
                attributes='table:number-rows-repeated="2"',
            ),
            row(cell("", 'table:number-columns-repeated="16384"'), attributes='table:number-rows-repeated="1048572"'),
            name="Rota",
        )
        + table(row(cell("last")), name="Two"),
    )
    assert [(part.kind, part.number, part.name) for part in document.parts] == [
        ("sheet", 1, "Rota"),
        ("sheet", 2, "Two"),
    ]
    pool = "Sailor: Pool | Mon: day | Tue: day | Wed: day"
    assert document.text.splitlines() == [
        "Sailor: Ebba | Mon: night | Tue: night | Wed: off", "Sailor: Nils | Wed: dusk", pool, pool, "", "last",
    ]  # fmt: skip


def test_a_cell_that_covers_others_stands_in_each_of_them() -> None:
    covered = '<table:covered-table-cell table:number-columns-repeated="1"/>'
    assert text_of(
        row(cell("Region"), cell("Depot"), cell("2025"), cell("2026")),
        row(
            cell("North", 'table:number-rows-spanned="2"'),
            cell("Hexby"),
            cell("3", 'table:number-columns-spanned="2"'),
            covered,
        ),
        row(covered, cell("Marsden"), number("5", "5"), number("6", "6")),
    ).splitlines() == [
        "Region: North | Depot: Hexby | 2025: 3 | 2026: 3",
        "Region: North | Depot: Marsden | 2025: 5 | 2026: 6",
    ]


@pytest.mark.parametrize(
    ("shown", "stored", "kind", "text"),
    [
        ("7.50%", "0.075", "percentage", "7.50%"),
        ("8%", "0.0754", "percentage", "8% (7.54%)"),
        ("1.234,50 €", "1234.5", "currency", "1.234,50 €"),
        ("1 234,50 €", "1234.5", "currency", "1 234,50 €"),
        ("$1,234.50", "1234.4967", "currency", "$1,234.50 (1234.4967)"),
        ("1 1/2", "1.5", "float", "1 1/2"),
        ("1.23E+06", "1234567", "float", "1.23E+06 (1234567)"),
        ("5.00", "-5", "float", "5.00 (-5)"),
        ("(5.00)", "-5", "float", "(5.00)"),
        ("-", "0", "float", "-"),
        ("1.2M", "1234567", "float", "1.2M (1234567)"),
        ("", "12.5", "float", "12.5"),
        ("0.3", "0.30000000000000004", "float", "0.3"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_shown_and_in_full_beside_it_where_that_says_less(
    shown: str, stored: str, kind: str, text: str
) -> None:
    assert text_of(row(number(shown, stored, kind))) == text


@pytest.mark.parametrize(
    ("shown", "attributes", "text"),
    [
        ("15 March 2026", 'office:value-type="date" office:date-value="2026-03-15"', "15 March 2026"),
        ("2026-03-15", 'office:value-type="date" office:date-value="2026-03-15"', "2026-03-15"),
        ("03/04/26", 'office:value-type="date" office:date-value="2026-04-03"', "03/04/26 (2026-04-03)"),
        ("", 'office:value-type="date" office:date-value="2026-03-15T09:30:00"', "2026-03-15 09:30"),
        ("9:30 AM", 'office:value-type="time" office:time-value="PT09H30M00S"', "9:30 AM"),
        ("26:30", 'office:value-type="time" office:time-value="PT26H30M00S"', "26:30"),
        ("9:30", 'office:value-type="time" office:time-value="PT09H30M15S"', "9:30 (09:30:15)"),
        ("", 'office:value-type="boolean" office:boolean-value="true"', "TRUE"),
    ],
)
def test_days_times_and_yes_or_no(shown: str, attributes: str, text: str) -> None:
    assert text_of(row(cell(shown, attributes))) == text


def test_formulas_without_a_result_are_read_as_formulas_and_counted() -> None:
    document = open_document(
        "spreadsheet",
        table(
            row(
                cell("", 'table:formula="of:=SUM([.B2:.B3])"'),
                cell("", 'table:formula="of:=[Two.A1]+1"'),
                cell("7", 'table:formula="of:=3+4" office:value-type="float" office:value="7"'),
                cell("", 'table:formula="of:=&quot;&quot;" office:value-type="string"'),
            )
        ),
    )
    assert document.text == "=SUM(B2:B3) | =Two.A1+1 | 7"
    assert document.warnings[0].startswith("2 formulas have no stored result")


def test_struck_out_and_raised_text_and_links_are_marked() -> None:
    automatic = (
        style("gone", "table-cell", '<style:text-properties style:text-line-through-style="solid"/>')
        + style("up", "text", '<style:text-properties style:text-position="33% 58%"/>')
    )  # fmt: skip
    linked = '<text:p>data <text:a xlink:href="https://boats.example/">sheet</text:a></text:p>'
    document = open_document(
        "spreadsheet",
        table(
            row(
                cell("38", 'table:style-name="gone"'),
                cell('10<text:span text:style-name="up">5</text:span>'),
                f"<table:table-cell>{linked}</table:table-cell>",
            )
        ),
        automatic=automatic,
    )
    assert document.text == "[struck out: 38] | 10^5 | data sheet (https://boats.example/)"


def test_hidden_sheets_rows_and_columns_are_read_and_named() -> None:
    hidden = style("off", "table", '<style:table-properties table:display="false"/>')
    columns = (
        '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="16383"/>'
    )
    document = open_document(
        "spreadsheet",
        table(
            columns,
            row(cell("Item"), cell("Cost")),
            row(cell("Kayak"), number("4", "4"), attributes='table:visibility="collapse"'),
        )
        + table(row(cell("kept")), name="Two", more='table:style-name="off"'),
        automatic=hidden,
    )
    assert document.text == "Item: Kayak | Cost: 4\n\nHidden sheet\n\nkept"
    assert document.warnings == ("Hidden parts of sheets were read too: One (1 row, 1 column).",)


def test_comments_choices_names_and_charts_are_read() -> None:
    by = "<dc:creator>Ann</dc:creator><dc:date>2026-02-01</dc:date>"
    remark = f"<office:annotation>{by}<text:p>new</text:p></office:annotation>"
    rule = (
        '<table:content-validations><table:content-validation table:name="v" '
        'table:condition="of:cell-content-is-in-list(&quot;yes&quot;;&quot;no&quot;)"/></table:content-validations>'
    )
    values = table(row(cell(), cell("2026")), row(cell("Isle"), cell("417")))
    titled = f"<chart:chart><chart:title><text:p>Guests</text:p></chart:title>{values}</chart:chart>"
    chart = content("chart", titled)
    shapes = '<table:shapes><draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></table:shapes>'
    name = '<table:named-expression table:name="VAT" table:expression="of:=0.19"/>'
    names = f"<table:named-expressions>{name}</table:named-expressions>"
    document = open_document(
        "spreadsheet",
        rule + table(shapes, row(cell("Kayak", 'table:content-validation-name="v"', remark))) + names,
        objects={"Object 1": chart},
    )
    assert document.text == (
        "Kayak\n\nChoices for A1: yes, no\nComment at A1: new (Ann, 2026-02-01)\n\n"
        "Guests\nCategory | 2026\nIsle | 417\n\nVAT = 0.19"
    )


def test_a_filtered_range_shows_which_row_names_the_columns() -> None:
    ranges = (
        "<table:database-ranges><table:database-range table:name='__Anonymous_Sheet_DB__0' table:target-range-address="
        "\"'My one'.A1:'My one'.B3\" table:display-filter-buttons='true'/></table:database-ranges>"
    )
    values = [row(number(one, one), number(two, two)) for one, two in (("1", "2"), ("7", "8"), ("9", "10"))]
    document = open_document("spreadsheet", table(*values, name="My one") + ranges)
    assert document.text == "1: 7 | 2: 8\n1: 9 | 2: 10"


def test_repeats_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CELLS", 5_000)
    many = cell("x", 'table:number-columns-repeated="16384"')
    document = open_document(
        "spreadsheet", table(row(many, attributes='table:number-rows-repeated="1048576"'), row(cell("y")))
    )
    assert len(document.text) < 50_000
    wide = cell("x", 'table:number-columns-spanned="16384" table:number-rows-spanned="1048576"')
    assert text_of(row(wide)) == "x"


def test_cells_of_another_file_are_counted_and_left_out() -> None:
    document = open_document(
        "spreadsheet", table(row(cell("own"))) + table(row(cell("copy")), name="'file:///x.ods'#$A")
    )
    assert document.text == "own"
    assert document.warnings == ("1 linked document was left out.",)
