"""What becomes of the pages and files of a site: kinds, encodings, menus, logins, failures."""

import pytest
from sqlalchemy import Engine

from app.core.errors import AppError
from ingest.ignore_rules import spec
from ingest.web.frontier import SiteOptions
from tests.support import made_files as made
from tests.support.web_reading import Read, no_model, rows, stored
from tests.support.web_server import Page, WebServer, html, moved

# ------------------------------------------------------------------------------------------------------ what is read


def test_files_of_every_kind_are_read_and_recognised_by_content(read: Read, database: Engine, web: WebServer) -> None:
    octets = "application/octet-stream"
    web.pages = {"/": html("Start.", "a.pdf", "download?id=7", "table", "box.zip", "readme.md", "photo.jpg", "pic")}
    web.pages |= {
        "/a.pdf": Page(body=made.pdf([["Ships sail at dawn."]]), media_type="application/pdf"),
        "/download?id=7": Page(
            body=made.docx(("", "The crew sleeps.")), media_type=octets,
            headers={"Content-Disposition": "attachment; filename*=UTF-8''Dienst%20plan.docx"},
        ),
        "/table": Page(body=b"port,fare\nHamburg,4\nBremen,5\n", media_type="text/csv"),
        "/box.zip": Page(body=made.zipped({"plan.md": "# Plan\n\nThe plan."}), media_type="application/zip"),
        "/readme.md": html("Shown as a page."),
        "/pic": Page(body=b"\x89PNG\r\n\x1a\n" + bytes(99), media_type="image/png"),
    }  # fmt: skip
    done = read()
    kinds = dict(rows(database, "SELECT name, media_type FROM documents"))
    assert kinds == {
        f"127.0.0.1:{web.port}": "text/html", "a.pdf": "application/pdf", "box.zip": "application/zip",
        "Dienst plan.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "table.csv": "text/csv", "plan.md": "text/markdown", "readme.md.html": "text/html",
    }  # fmt: skip
    assert "2 pictures, recordings, programs and feeds" in done.notes
    assert rows(database, "SELECT source_uri FROM documents WHERE container_id IS NOT NULL") == [
        (web.url("/box.zip!/plan.md"),)
    ]
    assert read(prune=True, make_embedder=no_model).counts == {"unchanged": 6}


def test_the_encoding_that_a_server_declares_is_used(read: Read, database: Engine, web: WebServer) -> None:
    body = "<title>Ч</title><h1>Часы</h1><p>Паром отходит в девять часов, каждый день недели.</p>"
    web.pages = {
        "/": Page(body=body.encode("koi8-r"), media_type="text/html; charset=KOI8-R"),
        "/wrong": Page(body=body.encode(), media_type="text/html; charset=iso-8859-1"),
        "/odd": Page(body=body.encode(), media_type="text/html; charset=no-such-code"),
    }
    for path in web.pages:
        read(path)
    texts = rows(database, "SELECT DISTINCT text FROM documents")
    assert texts == [("# Часы\n\nПаром отходит в девять часов, каждый день недели.",)]


def test_a_page_without_links_or_text_is_one_line(read: Read, web: WebServer) -> None:
    web.pages = {"/": Page(body=b"<html><body><script>app()</script></body></html>")}
    done = read()
    assert done.counts == {"no text": 1}
    assert read().counts == {"unchanged": 1}


def test_menus_headers_and_footers_are_left_out_and_named(read: Read, database: Engine, web: WebServer) -> None:
    frame = '<nav><a href="/">Home</a> <a href="/a/">Products</a></nav>'
    body = (
        f"<html><body>{frame}<main><h1>Pumps</h1><p>Pumps move water.</p></main><footer>Imprint</footer></body></html>"
    )
    web.pages = {"/": Page(body=body.replace("Pumps", "Start").encode()), "/a/": Page(body=body.encode())}
    read()
    found = dict(rows(database, "SELECT source_uri, text FROM documents"))
    assert found[web.url("/a/")] == "# Pumps\n\nPumps move water."
    assert "Products" in found[web.url("/")]  # the home page is read whole
    assert rows(database, "SELECT warnings FROM documents WHERE source_uri = :uri", uri=web.url("/a/")) == [
        (["Left out of the page: 1 menu, 1 footer (19 characters)."],)
    ]


@pytest.mark.parametrize("status", [401, 403])
def test_a_page_that_needs_a_login_is_one_line_and_its_document_stays(
    read: Read, database: Engine, web: WebServer, status: int
) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    read()
    web.pages |= {"/a": Page(status=status), "/b": moved("/accounts/login?next=/b", 302)}
    done = read(prune=True)
    assert done.counts == {"unchanged": 1, "failed": 2}
    assert done.results[web.url("/a")].message.startswith(f"It needs a login ({status}).")
    assert done.results[web.url("/b")].message.startswith("It needs a login.")
    failed = dict(rows(database, "SELECT source_uri, error FROM documents WHERE error <> ''"))
    assert set(failed) == {web.url("/a"), web.url("/b")}
    assert rows(database, "SELECT count(*) FROM chunks") == [(3,)]
    web.pages |= {"/a": html("A."), "/b": html("B.")}
    assert read().counts == {"unchanged": 3}
    assert rows(database, "SELECT count(*) FROM documents WHERE error <> ''") == [(0,)]
    web.pages["/"] = Page(status=status)
    with pytest.raises(AppError, match="needs a login"):
        read()


def test_a_login_form_is_no_document(read: Read, database: Engine, web: WebServer) -> None:
    form = html("Please sign in.", head="")
    form.body += b'<form><input name="u"><input type="password" name="p"></form>'
    web.pages = {"/": html("Start.", "login", "shop"), "/login": form, "/shop": form}
    done = read()
    assert stored(database, web) == ["/", "/shop"]  # shops ask on every page
    assert "1 login forms" in done.notes


def test_content_that_cannot_be_read_is_one_line_until_it_changes_or_is_tried_again(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a.pdf"), "/a.pdf": Page(body=b"%PDF-1.4 broken", media_type="application/pdf")}
    assert read().counts == {"new": 1, "failed": 1}
    web.log.clear()
    again = read(make_embedder=no_model)
    assert again.counts == {"unchanged": 1, "failed": 1}
    assert "damaged" in again.results[web.url("/a.pdf")].message
    assert web.requests(200) == []
    assert read(retry=True).counts == {"unchanged": 1, "failed": 1}
    assert web.requests(200) == ["/a.pdf"]
    good = web.pages["/a.pdf"].body
    web.pages["/a.pdf"] = Page(status=500)
    read()
    web.pages["/a.pdf"] = Page(body=good, media_type="application/pdf")
    assert "damaged" in read().results[web.url("/a.pdf")].message  # and not that the server failed once
    web.pages["/a.pdf"] = Page(body=made.pdf([["Whole."]]), media_type="application/pdf")
    assert read().counts == {"unchanged": 1, "new": 1}


def test_dead_links_are_named_with_their_page_and_are_no_failures(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "missing")}
    done = read()
    assert done.counts == {"new": 1}
    assert f"Links to pages that do not exist: 1, {web.url('/missing')} (on {web.url('/')})." in done.notes


def test_a_busy_server_is_asked_again_after_the_time_it_names(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": Page(status=429, headers={"Retry-After": "7"})}
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if seconds > 6:
            web.pages["/a"] = html("A.")

    assert read(sleep=sleep).counts == {"new": 2}
    assert [round(seconds) for seconds in waits if seconds > 1] == [7]
    web.pages["/a"] = Page(status=503, headers={"Retry-After": "86400"})
    done = read()
    assert "asks to wait 86400 seconds" in done.results[web.url("/a")].message


def test_include_and_exclude_choose_by_path(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "docs/a.html", "docs/b.csv", "old/c.csv")}
    web.pages |= {"/docs/a.html": html("A.", "b.csv"), "/docs/b.csv": Page(body=b"a,b\n1,2\n", media_type="text/csv"),
                  "/old/c.csv": Page(body=b"a,b\n3,4\n", media_type="text/csv")}  # fmt: skip
    site = SiteOptions(include=spec(["*.csv"]), exclude=spec(["/old/"]))
    done = read(site=site)
    assert stored(database, web) == ["/docs/b.csv"]
    assert "3 excluded" in done.notes
    web.log.clear()
    assert read(site=site, prune=True).counts == {"unchanged": 1}
    assert web.requests(200) == []
    assert read(prune=True).counts == {"unchanged": 1, "new": 3}
    assert read(site=site, prune=True).counts == {"unchanged": 1}  # what an option excludes is not deleted
    assert len(stored(database, web)) == 4
