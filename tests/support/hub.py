"""A server on 127.0.0.1 that speaks the model hub's protocol for the models in a folder: FOLDER/organisation/model."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class _Hub(BaseHTTPRequestHandler):
    def __init__(self, *args: object, folder: Path) -> None:
        self._folder = folder
        super().__init__(*args)  # type: ignore[arg-type]  # request, address and server, from the server itself

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _answer(self, *, body: bool) -> None:
        path = self.path.split("?")[0].strip("/")
        if path.startswith("api/models/"):
            return self._model(self._folder / "/".join(path.split("/")[2:4]), tree="/tree/" in path)
        organisation, model, _, _, *rest = [*path.split("/"), "", "", ""]
        file = self._folder / organisation / model / "/".join(filter(None, rest))
        return self._send(file.read_bytes(), body=body) if file.is_file() else self._refuse()

    def _model(self, folder: Path, *, tree: bool) -> None:
        if not folder.is_dir():
            return self._refuse()
        files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
        if tree:
            entries = [
                {
                    "type": "file",
                    "path": str(file.relative_to(folder)),
                    "size": file.stat().st_size,
                    "oid": hashlib.sha1(file.read_bytes(), usedforsecurity=False).hexdigest(),
                }
                for file in files
            ]
            return self._send(json.dumps(entries).encode(), body=True, kind="application/json")
        siblings = [{"rfilename": str(file.relative_to(folder)), "size": file.stat().st_size} for file in files]
        model = {"id": str(folder.relative_to(self._folder)), "sha": COMMIT, "siblings": siblings}
        return self._send(json.dumps(model).encode(), body=True, kind="application/json")

    def _send(self, content: bytes, *, body: bool, kind: str = "application/octet-stream") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def _refuse(self) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def hub_of(folder: Path) -> Iterator[str]:
    """Address of a hub that offers the models in the folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Hub, folder=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
