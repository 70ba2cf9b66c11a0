"""A local HTTP server that answers as a chat server did when it was recorded, or as a test tells it to."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).resolve().parents[1] / "fixtures" / "ollama"
PATIENCE_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    body: dict[str, Any]


Reply = Callable[["Exchange"], object]  # what it returns is not looked at


class Exchange:
    """One request being answered."""

    def __init__(self, handler: BaseHTTPRequestHandler, request: Request) -> None:
        self._handler = handler
        self.request = request

    def send(self, status: int, body: str, *, content_type: str = "application/json") -> None:
        """A whole answer."""
        data = body.encode()
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", content_type)
        self._handler.send_header("Content-Length", str(len(data)))
        self._handler.end_headers()
        self._handler.wfile.write(data)

    def begin(self, *, content_type: str = "application/x-ndjson") -> None:
        """The head of a stream."""
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", content_type)
        self._handler.send_header("Transfer-Encoding", "chunked")
        self._handler.end_headers()

    def piece(self, text: str) -> None:
        """One piece of a stream."""
        data = text.encode()
        self._handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self._handler.wfile.flush()

    def end(self) -> None:
        """The proper end of a stream."""
        self._handler.wfile.write(b"0\r\n\r\n")
        self._handler.close_connection = True

    def die(self) -> None:
        """The end of a killed process: the connection is gone in the middle."""
        self._handler.connection.shutdown(socket.SHUT_RDWR)
        self._handler.close_connection = True

    def wait_for_disconnect(self) -> bool:
        """Send nothing until the client goes away; False when it stayed."""
        self._handler.connection.settimeout(PATIENCE_SECONDS)
        self._handler.close_connection = True
        try:
            return bool(self._handler.connection.recv(1) == b"")
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


@dataclass
class ReplayServer:
    """Answers by path; every request is kept."""

    replies: dict[str, Reply] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> "ReplayServer":
        replay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else {}
                request = Request(method=self.command, path=self.path, body=body)
                replay.requests.append(request)
                replay.replies.get(self.path, _nothing_here)(Exchange(self, request))

            do_GET = do_POST = _answer  # noqa: N815  # the names that the base class looks for

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening: a client that comes now is refused."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The server's address."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def sent_to(self, path: str) -> list[dict[str, Any]]:
        """Bodies of the requests to a path."""
        return [request.body for request in self.requests if request.path == path]


def recording(name: str) -> dict[str, Any]:
    """A recorded exchange: request and response."""
    loaded: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))
    return loaded


def recorded(name: str) -> Reply:
    """The recorded response, a stream in pieces of one line."""
    response = recording(name)["response"]

    def reply(exchange: Exchange) -> None:
        if "ndjson" not in response["headers"]["Content-Type"]:
            exchange.send(response["status"], response["body"])
            return
        exchange.begin()
        for line in response["body"].splitlines(keepends=True):
            exchange.piece(line)
        exchange.end()

    return reply


def says(status: int, body: object) -> Reply:
    """A JSON answer, or a text as it is."""
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda exchange: exchange.send(status, text)


def recorded_ollama(**replies: Reply) -> ReplayServer:
    """An Ollama as it was recorded; keyword arguments replace /api/NAME."""
    server = ReplayServer()
    for name in ("version", "tags", "ps"):
        server.replies[f"/api/{name}"] = recorded(name)
    server.replies["/api/show"] = _show
    server.replies["/api/chat"] = recorded("chat_stream")
    server.replies |= {f"/api/{name}": reply for name, reply in replies.items()}
    return server


def _show(exchange: Exchange) -> None:
    name = exchange.request.body["model"].removesuffix(":latest")
    known = {
        model["name"].removesuffix(":latest") for model in json.loads(recording("tags")["response"]["body"])["models"]
    }
    if name not in known:
        recorded("show_unknown")(exchange)
        return
    shown = json.loads(recording("show")["response"]["body"])
    if name == "all-minilm":
        shown["model_info"] = {"general.architecture": "bert", "bert.context_length": 512}
        shown["capabilities"] = ["completion"]
    exchange.send(200, json.dumps(shown))


def _nothing_here(exchange: Exchange) -> None:
    exchange.send(404, "404 page not found", content_type="text/plain")
