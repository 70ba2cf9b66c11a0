"""The vector index compared with an exact search."""

import re
import uuid

import pytest
from sqlalchemy import Engine, text

from app.doctor.vector_recall import ENOUGH, Trial, VectorRecall, measure_recall, recall_check
from tests.support.corpus import store
from tests.support.fake_embedder import FakeEmbedder


def test_an_index_that_finds_everything_is_enough(database: Engine) -> None:
    store(database, FakeEmbedder(), [f"passage {n}" for n in range(40)])
    _ask(database, "Which passage?", "Which passage?", "Where is passage 7?")
    measured = measure_recall(database, FakeEmbedder(), ef_search=100, nearest=10, sample=5)
    assert (measured.questions, measured.past, measured.chunks, measured.nearest) == (5, 2, 40, 10)
    assert [trial.ef_search for trial in measured.trials] == [100]
    assert measured.trials[0].recall == 1.0
    assert measured.exact_milliseconds > 0
    check = recall_check(measured)
    assert check.ok
    assert "1.000 of the 10 nearest among 40 passages, sampled with 2 past questions and 3 passages" in check.detail


def test_passages_missing_from_the_index_lower_the_recall(database: Engine) -> None:
    store(database, FakeEmbedder(), [f"passage {n}" for n in range(30)])
    with database.begin() as connection:  # as after a crash in the middle of a build: new rows do not reach the index
        connection.execute(
            text("UPDATE pg_index SET indisready = false WHERE indexrelid = 'ix_chunks_embedding'::regclass")
        )
    store(database, FakeEmbedder(), [f"later passage {n}" for n in range(30)], title="Later")
    measured = measure_recall(database, FakeEmbedder(), ef_search=20, nearest=20, sample=4)
    assert [trial.ef_search for trial in measured.trials] == [20, 40, 80, 160, 320, 640, 1000]
    assert measured.enough is None
    assert 0.1 < measured.trials[-1].recall < 0.9


def test_an_empty_corpus_has_nothing_to_compare(database: Engine) -> None:
    measured = measure_recall(database, FakeEmbedder(), ef_search=100, nearest=10, sample=5)
    assert measured.trials == ()
    assert "no passages yet" in recall_check(measured).detail


def test_the_advice_to_make_the_index_denser_can_be_followed(database: Engine) -> None:
    store(database, FakeEmbedder(), [f"passage {n}" for n in range(30)])
    trials = (Trial(ef_search=1000, recall=0.9, milliseconds=2.0),)
    measured = VectorRecall(chunks=90_000, questions=30, past=0, nearest=100, exact_milliseconds=80.0, trials=trials)
    fix = recall_check(measured).fix
    commands = re.findall(r"ALTER INDEX .*\)|REINDEX INDEX [A-Z]+ \w+", fix)
    assert len(commands) == 2
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for command in reversed(commands):
            connection.execute(text(command))
        definition = connection.scalar(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_chunks_embedding'"))
    assert "m='32', ef_construction='200'" in definition


@pytest.mark.parametrize(
    ("recalls", "fix"),
    [
        ((0.9, 0.99), "FOREMOST_HNSW_EF_SEARCH=400 finds 0.990 in 4.0 ms"),
        ((0.9, 0.93), "Even FOREMOST_HNSW_EF_SEARCH=400 finds 0.930 only: set it, and rebuild the index"),
    ],
)
def test_low_recall_names_the_setting_that_raises_it(recalls: tuple[float, float], fix: str) -> None:
    trials = tuple(Trial(ef_search=200 * n, recall=r, milliseconds=2.0 * n) for n, r in enumerate(recalls, 1))
    measured = VectorRecall(chunks=90_000, questions=30, past=0, nearest=100, exact_milliseconds=80.0, trials=trials)
    check = recall_check(measured)
    assert not check.ok
    assert fix in check.fix
    assert recalls[0] < ENOUGH


def _ask(database: Engine, *questions: str) -> None:
    insert = text(
        "INSERT INTO answers (id, question, query, text, outcome, sentences, removed_markers, passages, prompt, "
        "tokens, token_budget, reranker, scored, notices, timings, settings) VALUES (:id, :question, "
        "jsonb_build_object('text', CAST(:question AS text)), '', 'answered', '[]', 0, '[]', '[]', 0, 0, '', 0, '[]', "
        "'{}', '{}')"
    )
    with database.begin() as connection:
        for question in questions:
            connection.execute(insert, {"id": str(uuid.uuid4()), "question": question})
