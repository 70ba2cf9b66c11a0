"""Parts of Word documents beside the body: headers, notes, comments, boxes, charts, documents and files within."""

from collections.abc import Iterable

import pytest

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load import load
from tests.support import made_files as made
from tests.support.office_files import paragraph, part, row, run, style, table, word_file

Parts = dict[str, tuple[str, bytes | str]]


def loaded(body: str, parts: Parts | None = None, *, styles: str = "", numbering: str = "") -> Document:
    return load(made.source(word_file(body, parts=parts, styles=styles, numbering=numbering), "a.docx"))


def page_field(name: str, result: str) -> str:
    return f'<w:fldSimple w:instr=" {name} ">{run(result)}</w:fldSimple>'


# ------------------------------------------------------------------------------------------------ headers and footers


def test_headers_and_footers_come_first_each_text_once() -> None:
    first, usual = paragraph("QP-7741") + paragraph("Draft 1"), paragraph("QP-7741") + paragraph("Draft 2")
    document = loaded(
        paragraph("Body."),
        {
            "header1.xml": ("header", part("w:hdr", first)),
            "header2.xml": ("header", part("w:hdr", usual)),
            "footer1.xml": ("footer", part("w:ftr", paragraph("Owner: Ann") + usual)),
        },
    )
    assert document.text == "Header: QP-7741\nDraft 1\n\nHeader: Draft 2\n\nFooter: Owner: Ann\n\nBody."


def test_headers_and_footers_that_only_number_the_pages_are_left_out() -> None:
    numbers = paragraph(run("Seite ") + page_field("PAGE", "1") + run(" von ") + page_field("NUMPAGES", "9"))
    kept = paragraph(run("ACME ") + page_field("PAGE", "1"))
    document = loaded(
        paragraph("Body."),
        {"footer1.xml": ("footer", part("w:ftr", numbers)), "footer2.xml": ("footer", part("w:ftr", kept))},
    )
    assert document.text == "Footer: ACME 1\n\nBody."


def test_a_header_laid_out_as_a_table_and_its_watermark_are_read() -> None:
    mark = '<w:r><w:pict><v:shape><v:textpath string="CONFIDENTIAL"/></v:shape></w:pict></w:r>'
    header = part("w:hdr", table(row("Doc", "QP-7741")) + paragraph(mark))
    assert loaded(paragraph("Body."), {"header1.xml": ("header", header)}).text == (
        "Header: Doc | QP-7741\nCONFIDENTIAL\n\nBody."
    )


def test_numbers_in_headers_do_not_count_for_the_body() -> None:
    numbers = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    header = part("w:hdr", paragraph("Head", "", numbers))
    assert loaded(paragraph("Item", "", numbers), {"header1.xml": ("header", header)}, numbering=numbering).text == (
        "Header: 1. Head\n\n1. Item"
    )


# ------------------------------------------------------------------------------------------------ notes and comments


def note(kind: str, key: str, text: str, more: str = "") -> str:
    return f'<w:{kind} w:id="{key}"{more}>{paragraph(text)}</w:{kind}>'


def reference(kind: str, key: str, more: str = "") -> str:
    return f'<w:r><w:{kind}Reference w:id="{key}"{more}/></w:r>'


def test_notes_stand_below_the_paragraph_that_refers_to_them() -> None:
    footnotes = note("footnote", "-1", "line", ' w:type="separator"') + note("footnote", "7", "Not on Sundays.")
    endnotes = note("endnote", "3", "See the act.") + note("endnote", "4", "Nothing refers to this.")
    body = paragraph(run("It leaves at six.") + reference("footnote", "7") + reference("endnote", "3"))
    body += paragraph(run("Again") + reference("footnote", "7"))
    document = loaded(
        body,
        {
            "footnotes.xml": ("footnotes", part("w:footnotes", footnotes)),
            "endnotes.xml": ("endnotes", part("w:endnotes", endnotes)),
        },
    )
    assert document.text.split("\n\n") == [
        "It leaves at six.[1][i]",
        "Footnote 1. Not on Sundays.",
        "Endnote i. See the act.",
        "Again[1]",
        "Endnote: Nothing refers to this.",
    ]


def test_a_note_with_a_mark_of_its_own_takes_no_number_and_a_heading_shows_none() -> None:
    footnotes = note("footnote", "1", "* own") + note("footnote", "2", "of a heading")
    own = reference("footnote", "1", ' w:customMarkFollows="1"').replace("</w:r>", "<w:t>*</w:t></w:r>")
    body = paragraph(run("A") + own) + paragraph(run("B") + reference("footnote", "2"), "H")
    document = loaded(
        body, {"footnotes.xml": ("footnotes", part("w:footnotes", footnotes))}, styles=style("H", "heading 1")
    )
    assert document.text == "A*\n\nFootnote: * own\n\n# B\n\nFootnote 1. of a heading"


def test_comments_stand_below_what_they_are_about_with_their_replies() -> None:
    def comment(key: str, author: str, text: str, mark: str) -> str:
        marked = f'<w:p w14:paraId="{mark}">{run(text)}</w:p>'
        return f'<w:comment w:id="{key}" w:author="{author}" w:date="2026-11-25T18:27:21Z">{marked}</w:comment>'

    comments = (
        comment("0", "Rosa", "Postponed.", "A1") + comment("1", "Bo", "Why?", "B1") + comment("2", "", "Lost.", "C1")
    )
    extended = '<w15:commentEx w15:paraId="A1"/><w15:commentEx w15:paraId="B1" w15:paraIdParent="A1"/>'
    body = paragraph(
        '<w:commentRangeStart w:id="0"/>'
        + run("On Monday.")
        + '<w:commentRangeEnd w:id="0"/>'
        + reference("comment", "0")
    )
    document = loaded(
        body + paragraph("Next.") + paragraph(run("End.") + reference("comment", "1")),
        {
            "comments.xml": ("comments", part("w:comments", comments)),
            "commentsExtended.xml": ("commentsExtended", part("w15:commentsEx", extended)),
        },
    )
    assert document.text.split("\n\n") == [
        "On Monday.",
        "Comment: Postponed. (Rosa, 2026-11-25)",
        "Reply: Why? (Bo, 2026-11-25)",
        "Next.",
        "End.",
        "Comment: Lost. (2026-11-25)",
    ]


# -------------------------------------------------------------------------------------------------- boxes and pictures


def box(text: str) -> str:
    return f"<wps:txbx><w:txbxContent>{paragraph(text)}</w:txbxContent></wps:txbx>"


def alternatives(new: str, old: str) -> str:
    choices = f"<mc:Choice>{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
    return f"<mc:AlternateContent>{choices}</mc:AlternateContent>"


def test_a_box_that_stands_in_the_file_twice_is_read_once() -> None:
    old = f"<v:textbox><w:txbxContent>{paragraph('In a box')}</w:txbxContent></v:textbox>"
    both = alternatives(f"<w:drawing>{box('In a box')}</w:drawing>", f"<w:pict><v:shape>{old}</v:shape></w:pict>")
    assert loaded(paragraph(run("Text") + f"<w:r>{both}</w:r>")).text == "Text\n\nIn a box"


def test_the_form_that_says_more_is_read() -> None:
    forms = alternatives(f"<w:drawing>{box('Short')}</w:drawing>", run("The whole text"))
    assert loaded(paragraph(forms)).text == "The whole text"


def test_alternative_text_of_pictures_is_read_once() -> None:
    inner = '<pic:pic><pic:nvPicPr><pic:cNvPr descr="A red pump"/></pic:nvPicPr></pic:pic>'
    picture = f'<w:drawing><wp:inline><wp:docPr descr="A red pump"/>{inner}</wp:inline></w:drawing>'
    old = '<w:pict><v:shape alt="A valve"><v:imagedata/></v:shape></w:pict>'
    body = paragraph(run("See ") + f"<w:r>{picture}</w:r>{run(' and ')}<w:r>{old}</w:r>")
    assert loaded(body).text == "See A red pump and A valve"


def test_pictures_are_counted_where_there_is_little_text() -> None:
    picture = "<w:r><w:drawing><pic:pic/></w:drawing></w:r>"
    assert loaded(paragraph(picture + picture)).warnings == ("2 pictures were left out.",)
    assert loaded(paragraph(run("word " * 100) + picture)).warnings == ()


def bar_chart(title: str, series: str, values: dict[str, str], form: str) -> str:
    def cache(kind: str, texts: Iterable[str], more: str = "") -> str:
        points = "".join(f'<c:pt idx="{index}"><c:v>{text}</c:v></c:pt>' for index, text in enumerate(texts))
        return f"<c:{kind}Ref><c:{kind}Cache>{more}{points}</c:{kind}Cache></c:{kind}Ref>"

    numbers = cache("num", values.values(), f"<c:formatCode>{form}</c:formatCode>")
    of_series = f"<c:tx>{cache('str', [series])}</c:tx><c:cat>{cache('str', values)}</c:cat><c:val>{numbers}</c:val>"
    rich = f"<c:tx><c:rich><a:p><a:r><a:t>{title}</a:t></a:r></a:p></c:rich></c:tx>"
    plot = f"<c:plotArea><c:barChart><c:ser>{of_series}</c:ser></c:barChart></c:plotArea>"
    return f"<c:chart><c:title>{rich}</c:title>{plot}</c:chart>"


def test_charts_and_diagrams_become_tables_and_lists() -> None:
    chart = part("c:chartSpace", bar_chart("Buses", "North", {"2024": "0.125", "2025": "0.30000000000000004"}, "0%"))
    points = "".join(
        f'<dgm:pt modelId="{key}"{kind}><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for key, kind, text in (("0", ' type="doc"', ""), ("2", "", "Second"), ("1", "", "First"), ("3", "", "Below"))
    )
    links = "".join(
        f'<dgm:cxn srcId="{above}" destId="{below}" srcOrd="{order}"/>'
        for above, below, order in (("0", "1", 0), ("0", "2", 1), ("1", "3", 0))
    )
    diagram = part("dgm:dataModel", f"<dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst>")
    body = paragraph('<w:r><w:drawing><c:chart r:id="chart1.xml"/></w:drawing></w:r>')
    body += paragraph('<w:r><w:drawing><dgm:relIds r:dm="data1.xml"/></w:drawing></w:r>')
    document = loaded(body, {"chart1.xml": ("chart", chart), "data1.xml": ("diagramData", diagram)})
    assert "| North\n2024 | 13% (12.5%)\n2025 | 30%" in document.text
    assert "Buses" in document.text
    assert document.text.split()[-6:] == ["-", "First", "-", "Below", "-", "Second"]


def test_a_chart_that_is_not_in_the_file_is_counted() -> None:
    body = paragraph('<w:r><w:drawing><c:chart r:id="gone"/></w:drawing></w:r>')
    assert loaded(body).warnings == ("1 chart was left out.",)


# ------------------------------------------------------------------------------------------------- documents within it


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chunk.html", b"<html><head><title>no</title></head><body><p>Inner text<p>and more</body></html>"),
        ("chunk.mht", b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>Inner text<p>and more"),
        ("chunk.rtf", rb"{\rtf1 Inner text\par and more}"),
        ("chunk.txt", b"Inner text\nand more"),
        ("chunk.docx", word_file(paragraph("Inner text") + paragraph("and more"))),
    ],
)
def test_documents_within_the_document_are_read_at_their_place(name: str, content: bytes) -> None:
    body = paragraph("Before.") + f'<w:altChunk r:id="{name}"/>' + paragraph("After.")
    assert loaded(body, {name: ("aFChunk", content)}).text == "Before.\n\nInner text\n\nand more\n\nAfter."


def test_documents_within_one_another_end_somewhere() -> None:
    content = word_file(paragraph("core"))
    for _ in range(6):
        content = word_file('<w:altChunk r:id="x.docx"/>', parts={"x.docx": ("aFChunk", content)})
    document = load(made.source(content, "a.docx"))
    assert document.text == ""
    assert document.warnings == ("1 document within it was left out.",)


def test_equations_stored_as_objects_are_counted() -> None:
    body = paragraph('<w:r><w:object><o:OLEObject ProgID="Equation.3" r:id="e.bin"/></w:object></w:r>')
    document = loaded(body, {"e.bin": ("oleObject", b"binary")})
    assert document.warnings == ("1 equation stored as an object was left out.",)


def test_ready_made_texts_are_counted_and_prompts_are_not() -> None:
    def block(gallery: str) -> str:
        kind = f'<w:docPartPr><w:category><w:gallery w:val="{gallery}"/></w:category></w:docPartPr>'
        return f"<w:docPart>{kind}<w:docPartBody>{paragraph('Kind regards')}</w:docPartBody></w:docPart>"

    glossary = part("w:glossaryDocument", f"<w:docParts>{block('placeholder')}{block('autoTxt')}</w:docParts>")
    document = loaded(paragraph("Body."), {"glossary.xml": ("glossaryDocument", glossary)})
    assert document.warnings == ("1 building block (AutoText) was left out.",)


def test_a_document_whose_main_part_is_called_otherwise_is_read() -> None:
    entries = made.unzipped(word_file(paragraph("Text.")))
    entries["word/document2.xml"] = entries.pop("word/document.xml")
    entries["_rels/.rels"] = entries["_rels/.rels"].replace(b"word/document.xml", b"/word/Document2.xml")
    assert load(made.source(made.zipped(entries), "a.docx")).text == "Text."


@pytest.mark.parametrize("kind", ["styles", "numbering", "header", "footnotes", "comments", "settings"])
def test_a_damaged_part_beside_the_body_is_named_and_the_rest_is_read(kind: str) -> None:
    document = loaded(paragraph("Text."), {f"{kind}.xml": (kind, "<w:broken")})
    assert document.text == "Text."
    assert document.warnings == (f"1 damaged part was not read, or only in part: {kind}.xml.",)


def test_a_damaged_body_is_read_as_far_as_it_goes() -> None:
    entries = made.unzipped(word_file(paragraph("Before.") + paragraph("After.")))
    entries["word/document.xml"] = entries["word/document.xml"].replace(b"After.", b"After.</w:broken>")
    document = load(made.source(made.zipped(entries), "a.docx"))
    assert document.text == "Before."
    assert document.warnings == ("1 damaged part was not read, or only in part: document.xml.",)
    entries["word/document.xml"] = b"<w:broken"
    with pytest.raises(DocumentError, match="damaged"):
        load(made.source(made.zipped(entries), "a.docx"))


def test_a_damaged_document_within_the_document_is_counted() -> None:
    body = paragraph("Text.") + '<w:altChunk r:id="x.docx"/>'
    document = loaded(body, {"x.docx": ("aFChunk", b"PK\x03\x04 broken")})
    assert (document.text, document.warnings) == ("Text.", ("1 document within it was left out.",))
