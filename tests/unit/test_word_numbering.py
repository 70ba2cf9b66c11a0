"""Automatic numbers of Word documents are written out, and lists keep their nesting."""

import pytest

from ingest.load import load
from ingest.load.ooxml.numerals import in_series, numeral
from tests.support import made_files as made
from tests.support.office_files import paragraph, row, run, style, table, word_file


def level(index: int, text: str, form: str = "decimal", more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def definition(key: str, *levels: str, more: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{key}">{more}{"".join(levels)}</w:abstractNum>'


def number(key: str, definition: str, *overrides: str) -> str:
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{definition}"/>{"".join(overrides)}</w:num>'


def override(index: int, content: str) -> str:
    return f'<w:lvlOverride w:ilvl="{index}">{content}</w:lvlOverride>'


def item(text: str, key: str, index: int = 0, properties: str = "") -> str:
    return paragraph(text, "", f'<w:numPr><w:ilvl w:val="{index}"/><w:numId w:val="{key}"/></w:numPr>{properties}')


def lines(body: str, numbering: str, styles: str = "") -> list[str]:
    text = load(made.source(word_file(body, numbering=numbering, styles=styles), "a.docx")).text
    return [line.strip() for line in text.splitlines() if line.strip()]


LEGAL = definition("0", level(0, "%1."), level(1, "%1.%2"), level(2, "(%3)", "lowerLetter")) + number("1", "0")


def test_numbers_of_several_levels_count_and_begin_again() -> None:
    body = (
        item("A", "1") + item("B", "1", 1) + item("C", "1", 1) + item("D", "1", 2) + item("E", "1") + item("F", "1", 1)
    )
    assert lines(body, LEGAL) == ["1. A", "1.1 B", "1.2 C", "(a) D", "2. E", "2.1 F"]


def test_lists_keep_their_nesting() -> None:
    body = item("A", "1") + item("B", "1", 1) + item("D", "1", 2) + item("E", "1")
    text = load(made.source(word_file(body, numbering=LEGAL), "a.docx")).text
    assert text.startswith("1. A\n  1.1 B\n    (a) D")


def test_lists_of_one_level_each_are_nested_by_their_indentation() -> None:
    numbering = "".join(
        definition(str(key), level(0, "•", "bullet", f'<w:pPr><w:ind w:left="{360 * key}"/></w:pPr>'))
        + number(str(key), str(key))
        for key in (1, 2)
    )
    body = item("A", "1") + item("B", "2") + item("C", "1")
    text = load(made.source(word_file(body, numbering=numbering), "a.docx")).text
    assert text.startswith("- A\n  - B")
    assert text.endswith("\n- C")


def test_a_list_goes_on_after_other_text_and_in_another_list_of_the_same_definition() -> None:
    numbering = definition("0", level(0, "%1)")) + number("1", "0") + number("2", "0")
    body = item("A", "1") + paragraph("Between.") + item("B", "1") + item("C", "2")
    assert lines(body, numbering) == ["1) A", "Between.", "2) B", "3) C"]


def test_a_list_that_starts_again_does_so_once() -> None:
    numbering = definition("0", level(0, "%1)")) + number("1", "0")
    numbering += number("2", "0", override(0, '<w:startOverride w:val="5"/>'))
    body = item("A", "1") + item("B", "2") + item("C", "2") + item("D", "1")
    assert lines(body, numbering) == ["1) A", "5) B", "6) C", "7) D"]


def test_a_list_may_change_the_levels_of_its_definition() -> None:
    numbering = definition("0", level(0, "%1)")) + number("1", "0", override(0, level(0, "No. %1:", "upperRoman")))
    assert lines(item("A", "1") + item("B", "1"), numbering) == ["No. I: A", "No. II: B"]


def test_a_level_that_was_passed_over_counts_as_used() -> None:
    assert lines(item("A", "1", 1) + item("B", "1"), LEGAL) == ["1.1 A", "2. B"]


def test_a_level_may_count_on_below_another_number() -> None:
    numbering = definition("0", level(0, "%1."), level(1, "§%2", more='<w:lvlRestart w:val="0"/>')) + number("1", "0")
    body = item("A", "1") + item("B", "1", 1) + item("C", "1") + item("D", "1", 1)
    assert lines(body, numbering) == ["1. A", "§1 B", "2. C", "§2 D"]


def test_legal_numbering_writes_all_levels_in_digits() -> None:
    levels = (level(0, "Article %1", "upperRoman"), level(1, "Section %1.%2", more="<w:isLgl/>"))
    body = item("A", "1") + item("B", "1", 1)
    assert lines(body, definition("0", *levels) + number("1", "0")) == ["Article I A", "Section 1.1 B"]


def test_headings_carry_the_numbers_that_their_styles_bring() -> None:
    numbers = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    styles = style("H1", "heading 1", paragraph=numbers) + style("H2", "heading 2", based_on="H1")
    linked = definition(
        "0", level(0, "%1", more='<w:pStyle w:val="H1"/>'), level(1, "%1.%2", more='<w:pStyle w:val="H2"/>')
    )
    content = word_file(
        paragraph("Supply", "H1") + paragraph("Orders", "H2") + paragraph("Insurance", "H2"),
        styles=styles,
        numbering=linked + number("1", "0"),
    )
    assert [one.text for one in load(made.source(content, "a.docx")).headings] == [
        "1 Supply",
        "1.1 Orders",
        "1.2 Insurance",
    ]


def test_a_list_takes_its_levels_from_the_style_that_it_links_to() -> None:
    numbering = definition("0", level(0, "[%1]"), more='<w:styleLink w:val="N"/>') + number("7", "0")
    numbering += definition("1", more='<w:numStyleLink w:val="N"/>') + number("1", "1")
    styles = style("N", "N", kind="numbering", paragraph='<w:numPr><w:numId w:val="7"/></w:numPr>')
    assert lines(item("A", "1") + item("B", "1"), numbering, styles) == ["[1] A", "[2] B"]


def test_a_paragraph_may_refuse_the_number_of_its_style() -> None:
    styles = style("L", "L", paragraph='<w:numPr><w:numId w:val="1"/></w:numPr>')
    body = paragraph("A", "L") + paragraph("B", "L", '<w:numPr><w:numId w:val="0"/></w:numPr>') + paragraph("C", "L")
    assert lines(body, LEGAL, styles) == ["1. A", "B", "2. C"]


def test_an_empty_paragraph_of_a_list_takes_its_number_with_it() -> None:
    assert lines(item("A", "1") + item("", "1") + item("C", "1"), LEGAL) == ["1. A", "3. C"]


def test_automatic_numbers_of_rows_are_written_into_their_cells() -> None:
    numbered = "<w:tc><w:tcPr/>" + item("", "1") + "</w:tc>"
    body = table(row("No.", "Name"), row(numbered, "Ann"), row(numbered, "Bo"))
    assert lines(body, LEGAL) == ["No. | Name", "1. | Ann", "2. | Bo"]


def test_numbers_in_a_format_of_their_own_are_written() -> None:
    own = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><mc:AlternateContent><mc:Choice Requires="w14">'
        '<w:numFmt w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/>'
        '</mc:Fallback></mc:AlternateContent><w:lvlText w:val="R%1"/></w:lvl>'
    )
    assert lines(item("A", "1") + item("B", "1"), definition("0", own) + number("1", "0")) == ["R001 A", "R002 B"]


def test_a_label_without_a_space_in_the_file_is_joined_only_where_words_stay_apart() -> None:
    levels = (level(0, "第%1条", "chineseCounting", '<w:suff w:val="nothing"/>'),)
    styles = style("H", "heading 1", paragraph='<w:numPr><w:numId w:val="1"/></w:numPr>')
    assert lines(paragraph("总则", "H"), definition("0", *levels) + number("1", "0"), styles) == ["# 第一条总则"]


def test_deleted_paragraphs_take_no_number() -> None:
    gone = f'<w:del w:id="1">{run("X").replace("w:t", "w:delText")}</w:del>'
    body = item("A", "1") + item(gone, "1", 0, "<w:rPr><w:del/></w:rPr>") + item("B", "1")
    assert lines(body, LEGAL) == ["1. A", "2. B"]


def test_lists_that_are_not_defined_or_define_each_other_are_paragraphs() -> None:
    circle = definition("0", more='<w:numStyleLink w:val="N"/>') + number("1", "0")
    styles = style("N", "N", kind="numbering", paragraph='<w:numPr><w:numId w:val="1"/></w:numPr>')
    assert lines(item("A", "1") + item("B", "9"), circle, styles) == ["A", "B"]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("decimal", ["1", "4", "27", "999999"]),
        ("decimalZero", ["01", "04", "27", "999999"]),
        ("lowerRoman", ["i", "iv", "xxvii", "999999"]),
        ("upperLetter", ["A", "D", "AA", "999999"]),
        ("ordinal", ["1st", "4th", "27th", "999999"]),
        ("cardinalText", ["One", "Four", "Twenty-seven", "999999"]),
        ("ordinalText", ["First", "Fourth", "Twenty-seventh", "999999"]),
        ("decimalEnclosedCircle", ["①", "④", "27", "999999"]),
        ("chineseCounting", ["一", "四", "二十七", "999999"]),
        ("ideographTraditional", ["甲", "丁", "庚庚庚", "999999"]),
        ("russianLower", ["а", "г", "ю", "999999"]),
        ("hebrew1", ["א", "ד", "כז", "999999"]),
        ("chicago", ["*", "§", "‡" * 7, "999999"]),
        ("none", ["", "", "", ""]),
        ("unheard of", ["1", "4", "27", "999999"]),
    ],
)
def test_numbers_are_written_in_their_format(form: str, expected: list[str]) -> None:
    assert [numeral(value, form) for value in (1, 4, 27, 999_999)] == expected


def test_numbers_follow_the_examples_of_a_format() -> None:
    assert [in_series(12, series) for series in ("01, 02, ...", "α, β, γ, ...", "A, B, C, ...", "?")] == [
        "12", "μ", "L", "12",
    ]  # fmt: skip
