"""Servers that list items, each on 127.0.0.1, behind one interface: put, delete, and a listing of what is there."""

import imaplib
import itertools
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, Protocol
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from wsgidav.wsgidav_app import WsgiDAVApp

from ingest.sources.address import SourceAddress, given_source
from ingest.sources.bucket import Bucket
from ingest.sources.listing import Entry, Listing
from ingest.sources.login import Login
from ingest.sources.mailbox import Mailbox
from ingest.sources.repository import Repository
from ingest.sources.webdav import WebDavFolder
from tests.support.s3_server import S3Server

SECRET = 'pass"w\\ord#1'
LOGIN = Login(user="ann", password=SECRET)


class Shelf(Protocol):
    """The items of one source, as its owner changes them."""

    def put(self, name: str, text: str) -> None:
        """Add an item, or replace it."""

    def delete(self, name: str) -> None: ...

    def listing(self) -> Listing:
        """A new connection."""


class Counted:
    """A listing that keeps which items were read, and how often everything was listed."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self.base = listing.base
        self.read_names: list[str] = []
        self.listed = 0

    def version(self) -> str:
        return self._listing.version()

    def entries(self) -> Iterator[Entry]:
        self.listed += 1
        return self._listing.entries()

    def read(self, entry: Entry, *, max_bytes: int) -> bytes:
        self.read_names.append(entry.name)
        return self._listing.read(entry, max_bytes=max_bytes)

    def close(self) -> None:
        self._listing.close()


# ------------------------------------------------------------------------------------------------------------- mailbox


class MailServer:
    """The server pymap with the mailboxes of ann, in memory."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._process = subprocess.Popen(
            [
                *(str(Path(sys.executable).with_name("pymap")), "--no-tls", "--host", "127.0.0.1"),
                *("--port", str(self.port), "dict", "--demo-data", "--demo-user", LOGIN.user),
                *("--demo-password", LOGIN.password),
            ],
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)
        raise AssertionError("pymap does not start")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class MailShelf:
    """A new folder of the mail server; the name of an item is the subject of its mail."""

    numbers = iter(range(1, 10_000))

    def __init__(self, server: MailServer) -> None:
        self.address = SourceAddress(
            scheme="imap", user="ann", host="127.0.0.1", port=server.port, path=f"Büro & {next(self.numbers)}"
        )
        self._name = '"' + self.address.path.replace("&", "&-").replace("ü", "&APw-") + '"'
        self._client = imaplib.IMAP4("127.0.0.1", server.port)
        self._client.authenticate("PLAIN", lambda _: f"\0ann\0{SECRET}".encode())
        self.renew()

    def renew(self) -> None:
        """The folder is made again, empty: with another UIDVALIDITY."""
        self._client.select("INBOX")  # a folder that is open cannot be deleted
        self._client.delete(self._name)
        assert self._client.create(self._name)[0] == "OK"

    def put(self, name: str, text: str) -> None:
        self.delete(name)
        mail = f"From: Ann <ann@example.org>\r\nSubject: {name}\r\n\r\n{text}\r\n".encode()
        assert self._client.append(self._name, "", "", mail)[0] == "OK"

    def delete(self, name: str) -> None:
        self._client.select(self._name)
        for number in self._client.search(None, "SUBJECT", f'"{name}"')[1][0].split():
            self._client.store(number.decode(), "+FLAGS", r"(\Deleted)")

    def seen(self) -> int:
        """Number of mails that are marked as seen."""
        self._client.select(self._name)
        return len(self._client.search(None, "SEEN")[1][0].split())

    def listing(self) -> Listing:
        return Mailbox(self.address, login=LOGIN)


# -------------------------------------------------------------------------------------------------------------- bucket


class BucketShelf:
    """What is below a prefix of a bucket, beside objects that are not."""

    def __init__(self, server: S3Server) -> None:
        self.server = server
        server.objects = {"docs2/other.txt": b"It is elsewhere.", "docs/": b""}

    def put(self, name: str, text: str) -> None:
        self.server.objects[f"docs/{name}"] = text.encode()

    def delete(self, name: str) -> None:
        del self.server.objects[f"docs/{name}"]

    def listing(self) -> Listing:
        login = Login(user=self.server.key, password=SECRET)
        return Bucket(given_source("s3://papers/docs/"), endpoint=self.server.url, region="", login=login)


# -------------------------------------------------------------------------------------------------------------- WebDAV


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class DavServer:
    """The server WsgiDAV over a folder, behind a login."""

    def __init__(self) -> None:
        self._kept = tempfile.TemporaryDirectory()
        self.folder = Path(self._kept.name)
        app = WsgiDAVApp(
            {
                "provider_mapping": {"/": str(self.folder)},
                "simple_dc": {"user_mapping": {"*": {LOGIN.user: {"password": LOGIN.password}}}},
                "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
                "verbose": 0,
                "logging": {"enable": False},
            }
        )
        self._server = make_server("127.0.0.1", 0, app, server_class=_Threads, handler_class=_Quiet)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._kept.cleanup()


class DavShelf:
    """A new folder of the WebDAV server."""

    numbers = iter(range(1, 10_000))

    def __init__(self, server: DavServer) -> None:
        name = f"Team {next(self.numbers)}"
        self.folder = server.folder / name
        self.folder.mkdir()
        self.address = given_source(f"webdav://ann@127.0.0.1:{server.port}/{name}/")

    def put(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def delete(self, name: str) -> None:
        (self.folder / name).unlink()

    def listing(self) -> Listing:
        return WebDavFolder(self.address, login=LOGIN)


# ----------------------------------------------------------------------------------------------------------------- Git


class GitShelf:
    """A bare repository with a branch "team/main"; each change is a commit."""

    def __init__(self, folder: Path) -> None:
        self._work = folder / "work"
        self.bare = folder / "hand book.git"
        self._work.mkdir()
        self.git("init", "--quiet", "--bare", "-b", "team/main", str(self.bare))
        self.commit()

    def put(self, name: str, text: str) -> None:
        path = self._work / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.commit()

    def delete(self, name: str) -> None:
        (self._work / "docs" / name).unlink()
        self.commit()

    def commit(self) -> None:
        (self._work / "README.md").write_text("Outside the folder.")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "change")

    def git(self, *arguments: str) -> None:
        """Run git in the repository."""
        roles = itertools.product(("AUTHOR", "COMMITTER"), ("NAME", "EMAIL"))
        names = {f"GIT_{role}_{part}": "ann@example.org" for role, part in roles}
        where = [] if arguments[0] == "init" else [f"--git-dir={self.bare}", f"--work-tree={self._work}"]
        command = ["git", *where, *arguments]
        subprocess.run(command, check=True, env=os.environ | names, cwd=self._work)

    def listing(self) -> Listing:
        return Repository(given_source(f"git+file://{self.bare}#team/main:docs"), login=None)


@contextmanager
def closing_after(server: Any) -> Iterator[Any]:
    """Close a server at the end."""
    try:
        yield server
    finally:
        server.close()


def without_port(text: str) -> str:
    """A text in which the port of a test's server is gone."""
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", text)
