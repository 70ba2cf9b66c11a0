"""What people and models wrote becomes HTML that shows it and does nothing."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.domain import Sentence, Support
from app.library import clean_name
from app.web.answer_text import render_answer
from app.web.highlight import escape, mark_terms, terms

OURS = {"p", "ul", "ol", "li", "h4", "pre", "code", "strong", "br", "span", "button", "mark"}


class Tags(HTMLParser):
    """Collects tags, attributes and text of an HTML piece, and whether every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def answer(text: str, *sentences: Sentence, numbers: tuple[int, ...] = (1, 2)) -> str:
    return render_answer(text, answer_id="a", numbers=frozenset(numbers), sentences=sentences)


def sentence(text: str, part: str, support: Support, *passages: int, doubt: str = "") -> Sentence:
    start = text.index(part)
    return Sentence(
        text=part, start=start, end=start + len(part), support=support, passages=passages, doubt=doubt
    )  # fmt: skip


@given(st.text(alphabet=st.sampled_from("<>&\"'`*_[]()#-1 2\nabc/=!:é語\x00\ud800")))
def test_no_text_of_a_model_makes_a_tag_of_its_own(text: str) -> None:
    whole = Sentence(text=text, start=0, end=len(text), support=Support.UNSUPPORTED)

    for html in (answer(text), answer(text, whole)):
        parsed = Tags(html)
        assert parsed.tags <= OURS
        assert parsed.open == []
        assert parsed.attributes <= {
            "class", "type", "title", "value", "data-act", "data-answer", "data-n", "aria-label"
        }  # fmt: skip


def test_markup_links_and_images_of_an_answer_are_shown_as_text() -> None:
    text = "<img src=x onerror=alert(1)> ![p](http://evil/p.png) [go](javascript:alert(1)) <script>alert(1)</script>"

    parsed = Tags(answer(text))

    assert parsed.text == text
    assert parsed.tags == {"p"}


def test_paragraphs_lists_bold_and_code_are_read() -> None:
    html = answer("One **bold** word.\n\n- first\n- second `code`\n\n3. third\n4. fourth\n\n```\na < b\n```")

    assert html == (
        "<p>One <strong>bold</strong> word.</p><ul><li>first</li><li>second <code>code</code></li></ul>"
        '<ol><li value="3">third</li><li value="4">fourth</li></ol><pre>a &lt; b</pre>'
    )


def test_markers_become_buttons_only_where_there_is_a_passage() -> None:
    html = answer("Known [2], unknown [7], code `x[1]`.")

    assert html.count("<button") == 1
    assert 'data-n="2"' in html
    assert "unknown [7]" in html
    assert "<code>x[1]</code>" in html


def test_sentences_show_their_support() -> None:
    text = "It is blue [1]. It is big. It sings. It is old [2]."
    html = answer(
        text,
        sentence(text, "It is blue [1].", Support.CITED, 1),
        sentence(text, "It is big.", Support.ATTRIBUTED, 2),
        sentence(text, "It sings.", Support.UNSUPPORTED),
        sentence(text, "It is old [2].", Support.CITED, 2, doubt='the number "9" is not in it'),
    )

    assert '<span class="fm-sentence attributed">It is big.<button type="button" class="fm-mark attributed"' in html
    assert '<span class="fm-sentence unsupported" title="No passage supports this sentence">It sings.' in html
    assert 'doubtful" title="the number &quot;9&quot; is not in it"' in html


def test_a_sentence_across_two_list_items_keeps_the_html_nested() -> None:
    text = "- **one\n- two** three [1]"

    parsed = Tags(answer(text, Sentence(text=text, start=0, end=len(text), support=Support.ATTRIBUTED, passages=(1,))))

    assert parsed.open == []
    assert "three" in parsed.text


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("When do boats open?", "The boat opens.", "The <mark>boat</mark> <mark>opens</mark>."),
        ("What is the fee?", "fees & more", "<mark>fees</mark> &amp; more"),
        ("Wie hoch ist der Beitrag?", "Beiträge: Beitrag", "Beiträge: <mark>Beitrag</mark>"),
        ("who", "who knows", "<mark>who</mark> knows"),
        ("script", "<script>", "&lt;<mark>script</mark>&gt;"),
    ],
)
def test_the_words_of_a_question_are_marked_in_escaped_text(question: str, text: str, marked: str) -> None:
    assert mark_terms(text, terms(question)) == marked


def test_control_characters_and_half_surrogates_are_replaced() -> None:
    assert escape("a\x00b\ud800c\n") == "a\ufffdb\ufffdc\n"


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("in\u202efdp.exe", "infdp.exe"),
        ("a\x00b\n.txt", "ab.txt"),
        ("", "unnamed"),
        ("…", "…"),
        ("name with spaces, ünïcode & emoji 🗂.md", "name with spaces, ünïcode & emoji 🗂.md"),
    ],
)
def test_an_uploads_name_is_a_bare_file_name(given_name: str, clean: str) -> None:
    assert clean_name(given_name) == clean


def test_a_long_name_keeps_its_suffix() -> None:
    cleaned = clean_name("x" * 400 + ".docx")

    assert len(cleaned) == 200
    assert cleaned.endswith("….docx")
