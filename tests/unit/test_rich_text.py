"""Rich Text: its layout becomes headings, tables and notes; its bytes are decoded by font; hostile files end."""

import pytest

from ingest.load import load
from ingest.load.rich_text import RichText
from ingest.load.rich_text_html import decompressed, unwrapped_html, wraps_html
from tests.support import made_files as made
from tests.support.outlook_file import compressed_rich_text


def html(body: str, head: str = "") -> str:
    return RichText(rf"{{\rtf1\ansi\ansicpg1252 {head}{body}}}".encode("latin-1")).html()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"one\par two", "<p>one</p><p>two</p>"),
        (r"10{\super 5} H{\sub 2}O \strike 38\strike0  40", "<p>10<sup>5</sup> H<sub>2</sub>O <s>38</s> 40</p>"),
        (r"a\line b\tab c", "<p>a<br>b\tc</p>"),
        (r"{\listtext\pard 4.2\tab}Clause\par", "<p>4.2\tClause</p>"),
        (r"{\*\unknown secret}shown{\colortbl;\red1;}", "<p>shown</p>"),
        (r"a < b & c", "<p>a &lt; b &amp; c</p>"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}", "<p>shown</p>"),
        (r"body{\footnote a note\par} goes on\par next", "<p>body goes on</p><p>a note</p><p>next</p>"),
        (r"{\header Top}body{\footer Foot}", "<p>body</p><p>Top</p><p>Foot</p>"),
        (r"{\pict\pngblip 89504e47}shown", "<p>shown</p>"),
        (r"{\upr{old}{\*\ud new}}", "<p>new</p>"),
        (r"\bin5 abcdeshown", "<p>shown</p>"),
    ],
)
def test_what_readers_see_is_read(body: str, expected: str) -> None:
    assert html(body) == expected


def test_headings_come_from_outline_levels_whatever_the_style_is_called() -> None:
    styles = r"{\stylesheet{\s1\outlinelevel0 Kapitel;}{\s2\sbasedon1 Sonderkapitel;}{\s3 heading 2;}}"
    body = r"\pard\s1 One\par\pard\s2 Two\par\pard\s3 Three\par\pard\outlinelevel2 Four\par\pard Text\par"
    assert html(body, styles) == "<h1>One</h1><h1>Two</h1><h2>Three</h2><h3>Four</h3><p>Text</p>"


def test_cells_that_cover_several_columns_or_rows_keep_their_place() -> None:
    body = (
        r"\trowd\clmgf\cellx1000\clmrg\cellx2000\cellx3000\intbl Both\cell\cell C\cell\row"
        r"\trowd\clvmgf\cellx1000\cellx2000\cellx3000\intbl Tall\cell b1\cell c1\cell\row"
        r"\trowd\clvmrg\cellx1000\cellx2000\cellx3000\intbl\cell b2\cell c2\cell\row"
        r"\trowd\cellx2000\cellx3000\intbl Wide\cell c3\cell\row\pard after\par"
    )
    assert html(body) == (
        '<table><tr><td colspan="2">Both</td><td>C</td></tr><tr><td rowspan="2">Tall</td><td>b1</td><td>c1</td></tr>'
        '<tr><td>b2</td><td>c2</td></tr><tr><td colspan="2">Wide</td><td>c3</td></tr></table><p>after</p>'
    )


def test_paragraphs_of_a_cell_and_tables_within_it_stay_in_it() -> None:
    body = (
        r"\trowd\cellx3000\cellx6000\pard\intbl first\par second\cell"
        r"\pard\intbl\itap2 inner\nestcell{\*\nesttableprops\trowd\cellx2000\nestrow}"
        r"\pard\intbl after\cell\row\pard end\par"
    )
    assert html(body) == (
        "<table><tr><td><p>first</p><p>second</p></td><td><table><tr><td>inner</td></tr></table><p>after</p></td></tr>"
        "</table><p>end</p>"
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"\u1055?\u1072?", "Па"),
        (r"\uc2\u1055??\uc0\u1072 x", "Паx"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"{\f1 \'cf\'e0}", "Па"),
        (r"{\f2 \'83\'41\'83\'5d}", "アゾ"),
        (r"{\f2 \'83A}", "ア"),
        (r"\'80\ldblquote q\rdblquote\emdash ", "€“q”—"),
        (r"{\f2 \'83}", "\ufffd"),
    ],
)
def test_text_is_decoded_by_its_font_and_by_unicode_escapes(body: str, expected: str) -> None:
    assert html(body, r"{\fonttbl{\f0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}") == f"<p>{expected}</p>"


def test_hidden_and_deleted_text_is_left_out_and_counted() -> None:
    document = load(made.source(rb"{\rtf1 seen {\v hidden} and {\deleted gone} and {\deleted too}\par}", "a.rtf"))
    assert document.text == "seen and and"
    assert document.warnings == (
        "1 piece of hidden text left out.",
        "2 pieces of deleted text (tracked changes) left out.",
    )


def test_the_title_of_the_file_is_its_title_where_it_has_no_heading() -> None:
    content = rb"{\rtf1{\info{\title Fares of 2026}{\author A}}words\par}"
    document = load(made.source(content, "a.rtf"))
    assert (document.title, document.text) == ("Fares of 2026", "words")


@pytest.mark.parametrize(
    "content",
    [
        b"{\\rtf1" + b"{" * 100_000,
        b"{\\rtf1" + b"}" * 100_000,
        b"{\\rtf1" + b"{\\footnote x" * 500 + b"}" * 500,
        b"{\\rtf1" + b"\\trowd\\cellx1\\intbl\\itap999999999 x\\cell\\row" * 500,
        b"{\\rtf1" + b"".join(b"\\trowd\\cellx%d a\\cell\\row" % n for n in range(5_000)) + b"}",
        b"{\\rtf1\\bin99999999999 x",
        b"{\\rtf1\\bin-5 x}",
        b"{\\rtf1\\uc999999999\\u65 x",
        b"{\\rtf1{\\stylesheet{\\s1\\sbasedon2 a;}{\\s2\\sbasedon1 b;}}\\s1 x\\par}",
        b"{\\rtf1\\ansicpg99999 x{\\fonttbl{\\f0\\fcharset130 y;}}\\f0 \\'ff\\'ff}",
    ],
    ids=range(10),
)
def test_a_hostile_file_ends_in_a_text_or_one_error(content: bytes) -> None:
    try:
        RichText(content).html()
    except RecursionError:
        assert content.count(b"{") > 1_000


# ------------------------------------------------------------------------------------------------------- in Outlook

# Both examples of MS-OXRTFCP.
PACKED = {
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0": (
        b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    ),
    "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0": b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
}


@pytest.mark.parametrize("packed", PACKED)
def test_compressed_rich_text_is_unpacked(packed: str) -> None:
    assert decompressed(bytes.fromhex(packed), most=10_000) == PACKED[packed]


@pytest.mark.parametrize("size", range(40))
def test_unpacking_undoes_packing_and_stops_at_its_limit(size: int) -> None:
    content = (rb"{\rtf1 abcdefghijklmnopqrstuvwxyz}" * 2)[:size]
    assert decompressed(compressed_rich_text(content), most=10_000) == content
    assert decompressed(compressed_rich_text(content), most=7) == content[:7]


@pytest.mark.parametrize("content", [b"", b"short", bytes(20), b"\xff" * 64, bytes.fromhex(next(iter(PACKED)))[:30]])
def test_damaged_compressed_text_is_no_error(content: bytes) -> None:
    assert len(decompressed(content, most=1_000)) <= 1_000


def test_html_wrapped_in_rich_text_comes_back_as_it_was() -> None:
    content = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}{\f1\fcharset204 A;}}{\colortbl\red0;}"
        rb"{\*\htmltag64 <p class=x>}\htmlrtf {\htmlrtf0 5 \'80 \u1088? {\f1 \'cf} a < b{\*\htmltag84 &nbsp;}"
        rb"\htmlrtf \'a0\htmlrtf0 {\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 bold{\*\htmltag92 </b>}\htmlrtf }"
        rb"\htmlrtf0\par {\*\mhtmltag64 <p other>}{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 }"
    )
    assert wraps_html(content)
    assert unwrapped_html(content) == "<p class=x>5 € р П a &lt; b&nbsp;<b>bold</b>\r\n</p>"
    assert not wraps_html(rb"{\rtf1\ansi plain}")
