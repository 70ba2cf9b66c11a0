"""The full-text leg: identifiers, languages, scripts without spaces, bounded work; on a real PostgreSQL."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.core.domain import Hit
from app.core.models.embedding import Embedder
from app.retrieve import _QUERIES, HybridRetriever
from tests.support.corpus import store
from tests.support.fake_embedder import FakeEmbedder

Search = Callable[[str], tuple[Hit, ...]]


@pytest.fixture
def search(database: Engine) -> Search:
    """What the text leg finds, best first."""
    retriever = HybridRetriever(
        database, FakeEmbedder(), candidates=50, leg_candidates=100, vector_weight=0.0, text_weight=1.0, ef_search=200
    )
    return lambda question: tuple(hit for hit in retriever.retrieve(question).hits if hit.text_rank is not None)


def _store(database: Engine, texts: list[str], config: str = "english", title: str = "Notes") -> None:
    store(database, FakeEmbedder(), texts, config=config, title=title)


IDENTIFIERS = [
    "Calls to pg_stat_io count reads; pg stat and io of the kernel are other numbers.",
    "The io of pg: a stat of the kernel about the disk, pg and io again, stat.",
    "Version v2.13.0 mends the leak that v2.12.9 and v2.13.1 had.",
    "Version v2.13.1 brings the leak of 2.13 back; mended in 0 cases.",
    "ERR_0x80070057 means that the disk is full.",
    "ERR_0x80070058 and 0x80070057 mean an error of the disk, which is full of errors.",
    "Open src/app/main-window.cpp and look for std::vector there.",
    "The main window of the app, its src and a vector of std shapes, cpp and all.",
    "We write it in C++ and never in C or in C#.",
    "In C, write c to it; C is not the letter after B in C.",
]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("what does pg_stat_io count?", 0),
        ("PG_STAT_IO", 0),
        ("What changed in v2.13.0?", 2),
        ("error ERR_0x80070057", 4),
        ("which file is src/app/main-window.cpp", 6),
        ("how to use std::vector", 6),
        ("Do we write C++?", 8),
    ],
)
def test_an_identifier_is_found_as_it_stands(question: str, first: int, database: Engine, search: Search) -> None:
    _store(database, IDENTIFIERS)
    hits = search(question)
    assert hits[0].text == IDENTIFIERS[first]


@pytest.mark.parametrize(
    ("texts", "question"),
    [
        (
            ["東京都庁は新宿区にあります。", "京都の寺院は古いです。"],
            "東京都庁はどこですか",
        ),
        (["数据库需要定期备份。", "咖啡馆星期一提供汤。", "停车证每年一月更新。"], "如何备份数据库？"),
        (["ข้อมูลสำรองถูกเก็บไว้ในห้องนิรภัย", "ร้านกาแฟขายซุปวันจันทร์"], "ข้อมูลสำรองอยู่ที่ไหน"),
        (["서울의 날씨는 맑습니다.", "부산에는 바다가 있습니다."], "서울에서 날씨가 어때요?"),
    ],
    ids=["ja", "zh", "th", "ko"],
)
def test_scripts_without_spaces_are_searched_by_pairs_of_characters(
    texts: list[str], question: str, database: Engine, search: Search
) -> None:
    _store(database, texts, config="simple")
    assert search(question)[0].text == texts[0]


LANGUAGES = {
    "german": ("Die Häuser am alten Hafen werden im Frühjahr verkauft.", "Wann wird das Haus am Hafen verkauft?"),
    "french": ("Les chevaux galopaient dans les prairies voisines.", "Où galopait le cheval ?"),
    "spanish": (
        "Las bibliotecas municipales cierran en vacaciones.",
        "¿Cuándo cierra la biblioteca municipal?",
    ),
    "russian": ("Городские библиотеки закрываются на летние каникулы.", "Когда закрывается городская библиотека?"),
    "english": (
        "The municipal swimming pools are closed in storms.",
        "When does the municipal swimming pool close?",
    ),
    "simple": ("図書館は夏休みの間は閉まっています。", "図書館はいつ閉まりますか"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_finds_documents_of_its_language_among_others(
    language: str, database: Engine, search: Search
) -> None:
    for config, (passage, _) in LANGUAGES.items():
        _store(database, [passage], config=config)
    passage, question = LANGUAGES[language]
    assert search(question)[0].text == passage


def test_stop_words_of_the_question_are_no_rare_words_of_another_language(database: Engine, search: Search) -> None:
    _store(database, ["The pool is closed when there is a storm."] + ["Towels are for rent."] * 5)
    _store(database, ["Er sang „When is the“, ein Lied von der See, und there is und the."], config="german")
    hits = search("When is the pool closed and is there a storm?")
    assert [hit.text for hit in hits] == ["The pool is closed when there is a storm."]


def _terms(database: Engine, question: str) -> dict[str, float]:
    with database.connect() as connection:
        rows = connection.execute(text("SELECT lexeme, weight FROM question_terms(:question)"), {"question": question})
        return {row.lexeme: row.weight for row in rows}


def test_a_word_said_twice_weighs_twice(database: Engine) -> None:
    _store(database, ["soup and fish", "soup and bread", "fish"])
    once, twice = _terms(database, "soup or fish"), _terms(database, "soup, soup or fish")
    assert twice["soup"] == pytest.approx(2 * once["soup"])
    assert twice["fish"] == pytest.approx(once["fish"])


def test_weights_are_inverse_document_frequencies(database: Engine) -> None:
    _store(database, ["soup and fish", "soup and bread", "soup", "tea"])
    weights = _terms(database, "soup with fish and caviar")
    assert weights["soup"] == pytest.approx(math.log(1 + (4 - 3 + 0.5) / (3 + 0.5)))
    assert weights["fish"] == weights["caviar"] == pytest.approx(math.log(1 + (4 - 1 + 0.5) / (1 + 0.5)))


def test_counts_follow_what_is_stored(database: Engine) -> None:
    _store(database, ["soup", "soup", "fish", "fish"])
    with database.begin() as connection:
        connection.execute(text("DELETE FROM chunks WHERE text = 'soup'"))
        connection.execute(text("SELECT refresh_lexeme_frequencies(100000)"))
        rows = connection.execute(text("SELECT lexeme, chunk_count FROM lexeme_frequencies ORDER BY lexeme")).all()
        whole = connection.execute(text("SELECT chunk_count FROM text_configs")).scalar_one()
    assert [tuple(row) for row in rows] == [("fish", 2), ("note", 2)]
    assert whole == 2


def test_a_sample_counts_about_the_same(database: Engine) -> None:
    _store(database, [f"word{n} common {'even' if n % 2 == 0 else 'odd'} {'padding ' * 20}" for n in range(400)])
    with database.begin() as connection:
        connection.execute(text("SELECT refresh_lexeme_frequencies(100)"))
        frequencies = connection.execute(text("SELECT lexeme, chunk_count FROM lexeme_frequencies"))
        counts: dict[str, int] = {row.lexeme: row.chunk_count for row in frequencies}
    assert counts["common"] == pytest.approx(400, rel=0.5)
    assert counts["even"] == pytest.approx(counts["common"] / 2, rel=0.2)
    assert "word7" not in counts


def _rows_read(database: Engine, question: str) -> int:
    """Rows of chunks that the text leg reads from its index."""
    retriever = HybridRetriever(
        database, FakeEmbedder(), candidates=10, leg_candidates=10, vector_weight=1, text_weight=1, ef_search=40
    )
    values = retriever._values(question, FakeEmbedder().embed_query(question)[0])
    values |= {"collection_id": None, "narrowed": False, "filters": "{}", "exact": False, "by_row": False}
    with database.connect() as connection:
        connection.execute(text("SET plan_cache_mode = force_custom_plan"))
        connection.execute(text("SET enable_seqscan = off"))
        plan = connection.scalar(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {_QUERIES['hybrid'].text}"), values)
    tree = plan if isinstance(plan, list) else json.loads(plan)

    def read(node: dict[str, Any]) -> float:
        below: list[dict[str, Any]] = node.get("Plans", [])
        opened = node["Node Type"] == "Bitmap Heap Scan" and below[0].get("Index Name") == "ix_chunks_tsv"
        own = node["Actual Rows"] * node["Actual Loops"] if opened else 0
        return float(own + sum(map(read, below)))

    return round(read(tree[0]["Plan"]))


def test_common_words_do_not_make_the_work_grow(
    database: Engine, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"common usual word{n % 40} plain{n % 7} {'rare' if n == 77 else ''}" for n in range(600)]
    _store(database, texts)
    monkeypatch.setattr("app.retrieve.TEXT_ROWS", 50)
    monkeypatch.setattr("app.retrieve.TEXT_POOL", 10)
    assert _rows_read(database, "a rare common usual thing") == 1 + 50
    assert _rows_read(database, "word3 and word5 in common usual things") == 30
    hits = search("the usual common plain3 of word3")
    assert {"word3", "plain3"} <= set(hits[0].text.split())


def test_words_that_are_all_common_still_find_passages(
    database: Engine, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    _store(database, [f"{'red' if n % 2 else 'blue'} {'round' if n % 3 else 'square'} ball" for n in range(300)])
    monkeypatch.setattr("app.retrieve.TEXT_ROWS", 60)
    monkeypatch.setattr("app.retrieve.EXACT_BELOW", 1)
    hits = search("blue square ball")
    assert hits[0].text == "blue square ball"


def test_the_same_question_gives_the_same_order(database: Engine, search: Search) -> None:
    _store(database, [f"soup {n % 3} fish {n % 5}" for n in range(200)])
    first = [hit.chunk_id for hit in search("soup 2 and fish 4")]
    assert first
    assert [hit.chunk_id for hit in search("soup 2 and fish 4")] == first


def test_exact_ranks_are_those_of_scoring_every_chunk_by_hand(database: Engine, embedder: Embedder) -> None:
    texts = [f"The {w} lamp {'is green ' * (n % 4)}on deck {n % 6}." for n, w in enumerate(("old", "new", "big") * 12)]
    store(database, embedder, texts, title="Lamps")
    question = "Which old lamp is green on deck 3?"
    retriever = HybridRetriever(
        database, embedder, candidates=5, leg_candidates=5, vector_weight=1, text_weight=1, ef_search=40
    )
    weights = _terms(database, question)
    with database.connect() as connection:
        rows = connection.execute(text("SELECT id, tsv::text AS tsv, embedding::text AS embedding FROM chunks")).all()
    question_vector = embedder.embed_query(question)[0]
    distances, scores = {}, {}
    for row in rows:
        vector = json.loads(row.embedding)
        distances[row.id] = 1 - float(question_vector @ vector) / math.hypot(*vector)
        scores[row.id] = _score(row.tsv, weights)
    ranks = retriever.exact_ranks(question, [row.id for row in rows])
    assert [ranks[row.id].vector_distance for row in rows] == pytest.approx(list(distances.values()), abs=1e-3)
    for chunk_id, exact in ranks.items():
        assert exact.text_score == pytest.approx(scores[chunk_id], rel=1e-4)
        assert exact.text_rank == 1 + sum(
            (-other.text_score, number) < (-exact.text_score, chunk_id)
            for number, other in ranks.items()
            if other.text_score is not None and exact.text_score is not None
        )
        assert exact.vector_rank == 1 + sum(
            (other.vector_distance, number) < (exact.vector_distance, chunk_id) for number, other in ranks.items()
        )


def _score(tsv: str, weights: dict[str, float]) -> float:
    """Σ weight x saturated count of each lexeme, over log2 of the passage's places; headings count 1, text 0.7."""
    places = {}
    for entry in tsv.split(" "):
        lexeme, _, positions = entry.partition(":")
        places[lexeme.strip("'")] = [1.0 if place.endswith("A") else 0.7 for place in positions.split(",")]
    length = sum(map(len, places.values()))
    total = 0.0
    for lexeme, weight in weights.items():
        if lexeme in places:
            marks = places[lexeme]
            best = marks.index(max(marks))
            series = sum(mark / (n + 1) ** 2 for n, mark in enumerate(marks))
            total += weight * (max(marks) + series - max(marks) / (best + 1) ** 2) / (math.pi**2 / 6)
    return total / math.log2(length + 1)
