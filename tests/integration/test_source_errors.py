"""Sources that refuse, lie or are away: one clear line each, without a password, and nothing read from elsewhere."""

import base64
import os
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from app.core.errors import AppError, DocumentError, NotFoundError
from ingest.sources.address import given_source
from ingest.sources.bucket import Bucket
from ingest.sources.listing import Entry, Listing
from ingest.sources.login import Login
from ingest.sources.mailbox import Mailbox
from ingest.sources.repository import Repository
from ingest.sources.webdav import WebDavFolder
from tests.support.certificate import write_certificate
from tests.support.s3_server import S3Server
from tests.support.sources import LOGIN, SECRET, GitShelf, closing_after

_CLOSED = "127.0.0.1:9"  # nothing listens there
_ITEM = Entry(uri="x:/1", key="1", name="1", path="1")


def listing_of(kind: str, server: str, *, path: str = "docs", login: Login | None = LOGIN) -> Listing:
    """A listing of a server that may be away."""
    if kind == "mailbox":
        return Mailbox(given_source(f"imap://ann@{server}/{path}"), login=login)
    if kind == "bucket":
        return Bucket(given_source(f"s3://papers/{path}"), endpoint=f"http://{server}", region="", login=login)
    if kind == "webdav":
        return WebDavFolder(given_source(f"webdav://{server}/{path}"), login=login)
    return Repository(given_source(f"git+http://{server}/{path}.git"), login=login)


def refusal(listing: Listing) -> AppError:
    """The error of listing everything; it is one line without the password."""

    def read() -> None:
        listing.version()
        list(listing.entries())

    with pytest.raises(AppError) as caught:
        read()
    listing.close()
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize("kind", ["mailbox", "bucket", "webdav", "git"])
def test_a_server_that_is_away_is_one_line(kind: str) -> None:
    assert "127.0.0.1" in refusal(listing_of(kind, _CLOSED)).problem


# ----------------------------------------------------------------------------------------------------------------- IMAP


@contextmanager
def mail_server(
    answer: Callable[[str, str], str], *, tls: ssl.SSLContext | None = None, late: bool = False
) -> Iterator[str]:
    """A server that answers each command as a test says: (tag, rest of the line) -> lines. late: TLS by STARTTLS."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline().decode().strip():
                tag, _, rest = line.partition(" ")
                capability = f"* CAPABILITY IMAP4rev1{' STARTTLS' * late}\r\n" if rest == "CAPABILITY" else ""
                self.wfile.write((capability + (answer(tag, rest) or f"{tag} OK done\r\n")).encode())
                if rest == "STARTTLS" and tls is not None:
                    encrypted = tls.wrap_socket(self.connection, server_side=True)
                    self.rfile, self.wfile = encrypted.makefile("rb"), encrypted.makefile("wb")
                self.wfile.flush()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if tls is not None and not late:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_mail_server_that_repeats_the_password_does_not_bring_it_into_the_error() -> None:
    with mail_server(lambda tag, rest: f"{tag} NO no: {rest}\r\n" if rest.startswith("LOGIN") else "") as server:
        error = refusal(listing_of("mailbox", server))
    assert error.problem == '127.0.0.1 does not sign ann in: no: LOGIN ann "…".'


def test_a_folder_that_does_not_exist_is_absent() -> None:
    with mail_server(lambda tag, rest: f"{tag} NO none\r\n" if rest.startswith("EXAMINE") else "") as server:
        assert isinstance(refusal(listing_of("mailbox", server, path="Projects")), NotFoundError)


def test_a_mail_of_any_announced_length_is_not_taken() -> None:
    def answer(_tag: str, rest: str) -> str:
        return "* 1 FETCH (BODY[] {9999999999}\r\n" if rest.startswith("UID FETCH") else ""

    with mail_server(answer) as server:
        mailbox = listing_of("mailbox", server)
        with pytest.raises(AppError, match=r"9,999,999,999 bytes at once"):
            mailbox.read(_ITEM, max_bytes=1000)


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server named localhost encrypts with, and its certificate."""
    certificate, key = write_certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


@pytest.mark.parametrize("late", [False, True])
def test_mail_is_read_encrypted_and_only_from_a_server_that_is_trusted(
    tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    lines: list[str] = []

    def answer(tag: str, rest: str) -> str:
        lines.append(rest)
        listed = '* 1 FETCH (UID 7 FLAGS () RFC822.SIZE 2 INTERNALDATE " 5-Mar-2024 10:00:00 +0100")\r\n'
        said = {
            "UID FETCH 1:*": listed,
            "UID FETCH 7": "* 1 FETCH (UID 7 BODY[] {2}\r\nHi)\r\n",
            "EXAMINE": "* 1 EXISTS\r\n",
        }
        return "".join(text for start, text in said.items() if rest.startswith(start)) + f"{tag} OK done\r\n"

    monkeypatch.setattr("ingest.sources.mailbox.is_loopback", lambda _host: False)
    with mail_server(answer, tls=tls[0], late=late) as server:
        address = given_source(f"{'imap' if late else 'imaps'}://ann@localhost:{server.rpartition(':')[2]}")
        assert "certificate verify failed" in refusal(Mailbox(address, login=LOGIN)).problem
        assert not any(line.startswith("LOGIN") for line in lines)
        monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
        with closing_after(Mailbox(address, login=LOGIN)) as mailbox:
            (entry,) = mailbox.entries()
            assert str(entry.modified_at) == "2024-03-05 09:00:00+00:00"
            assert mailbox.read(entry, max_bytes=10) == b"Hi"
    assert any(line.startswith("EXAMINE") for line in lines)


def test_a_password_is_not_sent_to_a_mail_server_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.sources.mailbox.is_loopback", lambda _host: False)
    lines: list[str] = []
    with mail_server(lambda _tag, rest: lines.append(rest) or "") as server:  # type: ignore[func-returns-value]
        assert "offers no encryption" in refusal(listing_of("mailbox", server)).problem
    assert lines == ["CAPABILITY"]


def test_without_a_password_no_connection_is_made() -> None:
    assert "No password is known for ann" in refusal(listing_of("mailbox", _CLOSED, login=None)).problem


# ------------------------------------------------------------------------------------------------------------------- S3


def test_a_bucket_refuses_a_wrong_key_and_is_absent_under_a_wrong_name() -> None:
    with closing_after(S3Server()) as server:
        wrong = refusal(listing_of("bucket", server.url.removeprefix("http://")))
        assert "does not list papers: InvalidAccessKeyId" in wrong.problem
        login = Login(user=server.key, password=SECRET)
        bucket = Bucket(given_source("s3://others"), endpoint=server.url, region="x", login=login)
        assert isinstance(refusal(bucket), NotFoundError)


def test_the_key_of_the_environment_is_used_when_no_login_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing_after(S3Server()) as server:
        server.objects = {"docs/a.txt": b"A."}
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        bucket = Bucket(given_source("s3://papers"), endpoint=server.url, region="", login=None)
        assert [entry.uri for entry in bucket.entries()] == ["s3://papers/docs/a.txt"]


# --------------------------------------------------------------------------------------------------------------- WebDAV


def _list(*hrefs: str, head: str = "") -> str:
    items = "".join(
        f"<response><href>{href}</href><propstat><prop><getetag>1</getetag></prop>"
        "<status>HTTP/1.1 200 OK</status></propstat></response>"
        for href in hrefs
    )
    return f'<?xml version="1.0"?>{head}<multistatus xmlns="DAV:">{items}</multistatus>'


def test_only_what_is_below_the_address_is_listed(httpserver: HTTPServer) -> None:
    hrefs = ("/docs/a.txt", "http://inner.example.org/docs/b.txt", "/other/c.txt", "/docs/../d.txt", "/docs2/e.txt")
    httpserver.expect_request("/docs", method="PROPFIND").respond_with_data(_list(*hrefs, "/docs/a.txt"), 207)
    folder = listing_of("webdav", f"127.0.0.1:{httpserver.port}")
    found = [entry.uri.partition("/docs/")[2] for entry in folder.entries()]
    assert found == ["a.txt", "b.txt"]  # by its path alone: the host is that of the address
    assert {entry.uri.split("/")[2] for entry in folder.entries()} == {f"127.0.0.1:{httpserver.port}"}


def test_no_entity_of_a_list_is_read(httpserver: HTTPServer, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    head = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
    httpserver.expect_request("/docs").respond_with_data(_list("/docs/&e;.txt", "/docs/a.txt", head=head), 207)
    folder = listing_of("webdav", f"127.0.0.1:{httpserver.port}")
    assert "secret" not in "".join(entry.uri for entry in folder.entries())


def test_a_folder_is_found_behind_its_slash_and_not_elsewhere(httpserver: HTTPServer) -> None:
    moved, away = {"Location": "/docs/"}, {"Location": f"http://{_CLOSED}/else/"}
    httpserver.expect_ordered_request("/docs", method="PROPFIND").respond_with_data("", 301, headers=moved)
    httpserver.expect_ordered_request("/docs/", method="PROPFIND").respond_with_data(_list("/docs/a.txt"), 207)
    assert len(list(listing_of("webdav", f"127.0.0.1:{httpserver.port}").entries())) == 1
    httpserver.expect_ordered_request("/docs", method="PROPFIND").respond_with_data("", 301, headers=away)
    assert "answers 301" in refusal(listing_of("webdav", f"127.0.0.1:{httpserver.port}")).problem


def test_a_file_that_is_longer_than_it_says_is_not_taken_whole(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/1").respond_with_data(b"x" * 2**20)
    folder = listing_of("webdav", f"127.0.0.1:{httpserver.port}")
    assert 1000 < len(folder.read(Entry(uri="", key="/1", name="", path=""), max_bytes=1000)) < 2**18


@pytest.mark.parametrize(("status", "words"), [(401, "does not let you list"), (405, "answers 405"), (200, "answers")])
def test_a_server_that_lists_nothing_is_one_line(httpserver: HTTPServer, status: int, words: str) -> None:
    httpserver.expect_request("/docs").respond_with_data("<html>", status=status)
    assert words in refusal(listing_of("webdav", f"127.0.0.1:{httpserver.port}")).problem


# ------------------------------------------------------------------------------------------------------------------ Git


def test_git_gets_the_login_for_its_server_and_never_asks(httpserver: HTTPServer) -> None:
    asked = {"WWW-Authenticate": "Basic realm=x"}
    httpserver.expect_request("/docs.git/info/refs").respond_with_data("", 401, headers=asked)
    server = f"127.0.0.1:{httpserver.port}"
    assert "Authentication failed" in refusal(listing_of("git", server)).problem
    packed = base64.b64encode(f"ann:{SECRET}".encode()).decode()
    assert [request.headers.get("Authorization") for request, _ in httpserver.log] == [None, f"Basic {packed}"]
    assert "terminal prompts disabled" in refusal(listing_of("git", server, login=None)).problem


def test_links_submodules_and_pointers_to_large_files_are_no_documents(tmp_path: Path) -> None:
    shelf = GitShelf(tmp_path)
    shelf.put("a.txt", "A.")
    shelf.put("large.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n")
    os.symlink("/etc/passwd", tmp_path / "work/docs/link.txt")
    shelf.commit()
    shelf.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},docs/module")
    shelf.git("commit", "--quiet", "-m", "module")
    with closing_after(shelf.listing()) as repository:
        entries = {entry.name: entry for entry in repository.entries()}
        assert entries.keys() == {"a.txt", "large.bin"}
        assert repository.read(entries["a.txt"], max_bytes=10) == b"A."
        with pytest.raises(DocumentError, match="Git LFS"):
            repository.read(entries["large.bin"], max_bytes=10)
    assert (
        "no branch or tag gone"
        in refusal(Repository(given_source(f"git+file://{shelf.bare}#gone"), login=None)).problem
    )


def test_nothing_of_a_repository_stays_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = GitShelf(tmp_path)
    shelf.put("a.txt", "A.")
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.setattr("tempfile.tempdir", None)
    repository = shelf.listing()
    assert len(list(repository.entries())) == 1
    assert len(os.listdir(tmp_path / "scratch")) == 1
    repository.close()
    assert os.listdir(tmp_path / "scratch") == []


def test_a_tag_and_the_default_branch_are_addresses_too(tmp_path: Path) -> None:
    shelf = GitShelf(tmp_path)
    shelf.put("a.txt", "A.")
    shelf.git("tag", "v1")
    shelf.put("b.txt", "B.")
    for fragment, names in (("#v1:docs", ["a.txt"]), ("", ["README.md", "a.txt", "b.txt"])):
        with closing_after(Repository(given_source(f"git+file://{shelf.bare}{fragment}"), login=None)) as repository:
            command = ["git", f"--git-dir={shelf.bare}", "rev-parse", "v1" if fragment else "HEAD"]
            assert repository.version() == subprocess.check_output(command, text=True).strip()
            assert [entry.name for entry in repository.entries()] == names
