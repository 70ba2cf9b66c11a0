"""The hybrid statement on a real PostgreSQL with the real embedding model."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, text

from app.core.domain import Fate, Filters
from app.core.errors import CorpusError, NotFoundError
from app.core.models.embedding import Embedder
from app.core.scope import nothing_in
from app.retrieve import _QUERIES, HybridRetriever
from tests.support.corpus import store

BACKUP = [
    "The nightly dump is written to the vault at two o'clock.",
    "To get lost data back, run the restore command with the date of the dump.",
    "Error ERR_0x80070057 means that the disk of the vault is full.",
    "The cafeteria serves soup on Mondays and fish on Fridays.",
    "Employees' parking permits are renewed every January.",
]

Make = Callable[..., HybridRetriever]


@pytest.fixture
def make(database: Engine, embedder: Embedder) -> Make:
    def build(**changes: Any) -> HybridRetriever:
        values = {
            "candidates": 50, "leg_candidates": 100, "vector_weight": 1.0, "text_weight": 1.0,
            "ef_search": 200,
        }  # fmt: skip
        return HybridRetriever(database, changes.pop("embedder", embedder), **(values | changes))

    return build


def test_an_empty_database_gives_no_candidates(make: Make) -> None:
    assert make().retrieve("Where is the dump?").hits == ()


def test_a_paraphrase_without_a_common_word_is_found_by_the_vector_leg(
    make: Make, database: Engine, embedder: Embedder
) -> None:
    store(database, embedder, BACKUP)
    hits = make().retrieve("How do I recover deleted files?").hits
    assert hits[0].text == BACKUP[1]
    assert hits[0].vector_rank == 1
    assert hits[0].text_rank is None


def test_an_error_code_is_found_by_the_text_leg(make: Make, database: Engine, embedder: Embedder) -> None:
    store(database, embedder, BACKUP)
    hits = make(vector_weight=0.0).retrieve("what does ERR_0x80070057 mean").hits
    assert hits[0].text == BACKUP[2]
    assert hits[0].text_rank == 1


def test_every_row_says_how_it_got_there(make: Make, database: Engine, embedder: Embedder) -> None:
    store(database, embedder, BACKUP, title="Operations")
    question = "Where is the nightly dump written to?"
    hits = make(vector_weight=2.0, text_weight=0.5).retrieve(question).hits
    vectors = embedder.embed([hit.text for hit in hits])
    question_vector, _ = embedder.embed_query(question)
    assert [hit.fused_rank for hit in hits] == list(range(1, len(BACKUP) + 1))
    best_text = max(hit.text_score or 0.0 for hit in hits)
    best_cosine = max(1 - (hit.vector_distance or 0.0) for hit in hits)
    for hit, vector in zip(hits, vectors, strict=True):
        assert hit.vector_rank is not None
        assert hit.vector_distance is not None
        cosine, score = max(1 - hit.vector_distance, 0.0), hit.text_score or 0.0
        assert hit.fused_score == pytest.approx((2.0 * cosine / best_cosine + 0.5 * score / best_text) / 2.5)
        # The question is embedded alone, the passages in one batch: int8 activations differ a little.
        assert hit.vector_distance == pytest.approx(1 - float(np.dot(question_vector, vector)), abs=0.02)
        assert (hit.text_rank is None) == (hit.text_score is None)
    assert 1.0 >= hits[0].fused_score > hits[-1].fused_score >= 0.0
    first = hits[0]
    assert (first.title, first.heading, first.collection, first.media_type) == (
        "Operations", "Operations", "default", "text/plain",
    )  # fmt: skip
    assert (first.ordinal, first.start_char, first.end_char) == (0, 0, len(BACKUP[0]))


def test_a_passage_of_the_text_leg_alone_still_has_its_distance(
    make: Make, database: Engine, embedder: Embedder
) -> None:
    store(database, embedder, BACKUP)
    hits = make(candidates=1, leg_candidates=1).retrieve("parking, soup, fish: how do I recover deleted files?").hits
    wide = make(candidates=5, leg_candidates=5).retrieve("zebra ERR_0x80070057").hits
    assert len(hits) == 1
    assert all(hit.vector_distance is not None for hit in wide)


def test_what_a_leg_brought_and_the_fusion_left_out_is_named_with_its_ranks(
    make: Make, database: Engine, embedder: Embedder
) -> None:
    long = f"{BACKUP[3]} {'It is served hot. ' * 20}"
    store(database, embedder, [*BACKUP[:3], long, BACKUP[4]])
    question = "Where is the nightly dump written to?"

    retriever = make(candidates=2, leg_candidates=5)
    narrow = retriever.retrieve(question)
    wide = make(candidates=5, leg_candidates=5).retrieve(question)
    described = retriever.describe(narrow.left_out)

    assert narrow.hits == wide.hits[:2]
    assert wide.left_out == ()
    assert retriever.describe(()) == ()
    assert [hit.fused_rank for hit in described] == [3, 4, 5]
    for left_out, kept in zip(described, wide.hits[2:], strict=True):
        assert left_out.fate is Fate.FUSED_OUT
        assert left_out.fate_detail == f"fused rank {kept.fused_rank}, the first 2 are candidates"
        assert left_out == replace(kept, text=kept.text[:200], fate=left_out.fate, fate_detail=left_out.fate_detail)
    assert any(len(hit.text) == 200 for hit in described)
    quoting = retriever.retrieve('"the vault"')
    assert quoting.hits
    assert quoting.left_out == ()


def test_equal_passages_keep_one_order(make: Make, database: Engine, embedder: Embedder) -> None:
    store(database, embedder, [BACKUP[0]] * 12)
    first = [hit.chunk_id for hit in make().retrieve("nightly dump").hits]
    assert first == sorted(first)
    assert [hit.chunk_id for hit in make().retrieve("nightly dump").hits] == first


def test_rare_words_weigh_more_than_common_ones(make: Make, database: Engine, embedder: Embedder) -> None:
    texts = [f"The printer number {number} stands on the second floor of the building." for number in range(60)]
    store(database, embedder, [*texts, "The plotter belongs to the architects."])
    best = make(vector_weight=0.0).retrieve("which floor of the building has a plotter").hits[0]
    assert "plotter" in best.text


@pytest.mark.parametrize("question", ["the of and", "???", "' \\ & | ! ( ) <-> :*", "a\x00b", "🦜"])
def test_a_question_without_words_still_gets_the_vector_leg(
    question: str, make: Make, database: Engine, embedder: Embedder
) -> None:
    store(database, embedder, BACKUP)
    assert len(make().retrieve(question).hits) == len(BACKUP)


def test_each_language_is_searched_by_its_own_rules(make: Make, database: Engine, embedder: Embedder) -> None:
    store(database, embedder, BACKUP)
    store(database, embedder, ["Die Häuser am Hafen werden verkauft."], config="german", title="Aushang")
    best = make(vector_weight=0.0).retrieve("Haus am Hafen").hits[0]
    assert best.title == "Aushang"


def test_a_collection_shuts_out_all_others(make: Make, database: Engine, embedder: Embedder) -> None:
    store(database, embedder, BACKUP)
    store(database, embedder, ["The club's dump of old boats is behind the shed."], collection="club")
    hits = make().retrieve("Where is the nightly dump written to?", collection="club").hits
    assert [hit.collection for hit in hits] == ["club"]
    assert len(make().retrieve("Where is the nightly dump written to?").hits) == len(BACKUP) + 1


def test_an_unknown_collection_names_the_known_ones(make: Make, database: Engine, embedder: Embedder) -> None:
    with pytest.raises(NotFoundError, match=r"no collection 'x'.*ingest documents first"):
        make().retrieve("dump", collection="x")
    store(database, embedder, BACKUP, collection="work")
    store(database, embedder, BACKUP, collection="home")
    with pytest.raises(NotFoundError, match=r"'x'.*home, work"):
        make().retrieve("dump", collection="x")


def test_a_corpus_of_another_model_is_refused_with_the_fix(make: Make, database: Engine, embedder: Embedder) -> None:
    store(database, embedder, BACKUP)
    with database.begin() as connection:
        connection.execute(text("UPDATE corpus SET embedding_model = 'other-model'"))
    with pytest.raises(CorpusError, match=r"other-model.*all-MiniLM-L6-v2.*FOREMOST_EMBEDDING_MODEL"):
        make().retrieve("dump")


def test_a_question_longer_than_the_model_is_noted(make: Make, database: Engine, embedder: Embedder) -> None:
    store(database, embedder, BACKUP)
    assert make().retrieve("dump").notes == ()
    assert "256 tokens" in make().retrieve("dump " * 300).notes[0]


def _many(database: Engine, embedder: Embedder, count: int, *, collection: str) -> None:
    """Chunks around one real vector: far more than a text a piece would be worth embedding."""
    store(database, embedder, ["Seed."], collection=collection)
    with database.begin() as connection:
        connection.execute(text("SELECT setseed(0.5)"))
        connection.execute(
            text(
                "INSERT INTO chunks (document_id, collection_id, ordinal, text, start_char, end_char, token_count, "
                "text_config, embedding) SELECT document_id, collection_id, n, 'word' || n || ' common', 0, 1, 4, "
                "text_config, CAST(embedding AS vector(384)) "
                "+ CAST((SELECT array_agg(noise) FROM (SELECT (random() - 0.5) / 5 AS noise "
                "FROM generate_series(1, 384 + n * 0)) AS noises) AS vector(384)) "
                "FROM chunks, generate_series(1, :count) AS n WHERE text = 'Seed.' AND collection_id = "
                "(SELECT id FROM collections WHERE name = :collection)"
            ),
            {"count": count, "collection": collection},
        )


def test_both_legs_can_use_their_indexes(make: Make, database: Engine, embedder: Embedder) -> None:
    _many(database, embedder, 500, collection="large")
    question = "word7 common"
    values = make()._values(question, embedder.embed_query(question)[0])
    values |= {"collection_id": None, "narrowed": False, "filters": "{}", "exact": False, "by_row": False}
    with database.connect() as connection:
        # On so few rows reading them all is cheaper; what must hold is that the statement's form allows the indexes.
        connection.execute(text("SELECT set_config(name, 'off', true) FROM unnest(ARRAY[:a, :b]) AS name"), _OFF)
        plan = "\n".join(connection.scalars(text(f"EXPLAIN {_QUERIES['hybrid'].text}"), values))
    assert "ix_chunks_embedding" in plan
    assert "ix_chunks_tsv" in plan


_OFF = {"a": "enable_seqscan", "b": "enable_sort"}


def test_a_collection_is_never_under_returned(
    make: Make, database: Engine, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.retrieve.EXACT_BELOW", 100)
    _many(database, embedder, 500, collection="large")
    _many(database, embedder, 150, collection="middle")
    store(database, embedder, BACKUP, collection="small")
    retriever = make(leg_candidates=100, candidates=100)
    found = {name: retriever.retrieve("zzz", collection=name).hits for name in ("large", "middle", "small")}
    assert {name: len(hits) for name, hits in found.items()} == {"large": 100, "middle": 100, "small": len(BACKUP)}
    assert all(hit.collection == name for name, hits in found.items() for hit in hits)


def test_an_index_that_gives_up_early_is_replaced_by_an_exact_search(
    make: Make, database: Engine, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.retrieve.EXACT_BELOW", 1)  # so that the index answers, and finds fewer than the leg wants
    store(database, embedder, BACKUP)
    hits = make().retrieve("soup").hits
    assert {hit.text for hit in hits} == set(BACKUP)
    assert hits[0].text == BACKUP[3]


def _documents(database: Engine, embedder: Embedder) -> None:
    """Three documents on one matter, each of its own kind."""
    store(database, embedder, ["The lighthouse keeper writes the log at dawn."], title="one")
    store(database, embedder, ["The lighthouse keeper paints the door."], title="two")
    store(database, embedder, ["The lighthouse keeper feeds the goat."], title="three", collection="club")
    changes = (
        "UPDATE documents SET media_type = 'application/pdf', language = 'en', modified_at = '2026-03-01 12:00Z' "
        "WHERE title = 'one'",
        "UPDATE documents SET language = 'fr', modified_at = '2026-05-01 12:00Z' WHERE title = 'two'",
        "UPDATE documents SET source_uri = '/club/50%_x.txt', modified_at = NULL, ingested_at = '2026-04-01 12:00Z' "
        "WHERE title = 'three'",
        """UPDATE documents SET tags = '{"finance": "file", "2026": "hand"}' WHERE title = 'one'""",
        """UPDATE documents SET tags = '{"finance": "hand", "q3 \\"2026\\" ''a": "folder"}' WHERE title = 'three'""",
    )
    with database.begin() as connection:
        for change in changes:
            connection.execute(text(change))


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(documents=("/default/one-english.txt",)), {"one"}),
        (Filters(documents=("/default/one-english.txt", "/club/three-english.txt")), {"one", "three"}),
        (Filters(documents=("/default/one-english.txt", 10**30)), {"one"}),
        (Filters(documents=("no such name",)), set()),
        (Filters(collections=("club",)), {"three"}),
        (Filters(collections=("club", "default")), {"one", "two", "three"}),
        (Filters(collections=("club", "default"), language="fr"), {"two"}),
        (Filters(tags=("finance",)), {"one", "three"}),
        (Filters(tags=("finance", 'q3 "2026" \'a')), {"three"}),
        (Filters(tags=("finance", "absent")), set()),
        (Filters(tags=("finance",), collections=("default",)), {"one"}),
        (Filters(path_prefix="/default/"), {"one", "two"}),
        (Filters(path_prefix="/club/50%_"), {"three"}),
        (Filters(path_prefix="/club/__"), set()),
        (Filters(media_type="application/pdf"), {"one"}),
        (Filters(media_type="text/*"), {"two", "three"}),
        (Filters(language="fr"), {"two"}),
        (Filters(since=datetime(2026, 4, 1, 12, tzinfo=UTC)), {"two", "three"}),
        (Filters(until=datetime(2026, 4, 1, 12, tzinfo=UTC)), {"one"}),
        (Filters(path_prefix="/default/", language="en", media_type="application/*"), {"one"}),
        (Filters(path_prefix="'; DROP TABLE chunks; --"), set()),
    ],
)
def test_only_documents_that_meet_every_filter_are_searched(
    filters: Filters,
    expected: set[str],
    *,
    indexed: bool,
    make: Make,
    database: Engine,
    embedder: Embedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _documents(database, embedder)
    if indexed:  # a leg of one candidate is full, so that the index's rows are not replaced by an exact search
        monkeypatch.setattr("app.retrieve.EXACT_BELOW", 1)
    retriever = make(leg_candidates=1, candidates=1) if indexed else make()
    found = retriever.retrieve("What does the keeper of the lighthouse do?", filters=filters)
    titles = {hit.title for hit in found.hits}
    assert titles <= expected
    assert bool(titles) == bool(expected)
    if not indexed:
        assert titles == expected
        assert all(hit.vector_rank and hit.text_rank for hit in found.hits)
    assert found.notes == (() if expected else (nothing_in(None, filters),))


def test_a_document_is_searched_by_its_number(make: Make, database: Engine, embedder: Embedder) -> None:
    _documents(database, embedder)
    wanted = make().retrieve("keeper").hits[-1].document_id
    hits = make().retrieve("keeper", filters=Filters(documents=(wanted,))).hits
    assert [hit.document_id for hit in hits] == [wanted]


def test_an_unknown_collection_among_several_is_named(make: Make, database: Engine, embedder: Embedder) -> None:
    _documents(database, embedder)
    with pytest.raises(NotFoundError, match=r"There is no collection 'chess'\. Known: club, default\."):
        make().retrieve("keeper", filters=Filters(collections=("club", "chess")))


def test_exact_ranks_agree_with_legs_that_hold_everything(make: Make, database: Engine, embedder: Embedder) -> None:
    store(database, embedder, BACKUP)
    store(database, embedder, ["The club's dump of old boats is behind the shed."], collection="club")
    for scope in ({}, {"collection": "club"}, {"filters": Filters(path_prefix="/default/")}):
        hits = make().retrieve("Where is the nightly dump written to?", **scope).hits
        ranks = make().exact_ranks("Where is the nightly dump written to?", [hit.chunk_id for hit in hits], **scope)
        assert len(ranks) == len(hits) > 0
        for hit in hits:
            exact = ranks[hit.chunk_id]
            assert (exact.vector_rank, exact.text_rank) == (hit.vector_rank, hit.text_rank)
            assert exact.vector_distance == pytest.approx(hit.vector_distance)
            assert exact.text_score == (None if hit.text_score is None else pytest.approx(hit.text_score))
    assert make().exact_ranks("dump", [10**9]) == {}
