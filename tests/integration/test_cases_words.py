"""Cases of words and values that are written in two ways, quoted, abbreviated or mistyped; with the real models."""

import unicodedata
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.core.domain import Hit, Retrieved
from app.core.models.embedding import Embedder
from app.core.settings import load_settings
from app.rerank import Reranker, build_reranker
from app.search import Searcher
from app.stages import build_retriever
from tests.support.cases import ingest_case, ingest_sources, made_source, search


@pytest.fixture(scope="module")
def reranker(embedder: Embedder, data_dir: Path) -> Reranker:
    return build_reranker("auto", embedder, data_dir, budget_ms=0)


@pytest.fixture
def searcher(database: Engine, embedder: Embedder, reranker: Reranker) -> Searcher:
    return Searcher(retriever=build_retriever(database, embedder, load_settings()), reranker=reranker)


def store(database: Engine, embedder: Embedder, *texts: str) -> None:
    """A note for each text: 0.md, 1.md and so on."""
    ingest_sources(database, embedder, [made_source(f"/notes/{n}.md", body) for n, body in enumerate(texts)])


def by_words(database: Engine, embedder: Embedder, question: str) -> Hit:
    """The candidate that the full-text leg ranks first, so that no likeness of vectors helps."""
    return next(hit for hit in search(database, embedder, question) if hit.text_rank == 1)


def first(result: Retrieved) -> Hit:
    return result.context.hits[0]


# ------------------------------------------------------------------------------------------------------------ cases


@pytest.mark.parametrize(
    "question", ["PPR9087", "PPR-9087", "ppr 9087", "What is the torque of PPR\u20119087?", "PPR_9087"]
)
def test_case_14b_a_code_is_found_however_it_is_separated(database: Engine, embedder: Embedder, question: str) -> None:
    ingest_case(database, embedder, "14")
    assert "PPR-9087" in search(database, embedder, question)[0].text


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Wo gibt man die Schlüssel beim Pförtner zurück?", "nfd.txt"),
        (unicodedata.normalize("NFD", "Rückgabe der Schlüssel beim Pförtner"), "nfd.txt"),
        ("متى تغلق المكتبة الكبرى يوم الجمعة", "arabic.txt"),
        ("QR7731", "fullwidth.txt"),
        ("Francois Muller", "n0.txt"),
        ("Bjorn Lukasiewicz", "n6.txt"),
        ("Sian O Suilleabhain", "n8.txt"),
        ("zoe nunez", "n4.txt"),
    ],
)
def test_case_24_letters_are_found_in_every_spelling(
    database: Engine, embedder: Embedder, question: str, name: str
) -> None:
    ingest_case(database, embedder, "24")
    assert search(database, embedder, question)[0].name == name


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What was approved on 2024-03-09?", "grant-08.md"),
        ("09.03.2024", "grant-08.md"),
        ("Bewilligung vom 9. März 2024", "grant-08.md"),
        ("8299259", "grant-07.md"),
        ("8.299.259", "grant-07.md"),
        ("a grant of 8 299 259 crowns", "grant-07.md"),
    ],
)
def test_case_27_values_are_found_in_every_spelling(
    database: Engine, embedder: Embedder, question: str, name: str
) -> None:
    ingest_case(database, embedder, "27")
    assert search(database, embedder, question)[0].name == name


@pytest.mark.parametrize("phrase", ["open sesame clause", "valve of safety", "audit of the cellar"])
def test_case_36_quoted_words_come_before_the_same_words_apart(
    database: Engine, embedder: Embedder, searcher: Searcher, phrase: str
) -> None:
    ingest_case(database, embedder, "36")
    within = searcher.search(f'Which note says "{phrase}"?')
    assert first(within).name == "target.md"
    assert first(within).reason == "it holds the quoted words"
    assert len(within.context.hits) > 1
    alone = searcher.search(f'"{phrase}"')
    assert [hit.name for hit in alone.context.hits] == ["target.md"]
    assert f"Only passages with “{phrase}” were searched." in alone.notices


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("How many days of PTO do I get?", "Paid time off"),
        ("Where do I get PPE?", "Personal protective equipment"),
        ("SOP spill", "Standard operating procedure for spills"),
        ("When are KPIs agreed?", "Key performance indicators"),
        ("wfh days", "Working from home"),
        ("maternity leave", "Parental leave"),
        ("how is reimbursment done", "Reimbursement of travel expenses"),
        ("company pensoin", "Company pension"),
        ("defibrilator", "First aid"),
        ("Which room is not step-free?", "Room Birch"),
        ("room without step-free access", "Room Birch"),
    ],
)
def test_case_43_abbreviations_and_typing_errors_are_understood(
    database: Engine, embedder: Embedder, searcher: Searcher, question: str, title: str
) -> None:
    ingest_case(database, embedder, "43")
    assert first(searcher.search(question)).title == title


# ------------------------------------------------------------------------------------------------- kinds, both sides

SPELLINGS = [
    # what a passage says, what people ask
    ("The invoice AB-12/34 is open.", "AB1234"),
    ("The invoice AB1234 is open.", "AB-1234"),
    ("Order KX_77_201 left the yard.", "kx77201"),
    ("Standard ISO 27001 applies.", "ISO27001"),
    ("The ISBN is 978-3-16-148410-0.", "9783161484100"),
    ("Population: 1,234,567 people.", "1234567"),
    ("Population: 1.234.567 people.", "1,234,567"),
    ("Population: 1 234 567 people.", "1234567"),
    ("Population: 1'234'567 people.", "1234567"),
    ("Umsatz 12,5 Millionen.", "12.5"),
    ("The total is 1,250.50 dollars.", "1250.50"),
    ("Signed on March 3rd, 2024.", "2024-03-03"),
    ("Signé le 3 mars 2024.", "2024-03-03"),
    ("Unterschrieben am 3. März 2024.", "03.03.2024"),
    ("Firmado el 3 de marzo de 2024.", "2024-03-03"),
    ("Подписано 3 марта 2024 года.", "2024-03-03"),
    ("署名は2024年3月3日です。", "2024-03-03"),
    ("Signed 2024/03/03 in the hall.", "3 March 2024"),
    ("Der Straßenbau in Grünwald ruht.", "Strassenbau Gruenwald"),
    ("Die Muellerstrasse wird gesperrt.", "Müllerstraße"),
    ("Håkon Bjørnstad prøver båten.", "Hakon Bjornstad"),
    ("La señora Ibáñez firmó.", "Ibanez"),
    ("Ο Οδυσσέας γύρισε.", "οδυσσεας"),
    ("الأُسْتَاذُ أحمد حاضر", "الاستاذ احمد"),
    ("Счёт за ёлку оплачен.", "счет елку"),
    ("The co\u00adopera\u00adtive meets.", "cooperative"),
    ("The zero\u200bwidth joint holds.", "zerowidth"),
    ("The \ufb01re door stays shut.", "fire door"),
    ("Code ＢＸ４４０９ is void.", "BX4409"),
    ("Don’t open valve O’Brien.", "O'Brien"),
    ("Contract \u0420\u041e-5521 ends.", "PO-5521"),  # Cyrillic letters that look Latin
    ("The load is 10⁵ newtons.", "10^5"),
    ("Use the e-mail form.", "email"),
    ("Room number ١٢٣٤ is free.", "1234"),
]


@pytest.mark.parametrize(("written", "question"), SPELLINGS, ids=[question for _, question in SPELLINGS])
def test_a_spelling_finds_the_other(database: Engine, embedder: Embedder, written: str, question: str) -> None:
    others = [
        "The bridge is painted in spring.",
        "Das Museum bleibt am Montag zu.",
        "El mercado abre a las ocho.",
        "Lot QQ-1 and 17.",
    ]
    store(database, embedder, *others, written)
    hit = by_words(database, embedder, question)
    assert unicodedata.normalize("NFC", written.replace("’", "'")) in (
        unicodedata.normalize("NFC", hit.text.replace("’", "'")),
        hit.text,
    )


def test_the_written_spelling_comes_before_the_folded_one(database: Engine, embedder: Embedder) -> None:
    store(database, embedder, "Muller leads the north yard.", "Müller leads the north yard.")
    assert by_words(database, embedder, "Müller").text.startswith("Müller")


def test_text_without_other_spellings_keeps_its_lexemes(database: Engine) -> None:
    sentences = [
        "The valve is opened by a spring, and closes when the pressure falls below nine bars.",
        "Employees who travel keep their receipts; the office pays within two weeks.",
        "Version 1.2.3 of pg_stat_io fixes ERR_0x80070057 in C++ code.",
        "It isn't the third day, it's 5 days later.",
    ]
    query = text("SELECT CAST(to_tsvector('english', :body) AS text), CAST(search_vector('english', :body) AS text)")
    with database.connect() as connection:
        for body in sentences[:2] + sentences[3:]:
            plain, ours = connection.execute(query, {"body": body}).one()
            assert ours == plain
        words = connection.execute(query, {"body": sentences[2]}).one()[1]
    assert all(form in words for form in ("'pg_stat_io'", "'err_0x80070057'", "'c++'", "'1.2.3'"))


# ------------------------------------------------------------------------------------------------------------ quotes


@pytest.mark.parametrize(
    "question",
    [
        '"force majeure"',
        "„force majeure“",
        "«force majeure»",
        "« force majeure »",
        "“Force Majeure”",
        '"force  majeure"',
        "「force majeure」",
    ],
)
def test_a_search_in_quotes_is_a_filter_in_every_kind_of_marks(
    database: Engine, embedder: Embedder, searcher: Searcher, question: str
) -> None:
    store(database, embedder, "A majeure force acts. Force and majeure.", "Clause 9 covers force\nmajeure and floods.")
    assert [hit.name for hit in searcher.search(question).context.hits] == ["1.md"]


def test_several_quoted_runs_are_all_needed(database: Engine, embedder: Embedder, searcher: Searcher) -> None:
    store(database, embedder, "Red door, blue gate.", "The red door is old.", "The blue gate is new.")
    assert [hit.name for hit in searcher.search('"red door" "blue gate"').context.hits] == ["0.md"]


def test_a_quote_that_stands_nowhere_is_said(database: Engine, embedder: Embedder, searcher: Searcher) -> None:
    store(database, embedder, "The red door is old.", "The blue gate is new.")
    result = searcher.search('"red gate"')
    assert len(result.context.hits) == 2
    assert "No passage holds “red gate” as it is written: these are the nearest." in result.notices


@pytest.mark.parametrize(
    "question", ['a 5" pipe and a 6" pipe', '"', '""', "the manager's \"", "it's 'red' door", '" "']
)
def test_odd_marks_break_nothing(database: Engine, embedder: Embedder, searcher: Searcher, question: str) -> None:
    store(database, embedder, 'A 5" pipe and a red door.', "The blue gate is new.")
    result = searcher.search(question)
    assert len(result.context.hits) == 2
    assert not any(hit.holds_quote for hit in result.context.hits)


# ------------------------------------------------------------------------------------------------------------- typos


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("When is the inspecton?", "No passage holds “inspecton”: also searched for “inspection”."),
        ("When is the inspeciton?", "No passage holds “inspeciton”: also searched for “inspection”."),
        ("Wann ist die Abnahne?", "No passage holds “abnahne”: also searched for “abnahme”."),
        ("Когда провека?", "No passage holds “провека”: also searched for “проверка”."),
    ],
)
def test_a_typing_error_is_corrected_and_said(
    database: Engine, embedder: Embedder, searcher: Searcher, question: str, says: str
) -> None:
    store(
        database, embedder, "The inspection takes place in May.", "Die Abnahme erfolgt durch den Meister.",
        "Проверка проходит в мае каждого года.", "The canteen opens at noon.",
    )  # fmt: skip
    result = searcher.search(question)
    assert says in result.notices
    assert says.rpartition("“")[2].removesuffix("”.") in first(result).text.casefold()


@pytest.mark.parametrize("question", ["When does the canteen open?", "PPR-90871", "zzzzqqqq", "opens noon"])
def test_words_that_are_known_or_are_no_typing_error_stay(
    database: Engine, embedder: Embedder, searcher: Searcher, question: str
) -> None:
    store(database, embedder, "The canteen opens at noon.", "PPR-9087 is a bracket.")
    assert not [notice for notice in searcher.search(question).notices if "also searched" in notice]
