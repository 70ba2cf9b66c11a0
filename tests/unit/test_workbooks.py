"""Excel workbooks are read as people see them: shown values, tables with names, what stands beside the cells."""

import io
from collections.abc import Callable, Mapping

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load import load
from ingest.load.workbook import load as workbook_load
from tests.support import made_files as made

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(*fills: Callable[[Worksheet], object]) -> Document:
    """The document of a workbook with a sheet for each function that fills one."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, fill in enumerate(fills, start=1):
        fill(workbook.create_sheet(f"Sheet {number}"))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return load(made.source(buffer.getvalue(), "book.xlsx"))


def rows(*values: list[object]) -> Callable[[Worksheet], object]:
    """Fills a sheet with rows."""

    def fill(sheet: Worksheet) -> None:
        for row in values:
            sheet.append(row)

    return fill


def raw(sheet: str, *, others: Mapping[str, str] | None = None, workbook: str = "", relations: str = "") -> Document:
    """The document of a workbook of one sheet; sheet is the XML within its part."""
    rels = f'<Relationships xmlns="{_RELATIONS}">{{}}</Relationships>'
    one = f'<Relationship Id="{{}}" Type="{_OFFICE}/{{}}" Target="{{}}"/>'
    entries = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": rels.format(one.format("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{workbook}<sheets>'
        '<sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels.format(one.format("r1", "worksheet", "sheet1.xml") + relations),
        "xl/sheet1.xml": f'<x:worksheet xmlns:x="{_MAIN}" xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{sheet}</x:worksheet>',
        **(others or {}),
    }
    return load(made.source(made.zipped(entries), "raw.xlsx"))


def cells(*inner: str) -> str:
    """A row of cells."""
    return f"<sheetData><row>{''.join(inner)}</row></sheetData>"


# ------------------------------------------------------------------------------------------------------------- values


def test_values_are_written_as_their_formats_show_them() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Loan", "Rate", "Fee"])
        sheet.append(["Pier", 0.0754, 1234.4967])
        sheet["B2"].number_format = "0%"
        sheet["C2"].number_format = "#,##0.00 [$€-407]"

    assert read(fill).text == "Loan: Pier | Rate: 8% (7.54%) | Fee: 1,234.50 € (1234.4967)"


def test_days_may_be_counted_from_1904_and_may_be_stored_as_text() -> None:
    styles = (
        f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf/><xf numFmtId="164"/></cellXfs>'
        '<numFmts><numFmt numFmtId="164" formatCode="d mmmm yyyy"/></numFmts></styleSheet>'
    )
    document = raw(
        cells(
            '<c r="A1" s="1"><v>44634</v></c><c r="B1" s="1" t="d"><v>2026-03-15T00:00:00</v></c>',
            '<c r="C1" t="b"><v>1</v></c><c r="D1" t="e"><v>#DIV/0!</v></c>',
        ),
        workbook='<workbookPr date1904="1"/>',
        others={"xl/styles.xml": styles},
        relations=f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/>',
    )
    assert document.text == "15 March 2026 | 15 March 2026 | TRUE | #DIV/0!"


def test_struck_out_and_raised_text_is_marked() -> None:
    def fill(sheet: Worksheet) -> None:
        struck, raised = InlineFont(strike=True), InlineFont(vertAlign="superscript")
        sheet.append(["Item", "Price"])
        sheet.append(["Kayak", CellRichText(TextBlock(struck, "38"), " 42")])
        sheet.append(["Ions per cm", CellRichText("10", TextBlock(raised, "5"))])
        sheet.append(["Canoe", 50])
        sheet["B4"].font = Font(strike=True)

    text = read(fill).text
    assert "Item: Kayak | Price: [struck out: 38] 42" in text
    assert "Price: 10^5" in text
    assert "Item: Canoe | Price: [struck out: 50]" in text


def test_readings_beside_a_text_are_left_out_and_escaped_characters_are_characters() -> None:
    document = raw(
        cells('<c r="A1" t="inlineStr"><is><t>東京_x000A_都</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>')
    )
    assert document.text == "東京 都"


def test_formulas_without_a_result_are_read_as_formulas_and_counted() -> None:
    document = raw(
        cells(
            '<c r="A1"><f>SUM(A2:A3)</f></c><c r="B1"><f>1+1</f><v>2</v></c><c r="C1" t="str"><f>""</f><v></v></c>',
            '<c r="D1"><f t="shared" si="0" ref="D1:E1">_xlfn.XLOOKUP(1,A:A,B:B)</f></c>',
            '<c r="E1"><f t="shared" si="0"/></c>',
        )
    )
    assert document.text == ("=SUM(A2:A3) | 2 |  | =XLOOKUP(1,A:A,B:B) | =XLOOKUP(1,A:A,B:B) (as in D1)")
    assert document.warnings[0].startswith("3 formulas have no stored result")


def test_a_zero_that_only_stands_for_a_result_to_come_is_no_result() -> None:
    sheet = cells('<c r="A1"><f>SUM(A2:A3)</f><v>0</v></c><c r="B1"><v>0</v></c>')
    assert raw(sheet, workbook='<calcPr fullCalcOnLoad="1"/>').text == "=SUM(A2:A3) | 0"
    assert raw(sheet).text == "0 | 0"


def test_a_number_that_its_format_hides_is_read_and_counted() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Secret", 12])
        sheet["B1"].number_format = ";;;"

    document = read(fill)
    assert document.text == "Secret | 12"
    assert document.warnings == ("1 number is hidden by the number format; they were read all the same.",)


# ------------------------------------------------------------------------------------------------------------- tables


def test_a_merged_cell_stands_in_every_place_that_it_covers() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["Region", "Depot", "2025", "2026"], ["North", "Hexby", 3, None], [None, "Marsden", 5, 6]):
            sheet.append(row)
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("C2:D2")

    assert read(fill).text.splitlines() == [
        "Region: North | Depot: Hexby | 2025: 3 | 2026: 3",
        "Region: North | Depot: Marsden | 2025: 5 | 2026: 6",
    ]


def test_titles_above_an_empty_row_belong_to_the_table_below() -> None:
    document = read(rows(["Stock list"], ["As of June"], [], ["Article", "On hand"], ["Gasket", 20], ["Ring", 30]))
    assert document.text.splitlines()[-1] == "Article: Ring | On hand: 30"
    assert document.tables[0].caption == "Stock list; As of June"


def test_two_rows_of_names_are_joined() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["Route", 2025, None, 2026, None], [None, "Q1", "Q2", "Q1", "Q2"], ["Isle", 7, 9, 11, 13]):
            sheet.append(row)
        sheet.append(["Harbour", 8, 10, 12, 14])
        sheet.merge_cells("B1:C1")
        sheet.merge_cells("D1:E1")

    assert "Route: Harbour | 2025 Q1: 8 | 2025 Q2: 10 | 2026 Q1: 12 | 2026 Q2: 14" in read(fill).text


def test_tables_below_one_another_keep_their_own_names() -> None:
    document = read(
        rows(
            ["Item", "Price"], ["Kayak", 40], ["Canoe", 50], [],
            ["Guide", "Hours", "Rate"], ["Ines", 4, 30], ["Omar", 5, 32],
        )
    )  # fmt: skip
    assert "Item: Canoe | Price: 50" in document.text
    assert "Guide: Omar | Hours: 5 | Rate: 32" in document.text
    assert len(document.tables) == 2


def test_rows_after_an_empty_one_go_on_with_the_table_when_they_have_no_names() -> None:
    text = read(rows(["Item", "Price"], ["Kayak", 40], ["Canoe", 50], [], ["Paddle", 7], [], ["Total", 97])).text
    assert "Item: Paddle | Price: 7" in text
    assert "Item: Total | Price: 97" in text


def test_groups_of_text_go_on_with_the_table_above_them() -> None:
    text = read(
        rows(["Name", "City", "Team"], ["Ann", "Hexby", "red"], ["Ben", "Calder", "red"], [],
             ["Cem", "Winton", "blue"], ["Dora", "Hexby", "blue"])
    ).text  # fmt: skip
    assert "Name: Dora | City: Hexby | Team: blue" in text
    assert "Name: Cem | City: Winton | Team: blue" in text


def test_tables_side_by_side_are_read_one_after_the_other() -> None:
    document = read(
        rows(
            ["Item", "Price", None, "City", "Mayor"],
            ["Kayak", 40, None, "Hexby", "Lena"],
            ["Canoe", 50, None, "Calder", "Omar"],
            ["Paddle", 7],
        )
    )
    assert document.text.splitlines() == [
        "Item: Kayak | Price: 40", "Item: Canoe | Price: 50", "Item: Paddle | Price: 7", "",
        "City: Hexby | Mayor: Lena", "City: Calder | Mayor: Omar",
    ]  # fmt: skip


def test_an_empty_column_within_a_table_does_not_divide_it() -> None:
    text = read(
        rows(["Item", "Unit", None, "May", "June"], ["Kayak", "day", None, 4, 5], ["Canoe", "day", None, 6])
    ).text
    assert "Item: Kayak | Unit: day | May: 4 | June: 5" in text
    assert "Item: Canoe | Unit: day | May: 6" in text


def test_a_table_of_the_programs_own_has_the_names_that_it_states() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["Note", "not part"], ["alpha", "beta"], ["gamma", "delta"], ["epsilon", "zeta"]):
            sheet.append(row)
        sheet.add_table(Table(displayName="Letters", ref="A2:B4"))

    document = read(fill)
    assert "Letters\nalpha: gamma | beta: delta\nalpha: epsilon | beta: zeta" in document.text
    assert document.tables[-1].caption == "Letters"


def test_the_buttons_of_a_filter_show_which_row_names_the_columns() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["1", "2"], ["7", "8"], ["9", "10"]):
            sheet.append(row)
        sheet.auto_filter.ref = "A1:B3"

    assert read(fill).text == "1: 7 | 2: 8\n1: 9 | 2: 10"


def test_labels_with_values_are_no_table_with_names() -> None:
    text = read(
        rows(["Customer:", "Hexby Ltd"], ["Number:", 17], [], ["Item", "Price"], ["Kayak", 40], ["Canoe", 5])
    ).text
    assert text.splitlines()[:2] == ["Customer: | Hexby Ltd", "Number: | 17"]
    assert "Item: Kayak | Price: 40" in text


# -------------------------------------------------------------------------------------------- what stands beside cells


def test_hidden_sheets_rows_and_columns_are_read_and_named() -> None:
    def first(sheet: Worksheet) -> None:
        rows(["Item", "Price", "Cost"], ["Kayak", 40, 20], ["Canoe", 50, 30])(sheet)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    def second(sheet: Worksheet) -> None:
        sheet.append(["kept"])
        sheet.sheet_state = "hidden"

    document = read(first, second)
    assert "Item: Canoe | Price: 50 | Cost: 30" in document.text
    assert document.text.endswith("Hidden sheet\n\nkept")
    assert document.warnings == ("Hidden parts of sheets were read too: Sheet 1 (1 row, 1 column).",)


def test_notes_links_choices_and_margins_of_pages_are_read() -> None:
    def fill(sheet: Worksheet) -> None:
        rows(["Item", "Sheet"], ["Kayak", "data"], ["Canoe", "mail"])(sheet)
        sheet["A2"].comment = Comment("Ann:\nnew in May", "Ann")
        sheet["B2"].hyperlink = "https://boats.example/kayak"
        sheet["B3"].hyperlink = "mailto:sales@boats.example"
        choices = DataValidation(type="list", formula1='"yes,no"', showInputMessage=True, prompt="Choose one")
        choices.add("C2:C9")
        sheet.add_data_validation(choices)
        sheet.oddHeader.center.text = "Hire &A"
        sheet.oddFooter.left.text = "Page &P of &N"

    text = read(fill).text
    assert "Item: Kayak | Sheet: data (https://boats.example/kayak)" in text
    assert "Item: Canoe | Sheet: mail (sales@boats.example)" in text
    assert "Comment at A2: new in May (Ann)" in text
    assert "Choices for C2:C9: yes, no\nPrompt for C2:C9: Choose one\nHeader: Hire" in text
    assert "Footer" not in text


def test_a_discussion_is_read_once_with_its_replies() -> None:
    threads = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    persons = f'<personList xmlns="{threads}"><person displayName="Ann Lee" id="p"/></personList>'
    talk = (
        f'<ThreadedComments xmlns="{threads}"><threadedComment ref="A1" dT="2026-03-15T09:30:00" personId="p" id="1">'
        '<text>Is this right?</text></threadedComment><threadedComment ref="A1" personId="p" id="2" parentId="1">'
        "<text>Yes.</text></threadedComment></ThreadedComments>"
    )
    shown = (
        f'<comments xmlns="{_MAIN}"><authors><author>tc=1</author></authors><commentList>'
        '<comment ref="A1" authorId="0"><text><t>[Threaded comment] Your version cannot show it</t></text></comment>'
        "</commentList></comments>"
    )
    one = f'<Relationship Id="{{}}" Type="{_OFFICE}/{{}}" Target="{{}}"/>'
    document = raw(
        cells('<c r="A1"><v>7</v></c>'),
        others={
            "xl/persons.xml": persons,
            "xl/talk.xml": talk,
            "xl/notes.xml": shown,
            "xl/_rels/sheet1.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
            + one.format("a", "threadedComment", "talk.xml")
            + one.format("b", "comments", "notes.xml")
            + "</Relationships>",
        },
        relations=one.format("p", "person", "persons.xml"),
    )
    assert document.text.splitlines()[-2:] == [
        "Comment at A1: Is this right? (Ann Lee, 2026-03-15)",
        "Reply at A1: Yes. (Ann Lee)",
    ]


def test_names_that_stand_for_values_are_read() -> None:
    names = '<definedName name="VAT">0.19</definedName><definedName name="Area">One!$A$1</definedName>'
    document = raw(cells('<c r="A1"><v>7</v></c>'), workbook=f"<definedNames>{names}</definedNames>")
    assert document.text == "7\n\nDefined names:\nVAT = 0.19"


# ------------------------------------------------------------------------------------------------------- hostile files


def test_ranges_over_the_whole_sheet_take_no_more_than_the_sheet_has() -> None:
    sheet = cells('<c r="A1"><v>7</v></c><c r="XFD1"><v>9</v></c>') + (
        '<mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="A1:A1048576"/><mergeCell ref="none"/></mergeCells>'
        '<cols><col min="1" max="99999999999" hidden="1"/></cols>'
    )
    assert len(raw(sheet).text) < 100_000


def test_a_sheet_with_more_cells_than_the_limit_is_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_load, "MOST_CELLS", 4)
    document = read(rows(["Item", "Price"], ["Kayak", 40], ["Canoe", 50]))
    assert document.text == "Item: Kayak | Price: 40"
    assert "rest was not read" in document.warnings[0]


def test_entities_are_refused_also_in_a_part_that_is_not_named_as_xml() -> None:
    bomb = f'<!DOCTYPE x [<!ENTITY a "aaaa">]><sst xmlns="{_MAIN}"><si><t>&a;</t></si></sst>'
    with pytest.raises(DocumentError, match="XML entities"):
        raw(
            cells('<c r="A1" t="s"><v>0</v></c>'),
            others={"xl/strings.data": bomb},
            relations=f'<Relationship Id="s" Type="{_OFFICE}/sharedStrings" Target="strings.data"/>',
        )


@pytest.mark.parametrize("stored", ["-1", "99999999", "1e9", "x", ""])
def test_references_to_texts_that_do_not_exist_are_empty(stored: str) -> None:
    document = raw(cells(f'<c r="A1" t="s" s="77"><v>{stored}</v></c><c r="B1" s="-3"><v>5</v></c>'))
    assert document.text.strip(" |") == "5"


def test_a_binary_workbook_is_named() -> None:
    content = made.zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r" Type="{_OFFICE}/officeDocument" '
            'Target="xl/workbook.bin"/></Relationships>',
            "xl/workbook.bin": "x",
        }
    )
    with pytest.raises(DocumentError, match="xlsb"):
        load(made.source(content, "a.xlsb"))


def test_merged_names_say_how_many_rows_name_the_columns() -> None:
    def fill(sheet: Worksheet) -> None:
        rows(["Stop", "Mon–Fri", None, "Sat"], [None, "1", "2", "1"], ["Hexby", "6:15", "7:15", "8:15"])(sheet)
        rows(["Calder", "6:25", "7:25", "8:25"])(sheet)
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")

    assert read(fill).text.splitlines()[-1] == "Stop: Calder | Mon–Fri 1: 6:25 | Mon–Fri 2: 7:25 | Sat 1: 8:25"


def test_tables_side_by_side_may_have_titles_and_the_same_names() -> None:
    names: list[object] = ["Region", 2025, None, "Region", 2025]
    document = read(
        rows(["Sales", None, None, "Costs"], names, ["North", 7, None, "North", 5], ["East", 8, None, "East", 6])
    )
    assert document.text == (
        "Sales\nRegion: North | 2025: 7\nRegion: East | 2025: 8\n\n"
        "Costs\nRegion: North | 2025: 5\nRegion: East | 2025: 6"
    )


def test_an_address_beside_the_number_of_an_invoice_stays_apart() -> None:
    text = read(
        rows(
            ["Hexby Boats", None, None, None, "Invoice"],
            ["12 Quay Street", None, None, None, "No.", 2026017],
            [None] * 4 + ["Date", "15 March"],
        )
    ).text
    assert text.splitlines() == ["Hexby Boats", "12 Quay Street", "Invoice", "No. | 2026017", "Date | 15 March"]


def test_labels_that_run_over_empty_columns_keep_their_figures() -> None:
    text = read(
        rows(
            ["Item", None, None, None, None, "2025", "2026"],
            ["Net income", None, None, None, None, 7, 9],
            ["Debt", None, None, None, None, 3, 4],
        )
    ).text
    assert "Item: Net income | 2025: 7 | 2026: 9" in text


@pytest.mark.parametrize(("source", "count"), [('sheet="One"', 0), ('name="Sales"', 0), ('sheet="Elsewhere"', 1)])
def test_data_that_a_pivot_table_keeps_of_another_file_is_counted(source: str, count: int) -> None:
    cache = f'<pivotCacheDefinition xmlns="{_MAIN}"><cacheSource><worksheetSource {source}/></cacheSource>'
    document = raw(
        cells('<c r="A1"><v>7</v></c>'),
        others={"xl/cache.xml": f"{cache}</pivotCacheDefinition>"},
        relations=f'<Relationship Id="c" Type="{_OFFICE}/pivotCacheDefinition" Target="cache.xml"/>',
    )
    assert document.warnings == ("1 pivot table's data from another file was left out.",) * count


def test_a_sheet_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    document = raw(cells('<c r="A1"><v>7</v></c>') + "<broken")
    assert document.text == "7"
    assert document.warnings == ("1 damaged part was not read, or only in part: sheet1.xml.",)


def test_a_workbook_of_which_nothing_can_be_read_is_damaged() -> None:
    with pytest.raises(DocumentError, match="damaged"):
        raw("<broken")
