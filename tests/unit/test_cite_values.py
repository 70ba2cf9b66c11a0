"""Values are compared, not spellings: numbers, number words, dates, times, units, names, rows, denial."""

import pytest

from app.cite.dates import dates
from app.cite.facts import compared
from app.cite.number_words import spelled_numbers
from app.cite.numbers import numbers, plain_digits, times
from app.cite.polarity import denies
from app.cite.rows import other_row


def _kinds(claim: str, text: str, heading: str = "Notes") -> set[str]:
    return {item.kind for item in compared(claim, text, heading).disagreements}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.250.000", "1250000"), ("1,250,000", "1250000"), ("1 250 000", "1250000"),
        ("1\u202f250\u202f000", "1250000"),
        ("1’250’000", "1250000"), ("12,50,000", "1250000"), ("12,50", "12.5"), ("12.50", "12.5"), ("١٢٬٥٠٠", "12500"),
        ("١٢٫٥", "12.5"), ("१४", "14"), ("１４", "14"), ("007", "7"), ("1.2 million", "1200000"), ("2万", "20000"),
        ("3,5 Mio.", "3500000"), ("1.234,56", "1234.56"), ("1,234.56", "1234.56"),
    ],
)  # fmt: skip
def test_a_number_is_read_by_value(written: str, value: str) -> None:
    readings = {format(reading, "f") for number in numbers(plain_digits(written)) for reading in number.readings}
    assert value in readings


def test_a_separator_that_can_mean_either_gives_both_readings_unless_the_text_decides() -> None:
    def readings(text: str) -> set[str]:
        return {format(reading, "f") for reading in numbers(text)[0].readings}

    assert readings("1.250 Euro") == {"1.25", "1250"}
    assert readings("1.250 Euro and 12,5 percent") == {"1250"}
    assert readings("1.250 litres and 12.5 percent") == {"1.25"}


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("fourteen days", "en", 14), ("vierzehn Tage", "de", 14), ("eintausendzweihundert Euro", "de", 1200),
        ("quatre-vingt-dix jours", "fr", 90), ("ciento veinte días", "es", 120), ("ventuno giorni", "it", 21),
        ("十四天", "", 14), ("三百二十元", "", 320), ("二〇二六年", "", 2026), ("أربعة عشر يوما", "", 14),
        ("خمسة وعشرون", "", 25),
    ],
)  # fmt: skip
def test_number_words_are_numbers(text: str, language: str, value: int) -> None:
    assert value in {
        int(reading) for number in spelled_numbers(text, [language], least=2) for reading in number.readings
    }


@pytest.mark.parametrize(
    "written",
    [
        "3 March 2026", "March 3, 2026", "3rd of March 2026", "2026-03-03", "2026/3/3", "03.03.2026", "3. März 2026",
        "le 3 mars 2026", "3 de marzo de 2026", "3 marzo 2026", "2026年3月3日", "3 марта 2026", "٣ مارس ٢٠٢٦",
        "03/03/2026", "2026년 3월 3일",
    ],
)  # fmt: skip
def test_a_date_is_read_in_every_form(written: str) -> None:
    (date,) = dates(plain_digits(written))
    assert (2026, 3, 3) in date.readings


def test_words_that_may_be_months_are_no_dates() -> None:
    assert dates("It may rain, and the mark is set.") == []


def test_times_of_day_are_equal_on_both_clocks() -> None:
    (afternoon,), (clock,), (english,) = times("2 pm"), times("14:00"), times("2:00 p.m.")
    assert afternoon.minutes == clock.minutes == english.minutes == 840


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Die Kabine kostet 1.250 Euro.", "Die Kabine kostet 1250 Euro."),
        ("Der Zuschlag beträgt 12,50 EUR.", "Der Zuschlag beträgt 12.50 EUR."),
        ("It starts on 3 March 2026.", "Start: 2026-03-03. End: 2026-04-01."),
        ("It starts in March 2026.", "Start: 2026-03-03. End: 2026-04-01."),
        ("It was signed in 2026.", "Signed on 3 March 2026."),
        ("Refunds take 14 days.", "Refunds take fourteen days."),
        ("Refunds take fourteen days.", "Refunds take 14 days."),
        ("يتم الدفع خلال 14 يوما.", "يتم الدفع خلال ١٤ يوما."),
        ("Le prix est de 1250000 euros.", "Le prix est de 1 250 000 euros."),
        ("In den Häusern ist Platz für einen Hund.", "Das Haus hat Platz für einen Hund."),
        ("The rate is 7.5 percent.", "Rate: 7.5%"),
        ("The office opens at 9 am.", "The office opens at 09:00."),
        ("The fund holds about 1.2 million euros.", "The fund holds 1,234,567 euros."),
        ("Pump PPR9087 is blue.", "Pump PPR-9087 is blue."),
        ("Dogs are not allowed in the cabin.", "Dogs are forbidden in the cabin."),
        ("Dogs are allowed on deck.", "Dogs are allowed on deck, but cats are not."),
        ("Birch has 45 seats.", "Room | Seats\nAsh | 12\nBirch | 45"),
    ],
)
def test_a_claim_agrees_with_a_passage_that_says_the_same_otherwise(claim: str, text: str) -> None:
    assert _kinds(claim, text) == set()


@pytest.mark.parametrize(
    ("claim", "text", "kind"),
    [
        ("Refunds take fifteen days.", "Refunds take fourteen days.", "number"),
        ("It starts on 4 March 2026.", "Start: 2026-03-03. End: 2026-04-01.", "date"),
        ("The office opens at 9:30.", "The office opens at 09:00.", "number"),
        ("The crate weighs 640 pounds.", "The crate weighs 640 kilograms and costs 12 pounds.", "unit"),
        ("Die Kabine kostet 90 Dollar.", "Die Kabine kostet 90 Euro.", "unit"),
        ("The team is led by Anna Berg.", "The team is led by Tom Hill.", "name"),
        ("Herr Meier leitet das Lager.", "Herr Schulz leitet das Lager.", "name"),
        ("فريق الصيانة يقوده سمير", "فريق الصيانة يقوده خالد", "name"),
        ("负责人是王芳。", "负责人是李明。", "name"),
        ("Birch has 12 seats.", "Room | Seats\nAsh | 12\nBirch | 45", "row"),
        ("Birch has 12 seats.", "Room: Ash | Seats: 12\nRoom: Birch | Seats: 45", "row"),
        (
            "The 2023 figure is 5414.",
            "Route: North | 2022: 5414 | 2023: 6001\nRoute: South | 2022: 10 | 2023: 12",
            "row",
        ),
        ("Dogs are allowed in the cabin.", "Dogs are not allowed in the cabin.", "denial"),
        ("The parking ban applies in May.", "The parking ban was lifted in May.", "denial"),
        ("Hunde sind in der Kabine erlaubt.", "Hunde sind in der Kabine nicht erlaubt.", "denial"),
        ("Les chiens sont admis dans la cabine.", "Les chiens ne sont pas admis dans la cabine.", "denial"),
        ("Los perros pueden entrar en la cabina.", "Los perros no pueden entrar en la cabina.", "denial"),
        ("狗可以进入客舱。", "狗不可以进入客舱。", "denial"),
        ("犬は船室に入れます。", "犬は船室に入れません。", "denial"),
        ("يسمح بالكلاب في المقصورة", "لا يسمح بالكلاب في المقصورة", "denial"),
    ],
)
def test_a_claim_that_says_something_else_is_named_by_kind(claim: str, text: str, kind: str) -> None:
    assert kind in _kinds(claim, text)


def test_struck_out_text_supports_nothing() -> None:
    assert _kinds("It costs 38 pounds.", "It costs [struck out: 38] 44 pounds.") == {"number"}


def test_a_value_that_also_stands_in_prose_is_of_no_row() -> None:
    text = "Every room has at least 12 seats.\nRoom | Seats\nAsh | 12\nBirch | 45"
    assert other_row("Birch has 12 seats", "12", text, "") == ""


def test_phrases_with_a_word_of_negation_may_deny_nothing() -> None:
    assert not denies("It must be paid no later than Friday.")
    assert not denies("它不仅便宜而且好用。")
    assert denies("It was never paid.")


_SHIPS = "Ship: Alma | Master: Ida Roth | Home: Kiel\nShip: Bella | Master: Jon Falk | Home: Bremen"


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("The master of Alma is Ida Roth.", False), ("The master of Alma is Jon Falk.", True),
        ("Bella sails from Kiel.", True), ("Alma sails from Kiel, Bella from Bremen.", False),
    ],
)  # fmt: skip
def test_a_cell_of_another_row_is_a_doubt_also_when_it_is_a_name(claim: str, wrong: bool) -> None:
    assert ("row" in _kinds(claim, _SHIPS, "Ships › Ship | Master | Home")) is wrong


@pytest.mark.parametrize(
    ("claim", "text", "kinds"),
    [
        ("The horses are booked two days ahead.", "The horses are booked 48 hours ahead.", set()),
        ("The horses are booked three days ahead.", "The horses are booked 48 hours ahead.", {"number"}),
        ("借期是21天。", "借期为三周。", set()),
        ("Refunds take 10 weeks.", "Refunds take 10 working days.", {"unit"}),
        ("The budget is 5 million euros.", "The budget is 5 thousand euros.", {"number"}),
        ("CA1831航班8点30分起飞。", "CA1831航班08:30起飞。", set()),
        ("Dogs are not allowed.", "Dogs are allowed free of charge.", {"denial"}),
    ],
)  # fmt: skip
def test_quantities_scales_and_free_of_charge_are_compared_by_meaning(claim: str, text: str, kinds: set[str]) -> None:
    assert _kinds(claim, text) == kinds
