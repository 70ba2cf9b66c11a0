"""A web site is a source like a folder: read once, checked by conditions, changed, gone, one run at a time."""

import pytest
from sqlalchemy import Engine, text

from app.core.errors import AppError, SettingsError
from ingest.web.frontier import SiteOptions
from tests.support.web_reading import Read, no_model, rows, stored
from tests.support.web_server import Page, WebServer, html

# ------------------------------------------------------------------------------------------------- once, twice, changed


def test_a_site_goes_in_and_a_second_run_reads_nothing(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {
        "/robots.txt": Page(body=b"User-agent: *\nDisallow:", media_type="text/plain"),
        "/docs/": html("The harbour opens at six.", "a.html", "b.html?utm_source=x#part", "/other/"),
        "/docs/a.html": html("Ferries sail hourly.", "c.html", "/docs/"),
        "/docs/b.html": html("Tickets cost four euros."),
        "/docs/c.html": html("Bicycles travel free.", "d.html"),
        "/docs/d.html": html("Too far away."),
        "/other/": html("Another part of the site."),
    }
    first = read("/docs/")
    assert first.counts == {"new": 4}
    assert stored(database, web) == ["/docs/", "/docs/a.html", "/docs/b.html", "/docs/c.html"]
    assert "1 outside the given path (--any-path); 1 further away (--depth)" in first.notes
    web.log.clear()
    again = read("/docs/", make_embedder=no_model)
    assert again.counts == {"unchanged": 4}
    assert again.notes.startswith("0 pages read, 4 unchanged; 0.0 MiB received.")
    assert {status for _, status in web.log} == {304}  # not even robots.txt is sent again


def test_a_changed_page_replaces_its_document_and_only_it_is_read(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("Old words.")}
    read()
    web.pages["/a"] = html("New words.")
    web.log.clear()
    assert read().counts == {"unchanged": 1, "changed": 1}
    assert web.requests(200) == ["/a"]
    assert rows(database, "SELECT text FROM documents WHERE source_uri = :uri", uri=web.url("/a")) == [
        ("# New words\n\nNew words.",)
    ]


def test_a_server_without_validators_is_compared_by_content(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Always the same.")}
    web.pages["/"].validators = False
    read()
    again = read(make_embedder=no_model)
    assert again.counts == {"unchanged": 1}
    assert web.requests(200) == ["/", "/"]


def test_a_page_that_differs_only_in_a_token_is_unchanged(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Always the same.", head='<meta name="csrf" content="1">')}
    read()
    web.pages["/"] = html("Always the same.", head='<meta name="csrf" content="2">')
    assert read(make_embedder=no_model).counts == {"unchanged": 1}
    web.log.clear()
    assert read(make_embedder=no_model).counts == {"unchanged": 1}
    assert web.requests() == web.requests(304) == ["/"]  # the new ETag was kept


def test_last_modified_alone_is_enough(read: Read, database: Engine, web: WebServer) -> None:
    stamp = "Tue, 05 Mar 2024 10:00:00 GMT"
    web.pages = {"/": html("Dated.")}
    web.pages["/"].validators = False
    web.pages["/"].headers = {"Last-Modified": stamp}
    read()
    assert rows(database, "SELECT modified_at FROM documents")[0][0].isoformat().startswith("2024-03-05T10:00:00")
    assert rows(database, "SELECT revision->>'modified' FROM remote_items WHERE sha256 IS NOT NULL") == [(stamp,)]


def test_checksum_reads_everything_again(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("Words.")}
    read()
    web.log.clear()
    assert read(checksum=True).counts == {"unchanged": 2}
    assert web.requests(200) == ["/", "/a"]


def test_a_document_that_was_deleted_is_read_again(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("Words.")}
    read()
    with database.begin() as connection:
        connection.execute(text("DELETE FROM documents WHERE source_uri = :uri"), {"uri": web.url("/a")})
    assert read().counts == {"unchanged": 1, "new": 1}


def test_a_document_of_an_older_chunker_is_read_again(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.")}
    read()
    with database.begin() as connection:
        connection.execute(text("UPDATE documents SET chunker_version = '1'"))
    assert read().counts == {"changed": 1}


def test_a_dry_run_names_what_would_happen_and_writes_nothing(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    read()
    web.pages = {"/": html("Start.", "a", "c", "d"), "/a": html("A."), "/c": html("C."), "/d": Page(status=403)}
    before = rows(database, "SELECT * FROM documents ORDER BY id"), rows(database, "SELECT * FROM remote_items")
    foreseen = read(preview=True, prune=True, make_embedder=no_model).foreseen
    assert {uri.removeprefix(web.url("")): outcome for uri, outcome in foreseen.items()} == {
        "/": "changed", "/a": "unchanged", "/c": "new", "/d": "failed", "/b": "removed",
    }  # fmt: skip
    assert (
        rows(database, "SELECT * FROM documents ORDER BY id"),
        rows(database, "SELECT * FROM remote_items"),
    ) == before


# ----------------------------------------------------------------------------------------------------------- gone


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_told_and_removed_by_prune(
    read: Read, database: Engine, web: WebServer, status: int
) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    read()
    web.pages["/b"] = Page(status=status)
    kept = read()
    assert (kept.counts, kept.run.gone) == ({"unchanged": 2}, 1)
    assert stored(database, web) == ["/", "/a", "/b"]
    assert read(prune=True).counts == {"unchanged": 2, "removed": 1}
    assert stored(database, web) == ["/", "/a"]
    assert rows(database, "SELECT count(*) FROM chunks c LEFT JOIN documents d ON d.id = document_id WHERE d.id IS NULL"
                ) == [(0,)]  # fmt: skip


def test_a_page_that_nothing_links_to_any_more_is_kept_while_it_is_there(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    read()
    web.pages["/"] = html("Start, without links.")
    web.pages["/a"] = html("A, changed.")
    assert read(prune=True).counts == {"changed": 2, "unchanged": 1}
    del web.pages["/b"]
    assert read(prune=True).counts == {"unchanged": 2, "removed": 1}


def test_pages_beyond_a_smaller_depth_are_still_kept_up_to_date(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.", "b"), "/b": html("B.", "c"), "/c": html("C.")}
    read(site=SiteOptions(depth=3))
    assert len(stored(database, web)) == 4
    assert read(site=SiteOptions(depth=0), prune=True).counts == {"unchanged": 4}


def test_prune_refuses_to_empty_a_site_without_force(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    read()
    web.pages = {}
    with pytest.raises(SettingsError, match=r"2 documents of it are stored.*--force"):
        read(prune=True)
    assert len(stored(database, web)) == 2
    assert read(prune=True, force=True).counts == {"removed": 2}
    assert stored(database, web) == []


def test_a_site_that_is_down_loses_nothing(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    read()
    web.pages = {path: Page(status=503) for path in ("/", "/a")}
    with pytest.raises(AppError, match="fails or is busy"):
        read(prune=True, force=True)
    assert len(stored(database, web)) == 2


def test_an_address_without_a_page_is_an_error(read: Read) -> None:
    with pytest.raises(AppError, match=r"There is nothing at .*/nothing: The server answers 404"):
        read("/nothing")


# ------------------------------------------------------------------------------------------------------ one at a time


def test_two_runs_over_one_site_do_not_work_at_once(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    errors: list[str] = []

    def second(path: str) -> None:
        if path == "/a":
            web.on_request = lambda _path: None
            with pytest.raises(AppError) as caught:
                read()
            errors.append(str(caught.value))

    web.on_request = second
    assert read().counts == {"new": 2}
    assert len(errors) == 1
    assert "Another process reads" in errors[0]


def test_pages_are_told_as_they_are_stored_each_in_its_own_transaction(
    read: Read, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    counts: list[int] = []
    web.on_request = lambda _path: counts.append(rows(database, "SELECT count(*) FROM documents")[0][0])
    read()
    assert counts == [0, 0, 1, 2]  # before robots.txt, the start, /a and /b
