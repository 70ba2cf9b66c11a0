"""What a site wishes: robots.txt, noindex, nofollow, one address for each page; and its sitemaps."""

import gzip

import pytest
from sqlalchemy import Engine

from app.core.errors import AppError
from ingest.web.frontier import SiteOptions
from tests.support.web_reading import Read, no_model, rows, stored
from tests.support.web_server import Page, WebServer, html, sitemap

# ---------------------------------------------------------------------------------------------- the wishes of a site


def test_robots_txt_is_obeyed_by_name_pattern_and_longest_rule(read: Read, database: Engine, web: WebServer) -> None:
    rules = (
        "User-agent: other\nDisallow: /\n\nUser-agent: foremost\nDisallow: /private/\nAllow: /private/open\n"
        "Disallow: /*.txt$\nCrawl-delay: 3\n"
    )
    web.pages = {
        "/robots.txt": Page(body=rules.encode(), media_type="text/plain"),
        "/": html("Start.", "/private/a", "/private/open", "/notes.txt", "/notes.txt?full"),
        "/private/a": html("Private."), "/private/open": html("Open."),
        "/notes.txt": Page(body=b"Notes.", media_type="text/plain"),
        "/notes.txt?full": Page(body=b"All notes.", media_type="text/plain"),
    }  # fmt: skip
    waits: list[float] = []
    done = read(sleep=waits.append)
    assert stored(database, web) == ["/", "/notes.txt?full", "/private/open"]
    assert "2 disallowed by robots.txt" in done.notes
    assert max(waits) > 2.5
    assert {agent.partition("/")[0] for agent in web.agents} == {"foremost"}


def test_a_stored_page_that_robots_txt_now_disallows_is_neither_requested_nor_removed(
    read: Read, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    read()
    web.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /a", media_type="text/plain")
    web.log.clear()
    assert read(prune=True).counts == {"unchanged": 1}
    assert web.requests() == ["/"]
    assert stored(database, web) == ["/", "/a"]


def test_a_site_whose_rules_forbid_or_fail_is_not_read(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start."), "/robots.txt": Page(body=b"User-agent: *\nDisallow: /")}
    with pytest.raises(AppError, match=r"robots.txt of .* does not allow"):
        read()
    web.pages["/robots.txt"] = Page(status=500)
    with pytest.raises(AppError, match=r"fails to send .*/robots.txt"):
        read()
    assert web.requests() == []
    web.pages["/robots.txt"] = Page(status=403)  # a site without rules, by RFC 9309
    assert read().counts == {"new": 1}


def test_noindex_and_nofollow_are_respected_and_counted(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {
        "/": html("Start.", "hidden", "header", "closed"),
        "/hidden": html("Not to be stored.", "behind", head='<meta name="ROBOTS" content="NoIndex">'),
        "/header": html("Nor this."),
        "/closed": html("Stored.", "unreachable", head='<meta name="foremost" content="nofollow">'),
        "/behind": html("Behind."),
        "/unreachable": html("Never."),
    }
    web.pages["/header"].headers = {"X-Robots-Tag": "otherbot: nofollow, foremost: noindex"}
    done = read()
    assert stored(database, web) == ["/", "/behind", "/closed"]
    assert "2 that ask not to be stored (noindex)" in done.notes
    web.log.clear()
    again = read(make_embedder=no_model)
    assert again.counts == {"unchanged": 3}
    assert (web.requests(200), len(web.requests(304))) == ([], 5)
    assert "2 that ask not to be stored (noindex)" in again.notes


def test_a_stored_page_that_asks_not_to_be_stored_any_more_is_removed_by_prune(read: Read, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a"), "/a": html("A.")}
    read()
    web.pages["/a"] = html("A.", head='<meta name="robots" content="none">')
    assert read().run.gone == 1
    assert read(prune=True).counts == {"unchanged": 1, "removed": 1}
    web.log.clear()
    assert read(prune=True).counts == {"unchanged": 1}
    assert web.requests(200) == []
    web.pages["/a"] = html("A.")
    assert read().counts == {"unchanged": 1, "new": 1}


def test_links_marked_nofollow_and_of_other_schemes_are_not_followed(
    read: Read, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "mailto:a@b.c", "javascript:void(0)", "tel:1", "http://me:secret@127.0.0.1/x")}
    web.pages["/"].body += b'<a rel="external nofollow" href="/ad">ad</a><a href="/ok">ok</a>'
    web.pages |= {"/ad": html("Ad."), "/ok": html("Ok.")}
    done = read()
    assert stored(database, web) == ["/", "/ok"]
    assert "1 with a password or unreadable" in done.notes


# ------------------------------------------------------------------------------------------------------- one page, once


def canonical(target: str) -> str:
    return f'<link rel="canonical" href="{target}">'


def test_copies_of_a_page_are_stored_under_its_own_address_only(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a?print=1", "a", "b?x=1", "c?sort=up")}
    web.pages |= {
        "/a": html("Ferries sail hourly.", head=canonical("/a")),
        "/a?print=1": html("Ferries sail hourly. Printed.", head=canonical("/a")),
        "/b?x=1": html("Bicycles travel free.", head=canonical("/b")),
        "/b": html("Bicycles travel free."),
        "/c?sort=up": html("Only here.", head=canonical("/gone")),
    }
    done = read()
    assert stored(database, web) == ["/", "/a", "/b", "/c?sort=up"]
    assert "2 duplicates" in done.notes
    web.log.clear()
    again = read(make_embedder=no_model)
    assert again.counts == {"unchanged": 4}
    assert "2 duplicates" in again.notes
    assert web.requests(200) == []


def test_a_copy_becomes_a_document_when_its_original_is_gone(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a?print=1"), "/a": html("Ferries."),
                 "/a?print=1": html("Ferries, printed.", head=canonical("/a"))}  # fmt: skip
    read()
    assert stored(database, web) == ["/", "/a"]
    del web.pages["/a"]
    assert read(prune=True).counts == {"unchanged": 1, "new": 1, "removed": 1}
    assert stored(database, web) == ["/", "/a?print=1"]


def test_a_home_page_that_all_pages_name_as_theirs_is_a_mistake(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A."), "/b": html("B.")}
    for path in ("/a", "/b"):
        web.pages[path] = html(f"Page {path}.", head=canonical("/"))
    read()
    assert stored(database, web) == ["/", "/a", "/b"]


def test_two_pages_that_name_each_other_are_one_document(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/": html("Start.", "a", "b"), "/a": html("A.", head=canonical("/b")),
                 "/b": html("B.", head=canonical("/a"))}  # fmt: skip
    read()
    assert stored(database, web) == ["/", "/b"]


def test_the_same_text_under_two_addresses_is_stored_once(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {"/docs/": html("Start.", "index.html", "a"), "/docs/index.html": html("Start.", "index.html", "a"),
                 "/docs/a": html("A.")}  # fmt: skip
    read("/docs/")
    assert stored(database, web) == ["/docs/", "/docs/a"]
    web.log.clear()
    assert read("/docs/").counts == {"unchanged": 2}
    assert web.requests(200) == []


def test_a_page_that_leads_elsewhere_at_once_is_a_redirect(read: Read, database: Engine, web: WebServer) -> None:
    refresh = '<meta http-equiv="refresh" content="0; URL=\'/new/\'">'
    web.pages = {"/": html("Start.", "old"), "/old": html("You are sent on.", head=refresh), "/new/": html("New.")}
    read()
    assert stored(database, web) == ["/", "/new/"]


def test_links_are_read_against_the_base_of_the_page_and_in_frames(
    read: Read, database: Engine, web: WebServer
) -> None:
    web.pages = {"/": html("Start.", "a", head='<base href="/deep/er/">'), "/deep/er/a": html("Ä pages.", "ü.html")}
    web.pages["/"].body += b'<iframe src="frame.html"></iframe>'
    web.pages |= {"/deep/er/frame.html": html("Framed."), "/deep/er/%C3%BC.html": html("With an umlaut.")}
    read()
    assert stored(database, web) == ["/", "/deep/er/%C3%BC.html", "/deep/er/a", "/deep/er/frame.html"]
    names = dict(rows(database, "SELECT source_uri, name FROM documents"))
    assert names[web.url("/deep/er/%C3%BC.html")] == "ü.html"


# --------------------------------------------------------------------------------------------------------- sitemaps


def test_a_sitemap_names_the_pages_wherever_they_are_on_the_host(read: Read, database: Engine, web: WebServer) -> None:
    web.pages = {
        "/maps/sitemap.xml": sitemap(
            web.url("/a"), web.url("/deep/b"), "http://elsewhere.example/x", web.url("/a#top")
        ),
        "/a": html("A.", "linked"), "/deep/b": html("B."), "/linked": html("Not listed."),
    }  # fmt: skip
    done = read("/maps/sitemap.xml")
    assert stored(database, web) == ["/a", "/deep/b"]
    assert "Left out: 1 on other hosts." in done.notes
    web.log.clear()
    assert read("/maps/sitemap.xml", make_embedder=no_model).counts == {"unchanged": 2}
    assert web.requests(200) == []
    assert read("/maps/sitemap.xml", site=SiteOptions(depth=1)).counts == {"unchanged": 2, "new": 1}


def test_an_index_of_sitemaps_packed_ones_and_plain_lists_are_read(
    read: Read, database: Engine, web: WebServer
) -> None:
    names = [f"/{n}" for n in range(6)]
    packed = gzip.compress(sitemap(web.url("/2"), web.url("/3")).body)
    web.pages = {path: html(f"Page {path}.") for path in names} | {
        "/index.xml": sitemap(*map(web.url, ("/one.xml", "/two.xml.gz", "/nested.xml", "/index.xml", "/none.xml")),
                              index=True),
        "/one.xml": sitemap(web.url("/0"), web.url("/1")),
        "/two.xml.gz": Page(body=packed, media_type="application/x-gzip"),
        "/nested.xml": sitemap(web.url("/three.txt"), index=True),
        "/three.txt": Page(body=f"{web.url('/4')}\n{web.url('/5')}\n".encode(), media_type="text/plain"),
    }  # fmt: skip
    done = read("/index.xml")
    assert stored(database, web) == names
    assert "/none.xml (on" in done.notes
    web.log.clear()
    assert read("/index.xml", make_embedder=no_model).counts == {"unchanged": 6}
    assert web.requests(200) == []


def test_a_hostile_sitemap_is_bounded(read: Read, web: WebServer) -> None:
    laughs = "<!DOCTYPE urlset [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>"
    body = (
        f"<?xml version='1.0'?>{laughs}<urlset><url><loc>{web.url('/a')}</loc></url><url><loc>&b;</loc></url></urlset>"
    )
    web.pages = {"/sitemap.xml": Page(body=body.encode(), media_type="text/xml"), "/a": html("A.")}
    web.pages["/bomb.xml.gz"] = Page(
        body=gzip.compress(b"<urlset>" + bytes(300 * 2**20)), media_type="application/gzip"
    )
    assert read("/sitemap.xml").counts == {"new": 1}
    done = read("/bomb.xml.gz")
    assert "1 whose links could not be read" in done.notes
