"""Re-embedding: the old vectors are searched until one transaction switches; when killed, it can be continued."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text

from app.core import database as core
from app.core.errors import CorpusError
from app.core.models.embedding import Embedder, Matrix
from app.core.models.find import build_embedder, built_name, embedding_folder, onnx_folder
from app.quality.evaluation.next_vectors import next_vectors, require_next_vectors
from app.retrieve import HybridRetriever
from ingest.corpus import reembed
from ingest.corpus.kept_vectors import abort, finish, other_vectors
from ingest.corpus.reembed import Reembedder
from ingest.pipeline import Ingester, Outcome
from ingest.store import Store
from tests.support import made_files as made
from tests.support.fake_embedder import FakeEmbedder

Rows = list[dict[str, Any]]


class Other(FakeEmbedder):
    """Another model: its own name, dimension and vectors."""

    name = "other"

    def embed(self, texts: Any) -> Matrix:
        return super().embed([f"other {text}" for text in texts])

    def count_tokens(self, texts: Any) -> list[int]:
        return super().count_tokens(texts)


def rows(database: Engine, query: str, /, **values: object) -> Rows:
    with database.connect() as connection:
        return [dict(row) for row in connection.execute(text(query), values).mappings()]


def ingester_on(database: Engine, embedder: Embedder) -> Ingester:
    return Ingester(store=Store(database, chunker_version="1"), make_embedder=lambda: embedder)


def fill(database: Engine, embedder: Embedder, *, documents: int = 5) -> None:
    ingester = ingester_on(database, embedder)
    for number in range(documents):
        body = "\n\n".join(f"## Part {part}\n\n" + f"ferry {number} sails at {part} " * 9 for part in range(4))
        ingester.ingest(made.source(f"# Log {number}\n\n{body}", f"log-{number}.md"), collection="c")


def retriever(database: Engine, embedder: Embedder) -> HybridRetriever:
    return HybridRetriever(
        database,
        embedder,
        candidates=10,
        leg_candidates=10,
        vector_weight=1.0,
        text_weight=0.0,
        ef_search=40,
    )


def read_of(database: Engine) -> list[str]:
    """The text that the model embeds of every passage: title and headings, then the passage."""
    query = "SELECT heading || chr(10) || text AS read FROM chunks ORDER BY id"
    return [row["read"] for row in rows(database, query)]


def nearest_distances(database: Engine, embedder: Embedder, *, each: int = 1) -> list[float]:
    """Distance of every (or every few) passages between its vector by the model and the nearest stored vector."""
    search = retriever(database, embedder)
    return [search.retrieve(read).hits[0].vector_distance or 0 for read in read_of(database)[::each]]


def corpus(database: Engine) -> dict[str, Any]:
    (row,) = rows(database, "SELECT embedding_model, embedding_dimension, next_model, next_dimension FROM corpus")
    return row


def column_types(database: Engine) -> dict[str, str]:
    query = (
        "SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute "
        "WHERE attrelid = 'chunks'::regclass AND attname LIKE 'embedding%' AND NOT attisdropped"
    )
    return {row["attname"]: row["type"] for row in rows(database, query)}


def check_schema(database: Engine) -> None:
    config = core.alembic_config()
    with database.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_every_passage_gets_the_vector_that_ingestion_by_the_new_model_would_give_it(database: Engine) -> None:
    fill(database, FakeEmbedder())
    new = Other(dimension=512)
    done = Reembedder(database, new).run()
    assert done is not None
    assert (done.passages, done.split) == (len(read_of(database)), 0)
    assert corpus(database) == {
        "embedding_model": "other",
        "embedding_dimension": 512,
        "next_model": "fake",
        "next_dimension": 384,
    }
    assert column_types(database) == {"embedding": "halfvec(512)", "embedding_next": "halfvec(384)"}
    assert max(nearest_distances(database, new)) < 0.01
    check_schema(database)


def test_the_new_index_has_the_parameters_of_the_old_one(database: Engine) -> None:
    query = (
        "SELECT pg_get_indexdef(indexrelid) AS made, indisvalid FROM pg_index "
        "WHERE indexrelid = 'ix_chunks_embedding'::regclass"
    )
    before = rows(database, query)
    fill(database, FakeEmbedder())
    Reembedder(database, Other(dimension=768)).run()
    assert rows(database, query) == before
    assert before[0]["indisvalid"]


def test_an_empty_database_gets_the_same_index(database: Engine) -> None:
    query = "SELECT pg_get_indexdef('ix_chunks_embedding'::regclass) AS made"
    before = rows(database, query)
    Reembedder(database, Other(dimension=768)).run()
    assert rows(database, query) == before


def test_the_old_model_is_refused_after_the_switch_with_the_fix(database: Engine) -> None:
    old = FakeEmbedder()
    fill(database, old)
    Reembedder(database, Other(dimension=512)).run()
    with pytest.raises(CorpusError, match="python -m ingest reembed"):
        retriever(database, old).retrieve("ferry")
    with pytest.raises(CorpusError, match="FOREMOST_EMBEDDING_MODEL=other"):
        ingester_on(database, old).ingest(made.source("More.", "more.txt"), collection="c")


def test_the_model_of_the_corpus_changes_nothing(database: Engine) -> None:
    fill(database, FakeEmbedder())
    before = rows(database, "SELECT id, embedding::text FROM chunks ORDER BY id")
    assert Reembedder(database, FakeEmbedder()).run() is None
    assert rows(database, "SELECT id, embedding::text FROM chunks ORDER BY id") == before


def test_an_empty_database_gets_the_other_dimension_at_once(database: Engine) -> None:
    new = Other(dimension=1024)
    assert Reembedder(database, new).run() is None
    check_schema(database)
    fill(database, new)
    assert max(nearest_distances(database, new)) < 0.01


def test_documents_ingested_and_replaced_meanwhile_have_both_vectors_in_the_end(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reembed, "_BATCH", 3)
    monkeypatch.setattr(reembed, "_LAST", 2)
    old, new = FakeEmbedder(), Other(dimension=512)
    fill(database, old)
    ingester = ingester_on(database, old)
    seen: set[str] = set()

    def ingest_meanwhile(what: str, done: int, _of: int) -> None:
        key = f"{what} {done}"
        if what not in ("passages", "index") or key in seen or (len(seen) > 9 and what == "passages"):
            return
        seen.add(key)
        text_of = f"# Meanwhile\n\nNews at {key}.\n\n## More\n\n" + "words " * 40
        ingester.ingest(made.source(text_of, f"meanwhile-{len(seen)}.md"), collection="c")
        replaced = ingester.ingest(made.source(f"Replaced at {key}.", "log-1.md"), collection="c")
        assert replaced.outcome is Outcome.CHANGED

    done = Reembedder(database, new, progress=ingest_meanwhile).run()
    assert done is not None
    assert len(seen) > 5
    assert "index 0" in seen
    assert len(rows(database, "SELECT FROM documents")) == 5 + len(seen)
    assert max(nearest_distances(database, new)) < 0.01


def test_searches_see_the_old_vectors_or_the_new_ones_never_a_mixture(database: Engine) -> None:
    old, new = FakeEmbedder(), Other()  # of one dimension: a mixture would raise no error
    fill(database, old)
    questions = read_of(database)
    served: dict[str, int] = {"fake": 0, "other": 0}
    wrong: list[float] = []
    finished = threading.Event()

    def ask(embedder: Embedder) -> None:
        search = retriever(database, embedder)
        last_round = False
        while not last_round:
            last_round = finished.is_set()
            for question in questions[:4]:
                try:
                    hits = search.retrieve(question).hits
                except CorpusError:
                    continue
                served[embedder.name] += 1
                wrong.extend(hit.vector_distance or 0 for hit in hits[:1] if (hit.vector_distance or 0) > 0.01)

    askers = [threading.Thread(target=ask, args=(embedder,)) for embedder in (old, new)]
    for asker in askers:
        asker.start()
    try:
        for embedder in (new, old, new, old, new):
            assert Reembedder(database, embedder).run() is not None
    finally:
        finished.set()
        for asker in askers:
            asker.join()
    assert wrong == []
    assert min(served.values()) > 4


def test_a_document_embedded_by_the_old_model_cannot_slip_in_after_the_switch(database: Engine) -> None:
    old = FakeEmbedder()
    fill(database, old)
    ingester = ingester_on(database, old)
    switched = threading.Thread(target=Reembedder(database, Other()).run)

    def switch_meanwhile(_connection: Connection) -> None:
        switched.start()
        wait_until(database, "SELECT count(*) = 1 FROM pg_locks WHERE relation = 'chunks'::regclass AND NOT granted")

    ingester.ingest(made.source("Late, but in time.", "late.txt"), collection="c", within=switch_meanwhile)
    switched.join()
    assert corpus(database)["embedding_model"] == "other"
    assert max(nearest_distances(database, Other())) < 0.01


def test_a_long_search_only_delays_the_switch(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reembed, "_LOCK_MILLISECONDS", 50)
    fill(database, FakeEmbedder())
    steps: list[str] = []
    with database.connect() as reader:

        def release_when_waited_for(step: str, _done: int, _total: int) -> None:
            steps.append(step)
            if "waits" in step:
                reader.rollback()
            elif step == "index":
                reader.execute(text("LOCK TABLE chunks IN ACCESS SHARE MODE"))

        Reembedder(database, Other(), progress=release_when_waited_for).run()
    assert "the switch waits for a long query or a backup" in steps
    assert corpus(database)["embedding_model"] == "other"


def test_giving_up_keeps_the_old_vectors(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database, FakeEmbedder())
    stop_after_the_first_batch(monkeypatch, database)
    assert column_types(database)["embedding_next"] == "halfvec(512)"
    check_schema(database)  # while it is under way
    with pytest.raises(CorpusError, match="reembed --abort"):
        Reembedder(database, FakeEmbedder(dimension=300)).run()
    with pytest.raises(CorpusError, match="is not finished: nothing is kept"):
        finish(database)
    dropped = abort(database)
    assert dropped is not None
    assert (dropped.model, dropped.kept) == ("other", False)
    assert abort(database) is None
    assert column_types(database) == {"embedding": "halfvec(384)"}
    assert max(nearest_distances(database, FakeEmbedder())) < 0.01


def test_a_stopped_run_continues_without_embedding_anything_twice(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, FakeEmbedder())
    stop_after_the_first_batch(monkeypatch, database)
    done = rows(database, "SELECT count(embedding_next) AS done FROM chunks")[0]["done"]
    new = Other(dimension=512)
    Reembedder(database, new).run()
    assert sum(map(len, new.calls)) == len(read_of(database)) - done
    assert max(nearest_distances(database, new)) < 0.01


def test_the_way_back_embeds_only_what_was_stored_since(database: Engine) -> None:
    old, new = FakeEmbedder(), Other(dimension=512)
    fill(database, old)
    Reembedder(database, new).run()
    kept = other_vectors(database)
    assert kept is not None
    assert (kept.model, kept.dimension, kept.kept, kept.missing) == ("fake", 384, True, 0)
    assert kept.bytes > len(read_of(database)) * 384 * 2
    ingester_on(database, new).ingest(made.source("News since then.", "since.txt"), collection="c")

    again = FakeEmbedder()
    assert Reembedder(database, again).run() is not None

    assert sum(map(len, again.calls)) == 1
    assert corpus(database)["embedding_model"] == "fake"
    assert max(nearest_distances(database, old)) < 0.01
    other = other_vectors(database)
    assert other is not None
    assert other.model == "other"  # and forth again
    check_schema(database)


def test_a_third_model_needs_the_vectors_before_to_be_given_up(database: Engine) -> None:
    fill(database, FakeEmbedder())
    Reembedder(database, Other(dimension=512)).run()
    with pytest.raises(CorpusError, match="fake are still kept") as refused:
        Reembedder(database, FakeEmbedder(dimension=300)).run()
    assert "reembed --finish" in str(refused.value.fix)
    with pytest.raises(CorpusError, match="those before the last one"):
        abort(database)
    assert finish(database) is not None
    assert finish(database) is None
    assert column_types(database) == {"embedding": "halfvec(512)"}
    check_schema(database)


def test_vectors_that_are_not_accepted_wait_beside_those_in_use(database: Engine) -> None:
    old, new = FakeEmbedder(), Other(dimension=512)
    fill(database, old)
    done = Reembedder(database, new).run(accept=lambda: False)
    assert done is not None
    assert not done.switched
    assert corpus(database)["embedding_model"] == "fake"
    assert max(nearest_distances(database, old)) < 0.01

    with next_vectors(database, new) as beside:
        assert max(nearest_distances(beside, new)) < 0.01
        with pytest.raises(CorpusError):
            retriever(beside, old).retrieve("ferry")
    with pytest.raises(CorpusError, match="not of fake"), next_vectors(database, old):
        pass
    ingester_on(database, old).ingest(made.source("Not embedded twice.", "since.txt"), collection="c")
    with pytest.raises(CorpusError, match=r"1 of \d+ passages have no vector of other yet"):
        require_next_vectors(database, new)

    Reembedder(database, new).run()
    assert max(nearest_distances(database, new)) < 0.01


def test_the_other_vectors_are_searched_by_their_own_index(database: Engine) -> None:
    fill(database, FakeEmbedder())
    Reembedder(database, Other()).run(accept=lambda: False)
    nearest = "SELECT id FROM chunks ORDER BY embedding <=> (SELECT embedding FROM chunks LIMIT 1) LIMIT 3"
    with next_vectors(database, Other()) as beside, beside.connect() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(connection.execute(text(f"EXPLAIN {nearest}")).scalars())
    assert "ix_chunks_embedding_next" in plan


def test_an_interrupted_index_build_is_repeated(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database, FakeEmbedder())
    stop_after_the_first_batch(monkeypatch, database)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE INDEX ix_chunks_embedding_next ON chunks USING hnsw "
                                "(embedding_next halfvec_cosine_ops)"))  # fmt: skip
        connection.execute(text("UPDATE pg_index SET indisvalid = false "
                                "WHERE indexrelid = 'ix_chunks_embedding_next'::regclass"))  # fmt: skip
    Reembedder(database, Other(dimension=512)).run()
    (index,) = rows(database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_chunks_embedding'::regclass")
    assert index["indisvalid"]


def test_a_passage_longer_than_the_model_reads_gets_the_mean_vector_of_its_pieces(database: Engine) -> None:
    fill(database, FakeEmbedder(max_tokens=64))
    narrow = Other(max_tokens=24)
    done = Reembedder(database, narrow).run()
    assert done is not None
    assert 0 < done.split <= done.passages
    assert {row["chunker_version"] for row in rows(database, "SELECT chunker_version FROM documents")} == {None}
    lengths = rows(database, "SELECT vector_norm(embedding::vector) AS length FROM chunks")
    assert [row["length"] for row in lengths] == pytest.approx([1.0] * done.passages, abs=0.01)


def test_two_at_once_are_refused(database: Engine) -> None:
    fill(database, FakeEmbedder())

    def another(_what: str, _done: int, _of: int) -> None:
        with pytest.raises(CorpusError, match="Another process is re-embedding"):
            abort(database)
        raise StopIteration

    with pytest.raises(StopIteration):
        Reembedder(database, Other(), progress=another).run()


class StoppedError(Exception):
    pass


def stop_after_the_first_batch(monkeypatch: pytest.MonkeyPatch, database: Engine) -> None:
    def progress(_step: str, done: int, _total: int) -> None:
        if done:
            raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr(reembed, "_BATCH", 3)
        with pytest.raises(StoppedError):
            Reembedder(database, Other(dimension=512), progress=progress).run()


def wait_until(database: Engine, query: str) -> None:
    deadline = time.monotonic() + 60
    while not next(iter(rows(database, query)[0].values())):
        assert time.monotonic() < deadline, f"never true: {query}"
        time.sleep(0.02)


# ------------------------------------------------------------------------------------- the command, by the real model


def copy_of_the_model(data_dir: Path, name: str) -> None:
    """The built-in model under another name, with its ONNX form."""
    source = embedding_folder("all-MiniLM-L6-v2", data_dir)
    shutil.copytree(source, data_dir / "models" / name)
    made_before = onnx_folder("embedder", source, data_dir, name="all-MiniLM-L6-v2")
    shutil.copytree(made_before, data_dir / "models" / built_name(name, source))


@pytest.mark.usefixtures("embedder")
def test_a_killed_command_continues_and_switches(database: Engine, data_dir: Path) -> None:
    old = FakeEmbedder()
    fill(database, old, documents=80)
    copy_of_the_model(data_dir, "other-mini")
    url = database.url.render_as_string(hide_password=False).replace("+psycopg", "")
    environment = os.environ | {"DATABASE_URL": url, "FOREMOST_DATA_DIR": str(data_dir)}
    command_line = [sys.executable, "-m", "ingest", "reembed", "--model", "other-mini"]
    with database.connect() as reader:
        first = subprocess.Popen(command_line, env=environment, stderr=subprocess.DEVNULL)
        wait_until(database, "SELECT count(*) = 1 FROM corpus WHERE next_model IS NOT NULL")
        reader.execute(text("LOCK TABLE chunks IN ACCESS SHARE MODE"))  # so that it cannot get as far as the switch
        wait_until(database, "SELECT count(embedding_next) > 0 FROM chunks")
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert corpus(database)["next_model"].startswith("other-mini-")
    assert max(nearest_distances(database, old, each=97)) < 0.01
    again = subprocess.run(command_line, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert "Set FOREMOST_EMBEDDING_MODEL=other-mini" in again.stdout
    new = build_embedder("other-mini", data_dir)
    assert corpus(database)["embedding_model"] == new.name
    assert max(nearest_distances(database, new, each=97)) < 0.02


def test_the_command_compares_before_it_switches_and_finds_the_way_back(
    database: Engine, data_dir: Path, embedder: Embedder
) -> None:
    fill(database, embedder, documents=3)
    if not (data_dir / "models" / "other-mini").is_dir():
        copy_of_the_model(data_dir, "other-mini")
    url = database.url.render_as_string(hide_password=False).replace("+psycopg", "")
    environment = os.environ | {"DATABASE_URL": url, "FOREMOST_DATA_DIR": str(data_dir)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command_line = [sys.executable, "-m", *words]
        return subprocess.run(command_line, env=environment, capture_output=True, text=True, check=False)

    unmeasured = run("ingest", "reembed", "--model", "other-mini", "--compare")
    assert unmeasured.returncode == 1
    assert "The golden set is empty" in unmeasured.stderr
    assert "Not switched: the vectors of other-mini" in unmeasured.stdout
    assert corpus(database)["embedding_model"] == embedder.name

    assert run("app", "golden", "add", "Where does ferry 2 sail?", "--expect", "ferry 2 sails at 1").returncode == 0
    compared = run("ingest", "reembed", "--model", "other-mini", "--compare")
    assert compared.returncode == 0, compared.stderr
    assert "nDCG@10 (gate)" in compared.stdout
    assert "MiB of other-mini" in compared.stderr
    assert f"The vectors of {embedder.name} are kept" in compared.stdout
    assert corpus(database)["embedding_model"].startswith("other-mini-")

    back = run("ingest", "reembed", "--back")
    assert back.returncode == 0, back.stderr
    assert corpus(database)["embedding_model"] == embedder.name
    assert "Given up: the vectors of other-mini" in run("ingest", "reembed", "--finish").stdout
    assert column_types(database) == {"embedding": "halfvec(384)"}
