"""Passages as HTML: Markdown and rows of tables, and nothing of a document's own HTML."""

import pytest
from lxml import html as lxml_html

from app.core.domain import Fate
from app.web.highlight import terms
from app.web.passage import flowing, render_passage
from app.web.relevance import Scale, render_relevance
from tests.support.builders import make_hit

ALLOWED = {
    "p", "mark", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br", "span", "div",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"class", "title", "tabindex", "scope", "start", "style"}
HOSTILE = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) [y](data:text/html,<script>1</script>) <javascript:alert(1)>",
    '![pixel](http://evil.example/p.png "t\\" onerror=alert(1)")',
    '[a]: http://evil.example "x\\" onclick=1"\n\n[a] and ![a]',
    "```<img src=x onerror=alert(1)>\n</pre><iframe src=http://evil.example>\n```",
    "| a | <svg onload=alert(1)> |\n|---|---|\n| `<b>` | **<i>x</i>** |",
    "<details open ontoggle=alert(1)> &lt;script&gt; &#60;script&#62;",
    "# <h1 onclick=x>\n\n    <code onclick=x>",
    "a | <img src=x onerror=alert(1)>\nb: <b>x | c: </td><script>",
    "\x00\x1b[31m | \ud800",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain", "application/pdf"])
def test_a_passage_brings_no_element_and_no_address_of_its_own(text: str, media_type: str) -> None:
    root = lxml_html.fragment_fromstring(render_passage(text, media_type, frozenset({"alert"})), create_parent="div")
    for one in root.iter():
        assert one.tag in ALLOWED
        assert set(one.attrib) <= ATTRIBUTES
        assert one.get("style", "").startswith(("", "text-align:"))


def test_markdown_is_rendered_with_the_words_of_the_question_marked() -> None:
    html = render_passage("## Repairs\n\nA **hole** is closed.\n\n- tape\n- ribbon", "text/markdown", frozenset())
    assert '<p class="fm-passage-heading">Repairs</p>' in html
    assert "<strong>hole</strong>" in html
    assert "<li>tape</li>" in html
    assert "<mark>hole</mark>" in render_passage("A **hole**", "text/markdown", terms("hole"))


def test_a_link_shows_its_words_and_leads_nowhere() -> None:
    html = render_passage("See [the map](https://example.org/map).", "text/markdown", frozenset())
    assert '<span class="fm-away" title="https://example.org/map">the map</span>' in html


def test_rows_that_name_their_columns_are_a_table_with_a_head() -> None:
    rows = "Depot: Nord | Stock: 4\nDepot: Süd | Stock: 7"
    html = render_passage(f"Stocks\n{rows}\nEnd", "text/plain", frozenset())
    assert '<th scope="col">Depot</th><th scope="col">Stock</th>' in html
    assert "<tr><td>Nord</td><td>4</td></tr><tr><td>Süd</td><td>7</td></tr>" in html
    assert html.startswith('<p class="fm-plain-text">Stocks</p>')
    assert html.endswith('<p class="fm-plain-text">End</p>')


def test_rows_of_different_length_are_tables_of_their_own() -> None:
    html = render_passage("a | b\n1 | 2\nx | y | z", "text/plain", frozenset())
    assert html.count("<table") == 2
    assert "<th" not in html


def test_plain_text_keeps_signs_that_mean_something_in_markdown() -> None:
    html = render_passage("# 4 *of* 5\n<b>", "text/plain", frozenset())
    assert html == '<p class="fm-plain-text"># 4 *of* 5\n&lt;b&gt;</p>'


def test_the_bar_runs_from_0_to_1_with_the_floor_marked() -> None:
    hit = make_hit(1, "x", logit=1.0)
    html = render_relevance(hit, Scale(relevance=lambda _: 0.734, floor=0.2))
    assert "Relevance 0.73 of 1; the floor is 0.20" in html
    assert 'style="width:73.4%"' in html
    assert 'style="left:20.0%"' in html


def test_there_is_no_bar_without_a_measure() -> None:
    assert "fm-bar" not in render_relevance(make_hit(1, "x"), Scale())
    unscored = make_hit(1, "x", fate=Fate.NOT_SCORED)
    assert "fm-bar" not in render_relevance(unscored, Scale(relevance=lambda _: 0.0, floor=0.2))


def test_printed_lines_become_paragraphs_and_rows_of_tables_stay_rows() -> None:
    prose = "The signal to abandon ship is given by the master alone, and\nthe crew goes to its stations."
    rows = (
        "Signal: seven short and one long | Given by: the master\nSignal: one long | Given by: the officer of the watch"
    )
    shown = flowing(f"{prose}\n{rows}\nthe drill is held weekly", "application/pdf")
    assert shown == f"{prose.replace(chr(10), ' ')}\n{rows}\nthe drill is held weekly"
    assert render_passage(shown, "application/pdf", frozenset()).count("<tr>") == 3  # the names, and two rows
