"""HTML: what layout says is kept in words, tables are told from layout, nothing that holds text is lost silently."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.domain import Rows
from ingest.load.extracted import Builder
from ingest.load.html_text import html_content


def read(markup: str) -> tuple[str, list[Rows], tuple[str, ...]]:
    """(text, tables, warnings) of markup."""
    content = html_content(markup)
    builder = Builder()
    builder.add(content.text)
    return builder.text(), builder.tables, content.warnings


def text(markup: str) -> str:
    return read(markup)[0]


def table(*rows: str, cell: str = "td", attributes: str = "") -> str:
    """A table whose first row has cells of this kind; cells are divided by |."""
    lines = [
        "".join(f"<{tag}>{value.strip()}</{tag}>" for value in row.split("|"))
        for row, tag in zip(rows, [cell, *["td"] * len(rows)], strict=False)
    ]
    return f"<table {attributes}>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


# ---------------------------------------------------------------------------------------------- raised and lowered text


@pytest.mark.parametrize(
    ("markup", "read_as"),
    [
        ("10<sup>5</sup> cfu/ml", "10^5 cfu/ml"),
        ("3 × 10<sup>−4</sup>", "3 × 10^−4"),
        ("25 m<sup>3</sup>, 4 km<sup>2</sup>, 5 м<sup>2</sup>", "25 m^3, 4 km^2, 5 м^2"),
        ("E = mc<sup>2</sup> and (a+b)<sup>2</sup>", "E = mc^2 and (a+b)^2"),
        ("x<sup>n+1</sup> e<sup>-x/2</sup> 2<sup>n</sup>", "x^(n+1) e^(-x/2) 2^n"),
        ("Ca<sup>2+</sup> SO<sub>4</sub><sup>2-</sup>", "Ca^2+ SO4^2-"),
        ("H<sub>2</sub>O, CO<sub>2</sub>, P<sub>max</sub>", "H2O, CO2, Pmax"),
        ("101<sub>2</sub> is 5", "101_2 is 5"),
        ("<sup>14</sup>C", "^14C"),
        ("1<sup>st</sup>, 22<sup>nd</sup>, 1<sup>er</sup>, 2<sup>e</sup>, 1<sup>a</sup>", "1st, 22nd, 1er, 2e, 1a"),
        ("M<sup>me</sup> Curie, n<sup>o</sup> 5, D<sup>r</sup> Who", "Mme Curie, no 5, Dr Who"),
        ("Brand<sup>TM</sup>, Other<sup>®</sup>", "Brand™, Other®"),
        ("The temperature<sup>4</sup> rose.<sup>5</sup>", "The temperature[^4] rose.[^5]"),
        ("In 2024<sup><a href='#n1'>1</a></sup> it rose", "In 2024[^1] it rose"),
        ("In 2024<a href='#n1'><sup>1</sup></a> it rose", "In 2024[^1] it rose"),
        ("as shown<sup>[1]</sup>", "as shown[1]"),
        ("3<sup>1</sup>/<sub>2</sub> cups, <sup>1</sup>⁄<sub>4</sub> more", "3 1/2 cups, 1/4 more"),
        ("word<sup>see the note below</sup>", "word (see the note below)"),
        ("10<span style='vertical-align: super'>5</span>", "10^5"),
        ("<style>.up{vertical-align:super}</style>10<span class='x up'>5</span>", "10^5"),
        ("<b>10<i><sup>5</sup></i></b> of <sup></sup>it", "10^5 of it"),
    ],
)
def test_raised_and_lowered_text_reads_as_people_read_it(markup: str, read_as: str) -> None:
    assert text(f"<p>{markup}</p>") == read_as


# ----------------------------------------------------------------------------------------------------- struck-out text


@pytest.mark.parametrize(
    ("markup", "read_as"),
    [
        ("costs <s>38</s> 44", "costs [struck out: 38] 44"),
        ("costs<strike> 38 </strike>44", "costs [struck out: 38] 44"),
        ("costs <span style='color:red; text-decoration: line-through'>38 <b>pounds</b></span> 44",
         "costs [struck out: 38 pounds] 44"),
        ("<style>p .old, td.gone {text-decoration:line-through}</style>costs <i class='a old'>38</i> 44",
         "costs [struck out: 38] 44"),
        ("<style>a:hover{text-decoration:line-through} .b:hover{text-decoration:line-through}</style>"
         "<a class=b>38</a> 44", "38 44"),
        ("costs <ins>44</ins>", "costs 44"),
        ("<s>38<br>39</s>", "[struck out: 38]\n[struck out: 39]"),
        ("<s></s> <s> </s>44", "44"),
    ],
)  # fmt: skip
def test_struck_out_text_is_marked(markup: str, read_as: str) -> None:
    assert text(f"<p>{markup}</p>") == read_as


def test_a_struck_out_row_is_struck_out_in_each_cell() -> None:
    markup = (
        "<table><tr><th>Item<th>Price<tr style='text-decoration:line-through'><td>Tea<td>3<tr><td>Milk<td>4</table>"
    )
    assert text(markup) == "Item | Price\n[struck out: Tea] | [struck out: 3]\nMilk | 4"


def test_deleted_text_is_left_out_and_counted() -> None:
    found, _, warnings = read(
        "<p>costs <del>38</del> <ins>44</ins></p><del><p>Old <b>rule</b>.</p><p>x</p></del><del></del>"
    )
    assert found == "costs 44"
    assert warnings == ("2 deleted passages were left out.",)


# ------------------------------------------------------------------------------------------------------------ formulas

PARTS = {
    "<mi>δ</mi><mo>=</mo><mn>0.0208</mn><mi>F</mi>": "δ = 0.0208 F",
    "<mfrac><mrow><mo>-</mo><mi>b</mi><mo>±</mo><msqrt><msup><mi>b</mi><mn>2</mn></msup><mo>-</mo><mn>4</mn></msqrt>"
    "</mrow><mrow><mn>2</mn><mi>a</mi></mrow></mfrac>": "(-b ± √(b^2 - 4))/(2 a)",
    "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><msub><mi>x</mi>"
    "<mi>i</mi></msub>": "∑_(i = 1)^n x_i",
    "<mroot><mi>x</mi><mn>3</mn></mroot>": "∛x",
    "<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>": "x_1^2",
    "<mo>(</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd><mtd><mn>4</mn>"
    "</mtd></mtr></mtable><mo>)</mo>": "(1, 2; 3, 4)",
    "<mfenced open='['><mi>a</mi><mi>b</mi></mfenced>": "[a, b)",
    "<mi>f</mi><mo>(</mo><mi>x</mi><mo>)</mo><mo>=</mo><mi>sin</mi><mo>&#x2061;</mo><mi>x</mi>": "f(x) = sin x",
    "<mover><mi>x</mi><mo>¯</mo></mover>": "x̄",
    "<mmultiscripts><mi>C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>": "_6^14C",
    "<msup><mn>90</mn><mo>∘</mo></msup>": "90°",
    "<mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac>": "(n choose k)",
    "<mo>|</mo><mi>x</mi><mo>|</mo><mo>&lt;</mo><mo>-</mo><mn>5</mn><mo>%</mo>": "|x| < -5%",
    "<menclose notation='updiagonalstrike'><mn>5</mn></menclose><mn>6</mn>": "[struck out: 5] 6",
    "<apply><plus/><ci>x</ci><cn>2</cn></apply>": "x + 2",
    "<apply><sin/><ci>x</ci></apply>": "sin(x)",
    "<mn>10</mn><mo>%</mo><mo>+</mo><mi>n</mi><mo>!</mo><mo>,</mo><mi>a</mi><mo>/</mo><mi>b</mi>": "10% + n!, a/b",
    "<mo>{</mo><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mtext>if </mtext><mi>x</mi><mo>&gt;</mo><mn>0</mn></mtd></mtr>"
    "<mtr><mtd><mi>b</mi></mtd><mtd><mtext>else</mtext></mtd></mtr></mtable>": "{a, if x > 0; b, else",
    "<munder><mi>lim</mi><mrow><mi>x</mi><mo>→</mo><mn>0</mn></mrow></munder><mi>f</mi>": "lim_(x → 0) f",
    "<msup><mfrac><mn>1</mn><mn>2</mn></mfrac><mn>3</mn></msup>": "(1/2)^3",
    "<semantics><mi>E</mi><annotation encoding='application/x-tex'>\\mathit{E}</annotation></semantics>": "E",
    "<semantics><mspace/><annotation encoding='application/x-tex'>E=mc^2</annotation></semantics>": "E=mc^2",
}


@pytest.mark.parametrize("markup", PARTS)
def test_a_formula_is_one_line(markup: str) -> None:
    assert text(f"<p>where <math>{markup}</math> holds</p>") == f"where {PARTS[markup]} holds"
    assert text(f"<p>where <m:math>{markup}</m:math> holds</p>") == f"where {PARTS[markup]} holds"
    cells = f"<tr><th>Case<th>Limit<tr><td>Wind<td><math>{markup}</math><tr><td>Snow<td>4.10"
    found, (rows,), _ = read(f"<table>{cells}</table>")
    assert f"Wind | {PARTS[markup]}\n" in found
    assert rows.header == "Case | Limit"


def test_a_formula_that_a_page_shows_twice_is_read_once() -> None:
    formula = "<math><mi>a</mi></math>"
    assert text(f"<p>x {formula}<span class='katex-html' aria-hidden=true><i>a</i></span> y") == "x a y"
    assert text(f"<p>x {formula}<img class='mwe-math-fallback-image-inline' alt='{{a}}'> y") == "x a y"
    assert text("<p>x <math alttext='a+b'></math> <script type='math/tex'>c^2</script> y") == "x a+b $c^2$ y"


# --------------------------------------------------------------------------------------------------------------- lists


@pytest.mark.parametrize(
    ("markup", "read_as"),
    [
        ("<ol start=3><li>x<li>y</ol>", "3. x\n4. y"),
        ("<ol type=a><li>x<li value=5>y<li>z</ol>", "a. x\ne. y\nf. z"),
        ("<ol type=I start=9><li>x<ol type=A><li>y</ol><li>z</ol>", "IX. x\n  A. y\nX. z"),
        ("<ol reversed><li>x<li>y<li>z</ol>", "3. x\n2. y\n1. z"),
        ("<ol reversed start=10><li>x<li>y</ol>", "10. x\n9. y"),
        ("<ol style='list-style-type: lower-roman'><li>x<li>y</ol>", "i. x\nii. y"),
        ("<ol type=a start=27><li>x</ol><ol type=i start=5000><li>y</ol>", "aa. x\n\n5000. y"),
        ("<ol start='many'><li value='-2'>x<li>y</ol>", "-2. x\n-1. y"),
        ("<ul><li><input type=checkbox checked> done<li><input type=checkbox> open</ul>", "- [x] done\n- [ ] open"),
        ("<dl><dt>Berth<dd>A place for a ship.<dd><p>Also a bed.</p><dt>Quay<dd>A wall.</dl>",
         "Berth\n: A place for a ship.\n: Also a bed.\n\nQuay\n: A wall."),
    ],
)  # fmt: skip
def test_lists_are_numbered_as_they_are_shown(markup: str, read_as: str) -> None:
    assert text(markup) == read_as


# -------------------------------------------------------------------------------------------------------------- tables


def test_spans_caption_and_two_rows_of_names() -> None:
    found, (rows,), _ = read(
        "<table><caption>Sales by <b>region</b></caption><thead><tr><th rowspan=2>Region<th colspan=2>2024"
        "<th colspan=2>2023<tr><th>Q1<th>Q2<th>Q1<th>Q2</thead><tfoot><tr><td>All<td>6<td>8<td>10<td>12</tfoot>"
        "<tbody><tr><th rowspan=2>North<td>1<td>2<td>3<td>4<tr><td>5<td>6<td>7<td>8</table>"
    )
    assert found == (
        "Sales by region\nRegion | 2024 Q1 | 2024 Q2 | 2023 Q1 | 2023 Q2\n"
        "North | 1 | 2 | 3 | 4\nNorth | 5 | 6 | 7 | 8\nAll | 6 | 8 | 10 | 12"
    )
    assert (rows.caption, rows.header) == ("Sales by region", "Region | 2024 Q1 | 2024 Q2 | 2023 Q1 | 2023 Q2")


def test_paragraphs_lines_and_items_of_a_cell_are_joined() -> None:
    cells = (
        "<p>Step-free access</p><p>Booked by reception</p>",
        "one<br>two",
        "<ul><li>tea<li>milk</ul>",
        "<p>a.</p><p>B</p>",
    )
    rows = "".join(f"<tr><td><p>{n}</p></td><td>{cell}</td></tr>" for n, cell in enumerate(cells))
    found = text(f"<table><tr><td><p>Room</p><td><p>Remarks</p><p>(short)</p></tr>{rows}</table>")
    assert found == (
        "Room | Remarks (short)\n0 | Step-free access; Booked by reception\n1 | one two\n2 | tea; milk\n3 | a. B"
    )


@pytest.mark.parametrize(
    ("markup", "header"),
    [
        (table("Route | Fare", "North | 5", "South | 6", cell="th"), "Route | Fare"),
        (table("1 | 2", "3 | 4", "5 | 6", cell="th"), "1 | 2"),
        (table("Route | Fare", "North | 5", "South | 6"), "Route | Fare"),
        (table(" | 2021 | 2022", "North | 5 | 7", "South | 6 | 9"), "| 2021 | 2022"),
        (table("3 | 4", "5 | 6", "7 | 8"), ""),
        ("<table><tr><th>Name<td>Anna<tr><th>Town<td>Köln</table>", ""),
        ("<table><tr><th colspan=2>Oslo<tr><th>Country<td>Norway<tr><th>People<td>700 000</table>", ""),
        ("<table><tr><td colspan=2>Fares<tr><th>Route<th>Fare<tr><td>North<td>5</table>", "Route | Fare"),
        ("<table><tr><td>A<th>B<th>C<tr><th>x<td>1<td>2<tr><th>y<td>3<td>4</table>", "A | B | C"),
        ("<table><tr><th>Names<tr><td>Anna<tr><td>Ben</table>", "Names"),
        ("<table><tr><th>x<th>y<tr><th>1<th>2</table>", "x | y"),
    ],
)
def test_the_names_of_columns_are_those_that_the_markup_or_the_values_show(markup: str, header: str) -> None:
    _, tables, _ = read(markup)
    assert [rows.header for rows in tables] == [header]


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Table 2. Fares of 2026</p>{}",
        "<p><b>Tabelle 2: Fahrpreise</b></p>\n{}",
        "<figure><figcaption>Fares of the year</figcaption>{}</figure>",
        "<figure>{}<figcaption>Fares of the year</figcaption></figure>",
    ],
)
def test_a_caption_beside_a_table_names_its_passages_and_is_not_repeated(markup: str) -> None:
    found, (rows,), _ = read(markup.format(table("Route | Fare", "North | 5", "South | 6", cell="th")))
    assert rows.caption
    assert found.count(rows.caption) == 1
    assert found.count("Route | Fare\nNorth | 5\nSouth | 6") == 1


def test_a_paragraph_before_a_table_is_no_caption_of_it() -> None:
    _, (rows,), _ = read(
        "<p>Table manners of 2026 were better.</p><p>So they say.</p>" + table("a | b", "1 | 2", "3 | 4")
    )
    assert rows.caption == ""


@pytest.mark.parametrize(
    ("markup", "read_as"),
    [
        ("<table role=presentation><tr><td>Date:<td>3 May<tr><td colspan=2><p>Dear all,</p><p>hello.</p></table>",
         "Date: | 3 May\n\nDear all,\n\nhello."),
        ("<table><tr><td><h1>Shop</h1><td>Menu<tr><td colspan=2><table><tr><td>Item<td>Price<tr><td>Tea<td>3</table>"
         "<tr><td>Imprint<td>Contact</table>", "# Shop\n\nMenu\n\nItem | Price\nTea | 3\n\nImprint | Contact"),
        ("<table><tr><td><p>First.</p><p>Second.</p></table>", "First.\n\nSecond."),
        ("<table><tr><td>" + "left " * 200 + "<td>right</table>", ("left " * 200).strip() + "\n\nright"),
    ],
)  # fmt: skip
def test_a_table_that_lays_out_a_page_is_read_cell_by_cell(markup: str, read_as: str) -> None:
    assert text(markup) == read_as


def test_a_table_within_a_cell_of_a_table_with_names_stays_on_its_line() -> None:
    inner = table("q | r", "1 | 2")
    found, tables, _ = read(table("Item | Parts", f"Tea | {inner}", "Milk | none", cell="th"))
    assert found == "Item | Parts\nTea | q, r; 1, 2\nMilk | none"
    assert len(tables) == 1


# ------------------------------------------------------------------------------------------- whatever else holds text


@pytest.mark.parametrize(
    ("markup", "read_as"),
    [
        ("<details><summary>More</summary>inside</details>", "More\n\ninside"),
        ("<div hidden>a</div><div style='display:none'>b</div><noscript><p>c</p></noscript>", "a\n\nb\n\nc"),
        ("Name:<input value=Anna> <textarea>two\nlines</textarea><input type=submit value=Send>",
         "Name: Anna two lines Send"),
        ("<input type=hidden value=token><input type=password value=secret>x", "x"),
        ("Size <select><option>S<option selected>M<option>L</select>", "Size M"),
        ("Size <select><option>S<option>M</select>, <select><option>1<option>2</select>", "Size S / M, 1"),
        ("<img alt='A red ship'><img title='A map'><img src=x>", "A red shipA map"),
        ("<object data=x.pdf>Fall back</object><video>No video</video>", "Fall backNo video"),
        ("<iframe srcdoc='<p>Inner &lt;b>page&lt;/b></p><table><tr><td>a<td>b</table>'></iframe>",
         "Inner page\n\na | b"),
        ("<noframes><p>Old <b>page</b></noframes>", "Old page"),
        ("<svg aria-label='Chart'><title>Sales</title><text>Jan</text><text>Feb</text></svg>", "Chart Sales Jan Feb"),
        ("<a href='mailto:a@b.org?subject=x'>Write us</a>, <a href='tel:+49 123'>+49 (123)</a>",
         "Write us (a@b.org), +49 (123)"),
        ("<abbr title='World Health Organization'>WHO</abbr>, <abbr title='World Health Organization'>WHO</abbr>",
         "WHO (World Health Organization), WHO"),
        ("<q>hi</q> <ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "“hi” 漢(kan)"),
        ("<template shadowrootmode=open><p>shown</p></template>", "shown"),
        ("<div role=heading aria-level=2>Rules</div>x", "## Rules\n\nx"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
    ],
)  # fmt: skip
def test_whatever_holds_text_is_read(markup: str, read_as: str) -> None:
    assert text(markup) == read_as


def test_what_is_not_read_is_counted() -> None:
    choices = "".join(f"<option>{n}" for n in range(15))
    markup = (
        "<iframe src='https://a.example'></iframe><iframe src=x width=0></iframe><frame src=b>"
        f"<select>{choices}</select><datalist><option>s</datalist><template><p>{{{{name}}}}</p></template><template></template>"
    )
    _, _, warnings = read(markup)
    assert warnings == (
        "2 frames show other addresses, which are not part of the file.",
        "15 further choices of a form's lists were left out.",
        "1 template for scripts was left out.",
    )


def test_pages_within_pages_have_an_end() -> None:
    markup = "<p>core</p>"
    for _ in range(6):
        markup = (
            "<p>x</p><iframe srcdoc='"
            + markup.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")
            + "'></iframe>"
        )
    found, _, warnings = read(markup)
    assert found.split() == ["x"] * 4
    assert warnings == ("1 frame shows another address, which is not part of the file.",)


# ------------------------------------------------------------------------------------------------------- hostile input

NAMES = (
    "p div b s sup sub del ins span table tr td th caption thead tfoot ol ul li dl dt dd math mi mfrac msup mtable mtr "
    "svg title select option textarea figure figcaption iframe template pre h2 a abbr ruby rt rp q details input br hr"
).split()
ATTRIBUTES = [
    "", " colspan=3", " rowspan=2", " rowspan=0", " style='text-decoration:line-through'", " title=long", " href='#x'",
    " href='mailto:a@b'", " reversed", " start=3", " style='vertical-align:super'", " class=katex-html", " selected",
]  # fmt: skip
tags = st.builds(lambda name, attribute: f"<{name}{attribute}>", st.sampled_from(NAMES), st.sampled_from(ATTRIBUTES))
ends = st.builds(lambda name: f"</{name}>", st.sampled_from(NAMES))
words = st.sampled_from(["word", " ", "5", "\n", "a.", "\ue007", "\ue00b", "&#xE001;", "漢"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(tags, ends, words), max_size=40))
def test_any_nesting_is_read_and_leaves_no_marks(pieces: list[str]) -> None:
    found, tables, _ = read("<body>" + "".join(pieces))
    assert not any("\ue000" <= character <= "\ue0ff" for character in found)
    for rows in tables:
        assert 0 <= rows.start - rows.head <= rows.start < rows.end <= len(found)


inline = st.sampled_from(
    ["p", "div", "b", "s", "sup", "sub", "ins", "span", "td", "th", "li", "q", "a", "figure", "h2"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(inline, st.booleans()), max_size=25))
def test_no_word_between_tags_is_lost(tags: list[tuple[str, bool]]) -> None:
    pieces = [f"<{'/' if closes else ''}{tag}>word{n:02}" for n, (tag, closes) in enumerate(tags)]
    found = text("<body><table><tr><td>" + "".join(pieces) + "</table>")
    for n in range(len(tags)):
        assert f"word{n:02}" in found


@pytest.mark.parametrize(
    "markup",
    [
        "<s>" * 30_000 + "x " * 100_000,
        "a<sup>" * 30_000 + "x " * 100_000,
        "<abbr title=long>" * 30_000 + "x <b>y</b>" * 30_000,
        "<math>" + "<mrow>x<msqrt>" * 30_000 + "<mi>y</mi>" * 30_000,
        "<math>" + "<mo>+</mo><mn>1</mn>" * 60_000,
        "<table>" + "<tr><td colspan=1000000 rowspan=1000000>x" * 5_000,
        "<table><tr>" + "<td rowspan=1000000>x" * 1_000 + "<tr><td>y" * 20_000,
        "<table><tr>" + "<td>x" * 1_000 + "<tr><td colspan=1000>y" * 20_000,
        "<figure><table><tr><td>x<td>" * 20_000,
        "<ol reversed>" + "<li>x" * 50_000,
        "<style>line-through" + "{" * 300_000 + "</style>",
        "<style>line-through" + ".a," * 300_000 + "{text-decoration:line-through}</style>",
    ],
)
def test_markup_made_to_take_for_ever_is_read_in_linear_time_and_space(markup: str) -> None:
    assert len(text("<body>" + markup)) < 5 * len(markup) + 10_000  # with quadratic time each of these takes minutes
