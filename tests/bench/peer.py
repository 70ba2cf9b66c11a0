"""Starts peer_process.py and calls the peer in it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
PEERS = {"langchain": "langchain-postgres", "llamaindex": "LlamaIndex", "raglite": "RAGLite"}


class PeerProcess:
    """A peer with its database and rows."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self._process, self._log = process, log

    def call(self, method: str, **arguments: Any) -> tuple[Any, float]:
        """(result, seconds it took in the peer's own process). Raises RuntimeError with the end of the peer's log."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": method, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("\n".join(self._log.read_text("utf-8", "replace").splitlines()[-3:]))
        reply = json.loads(line)
        return reply["result"], reply["seconds"]


@contextmanager
def started(name: str, engine: Engine, folder: Path) -> Iterator[PeerProcess]:
    """The peer on this database, with rows.jsonl and vectors.npy of this folder; it ends with the block."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    log = folder / f"{name}.log"
    command = [str(PYTHON), str(Path(__file__).with_name("peer_process.py")), name, url, str(folder)]
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        yield PeerProcess(process, log)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
