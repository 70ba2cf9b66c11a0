"""PowerPoint slides: everything on them, beside them and below them is read, each text once."""

import pytest

from app.core.domain import Document
from app.core.errors import DocumentError
from ingest.load import load
from tests.support import made_files as made
from tests.support.office_files import part, relations, shape, slide, slide_html, slides_file, strict

Parts = dict[str, bytes | str]


def loaded(slides: dict[str, str] | str, parts: Parts | None = None) -> Document:
    named = {"slide1.xml": slide(slides)} if isinstance(slides, str) else slides
    return load(made.source(slides_file(named, parts=parts), "a.pptx"))


def rels(name: str, **targets: tuple[str, str]) -> Parts:
    return {f"ppt/slides/_rels/{name}.rels": relations(targets)}


def line(text: str, properties: str = "", look: str = "") -> str:
    return f"<a:p><a:pPr {properties}</a:pPr><a:r><a:rPr {look}/><a:t>{text}</a:t></a:r></a:p>"


BULLET, NONE = '><a:buChar char="•"/>', "><a:buNone/>"


def test_the_title_comes_first_and_shapes_follow_from_top_to_bottom() -> None:
    shapes = shape("Below", top=900) + shape("Above", top=100) + shape("Plan", place='type="title"', top=5_000)
    assert loaded(shapes).text == "# Plan\n\nAbove\n\nBelow"


def test_a_placeholder_stands_where_its_layout_puts_it() -> None:
    prompt = shape("Prompt", place='idx="1"', top=50)
    layout = part("p:sldLayout", f"<p:cSld><p:spTree>{prompt}</p:spTree></p:cSld>")
    parts: Parts = {"ppt/slideLayouts/layout1.xml": layout}
    parts |= rels("slide1.xml", l=("slideLayout", "../slideLayouts/layout1.xml"))
    shapes = shape("Second", top=100) + shape("First", place='idx="1"')
    assert loaded(shapes, parts).text == "First\n\nSecond"


def test_lists_keep_bullets_numbers_and_nesting() -> None:
    text = line("Why", NONE) + line("one", BULLET) + line("two", 'lvl="1"' + BULLET)
    text += line("a", '><a:buAutoNum type="alphaLcParenBoth"/>') + line("b", '><a:buAutoNum type="alphaLcParenBoth"/>')
    lines = [one.rstrip() for one in loaded(shape(text)).text.splitlines() if one.strip()]
    assert lines == ["Why", "- one", "  - two", "(a) a", "(b) b"]


def test_bullets_come_from_the_layout_and_master_too() -> None:
    levels = "<p:txStyles><p:bodyStyle><a:lvl1pPr><a:buChar char='•'/></a:lvl1pPr></p:bodyStyle></p:txStyles>"
    parts: Parts = {
        "ppt/slideLayouts/layout1.xml": part("p:sldLayout", "<p:cSld><p:spTree/></p:cSld>"),
        "ppt/slideLayouts/_rels/layout1.xml.rels": relations({"m": ("slideMaster", "../slideMasters/m.xml")}),
        "ppt/slideMasters/m.xml": part("p:sldMaster", f"<p:cSld><p:spTree/></p:cSld>{levels}"),
    }
    parts |= rels("slide1.xml", l=("slideLayout", "../slideLayouts/layout1.xml"))
    assert loaded(shape("point", place='type="body" idx="1"'), parts).text == "- point"
    assert loaded(shape("text"), parts).text == "text"


def test_groups_within_groups_are_read_together_however_deep() -> None:
    inner = shape("deep")
    for _ in range(400):
        inner = f"<p:grpSp><p:nvGrpSpPr/>{inner}</p:grpSp>"
    assert loaded(inner + shape("Other", top=5)).text == "deep\n\nOther"


def test_raised_and_struck_out_text_is_marked() -> None:
    looks = {"10": "", "9": 'baseline="30000"', " ohm, ": "", "5": 'strike="sngStrike"', " 6": ""}
    text = "".join(f"<a:r><a:rPr {look}/><a:t>{one}</a:t></a:r>" for one, look in looks.items())
    assert slide_html(shape(f"<a:p>{text}</a:p>")) == "<p>10<sup>9</sup> ohm, <s>5</s> 6</p>"


def frame(content: str, more: str = "") -> str:
    properties = f'<p:nvGraphicFramePr><p:cNvPr id="9" name="f" {more}/></p:nvGraphicFramePr>'
    return f"<p:graphicFrame>{properties}<a:graphic>{content}</a:graphic></p:graphicFrame>"


def test_tables_keep_merged_cells() -> None:
    def cell(text: str, merge: str = "") -> str:
        return f"<a:tc {merge}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    rows = [
        cell("Depot", 'rowSpan="2"') + cell("Buses", 'gridSpan="2"') + cell("", 'hMerge="1"'),
        cell("", 'vMerge="1"') + cell("Old") + cell("New"),
        cell("North") + cell("4") + cell("5"),
    ]
    table = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    html = slide_html(frame(f'<a:tbl><a:tblPr firstRow="1"/>{table}</a:tbl>'))
    assert html.replace("<p>", "").replace("</p>", "") == (
        '<table><thead><tr><th rowspan="2">Depot</th><th colspan="2">Buses</th></tr></thead>'
        "<tr><td>Old</td><td>New</td></tr><tr><td>North</td><td>4</td><td>5</td></tr></table>"
    )


def test_charts_and_alternative_text_are_read() -> None:
    numbers = "<c:val><c:numLit><c:pt idx='0'><c:v>4</c:v></c:pt></c:numLit></c:val>"
    series = f"<c:pieChart><c:ser><c:tx><c:v>Sales</c:v></c:tx>{numbers}</c:ser></c:pieChart>"
    chart = part("c:chartSpace", f"<c:chart><c:plotArea>{series}</c:plotArea></c:chart>")
    parts: Parts = {"ppt/charts/chart1.xml": chart}
    parts |= rels("slide1.xml", c=("chart", "../charts/chart1.xml"))
    shapes = frame('<a:graphicData><c:chart r:id="c"/></a:graphicData>', 'descr="Sales by year"')
    assert loaded(shapes, parts).text == "Sales by year\n\nCategory | Sales\n1 | 4"


def test_equations_on_slides_are_read() -> None:
    power = "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    forms = f"<mc:Choice><a14:m><m:oMath>{power}</m:oMath></a14:m></mc:Choice>"
    forms += "<mc:Fallback><a:r><a:t> </a:t></a:r></mc:Fallback>"
    text = f"<a:p><a:r><a:t>with </a:t></a:r><mc:AlternateContent>{forms}</mc:AlternateContent></a:p>"
    assert loaded(shape(text)).text == "with x^2"


def test_footers_are_read_once_and_slide_numbers_not_at_all() -> None:
    foot = shape("ACME confidential", place='type="ftr" idx="11"') + shape("7", place='type="sldNum" idx="12"')
    renewed = shape('<a:p><a:fld type="datetime1"><a:t>1.1.2026</a:t></a:fld></a:p>', place='type="dt" idx="10"')
    document = loaded({"slide1.xml": slide(shape("One") + foot), "slide2.xml": slide(shape("Two") + foot + renewed)})
    assert document.text == "One\n\nACME confidential\n\nTwo"


def test_what_layouts_and_masters_show_on_every_slide_is_read_once() -> None:
    fixed = shape("ACME Ltd") + shape("Click to edit", place='type="title"')
    parts: Parts = {"ppt/slideLayouts/l.xml": part("p:sldLayout", f"<p:cSld><p:spTree>{fixed}</p:spTree></p:cSld>")}
    for name in ("slide1.xml", "slide2.xml"):
        parts |= rels(name, l=("slideLayout", "../slideLayouts/l.xml"))
    document = loaded({"slide1.xml": slide(shape("One")), "slide2.xml": slide(shape("Two"))}, parts)
    assert document.text == "One\n\nTwo\n\nOn the slides' layout: ACME Ltd"
    assert [document.text[one.start : one.end] for one in document.parts] == ["One", "Two"]


def test_hidden_slides_are_read_and_marked() -> None:
    shapes = shape("Plan B", place='type="title"') + shape("Sell.")
    assert loaded({"slide1.xml": slide(shapes, hidden=True)}).text == "# Plan B\n\nHidden slide\n\nSell."


def test_sections_name_their_first_slide() -> None:
    entries = made.unzipped(slides_file({"slide1.xml": slide(shape("One")), "slide2.xml": slide(shape("Two"))}))
    sections = (
        b'<p14:sectionLst><p14:section name="Default Section"><p14:sldIdLst><p14:sldId id="256"/></p14:sldIdLst>'
        b'</p14:section><p14:section name="Costs"><p14:sldIdLst><p14:sldId id="257"/></p14:sldIdLst></p14:section>'
        b"</p14:sectionLst></p:presentation>"
    )
    main = "ppt/presentation.xml"
    entries[main] = entries[main].replace(b"</p:presentation>", sections)
    assert load(made.source(made.zipped(entries), "a.pptx")).text == "One\n\nSection: Costs\n\nTwo"


def test_notes_and_comments_of_both_kinds_follow_the_slide() -> None:
    notes = shape("say hello", place='type="body"') + shape("7", place='type="sldNum"')
    old = '<p:cm authorId="0" dt="2026-03-01T10:00:00"><p:text>Too long.</p:text></p:cm>'
    body = "<p188:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></p188:txBody>"
    reply = f"<p188:reply authorId='B' created='00-00-00T0'>{body.format('Yes.')}</p188:reply>"
    reply = f"<p188:replyLst>{reply}</p188:replyLst>"
    new = f"<p188:cm authorId='A' created='2026-03-02T10:00:00'>{reply}{body.format('Cut it?')}</p188:cm>"
    parts: Parts = {
        "ppt/notesSlides/n.xml": part("p:notes", f"<p:cSld><p:spTree>{notes}</p:spTree></p:cSld>"),
        "ppt/comments/c.xml": part("p:cmLst", old),
        "ppt/comments/modern.xml": part("p188:cmLst", new),
        "ppt/commentAuthors.xml": part("p:cmAuthorLst", '<p:cmAuthor id="0" name="Ann"/>'),
        "ppt/authors.xml": part("p188:authorLst", "<p188:author id='A' name='Bo'/>"),
        "ppt/_rels/presentation.xml.rels": relations(
            {
                "s0": ("slide", "slides/slide1.xml"),
                "a": ("commentAuthors", "commentAuthors.xml"),
                "b": ("authors", "authors.xml"),
            }
        ),
    }
    parts |= rels(
        "slide1.xml",
        n=("notesSlide", "../notesSlides/n.xml"),
        c=("comments", "../comments/c.xml"),
        m=("comments", "../comments/modern.xml"),
    )
    assert loaded(shape("Text"), parts).text.split("\n\n") == [
        "Text",
        "Notes: say hello",
        "Comment: Too long. (Ann, 2026-03-01)",
        "Comment: Cut it? (Bo, 2026-03-02)",
        "Reply: Yes.",
    ]


def test_recordings_are_counted() -> None:
    film = '<p:pic><p:nvPicPr><p:cNvPr id="3" name="x"/><p:nvPr><a:videoFile r:link="x"/></p:nvPr></p:nvPicPr></p:pic>'
    assert loaded(shape("Text") + film).warnings == ("1 recording was left out.",)


@pytest.mark.parametrize("depth", [1_900, 3_000])
def test_shapes_nested_without_end_are_read_or_refused_in_one_line(depth: int) -> None:
    content = "<p:grpSp>" * depth + shape("core") + "</p:grpSp>" * depth
    if depth < 2_000:
        assert loaded(content).text == "core"
    else:
        with pytest.raises(DocumentError, match="nested too deeply"):
            loaded(content)


def test_strict_slides_are_read() -> None:
    content = slides_file({"slide1.xml": slide(shape("Plan", place='type="title"'))})
    assert load(made.source(strict(content), "a.pptx")).text == "# Plan"
