"""Reading order, paragraphs, headings, running heads and marks of PDF pages."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.domain import Document
from ingest.load import load
from ingest.load.limits import Limits
from ingest.load.pdf_language import is_no_language
from tests.support import made_files
from tests.support.pdf import drawn_pdf, lines_at

LEFT = [
    "The harbour keeps a register of all",
    "berths which the office checks every",
    "quarter, and every change is written",
    "down by the clerk of the port, who",
    "also keeps the keys to the old shed",
    "near the northern quay of the basin.",
]
RIGHT = [
    "Visitors who arrive at night report to",
    "the watch, whose hut stands at the far",
    "end of the breakwater; the watch then",
    "assigns a place for the night and asks",
    "for the fee, which is higher when the",
    "wind blows from the north in winter.",
]


def read(*pages: Callable[[Any], None]) -> Document:
    return load(made_files.source(drawn_pdf(*pages), "made.pdf"), Limits(ocr_seconds=0))


def pages_of(document: Document) -> list[str]:
    return [document.text[part.start : part.end] for part in document.parts]


@pytest.mark.parametrize("shift", [0, 5.5])
def test_columns_are_read_one_after_the_other_and_lines_become_paragraphs(shift: float) -> None:
    def draw(canvas: Any) -> None:
        for number in range(6):  # row by row, as many programs write them
            lines_at(canvas, 60, 120 + 13 * number, [LEFT[number]])
            lines_at(canvas, 260, 120 + shift + 13 * number, [RIGHT[number]])

    assert read(draw).text == f"{' '.join(LEFT)}\n\n{' '.join(RIGHT)}"


def test_a_heading_above_columns_and_a_line_below_them_keep_their_places() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawString(60, 842 - 80, "Rules")
        lines_at(canvas, 60, 120, LEFT)
        lines_at(canvas, 260, 120, RIGHT)
        lines_at(canvas, 60, 240, ["Valid from May."])

    document = read(draw)
    assert document.text == f"Rules\n\n{' '.join(LEFT)}\n\n{' '.join(RIGHT)}\n\nValid from May."
    assert [(heading.level, heading.text) for heading in document.headings] == [(1, "Rules")]


def test_a_sentence_that_goes_on_in_the_next_column_or_page_is_one() -> None:
    first = [*LEFT[:5], "near the northern quay, which is"]

    def draw(canvas: Any) -> None:
        lines_at(canvas, 60, 120, first)
        lines_at(
            canvas, 260, 120, ["closed for repairs until the end of", *RIGHT[1:5], "wind blows from the north and the"]
        )

    def following(canvas: Any) -> None:
        lines_at(canvas, 60, 80, ["south. Then it is free."])

    document = read(draw, following)
    assert "the northern quay, which is closed for repairs" in document.text
    assert "from the north and the south. Then it is free." in document.text
    assert pages_of(document)[1] == "south. Then it is free."


def test_a_word_that_the_end_of_a_page_divides_is_whole() -> None:
    lines = [*LEFT[:5], "near the northern quay of the trans-"]
    document = read(
        lambda canvas: lines_at(canvas, 60, 120, lines), lambda canvas: lines_at(canvas, 60, 80, ["port office."])
    )
    assert document.text.endswith("of the transport office.")
    assert pages_of(document)[1] == "port office."


def test_running_heads_and_feet_are_kept_once_and_page_numbers_are_not_text() -> None:
    def page(number: int) -> Callable[[Any], None]:
        def draw(canvas: Any) -> None:
            lines_at(canvas, 60, 40, ["Port of Vik, register R-77/B"], size=8)
            lines_at(canvas, 60, 130, [f"Text number {number} about {'buoys' if number % 2 else 'lamps'}."])
            lines_at(canvas, 280, 810, [f"Page {number} of 5"], size=8)
            if number > 2:
                lines_at(canvas, 400, 40, ["Part two"], size=8)

        return draw

    document = read(*map(page, range(1, 6)))
    assert document.text.count("register R-77/B") == 1
    assert document.text.count("Part two") == 1
    assert "of 5" not in document.text
    assert pages_of(document)[1] == "Text number 2 about lamps."
    assert pages_of(document)[0].startswith("Port of Vik, register R-77/B")


def test_numbers_in_a_head_that_do_not_count_pages_are_kept_each() -> None:
    def page(number: int) -> Callable[[Any], None]:
        def draw(canvas: Any) -> None:
            lines_at(canvas, 60, 40, [f"Invoice {4711 + 90 * number} sheet {number}"], size=8)
            lines_at(canvas, 60, 100, ["Some rope."])

        return draw

    text = read(*map(page, range(1, 5))).text
    assert all(f"Invoice {4711 + 90 * number}" in text for number in range(1, 5))


def test_numbered_titles_at_the_top_of_pages_are_no_running_heads() -> None:
    pages = [lambda canvas, n=n: lines_at(canvas, 60, 60, [f"Record {n}", f"Depth {n * 7 % 5} m"]) for n in range(1, 6)]
    text = read(*pages).text
    assert all(f"Record {number}" in text for number in range(1, 6))


def test_headings_have_the_levels_of_their_sizes_weights_and_numbers() -> None:
    def draw(canvas: Any) -> None:
        top = 80
        for font, size, text in (
            ("Helvetica", 20, "Handbook"),
            ("Helvetica-Bold", 14, "1 Mooring"),
            ("Helvetica-Bold", 14, "1.1 Lines"),
            ("Helvetica-Bold", 10, "Before a storm"),
        ):
            canvas.setFont(font, size)
            canvas.drawString(60, 842 - top, text)
            lines_at(canvas, 60, top + 24, LEFT[:3])
            top += 90

    document = read(draw)
    assert [(heading.level, heading.text) for heading in document.headings] == [
        (1, "Handbook"),
        (2, "1 Mooring"),
        (3, "1.1 Lines"),
        (3, "Before a storm"),
    ]


def test_bold_words_and_bold_documents_are_no_headings() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica-Bold", 10)
        for number, line in enumerate((*LEFT, "", "Short bold line", "", *RIGHT)):
            canvas.drawString(60, 842 - 100 - 13 * number, line)

    assert not read(draw).headings


def test_raised_numbers_are_powers_or_notes_and_lowered_ones_stay() -> None:
    def draw(canvas: Any) -> None:
        text = canvas.beginText(60, 842 - 100)
        for part, rise, size in (
            ("A load of 10", 0, 10),
            ("5", 4, 7),
            (" N and 3 m", 0, 10),
            ("2", 4, 7),
            (" of H", 0, 10),
            ("2", -2, 7),
            ("O, see the remark", 0, 10),
            ("4", 4, 7),
            (" below.", 0, 10),
        ):
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(part)
        canvas.drawText(text)

    assert read(draw).text == "A load of 10^5 N and 3 m^2 of H2O, see the remark[^4] below."


def test_struck_out_words_are_marked_and_underlined_ones_are_not() -> None:
    def draw(canvas: Any) -> None:
        lines_at(canvas, 60, 100, ["The price is 38 euro 42 euro a night."])
        width = canvas.stringWidth
        start, end = 60 + width("The price is ", "Helvetica", 10), 60 + width("The price is 38 euro", "Helvetica", 10)
        canvas.line(start, 842 - 97, end, 842 - 97)
        canvas.line(end + 3, 842 - 101.5, end + 40, 842 - 101.5)

    assert read(draw).text == "The price is [struck out: 38 euro] 42 euro a night."


def test_the_dots_of_a_table_of_contents_are_one_sign_and_its_entries_stand_apart() -> None:
    def draw(canvas: Any) -> None:
        lines_at(canvas, 60, 100, [f"1 Mooring {'.' * 80} 3", f"2 Lamps {'. ' * 45} 17"])

    assert read(draw).text == "1 Mooring … 3\n2 Lamps … 17"


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_text_that_is_turned_is_read_as_if_it_stood_upright(angle: int) -> None:
    def draw(canvas: Any) -> None:
        canvas.translate(300, 420)
        canvas.rotate(angle)
        canvas.translate(-200, -500)
        lines_at(canvas, 60, 120, LEFT)
        lines_at(canvas, 260, 120, RIGHT)

    assert read(draw).text == f"{' '.join(LEFT)}\n\n{' '.join(RIGHT)}"


def test_a_label_along_the_edge_of_a_page_does_not_break_into_its_text() -> None:
    def draw(canvas: Any) -> None:
        lines_at(canvas, 60, 120, LEFT)
        canvas.rotate(90)
        canvas.drawString(300, -40, "Form 7 of the port")

    assert read(draw).text == f"{' '.join(LEFT)}\n\nForm 7 of the port"


# ------------------------------------------------------------------------------------------------------------- bounds


def test_a_page_with_more_words_than_a_page_has_is_read_as_running_text_and_says_so() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 3)
        for number in range(12_100):
            canvas.drawString(20 + number % 110 * 5, 830 - number // 110 * 7, f"w{number % 10}")

    document = read(draw, lambda canvas: lines_at(canvas, 60, 120, LEFT))
    assert document.text.count("w7") == 1210
    assert document.warnings == ("Columns and tables of page 1 were not separated: too much text, or too little time.",)
    assert pages_of(document)[1] == " ".join(LEFT)


def test_a_page_with_more_drawings_than_are_looked_at_is_read_without_its_lines_and_says_so() -> None:
    def draw(canvas: Any) -> None:
        lines_at(canvas, 60, 120, LEFT * 6)
        for number in range(20_100):
            canvas.line(20, 300 + number % 100, 500, 300 + number % 100)

    document = read(draw)
    assert " ".join(LEFT) in document.text
    assert document.warnings == ("Lines of tables on page 1 were left out of account: too many drawings.",)


def test_pages_for_which_there_is_no_processor_time_are_read_as_running_text() -> None:
    content = drawn_pdf(*[lambda canvas: lines_at(canvas, 60, 120, LEFT)] * 3)
    document = load(made_files.source(content, "made.pdf"), Limits(ocr_seconds=0, cpu_seconds=0))
    assert document.warnings == (
        "Columns and tables of pages 1–3 were not separated: too much text, or too little time.",
    )
    assert all(LEFT[0] in page and LEFT[5] in page for page in pages_of(document))


# ----------------------------------------------------------------------------------------------------------- language

ENGLISH = (
    "The harbour master inspects the mooring lines of the eastern basin before the ice melts. Every shipping agent "
    "records the depth of the outer channel, and the council of fishermen agrees with the people who live there."
)


def shifted(text: str, by: int) -> str:
    return "".join(letter if letter == " " else chr(ord(letter) - by) for letter in text)


@pytest.mark.parametrize(
    "text",
    [
        shifted(ENGLISH, 29),
        shifted(ENGLISH, -1),
        "\ue012\ue044\ue07a " * 40,
        "(cid:12)(cid:7)(cid:88) " * 10,
        "\ufffd\ufffd\ufffd x " * 30,
        "ᚠᚢᚦ ܐܒܓ ꓐꓑꓒ ⴰⴱⴲ " * 8,
        "!§$ %&/ ()= ?`´ *+~ <>| " * 20,
    ],
)
def test_text_whose_signs_stand_for_others_is_no_language(text: str) -> None:
    assert is_no_language(text)


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "Die Dampfschifffahrtsgesellschaft, die Grundstücksverkehrsgenehmigung und der Rechtsschutz im Herbst. " * 3,
        "Wszczęcie postępowania następuje z chwilą doręczenia zawiadomienia przedsiębiorstwu żeglugi śródlądowej. " * 3,
        "Čtvrť krásných vlků prstem skrz krk; zmrzlina a čtvrtletní zprávy o vlastnictví přístavních pozemků. " * 3,
        "Cộng hòa xã hội chủ nghĩa Việt Nam là một quốc gia nằm ở cực đông của bán đảo Đông Dương. " * 4,
        "Порт открыт круглый год, лоцман встречает суда у приёмного буя. " * 5,
        "ท่าเรือแห่งนี้ตั้งอยู่ทางตอนใต้ของประเทศและมีความสำคัญต่อการค้า " * 4,
        "港は一年中開いており、パイロットは沖で船を迎えます。 " * 5,
        "for (int i = 0; i < count; ++i) { result->append(make_pair(key_of(i), value)); } " * 5,
        "AB-12C34 XK77-Z KLM123-9 PQR-9981 ZZ19-KK SD-FGH12 WX4500-B NNM-11-K " * 6,
        "1,204.55 3,310.05 17.20 88.00 (120) 4.5 % " * 12,
        "1 Mooring ........................................ 3 2 Lamps ............................ 17",
        "\ud835\udc49 < \ud835\udc65 + \ud835\udc66, " * 30 + ENGLISH,
        "short",
    ],
)
def test_languages_figures_and_code_are_left_alone(text: str) -> None:
    assert not is_no_language(text)
