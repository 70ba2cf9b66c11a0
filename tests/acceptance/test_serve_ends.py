"""`serve` ends within ten seconds of SIGTERM, whatever is still running, and takes everything it started along."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import psutil
import pytest

QUESTION = "When does the boathouse open?"


@pytest.fixture
def silent_model() -> Iterator[str]:
    """A chat server that lists a model and never answers a question."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"object": "list", "data": [{"id": "silent", "object": "model"}]}'
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            over.wait(60)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        over.set()
        server.shutdown()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_sigterm_ends_the_page_its_worker_and_its_database(data_dir: Path, silent_model: str, tmp_path: Path) -> None:
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FOREMOST_")}
    environment |= {
        "FOREMOST_DATA_DIR": str(data_dir), "FOREMOST_CHAT_BACKEND": "openai", "FOREMOST_OPENAI_URL": silent_model,
        "FOREMOST_PORT": str(port), "HF_HUB_OFFLINE": "1",
    }  # fmt: skip
    handbook = tmp_path / "handbook.md"
    handbook.write_text("# Boats\n\nThe boathouse opens at seven. Boats are booked at the desk.\n", "utf-8")
    subprocess.run([sys.executable, "-m", "ingest", str(handbook)], env=environment, check=True, capture_output=True)
    log = tmp_path / "log"
    with log.open("wb") as stream:
        serving = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"], env=environment, stdout=stream, stderr=stream
        )
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait_for(address, serving, log)
        started = psutil.Process(serving.pid).children(recursive=True)
        with httpx.Client(base_url=address, timeout=60) as client:
            question = {"data": [QUESTION] + [""] * 8}
            event = client.post("gradio_api/call/ask", json=question).json()["event_id"]
            listening = threading.Thread(target=_listen, args=(client, event), daemon=True)
            listening.start()
            time.sleep(3)  # the model is being waited for
            assert listening.is_alive()
            moment = time.monotonic()
            serving.send_signal(signal.SIGTERM)
            serving.wait(timeout=10)
        seconds = time.monotonic() - moment
    finally:
        serving.kill()
    assert seconds < 10, log.read_text()
    assert serving.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in log.read_text()
    shown = subprocess.run(
        [sys.executable, "-m", "app", "show", "last", "--json"], env=environment, check=True, capture_output=True
    )
    last = json.loads(shown.stdout)
    assert (last["question"], last["outcome"]) == (QUESTION, "stopped")
    _, alive = psutil.wait_procs(started, timeout=10)
    assert not [process for process in alive if "ingest" in process.cmdline()]


def _wait_for(address: str, serving: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert serving.poll() is None, log.read_text()
        try:
            httpx.get(address, timeout=5)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(log.read_text())


def _listen(client: httpx.Client, event: str) -> None:
    with suppress(httpx.HTTPError):
        client.get(f"gradio_api/call/ask/{event}")
