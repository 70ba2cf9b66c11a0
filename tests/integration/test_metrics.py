"""Seen from outside: health, readiness, counts of answers, states of the database, the alarm of the vector index."""

import logging
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, create_engine, text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.core.database import require_ready
from app.core.domain import Answer, Context, Fate, Outcome, Query, Sentence, Support
from app.core.errors import DatabaseError
from app.core.progress import Progress, read_progress
from app.core.recall_state import FILE_NAME, LastRecall, read_last_recall, write_last_recall
from app.doctor.scheduled_recall import check_now, checked_regularly, last_check
from app.doctor.vector_recall import Trial, VectorRecall
from app.ledger import Ledger
from app.library import Library
from app.metrics import Counted, Metrics
from app.web.health_routes import health_routes
from tests.support.builders import make_hit

Values = dict[tuple[str, ...], float]


def _metrics(engine: Engine, folder: Path) -> Metrics:
    return Metrics(progress=partial(read_progress, engine), last_recall=partial(read_last_recall, folder))


def _values(metrics: Metrics) -> Values:
    """(name, label values…) -> value."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def _answer(outcome: Outcome, *, support: Support = Support.CITED, notices: tuple[str, ...] = ()) -> Answer:
    words = "The secret herb [1]."
    sentence = Sentence(text=words, start=0, end=len(words), support=support, passages=(1,), score=0.9, doubt="")
    hits = (make_hit(1, fate=Fate.IN_PROMPT, passage_number=1), make_hit(2, fate=Fate.NOT_SCORED))
    return Answer(
        id=str(uuid.uuid4()), chat_id=None, question="Which secret herb?",
        query=Query(text="Which secret herb?", changed=False, reason=""), collection=None, text=words, outcome=outcome,
        sentences=(sentence,) if outcome is Outcome.ANSWERED else (), removed_markers=0,
        context=Context(passages=(), hits=hits, tokens=9, token_budget=90), prompt=(), model=None, usage=None,
        reranker="none", scored=1, notices=notices, timings={"retrieve": 0.02, "generate": 3.0}, settings={},
    )  # fmt: skip


def test_stored_answers_are_counted_without_their_words(database: Engine, tmp_path: Path) -> None:
    metrics = _metrics(database, tmp_path)
    ledger = Counted(Ledger(database), metrics)
    assert _values(metrics)["foremost_questions_total", "answered"] == 0
    ledger.store(_answer(Outcome.ANSWERED))
    ledger.store(_answer(Outcome.ANSWERED, support=Support.UNSUPPORTED, notices=("The secret was cut.",)))
    ledger.store(_answer(Outcome.NOT_FOUND))
    ledger.store(_answer(Outcome.FAILED))
    values = _values(metrics)

    assert {name[1]: value for name, value in values.items() if name[0] == "foremost_questions_total"} == {
        "answered": 2, "not_found": 1, "stopped": 0, "failed": 1,
    }  # fmt: skip
    verdicts = {name[1]: value for name, value in values.items() if name[0] == "foremost_verdicts_total"}
    assert verdicts == {"confirmed": 1, "unsupported": 1, "not_found": 1, "failed": 1}
    assert values["foremost_sentences_total", "unsupported"] == 1
    assert values["foremost_candidates_total", "not_scored"] == 4
    assert values["foremost_refusals_total",] == 1
    assert values["foremost_degraded_answers_total",] == 1
    assert values["foremost_stage_seconds_count", "generate"] == 4
    assert values["foremost_stage_seconds_sum", "generate"] == pytest.approx(12)
    assert values["foremost_stage_seconds_bucket", "2.5", "generate"] == 0
    assert b"secret" not in metrics.text()


def test_what_is_not_stored_is_not_counted(database: Engine, tmp_path: Path) -> None:
    metrics = _metrics(database, tmp_path)
    broken = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseError):
        Counted(Ledger(broken), metrics).store(_answer(Outcome.ANSWERED))
    assert _values(metrics)["foremost_questions_total", "answered"] == 0


def test_queue_documents_and_the_database_itself_are_read_at_each_scrape(database: Engine, tmp_path: Path) -> None:
    metrics = _metrics(database, tmp_path)
    assert _values(metrics)["foremost_queue", "queued"] == 0
    Library(database).upload("a.txt", b"words", collection="c")
    with database.begin() as connection:
        connection.execute(
            text("INSERT INTO documents (collection_id, source_uri, name, status) SELECT id, '/x', 'x', 'failed' "
                 "FROM collections")
        )  # fmt: skip
    values = _values(metrics)
    assert (values["foremost_queue", "queued"], values["foremost_documents", "failed"]) == (1, 1)
    assert values["foremost_database_up",] == 1

    def away() -> Progress:
        raise DatabaseError("away")

    gone = _values(Metrics(progress=away, last_recall=lambda: None))
    assert gone["foremost_database_up",] == 0
    assert ("foremost_queue", "queued") not in gone


def test_the_routes_tell_health_readiness_and_metrics(database: Engine, tmp_path: Path) -> None:
    metrics = _metrics(database, tmp_path)

    def client(*, token: str = "", login: bool = False) -> TestClient:
        routes = health_routes(ready=partial(require_ready, database), metrics=metrics.text, token=token, login=login)
        return TestClient(Starlette(routes=routes))

    assert client().get("/healthz").text == "ok"
    assert client().get("/readyz").status_code == 200
    assert "foremost_questions_total" in client().get("/metrics").text
    for closed in (client(login=True), client(token="t0ken"), client(token="t0ken", login=True)):
        assert closed.get("/metrics").status_code == 401
        assert closed.get("/metrics", headers={"authorization": "Bearer "}).status_code == 401
        assert closed.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401
        assert closed.get("/healthz").status_code == 200
    given = {"authorization": "Bearer t0ken"}
    assert client(token="t0ken", login=True).get("/metrics", headers=given).status_code == 200

    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = client().get("/readyz")
    assert (answer.status_code, "0001" in answer.text) == (503, False)
    assert client().get("/healthz").status_code == 200


def _measured(recall: float, chunks: int = 90_000) -> VectorRecall:
    trials = (
        Trial(ef_search=200, recall=recall, milliseconds=2.0),
        Trial(ef_search=400, recall=0.99, milliseconds=3.0),
    )
    return VectorRecall(
        chunks=chunks, questions=30, past=30, nearest=100, exact_milliseconds=80.0,
        trials=trials[: 1 if recall >= 0.98 else 2],
    )  # fmt: skip


def test_an_alarm_stands_in_log_doctor_and_metrics_until_the_next_check(
    database: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = _metrics(database, tmp_path)
    assert list(last_check(tmp_path)) == []
    assert ("foremost_vector_recall_alarm",) not in _values(metrics)
    with caplog.at_level(logging.INFO, "foremost"):
        check_now(lambda: _measured(0.9), tmp_path)
    assert any("Recall of the vector index is too low" in record.getMessage() for record in caplog.records)
    (line,) = last_check(tmp_path)
    assert (line.ok, "FOREMOST_HNSW_EF_SEARCH=400" in line.fix) == (False, True)
    values = _values(metrics)
    assert (values["foremost_vector_recall",], values["foremost_vector_recall_alarm",]) == (0.9, 1)
    assert time.time() - values["foremost_vector_recall_checked_timestamp_seconds",] < 60
    check_now(lambda: _measured(0.99), tmp_path)
    assert [check.ok for check in last_check(tmp_path)] == [True]
    assert _values(metrics)["foremost_vector_recall_alarm",] == 0
    check_now(lambda: _measured(0.5, chunks=40), tmp_path)  # compared passage by passage anyway
    assert _values(metrics)["foremost_vector_recall_alarm",] == 0


def test_checks_come_when_they_are_due_and_survive_a_failure(tmp_path: Path) -> None:
    calls: list[int] = []

    def measure() -> VectorRecall:
        calls.append(1)
        if len(calls) == 1:
            raise DatabaseError("away")
        return _measured(0.99)

    def _run(hours: float) -> None:
        with checked_regularly(measure, tmp_path, hours=hours, look_seconds=0.02):
            time.sleep(0.4)

    _run(0)
    assert calls == []
    _run(1)
    assert len(calls) == 2  # failed once, then measured; not due again
    last = read_last_recall(tmp_path)
    assert last is not None
    write_last_recall(tmp_path, replace(last, checked_at=datetime.now(UTC) - timedelta(hours=2)))
    _run(1)
    assert len(calls) == 3


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"recall": 2}', b"\xff"])
def test_a_damaged_file_is_no_check(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    assert read_last_recall(tmp_path) is None


def test_a_check_comes_back_as_it_was_written(tmp_path: Path) -> None:
    last = LastRecall(checked_at=datetime(2026, 2, 1, tzinfo=UTC), recall=0.5, alarm=True, detail="é", fix="x")
    write_last_recall(tmp_path, last)
    assert read_last_recall(tmp_path) == last
