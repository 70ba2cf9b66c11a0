"""Loading: every format becomes clean text with its structure, and what cannot be read says why."""

import gzip
import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load import detect, load
from ingest.load.damage import damage_as_document_error
from ingest.load.limits import Limits
from tests.support import made_files as made

WITHOUT_OCR = Limits(ocr_seconds=0)  # the same on every machine; test_ocr has its own
GERMAN = "Die Fähre fährt täglich um sechs Uhr über den Fluss und kommt am späten Abend zurück nach Hause."


def loaded(content: bytes | str, name: str = "file") -> Document:
    document = load(made.source(content, name), WITHOUT_OCR)
    agree(document)
    return document


def agree(document: Document) -> None:
    """What every document promises."""
    assert "\x00" not in document.text
    assert "\r" not in document.text
    document.text.encode("utf-8")
    document.title.encode("utf-8")
    assert document.title
    assert "\n" not in document.title
    for heading in document.headings:
        line = document.text[heading.start :].split("\n", 1)[0]
        assert heading.text.split()[0].strip("*`[") in line
    for part in document.parts:
        assert 0 <= part.start <= part.end <= len(document.text)


def agree_error(error: DocumentError) -> None:
    assert str(error)
    assert "\n" not in str(error)


def outline(document: Document) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in document.headings]


# ------------------------------------------------------------------------------------------------------------ text


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp1252", "iso-8859-15"],
)
def test_the_encoding_of_german_text_is_found(encoding: str) -> None:
    document = loaded(GERMAN.encode(encoding), "a.txt")
    assert document.text == GERMAN
    assert document.language == "de"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp866", "Однажды, в студеную зимнюю пору, я из лесу вышел; был сильный мороз. Гляжу, поднимается медленно."),
        ("koi8-r", "Паром отходит каждый день в шесть часов утра от причала номер два. Билет стоит тридцать рублей."),
        (
            "cp1254",
            "Vapur her sabah saat altıda limandan kalkar. Çocuklar için ücret on beş liradır. Şehir ışıkları güzel.",
        ),
        ("iso2022_jp", "フェリーは毎朝六時に港を出発します。料金は大人三百円、子供百五十円です。"),
        ("shift_jis", "フェリーは毎朝六時に港を出発します。料金は大人三百円、子供百五十円です。"),
        ("gb18030", "渡轮每天早上六点从港口出发。成人票价三十元，儿童十五元。岛上可以租自行车。"),
        ("cp1251", "Паром отходит каждый день в шесть часов утра от причала номер два."),
        ("koi8-r", "Паром отходит каждый день в шесть часов утра от причала номер два."),
        ("cp1250", "Zażółć gęślą jaźń, czyli prom odpływa codziennie o szóstej rano."),
        ("iso-8859-2", "Příliš žluťoučký kůň úpěl ďábelské ódy"),
        ("iso-8859-7", "Το πλοίο φεύγει κάθε μέρα στις έξι το πρωί"),
        ("cp1252", "¿Cuándo sale el último barco del señor Muñoz? «Mañana», dijo."),
        ("cp850", "Die Fähre fährt täglich um sechs Uhr über den Fluss"),
        ("shift_jis", "フェリーは毎朝六時に出発します。港は北にあります。"),
        ("gb18030", "渡轮每天早上六点出发。港口在北边。"),
    ],
)
def test_the_code_page_of_other_languages_is_found(encoding: str, text: str) -> None:
    assert loaded(text.encode(encoding), "a.txt").text == text


def test_utf8_that_was_saved_as_windows_1252_is_repaired_and_said() -> None:
    broken = "The café “Zürich” charges €5.".encode().decode("cp1252", "replace")
    document = loaded(broken)
    assert document.text == "The café “Zürich” charges €5."
    assert "repaired" in document.warnings[0]


def test_nul_bytes_controls_and_foreign_line_ends_are_cleaned_away() -> None:
    assert loaded(b"a\x00b\r\nc\rd\x07 \t\n\n\n\ne\x0cf", "a.txt").text == "ab\nc\nd\n\ne\n\nf"


def test_an_empty_file_is_a_document_without_text() -> None:
    assert loaded(b"", "empty.txt").text == ""


def test_the_title_is_the_single_heading_then_the_front_matter_then_the_name() -> None:
    assert loaded("intro\n\n# Real *title*\n", "a.md").title == "Real *title*"
    assert loaded("---\ntitle: Front\n---\n\n## Second", "a.md").title == "Front"
    assert loaded("no headings", "Notes 🗂.md").title == "Notes 🗂.md"


def test_a_short_text_has_no_language() -> None:
    assert loaded("Hello there").language is None


# ---------------------------------------------------------------------------------------------------- HTML and JSON


def test_html_keeps_headings_lists_and_tables_and_drops_scripts() -> None:
    page = """<!doctype html><html lang="en"><head><title>Old</title><script>var x = "<p>no</p>";</script></head><body>
    <h1>Prices &amp; times</h1><p>All   in\n euros.</p><ul><li><p>one</p></li><li>two<ol><li>deep</li></ol></li></ul>
    <table><tr><th>Route</th><th>Fare</th></tr><tr><td><p>North</p></td><td>5</td></tr></table>
    <style>p {}</style><h2>More</h2><pre>a\n  b</pre></body></html>"""
    document = loaded(page, "page.html")
    assert document.title == "Prices & times"
    assert outline(document) == [(1, "Prices & times"), (2, "More")]
    assert document.text == (
        "# Prices & times\n\nAll in euros.\n\n- one\n\n- two\n  1. deep\n\nRoute | Fare\nNorth | 5\n\n## More\n\n"
        "```\na\n  b\n```"
    )


def test_layout_tables_become_their_cells() -> None:
    document = loaded("<html><table><tr><td><p>Left</p><p>text</p></td><td>Right</td></tr></table></html>")
    assert document.text == "Left\n\ntext\n\nRight"


def test_deeply_nested_html_is_read() -> None:
    assert loaded("<html>" + "<div>" * 20_000 + "core" + "</div>" * 20_000).text == "core"
    assert loaded("<html>" + "<table><tr><td>" * 5_000 + "core").text == "core"


def test_html_is_read_in_the_encoding_it_declares() -> None:
    page = '<html><!-- <meta charset="utf-16"> --><head><meta charset="windows-1251"></head><p>Привет, паром</p></html>'
    assert loaded(page.encode("cp1251")).text == "Привет, паром"


def test_markup_left_open_loses_no_text() -> None:
    assert loaded("<html><p>a<table><tr><td>b<h2>c").text.split() == ["a", "b", "##", "c"]


def test_json_becomes_one_line_a_record() -> None:
    document = loaded('{"ship": "Selkie", "trips": [{"to": "Skerry", "cars": 62}, {"to": "Holm", "cars": null}]}')
    assert document.media_type == "application/json"
    assert document.text == "ship: Selkie\ntrips: to: Skerry | cars: 62\ntrips: to: Holm | cars: null"


def test_a_lone_surrogate_in_json_does_not_reach_the_text() -> None:
    assert loaded(r'{"note": "bad \ud800 one, good \ud83d\ude00"}').text == "note: bad \ufffd one, good 😀"


def test_json_that_is_invalid_or_too_deep_is_kept_as_it_stands() -> None:
    assert loaded('{"a": 1}\n{"b": 2}', "lines.json").text == '{"a": 1}\n{"b": 2}'
    deep = loaded("[" * 100_000 + "]" * 100_000, "deep.json")
    assert deep.warnings


# ------------------------------------------------------------------------------------------------------------ tables


def test_every_line_of_a_csv_names_its_columns() -> None:
    document = loaded("\ufeffName;Ort;Betrag\nA. Meier;Köln;0,50\n\nB;;1,5\n".encode(), "kunden.csv")
    assert document.text == "Name: A. Meier | Ort: Köln | Betrag: 0,50\nName: B | Betrag: 1,5"


def test_rows_of_a_large_table_stay_bare_where_names_would_be_most_of_the_text() -> None:
    content = "the name of the harbour,the number of ferries\n" + "Isle,1\n" * 60_000
    document = loaded(content, "a.csv")
    assert document.text.startswith("the name of the harbour | the number of ferries\nIsle | 1\nIsle | 1\n")
    (table,) = document.tables
    assert table.header == "the name of the harbour | the number of ferries"
    assert document.text[table.start : table.start + 8] == "Isle | 1"
    assert table.end == len(document.text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_csv_is_found(delimiter: str) -> None:
    rows = [("Name", "Remark"), ("x", "one, two; three"), ("y", "four")]
    quoted = "\n".join(delimiter.join(f'"{value}"' for value in row) for row in rows)
    assert loaded(quoted, "t.csv").text == "Name: x | Remark: one, two; three\nName: y | Remark: four"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("Name;Net;Gross\nA;1,5;2,5\nB;3,5;4,5\n", "Name: A | Net: 1,5 | Gross: 2,5"),
        ("A;1,5;2,5;3,5\nB;3,5;4,5;5,5\n", "A | 1,5 | 2,5 | 3,5"),
        ("Name\tNet\nA, B\t1,5\nC, D\t2,5\n", "Name: A, B | Net: 1,5"),
        ("id,tags\n1,a;b\n2,c;d\n", "id: 1 | tags: a;b"),
        ("Lat,Lon\n1.5,2.5\n3.5,4.5\n", "Lat: 1.5 | Lon: 2.5"),
        ("sep=|\nName|a,b|c\nA|1|2\n", "Name: A | a,b: 1 | c: 2"),
        ('Name,Remark\nA,"first\nsecond\r\nthird"\n', "Name: A | Remark: first second third"),
        ("Name,Remark\nA,first\u2028second\x0bthird\n", "Name: A | Remark: first second third"),
        ("Name,Amount\rA,1\rB,2\r", "Name: A | Amount: 1"),
    ],
)
def test_decimal_commas_breaks_in_cells_and_a_stated_delimiter(content: str, line: str) -> None:
    assert line in loaded(content, "t.csv").text.split("\n")


def test_a_csv_of_one_row_or_one_column_is_kept() -> None:
    assert loaded("Name,Town", "t.csv").text == "Name | Town"
    assert loaded("Anna\nBen\nCem\n", "t.csv").text == "Anna\nBen\nCem"


def test_a_column_without_values_keeps_its_name() -> None:
    assert loaded("Name,Town,Fax\nA,Köln,\nB,Bonn,\n", "t.csv").text.startswith(
        "Name | Town | Fax\nName: A | Town: Köln\n"
    )


def test_a_csv_without_column_names_keeps_its_rows() -> None:
    assert loaded("1,2\n3,4\n", "n.csv").text == "1 | 2\n3 | 4"


def test_a_workbook_becomes_one_part_a_sheet() -> None:
    content = made.xlsx({"Prices": [["Route", "Fare"], ["North", 5.0], [None, None], ["South", 7.25]], "Empty": []})
    document = loaded(content, "w.xlsx")
    assert document.text == "Route: North | Fare: 5\nRoute: South | Fare: 7.25"
    assert [(part.kind, part.number, part.name) for part in document.parts] == [
        ("sheet", 1, "Prices"),
        ("sheet", 2, "Empty"),
    ]


# --------------------------------------------------------------------------------------------- pages, slides, chapters


def test_a_pdf_becomes_one_part_a_page_with_its_bookmarks_as_headings() -> None:
    content = made.pdf(
        [["First chapter", "Some text of the", "first page."], [], ["Second chapter", "More."]],
        bookmarks=[("First chapter", 0), ("Second chapter", 2)],
    )
    document = loaded(content, "book.bin")
    assert document.media_type == "application/pdf"
    assert outline(document) == [(1, "First chapter"), (1, "Second chapter")]
    pages = [document.text[part.start : part.end] for part in document.parts]
    assert pages == ["First chapter\nSome text of the\nfirst page.", "", "Second chapter\nMore."]
    assert document.warnings == ("No text layer on page 2: scanned or blank, and FOREMOST_OCR_SECONDS is 0.",)


def test_words_divided_at_a_line_end_are_joined_unless_the_hyphen_belongs_to_them() -> None:
    content = made.pdf([["A long-term plan for trans-", "port and a long-", "term view of trans-", "port."]])
    text = loaded(content).text
    assert "transport and a long-term view of transport." in text.replace("\n", " ")


@pytest.mark.parametrize("kept", [0.45, 0.7, 0.97])
def test_a_pdf_cut_off_is_read_as_far_as_it_goes(kept: float) -> None:
    lines = [f"Line {number} of the timetable." for number in range(30)]
    whole = made.pdf([lines, lines, lines])
    document = loaded(whole[: int(kept * len(whole))], "cut.pdf")
    assert document.text.startswith("Line 0 of the timetable.")
    assert document.warnings[0] == "The PDF is damaged or cut off: it was read as far as it goes."


def test_pages_in_compressed_objects_are_found_when_the_end_of_a_pdf_is_lost() -> None:
    document = loaded(made.packed_pdf(["The ferry leaves at six."])[:-200], "cut.pdf")
    assert document.text == "The ferry leaves at six."


def test_a_pdf_that_is_damaged_or_locked_says_so_whatever_came_before_it() -> None:
    with pytest.raises(DocumentError, match="needs a password"):
        load(made.source(made.pdf([["secret"]], locked=True), "x.pdf"))
    with pytest.raises(DocumentError, match="damaged"):
        load(made.source(b"%PDF-1.4\nnothing more", "x.pdf"))


def test_a_damaged_first_entry_of_a_container_is_told_before_its_kind_is_known() -> None:
    book = bytearray(made.zipped({"mimetype": "application/epub+zip" * 9, "x": "y"}))
    data = 30 + len("mimetype")  # after the entry's own header
    book[data] = 0xFF  # no kind of block that deflate knows
    with pytest.raises(DocumentError, match="damaged zip container"):
        loaded(bytes(book), "a.epub")


def test_an_error_class_of_a_parser_s_own_becomes_one_line() -> None:
    slides = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made.pptx_with([("Fares", "x", "y")]))) as old, zipfile.ZipFile(slides, "w") as new:
        for name in old.namelist():
            new.writestr(
                name, old.read(name).replace(b" Target=", b" Tarted=") if name == "_rels/.rels" else old.read(name)
            )
    with pytest.raises(
        DocumentError, match=r"^It is damaged and cannot be read \(required 'Target'[^\n]*\)\. Get a fresh copy\.$"
    ):
        loaded(slides.getvalue(), "a.pptx")


@pytest.mark.parametrize(
    ("error", "detail"),
    [(ValueError("bad\x00 name\ud800\nmore"), "bad name\ufffd more"), (ValueError("\x00"), "ValueError")],
)
def test_the_error_of_a_parser_holds_only_characters_that_postgresql_stores(error: Exception, detail: str) -> None:
    with pytest.raises(DocumentError) as damage, damage_as_document_error():
        raise error
    assert damage.value.problem == f"It is damaged and cannot be read ({detail})."


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("a" + " " * 1_000_000 + "b", "spaces.txt"),
        ("# a" + " " * 1_000_000 + "b", "heading.md"),
        ("---\ntitle: a" + " " * 1_000_000 + "b\n---\nx", "front.md"),
        ("# " + "**" * 500_000 + "x", "stars.md"),
        ("<!-- -->" * 1_000 + "x", "comments.txt"),
        ("<html>" + "<a" * 300_000 + "<!--" * 100_000, "open.html"),
        ("<html>" + '<a x="' * 100_000 + "</" * 100_000, "quotes.html"),
    ],
)
def test_text_made_to_take_for_ever_is_read_in_linear_time(content: str, name: str) -> None:
    loaded(content, name)  # with quadratic time each of these takes minutes


def test_values_filled_into_a_pdf_form_are_read() -> None:
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(Name)/V(Ada Lovelace)/Rect[50 600 250 620]>>"
    content = made.pdf([["Form"]]).replace(b"/Parent 2 0 R/", b"/Annots[9 0 R]/Parent 2 0 R/")
    content = content.replace(b"/Type/Catalog", b"/Type/Catalog/AcroForm<</Fields[9 0 R]>>")
    content = content.replace(b"1 0 obj", b"9 0 obj" + field + b"endobj\n1 0 obj", 1)  # offsets are off: it is repaired
    assert loaded(content).text == "Form\n\nName: Ada Lovelace"


def test_a_word_document_keeps_headings_and_tables() -> None:
    content = made.docx(
        ("Heading1", "Pay"), ("", "On the 25th."), ("Heading2", "Night"), table=[["a", "b"], ["c", "d"]]
    )
    document = loaded(content, "wrong-name.pdf")
    assert document.title == "Pay"
    assert outline(document) == [(1, "Pay"), (2, "Night")]
    assert document.text == "# Pay\n\nOn the 25th.\n\n## Night\n\na | b\nc | d"


def test_slides_keep_titles_groups_and_notes() -> None:
    document = loaded(made.pptx_with([("Plan", "inside a group", "say hello"), ("End", "bye", "")]), "s.pptx")
    assert outline(document) == [(1, "Plan"), (1, "End")]
    slides = [document.text[part.start : part.end] for part in document.parts]
    assert slides == ["# Plan\n\ninside a group\n\nNotes: say hello", "# End\n\nbye"]


def test_an_open_document_keeps_headings_lists_tables_and_footers() -> None:
    content = (
        '<text:h text:outline-level="2">Rules</text:h><text:p>No<text:s/>dogs &lt;here&gt;.</text:p>'
        "<text:list><text:list-item><text:p>one</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    document = loaded(made.odt(content=content, footer="<text:p>Page foot</text:p>"), "a.odt")
    assert outline(document) == [(2, "Rules")]
    assert document.text == "Footer: Page foot\n\n## Rules\n\nNo dogs <here>.\n\n- one\n\na | b"


def test_an_e_book_is_read_in_the_order_of_its_spine() -> None:
    document = loaded(made.epub(["<h1>One</h1><p>a&nbsp;b</p>", "<h1>Two</h1>"], title="Novel"), "n.epub")
    assert document.title == "Novel"
    assert outline(document) == [(1, "One"), (1, "Two")]


def test_rich_text_is_read_in_its_own_code_page() -> None:
    assert loaded(rb"{\rtf1\ansi\ansicpg1251 \'cf\'e0\'f0\'ee\'ec\par two}", "a.rtf").text == "Паром\n\ntwo"


# -------------------------------------------------------------------------------------------------------------- mail

MAIL = (
    "From: =?utf-8?q?J=C3=B6rg?= <j@example.org>\nTo: a@example.org\nSubject: Dredging\n"
    "Date: Thu, 12 Nov 2026 09:14:00 +0100\nMIME-Version: 1.0\n"
)


def test_a_mail_keeps_who_when_and_its_text() -> None:
    document = loaded(MAIL + "Content-Type: text/plain; charset=iso-8859-1\n\nGrüße\n", "noname")
    assert document.media_type == "message/rfc822"
    assert document.title == "Dredging"
    assert "From: Jörg <j@example.org>" in document.text
    assert "Date: Thu, 12 Nov 2026 09:14:00 +0100" in document.text


def test_a_mail_of_html_alone_is_read_and_its_attachments_are_no_part_of_its_text() -> None:
    document = loaded(
        MAIL
        + 'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html\n\n<p>Hello <b>you</b></p>\n'
        '--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename="plan.txt"\n\nsecret\n--b--\n'
    )
    assert document.text.endswith("Hello you")


# ---------------------------------------------------------------------------------------------------------- refusals

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100
BOMB = made.zipped({"[Content_Types].xml": "<a/>", "word/document.xml": b"<a>" + b" " * (30 * 2**20) + b"</a>"})
ENTITY = '<!DOCTYPE a [<!ENTITY x "haha">]>'


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "needs a password"),
        (OLE + "WordDocument".encode("utf-16-le"), "a.doc", "LibreOffice"),
        (OLE, "a.xls", "old Office"),
        (made.zipped({"a.txt": "x"}), "a.zip", "Unpack it"),
        (gzip.compress(b"x", mtime=0), "a.gz", "Unpack it"),
        (b"PK\x03\x04 broken", "a.docx", "damaged"),
        (b"just text", "a.odt", "named .odt"),
        (b"\x89PNG\r\n\x1a\n....", "a.png", "damaged"),
        (bytes(range(1, 32)) * 50, "a.bin", "binary"),
        (made.docx(("", "x"), prologue=ENTITY), "a.docx", "entities"),
        (made.docx(("", "x"), prologue=ENTITY).replace(b"\x00", b"\x00"), "b.docx", "entities"),
        (BOMB, "bomb.docx", "unpacks to"),
        (made.zipped({"mimetype": "application/epub+zip", "x": "y"}), "a.epub", "lacks META-INF"),
    ],
)
def test_what_cannot_be_read_is_refused_with_advice(content: bytes, name: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as refused:
        load(made.source(content, name))
    assert "\n" not in str(refused.value)


def test_entities_written_in_utf16_are_refused_too() -> None:
    content = ENTITY + "<w/>"
    document = b"\xff\xfe" + content.encode("utf-16-le")
    entries: dict[str, bytes | str] = {"[Content_Types].xml": "<a/>", "word/document.xml": document}
    with pytest.raises(DocumentError, match="entities"):
        load(made.source(made.zipped(entries), "a.docx"))


def test_more_text_than_is_read_of_one_file_is_refused() -> None:
    with pytest.raises(DocumentError, match="Split it"):
        load(made.source(b"ab " * 400, "a.txt"), Limits(characters=1_000))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["a", "a.txt", "a.csv", "a.md", "a.json", "a.html", "a.eml"]))
def test_any_bytes_are_a_document_or_a_document_error(content: bytes, name: str) -> None:
    try:
        loaded(content, name)
    except DocumentError as error:
        agree_error(error)


SEEDS = {
    "a.pdf": made.pdf([["Some text."]], bookmarks=[("Some", 0)]),
    "a.docx": made.docx(("Heading1", "Pay"), table=[["a", "b"]]),
    "a.xlsx": made.xlsx({"S": [["a", "b"], [1, 2]]}),
    "a.odt": made.odt(content="<text:p>x</text:p>", footer=""),
    "a.epub": made.epub(["<p>x</p>"], title="T"),
    "a.rtf": rb"{\rtf1\ansi Hello {\b bold}}",
    "a.eml": MAIL.encode() + b"\nhello",
    "a.html": b"<html><body><table><tr><td>x</table></body></html>",
}


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=12),
    st.floats(0, 1),
)
def test_damaged_files_of_every_format_never_crash_the_run(
    name: str, changes: list[tuple[float, int]], kept: float
) -> None:
    content = bytearray(SEEDS[name])
    for place, value in changes:
        content[int(place * len(content))] = value
    try:
        loaded(bytes(content[: max(int(kept * 1.3 * len(content)), 1)]), name)
    except DocumentError as error:
        agree_error(error)


@pytest.mark.parametrize(
    ("content", "name", "media_type", "held"),
    [
        ("<html><table><tr><td>Route<td>Fare</tr></table>", "a.xls", "text/html", "Route | Fare"),
        ("Route\tFare\nIsle\t2.5\nCoast\t3\n", "a.xls", "text/csv", "Route: Isle | Fare: 2.5"),
        ("{\\rtf1 Paid on Friday.}", "a.doc", "application/rtf", "Paid on Friday."),
        ("Paid on Friday.", "a.doc", "text/plain", "Paid on Friday."),
    ],
)
def test_text_that_programs_give_the_name_of_an_old_office_file_is_read_as_what_it_is(
    content: str, name: str, media_type: str, held: str
) -> None:
    document = loaded(content, name)
    assert document.media_type == media_type
    assert held in document.text


def test_the_kind_is_told_without_reading_the_document() -> None:
    assert detect(made.source(SEEDS["a.docx"], "x")).endswith("wordprocessingml.document")
    assert detect(made.source("# Title", "x.md")) == "text/markdown"
    assert detect(made.source("key,value\n1,2", "x.csv")) == "text/csv"
    assert detect(made.source("key,value\n1,2", "x.txt")) == "text/plain"
    assert detect(made.source(json.dumps({"a": 1}), "x.txt")) == "application/json"


def test_a_name_of_two_lines_is_a_title_of_one() -> None:
    assert loaded("text", "a\nb\t.txt").title == "a b .txt"


def test_a_text_that_speaks_of_pdf_is_no_pdf() -> None:
    assert loaded("A file begins with %PDF-1.7, then come objects.", "note.txt").media_type == "text/plain"


def test_colours_of_a_recorded_terminal_are_no_text() -> None:
    assert loaded("\x1b[31mred\x1b[0m and \x1b[1;32mgreen\x1b[0m", "log.txt").text == "red and green"
