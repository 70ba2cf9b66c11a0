"""Doctor: every part is checked, and each failing check names its fix."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from app.core.settings import Settings
from app.doctor import health
from app.doctor.health import Check, checks
from tests.support.chat_replay import recorded_ollama

MakeSettings = Callable[..., Settings]


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def by_name(results: tuple[Check, ...]) -> dict[str, Check]:
    return {check.name: check for check in results}


@pytest.fixture
def settings_for(make_settings: MakeSettings, database: Engine) -> MakeSettings:
    """Settings with a migrated database; keyword arguments override."""

    def make(**overrides: object) -> Settings:
        return make_settings(**({"database_url": url_of(database)} | overrides))

    return make


def test_a_whole_installation_passes_every_check(settings_for: MakeSettings) -> None:
    with recorded_ollama() as server:
        results = checks(settings_for(ollama_url=server.url))
    assert [check.name for check in results if not check.ok] == []
    named = by_name(results)
    assert set(named) == {
        "settings",
        "disk",
        "CPU",
        "database",
        "pgvector",
        "schema",
        "documents",
        "embedding model",
        "reranker",
        "chat model",
        "text recognition",
        "old Office files",
    }
    assert named["database"].detail.startswith("PostgreSQL 18")
    assert "qwen-tmpl:latest (ollama), context 4096 tokens" in named["chat model"].detail
    assert "python -m ingest" in named["documents"].notes[0]


@pytest.mark.parametrize(
    ("installed", "ok", "advised"),
    [
        ("0.7.4", False, True),
        ("0.8.0", True, True),
        ("0.8.3", True, True),
        ("0.8.4", True, False),
        ("0.9.0", True, False),
    ],
)
def test_a_pgvector_with_known_errors_is_advised_against(
    database: Engine, installed: str, ok: bool, advised: bool
) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE pg_extension SET extversion = :v WHERE extname = 'vector'"), {"v": installed})
    with database.connect() as connection:
        check = by_name(tuple(health._server(connection, embedded=False)))["pgvector"]
    assert check.ok is ok
    assert ("Install pgvector 0.8.4 or newer" in " ".join((check.fix, *check.notes))) is advised


def test_an_unmigrated_database_fails_with_the_command_that_migrates_it(
    settings_for: MakeSettings, server: Engine
) -> None:
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE unmigrated"))
    with recorded_ollama() as ollama:
        named = by_name(
            checks(
                settings_for(
                    database_url=url_of(create_engine(server.url.set(database="unmigrated"))), ollama_url=ollama.url
                )
            )
        )
    for name in ("pgvector", "schema"):
        assert not named[name].ok
        assert named[name].fix == "python -m app migrate"
    assert named["embedding model"].ok  # the other parts are checked all the same


def test_a_damaged_schema_fails_with_the_command_that_migrates(settings_for: MakeSettings, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE corpus RENAME TO corpse"))
    with recorded_ollama() as server:
        check = by_name(checks(settings_for(ollama_url=server.url)))["schema"]
    assert not check.ok
    assert 'relation "corpus" does not exist' in check.detail
    assert check.fix == "python -m app migrate"


def test_an_unreachable_database_and_a_missing_model_server_both_fail_with_a_fix(settings_for: MakeSettings) -> None:
    named = by_name(
        checks(
            settings_for(
                database_url="postgresql://nobody:hidden@127.0.0.1:9/none",
                chat_backend="ollama",
                ollama_url="http://127.0.0.1:9",
            )
        )
    )
    assert not named["database"].ok
    assert "127.0.0.1:9/none" in named["database"].detail
    assert "hidden" not in named["database"].detail
    assert named["database"].fix
    assert not named["chat model"].ok
    assert "Ollama does not answer" in named["chat model"].detail
    assert "ollama serve" in named["chat model"].fix


def test_a_corpus_of_another_embedding_model_fails_with_a_fix(settings_for: MakeSettings, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO corpus (embedding_model, embedding_dimension, chunker_version) VALUES ('other', 384, '1')"
            )
        )
    with recorded_ollama() as server:
        named = by_name(checks(settings_for(ollama_url=server.url)))
    assert not named["corpus"].ok
    assert "FOREMOST_EMBEDDING_MODEL=other" in named["corpus"].fix
    assert "python -m ingest reembed" in named["corpus"].fix


def test_documents_of_another_chunker_and_an_unfinished_re_embedding_are_notes(
    settings_for: MakeSettings, database: Engine
) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO corpus (embedding_model, embedding_dimension, chunker_version, next_model, next_dimension)"
                " VALUES ('all-MiniLM-L6-v2', 384, '0', 'larger', 768)"
            )
        )
        connection.execute(text("INSERT INTO collections (name) VALUES ('default')"))
        connection.execute(
            text(
                "INSERT INTO documents (collection_id, source_uri, name, status, sha256, chunker_version) "
                "SELECT id, 'a', 'a', 'ready', 'x', '0' FROM collections"
            )
        )
    with recorded_ollama() as server:
        corpus = by_name(checks(settings_for(ollama_url=server.url)))["corpus"]
    assert corpus.ok
    assert [note.split(":")[0] for note in corpus.notes] == [
        "Re-embedding by larger is not finished",
        "1 documents were chunked by another version",
    ]


def test_failed_documents_are_counted(settings_for: MakeSettings, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("INSERT INTO collections (name) VALUES ('default')"))
        for name, status in (("a", "ready"), ("b", "failed")):
            connection.execute(
                text(
                    "INSERT INTO documents (collection_id, source_uri, name, status) "
                    "SELECT id, :name, :name, :status FROM collections"
                ),
                {"name": name, "status": status},
            )
    with recorded_ollama() as server:
        named = by_name(checks(settings_for(ollama_url=server.url)))
    assert not named["documents"].ok
    assert named["documents"].detail == "2 documents, 0 passages, 1 failed"


def test_a_missing_model_and_a_full_disk_fail_with_a_fix(
    settings_for: MakeSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(health, "_SMALLEST_FREE_GIB", 1e9)
    with recorded_ollama() as server:
        named = by_name(
            checks(
                settings_for(ollama_url=server.url, embedding_model=str(tmp_path), data_dir=tmp_path / "new" / "dir")
            )
        )
    assert not named["disk"].ok
    assert "FOREMOST_DATA_DIR" in named["disk"].fix
    assert not named["embedding model"].ok
    assert named["embedding model"].fix
    assert named["reranker"].fix == "Fix the embedding model first."


def test_libreoffice_is_checked_and_its_absence_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "libreoffice_command", lambda: None)
    missing = health._old_office()
    assert missing.ok
    assert "not installed" in missing.detail
    assert "apt-get install libreoffice-writer" in missing.notes[0]
    monkeypatch.setattr(health, "libreoffice_command", lambda: "/opt/soffice")
    assert health._old_office().notes == ()
    assert "/opt/soffice" in health._old_office().detail
