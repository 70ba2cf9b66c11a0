"""What the paragraphs of Word documents say: raised and struck-out text, fields, tracked changes, symbols, controls."""

import pytest

from app.core.domain import Document
from ingest.load import load
from ingest.load.word.load import document_html
from tests.support import made_files as made
from tests.support.office_files import opened_word, paragraph, run, style, word_file, word_html

SUPER = '<w:vertAlign w:val="superscript"/>'
RAISED = style("Up", "Up", run=SUPER, kind="character")


def loaded(body: str, styles: str = "") -> Document:
    return load(made.source(word_file(body, styles=styles), "a.docx"))


def html(runs: str, styles: str = "", named: str = "") -> str:
    return word_html(word_file(paragraph(runs, named), styles=styles))


def character(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(code: str, result: str) -> str:
    instruction = f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>'
    return character("begin") + instruction + character("separate") + result + character("end")


# -------------------------------------------------------------------------------------------------------- the look


@pytest.mark.parametrize(
    ("runs", "styles", "expected"),
    [
        (run("10") + run("9", SUPER) + run(" ohm"), "", "10<sup>9</sup> ohm"),
        (run("H") + run("2", '<w:vertAlign w:val="subscript"/>') + run("O"), "", "H<sub>2</sub>O"),
        (
            run("10") + run("9", '<w:rStyle w:val="Up"/>'),
            RAISED,
            "10<sup>9</sup>",
        ),
        (
            run("10") + run("9", '<w:rStyle w:val="Up"/><w:vertAlign w:val="baseline"/>'),
            RAISED,
            "109",
        ),
        (run("m") + run("3", '<w:position w:val="8"/><w:sz w:val="13"/>'), "", "m<sup>3</sup>"),
        (run("m") + run("3", '<w:position w:val="8"/>') + run("a", '<w:sz w:val="13"/>'), "", "m3a"),
        (
            run("CO") + run("2", '<w:rStyle w:val="Low"/>'),
            style("Low", "Low", run='<w:position w:val="-4"/><w:sz w:val="12"/>', kind="character"),
            "CO<sub>2</sub>",
        ),
        (run("52 ", "<w:strike/>") + run("pounds", "<w:strike/>") + run(" 59"), "", "<s>52 pounds</s> 59"),
        (run("52", "<w:dstrike/>") + run("59", '<w:strike w:val="0"/>'), "", "<s>52</s>59"),
        (run("52", '<w:strike/><w:dstrike w:val="0"/>'), "", "<s>52</s>"),
        (run("52", "<w:strike/>" + SUPER) + run("1", "<w:strike/>"), "", "<s><sup>52</sup></s><s>1</s>"),
    ],
)
def test_raised_lowered_and_struck_out_text_is_marked(runs: str, styles: str, expected: str) -> None:
    assert html(runs, styles) == f"<p>{expected}</p>"


def test_a_style_strikes_out_unless_a_run_says_otherwise() -> None:
    struck = style("Old", "Old", run="<w:strike/>")
    assert html(run("was") + run(" is", '<w:strike w:val="false"/>'), struck, "Old") == "<p><s>was</s> is</p>"


def test_marks_of_a_paragraph_style_and_a_character_style_cancel_each_other() -> None:
    styles = style("Old", "Old", run="<w:strike/>") + style("Not", "Not", run="<w:strike/>", kind="character")
    assert html(run("was") + run(" is", '<w:rStyle w:val="Not"/>'), styles, "Old") == "<p><s>was</s> is</p>"


def test_hidden_text_is_left_out_and_counted() -> None:
    document = loaded(
        paragraph(run("Seen") + run(" not", "<w:vanish/>") + run(" at all", "<w:vanish/>") + run(" again"))
    )
    assert document.text == "Seen again"
    assert document.warnings == ("1 hidden passage was left out.",)


def test_a_hidden_paragraph_mark_hides_no_text() -> None:
    assert loaded(paragraph("Seen", "", "<w:rPr><w:vanish/></w:rPr>")).text == "Seen"


def test_breaks_tabs_and_hyphens_are_what_they_look_like() -> None:
    inner = "<w:t>QP</w:t><w:noBreakHyphen/><w:t>7741</w:t><w:tab/>"
    inner += "<w:t>soft</w:t><w:softHyphen/><w:t>ware</w:t><w:br/><w:t>end</w:t>"
    assert loaded(paragraph(f"<w:r>{inner}</w:r>")).text == "QP-7741 software\nend"


def test_symbol_fonts_become_the_signs_they_show() -> None:
    symbols = '<w:r><w:sym w:font="Symbol" w:char="F06D"/><w:t>m </w:t><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    written = run(" \uf0a3 5", '<w:rFonts w:ascii="Symbol"/>')
    assert loaded(paragraph(symbols + written)).text == "μm ✓ ≤ 5"


def test_signs_that_no_one_knows_are_counted() -> None:
    document = loaded(paragraph(run("a") + '<w:r><w:sym w:font="Wingdings 3" w:char="F001"/></w:r>'))
    assert document.warnings == ("1 sign of a symbol font was left out.",)


def test_readings_of_east_asian_words_stand_behind_them() -> None:
    ruby = f"<w:rt>{run('とうきょう')}</w:rt><w:rubyBase>{run('東京')}</w:rubyBase>"
    ruby = f"<w:r><w:ruby><w:rubyPr/>{ruby}</w:ruby></w:r>"
    assert loaded(paragraph(ruby)).text == "東京(とうきょう)"


def test_a_dropped_capital_begins_the_next_paragraph() -> None:
    capital = paragraph("T", "", '<w:framePr w:dropCap="drop" w:lines="3"/>')
    assert loaded(capital + paragraph("he ferry leaves.")).text == "The ferry leaves."


def test_characters_of_markup_are_text() -> None:
    assert loaded(paragraph(run("a &lt; b &amp; &lt;i&gt;c"))).text == "a < b & <i>c"


def test_the_text_of_links_and_their_wrappers_is_read() -> None:
    link = f'<w:hyperlink r:id="link">{run("the site")}</w:hyperlink>'
    wrapped = f"<w:smartTag><w:customXml>{run(' and more')}</w:customXml></w:smartTag>"
    content = word_file(paragraph(link + wrapped), links={"link": ("hyperlink", "https://example.org/?a=1&amp;b=2")})
    assert word_html(content) == '<p><a href="https://example.org/?a=1&amp;b=2">the site</a> and more</p>'


# -------------------------------------------------------------------------------------------------- tracked changes


def test_inserted_text_is_read_and_deleted_text_is_counted() -> None:
    deleted = run("old ").replace("w:t", "w:delText")
    body = paragraph(run("The ") + f"<w:del>{deleted}</w:del><w:ins>{run('new ')}</w:ins>" + run("price"))
    body += f"<w:moveFrom>{run('moved')}</w:moveFrom>" + paragraph(f"<w:moveTo>{run('moved')}</w:moveTo>")
    document = loaded(body)
    assert document.text == "The new price\n\nmoved"
    assert document.warnings == ("2 deleted passages (tracked changes) were left out.",)


def test_paragraphs_whose_end_was_deleted_are_one() -> None:
    assert loaded(paragraph("One ", "", "<w:rPr><w:del/></w:rPr>") + paragraph("text.")).text == "One text."


def test_the_last_paragraph_is_kept_even_if_its_end_was_deleted() -> None:
    assert loaded(paragraph("One", "", "<w:rPr><w:del/></w:rPr>")).text == "One"


# ----------------------------------------------------------------------------------------------------------- fields


def test_results_of_fields_are_text_and_their_codes_are_not() -> None:
    simple = f'<w:fldSimple w:instr=" REF x ">{run("clause 4")}</w:fldSimple>'
    inner = field(" MERGEFIELD Name ", run("Ann"))
    outer = character("begin") + f"<w:r><w:instrText>IF </w:instrText></w:r>{inner}" + character("separate")
    outer += run("Dear Ann") + character("end")
    assert loaded(paragraph(run("See ") + simple + run(", ") + outer)).text == "See clause 4, Dear Ann"


def test_a_field_that_is_never_closed_loses_no_text() -> None:
    assert loaded(paragraph(character("begin") + run("text")) + paragraph("more")).text == "textmore"


@pytest.mark.parametrize(
    ("data", "code", "expected"),
    [
        ('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>', "FORMCHECKBOX", "☑"),
        ('<w:checkBox><w:default w:val="0"/></w:checkBox>', "FORMCHECKBOX", "☐"),
        (
            '<w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/><w:listEntry w:val="blue"/></w:ddList>',
            "FORMDROPDOWN",
            "blue",
        ),
        ('<w:textInput><w:default w:val="name"/></w:textInput>', "FORMTEXT", "name"),
        ("", "MACROBUTTON NoMacro [type here]", "[type here]"),
        ("", 'SYMBOL 109 \\f "Symbol"', "μ"),
        ("", r"EQ \f(a+b,2)", "(a+b)/2"),
    ],
)
def test_fields_without_a_result_give_what_they_show(data: str, code: str, expected: str) -> None:
    begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
    body = paragraph(run("x ") + begin + f"<w:r><w:instrText>{code}</w:instrText></w:r>" + character("end"))
    assert loaded(body).text == f"x {expected}"


def test_automatic_numbers_that_the_file_does_not_store_are_counted() -> None:
    body = paragraph(character("begin") + "<w:r><w:instrText>AUTONUM</w:instrText></w:r>" + character("end") + run("A"))
    assert loaded(body).warnings == ("1 automatic number was left out.",)


def test_a_table_of_contents_is_left_out_where_the_text_repeats_it() -> None:
    contents = field(r"TOC \o", run("Pumps") + "<w:r><w:tab/></w:r>" + run("3"))
    entry = "<w:r><w:tab/></w:r>"
    styled = paragraph(run("Valves") + entry + run("4"), "TOC1") + paragraph(run("Lost") + entry + run("9"), "TOC1")
    styles = style("TOC1", "toc 1") + style("H", "heading 1")
    document = loaded(paragraph(contents) + styled + paragraph("Pumps", "H") + paragraph("Valves", "H"), styles)
    assert document.text == "# Pumps\n\n# Valves\n\nLost"


# --------------------------------------------------------------------------------------------------------- controls


def test_content_controls_give_what_is_filled_in() -> None:
    state = '<w14:checkbox><w14:checked w14:val="{}"/></w14:checkbox>'
    box = f"<w:sdt><w:sdtPr>{state}</w:sdtPr><w:sdtContent>{{}}</w:sdtContent></w:sdt>"
    control = f"<w:sdt><w:sdtPr><w:dropDownList/></w:sdtPr><w:sdtContent>{run('blue')}</w:sdtContent></w:sdt>"
    block = f"<w:sdt><w:sdtContent>{paragraph('Block')}</w:sdtContent></w:sdt>"
    body = paragraph(box.format(1, run("☒")) + box.format(0, run("☐")) + control) + block
    assert loaded(body).text == "☑☐blue\n\nBlock"


def test_form_controls_of_programs_are_counted() -> None:
    assert loaded(paragraph('<w:r><w:object><w:control r:id="x"/></w:object></w:r>')).warnings == (
        "1 form control (ActiveX) was left out.",
    )


# ------------------------------------------------------------------------------------------------------ hostile ones


def test_elements_nested_a_thousand_deep_are_read() -> None:
    deep = "<w:smartTag>" * 1_000 + run("core") + "</w:smartTag>" * 1_000
    assert loaded(paragraph(deep)).text == "core"
    boxes = "<w:r><w:pict><w:txbxContent><w:p>" * 300 + run("core") + "</w:p></w:txbxContent></w:pict></w:r>" * 300
    assert loaded(paragraph(boxes)).text == "core"


def test_the_story_counts_what_it_leaves_out_once() -> None:
    word = opened_word(word_file(paragraph(run("x", "<w:vanish/>") + run("y") + run("z", "<w:vanish/>"))))
    document_html(word)
    assert word.left_out == {"hidden passage": 2}
