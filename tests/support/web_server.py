"""A web site on 127.0.0.1 whose pages a test writes down, with a log of the requests it gets."""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(kw_only=True)
class Page:
    """What the server answers for one address."""

    body: bytes = b""
    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: bool = True  # it has an ETag and answers 304
    packed: bool = False  # sent with Content-Encoding: gzip
    send: Callable[[BaseHTTPRequestHandler], None] | None = None  # instead of the body


def html(text: str, *links: str, title: str = "", head: str = "") -> Page:
    """A page with a heading, one paragraph and links."""
    anchors = "".join(f'<p><a href="{link}">to {link}</a></p>' for link in links)
    title = title or text.split(".")[0]
    return Page(
        body=f"<!doctype html><html><head><title>{title}</title>{head}</head><body><h1>{title}</h1><p>{text}</p>"
        f"{anchors}</body></html>".encode()
    )


def moved(target: str, status: int = 301) -> Page:
    """A redirect."""
    return Page(status=status, headers={"Location": target})


def sitemap(*addresses: str, index: bool = False) -> Page:
    """A sitemap, or an index of sitemaps."""
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    entries = "".join(f"<{inner}><loc>{address}</loc></{inner}>" for address in addresses)
    xml = f'<?xml version="1.0"?><{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{outer}>'
    return Page(body=xml.encode(), media_type="application/xml")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A reader that leaves early is no error."""


class WebServer:
    """The pages of one site by path and query; a page that is not written down is answered with 404."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.log: list[tuple[str, int]] = []  # path and status of each request
        self.agents: set[str] = set()
        self.on_request: Callable[[str], None] = lambda _path: None
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def url(self, path: str = "/") -> str:
        """The address of one of its pages."""
        return f"http://127.0.0.1:{self.port}{path}"

    def requests(self, status: int | None = None) -> list[str]:
        """Paths that were requested since the log was cleared, without robots.txt; only those answered so."""
        return [path for path, answer in self.log if path != "/robots.txt" and status in (None, answer)]

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.agents.add(self.headers.get("User-Agent", ""))
                site.on_request(self.path)
                page = site.pages.get(self.path, Page(status=404, body=b"no such page"))
                etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
                fresh = page.validators and page.status == 200
                if fresh and self.headers.get("If-None-Match") == etag:
                    site.log.append((self.path, 304))
                    self.send_response(304)
                    self.end_headers()
                    return
                site.log.append((self.path, page.status))
                if page.send is not None:
                    page.send(self)
                    self.close_connection = True
                    return
                body = gzip.compress(page.body) if page.packed else page.body
                self.send_response(page.status)
                headers = {"Content-Type": page.media_type, "Content-Length": str(len(body))}
                if fresh:
                    headers["ETag"] = etag
                if page.packed:
                    headers["Content-Encoding"] = "gzip"
                for name, value in (headers | dict(page.headers)).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        return Handler


@contextmanager
def web_server() -> Iterator[WebServer]:
    """A running server without pages."""
    server = WebServer()
    try:
        yield server
    finally:
        server.close()
