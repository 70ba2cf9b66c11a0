"""The parts of web sources that need no server: rules, sitemaps, names, encodings, links, unpacking."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.core.errors import DocumentError
from ingest.load.limits import Limits
from ingest.web.child import outline_of
from ingest.web.fetch import Reply, Validators
from ingest.web.frontier import Frontier, Reason, SiteOptions, Task
from ingest.web.limits import MIB, WebLimits, unpacked
from ingest.web.outline import Outline, outline_from
from ingest.web.page import is_read, may_be_document, page_name, with_charset
from ingest.web.reader import is_login
from ingest.web.robots import Robots
from ingest.web.sitemaps import sitemap_outline
from tests.support import made_files as made

URL = "https://example.org/docs/page.html"


# ----------------------------------------------------------------------------------------------------------- robots


def test_rules_for_this_program_go_before_those_for_all() -> None:
    rules = Robots(b"User-agent: *\nDisallow: /\n\nUser-Agent: Foremost\nDisallow: /x\nCrawl-delay: 2")
    assert rules.allows("https://example.org/a")
    assert not rules.allows("https://example.org/x/y")
    assert rules.delay == 2


def test_a_delay_is_bounded_and_nonsense_is_no_rule() -> None:
    assert Robots(b"User-agent: *\nCrawl-delay: 86400").delay == 30
    assert Robots(b"User-agent: *\nRequest-rate: 1/5").delay == 5
    assert Robots(b"\xff\xfe<html>not found</html>\nCrawl-delay: much").allows("https://example.org/a")
    assert not Robots(closed=True).allows("https://example.org/a")


def test_hostile_rules_take_no_time_to_speak_of() -> None:
    pattern = b"Disallow: /" + b"*a" * 2000 + b"b\n"
    rules = Robots(b"User-agent: *\n" + pattern * 200)
    assert rules.allows("https://example.org/" + "a" * 1900)


# --------------------------------------------------------------------------------------------------------- sitemaps


def test_a_sitemap_is_recognised_by_its_root_whatever_stands_before_it() -> None:
    body = (
        '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet href="x.xsl"?><!-- made -->\n'
        '<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<s:url><s:loc>\n https://example.org/a?b=1&amp;c=2 </s:loc></s:url><s:url><s:loc><![CDATA[https://example.org/c]]></s:loc></s:url>"
        "<s:url><s:loc>http://example.org/d</s:loc></s:url><s:url><s:loc>ftp://example.org/e</s:loc></s:url></s:urlset>"
    )
    outline = sitemap_outline(body.encode(), "https://example.org/sitemap.xml", Limits())
    assert outline is not None
    assert outline.links == (
        "https://example.org/a?b=1&c=2", "https://example.org/c", "https://example.org/d",
    )  # fmt: skip
    assert outline.unfit == 1


@pytest.mark.parametrize("content", [b"<html><urlset></html>", b"", b"<rss><loc>x</loc></rss>", b"https://a.b/\nno"])
def test_other_content_is_no_sitemap(content: bytes) -> None:
    assert sitemap_outline(content, "https://example.org/list.txt", Limits()) is None


def test_a_packed_archive_is_no_sitemap_and_a_damaged_one_is_an_error() -> None:
    assert sitemap_outline(gzip.compress(b"x"), "https://example.org/data.csv.gz", Limits()) is None
    with pytest.raises(DocumentError, match="damaged"):
        sitemap_outline(b"\x1f\x8bnonsense", "https://example.org/sitemap.xml.gz", Limits())
    bomb = gzip.compress(bytes(3 * MIB))
    with pytest.raises(DocumentError, match="more than 2 MiB"):
        sitemap_outline(bomb, "https://example.org/sitemap.xml.gz", Limits(unpacked_mib=2))


# ------------------------------------------------------------------------------------------------------------ pages


def outline_of_page(markup: str, url: str = URL) -> Outline:
    return outline_of(replace(made.source(markup, "page.html"), uri=url), Limits())


def test_an_outline_survives_its_way_through_json() -> None:
    outline = outline_of_page(
        '<html><head><base href="/b/"><link rel=canonical href="/c"></head><a href=x>x</a></html>'
    )
    assert outline.links == ("https://example.org/b/x",)
    assert outline.canonical == "https://example.org/c"
    assert outline_from(json.loads(json.dumps(outline.as_json()))) == outline
    assert outline_from({"links": ["a"], "of a later version": 1}) == Outline(links=("a",))


@pytest.mark.parametrize(
    ("content", "target"),
    [("0;url=/n", "/n"), ("0; URL='/n'", "/n"), ("5,/n", "/n"), ("3600; url=/n", ""), ("10", ""), ("x", ""),
     ("0; url=https://other.example/", "")],
)  # fmt: skip
def test_a_page_that_leads_elsewhere_at_once_is_recognised(content: str, target: str) -> None:
    outline = outline_of_page(f'<html><meta http-equiv="Refresh" content="{content}"><p>x</p></html>')
    assert outline.refresh == (target and f"https://example.org{target}")


def test_the_text_of_a_page_is_compared_without_its_markup() -> None:
    one = outline_of_page('<html><body data-build="1"><p>Same.</p><script>x=1</script></body></html>')
    other = outline_of_page('<html><body data-build="2"><p>Same.</p><script>x=2</script></body></html>')
    third = outline_of_page("<html><body><p>Other.</p></body></html>")
    assert one.text_hash == other.text_hash != third.text_hash


def test_links_of_hostile_pages_are_bounded() -> None:
    many = "".join(f'<a href="/{n}">x</a>' for n in range(20_000))
    assert len(outline_of_page(f"<html>{many}</html>").links) == 5_000
    assert outline_of_page("<html>" + "<a href='http://[bad'>" * 1000 + "<div>" * 50_000).unfit == 1000


@pytest.mark.parametrize(
    ("path", "media_type", "disposition", "name"),
    [
        ("/docs/", "text/html", "", "docs"),
        ("/readme.md", "text/html", "", "readme.md.html"),
        ("/report.pdf", "text/html", "", "report.pdf.html"),
        ("/v2.13", "text/html", "", "v2.13"),
        ("/page.php", "text/html", "", "page.php"),
        ("/export", "text/csv", "", "export.csv"),
        ("/data.txt", "text/csv", "", "data.txt.csv"),
        ("/guide", "text/markdown", "", "guide.md"),
        ("/get?id=7", "application/pdf", 'attachment; filename="../../Plan 7.pdf"', "Plan 7.pdf"),
        ("/get", "application/pdf", "attachment; filename*=UTF-8''%C3%A4.pdf", "ä.pdf"),
        ("/a%0Ab%2Fc.txt", "text/plain", "", "c.txt"),
    ],
)
def test_the_name_of_a_page_fits_its_type(path: str, media_type: str, disposition: str, name: str) -> None:
    headers = {"content-type": f"{media_type}; charset=utf-8", "content-disposition": disposition}
    assert page_name(Reply(url=f"https://example.org{path}", status=200, headers=headers)) == name


def test_a_declared_encoding_is_used_for_text_that_needs_it() -> None:
    text = "Café à la crème"
    latin = text.encode("latin-1")
    assert with_charset(latin, "text/html", "iso-8859-1").decode("utf-8-sig") == text
    assert with_charset(latin, "text/csv", "latin-1").decode("utf-8-sig") == text
    own = b'<meta charset="iso-8859-15">' + latin
    for content, media_type, charset in (
        (text.encode(), "text/html", "iso-8859-1"), (own, "text/html", "iso-8859-1"), (latin, "text/html", "klingon"),
        (latin, "application/pdf", "iso-8859-1"), (b"%PDF\x00" + latin, "text/html", "iso-8859-1"),
        (latin, "text/html", ""),
    ):  # fmt: skip
        assert with_charset(content, media_type, charset) == content


def test_pictures_recordings_and_programs_are_not_read_and_scans_are() -> None:
    assert not any(
        map(is_read, ("image/png", "video/mp4", "text/css", "application/javascript", "application/rss+xml"))
    )
    assert all(map(is_read, ("", "text/html", "application/pdf", "image/tiff", "application/octet-stream", "text/csv")))
    assert not may_be_document("https://example.org/a.JPG?size=2")
    assert may_be_document("https://example.org/scan.tiff")
    assert may_be_document("https://example.org/css/")


@pytest.mark.parametrize(
    ("path", "login"),
    [("/login", True), ("/wp-login.php", True), ("/accounts/signin/", True), ("/sso/start", True),
     ("/log-in.html", True), ("/blog/", False), ("/catalogin", False), ("/author/ann", False), ("/casablanca", False),
     ("/docs/login-guide", False)],
)  # fmt: skip
def test_login_forms_are_told_by_their_path(path: str, login: bool) -> None:
    assert is_login(f"https://example.org{path}") is login


# --------------------------------------------------------------------------------------------------------- the reply


def test_conditions_are_sent_only_where_they_are_plain_text() -> None:
    assert Validators(etag='W/"a"', modified="Tue, 05 Mar 2024 10:00:00 GMT").headers() == {
        "If-None-Match": 'W/"a"', "If-Modified-Since": "Tue, 05 Mar 2024 10:00:00 GMT",
    }  # fmt: skip
    assert Validators(etag="a\r\nX-Evil: 1", modified="é").headers() == {}


@pytest.mark.parametrize("stamp", ["", "yesterday", "Tue, 05 Mar 2999 10:00:00 GMT", "0", "Tue, 99 Mar 2024"])
def test_a_time_that_is_none_or_lies_ahead_is_left_out(stamp: str) -> None:
    assert Reply(url=URL, status=200, headers={"last-modified": stamp}).modified_at is None


def pieces(body: bytes, size: int = 7_000) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def test_bodies_are_unpacked_within_their_limits() -> None:
    limits = WebLimits(page_mib=8)
    text = b"".join(b"%d words, " % number for number in range(200_000))
    for packed in (gzip.compress(text), gzip.compress(text[:99]) + gzip.compress(text[99:]), zlib.compress(text)):
        assert unpacked(pieces(packed), "gzip", limits) == text
    assert unpacked(pieces(text), "", limits) == text
    assert unpacked(iter(()), "gzip", limits) == b""
    for body, encoding, problem in (
        (gzip.compress(bytes(64 * MIB)), "gzip", "200 times its size"),
        (bytes(9 * MIB), "identity", "more than 8 MiB"),
        (gzip.compress(text)[:-9], "gzip", "before its end"),
        (b"\x1f\x8b" + b"x" * 99, "gzip", "damaged"),
        (text, "br", "not offered"),
    ):
        with pytest.raises(DocumentError, match=problem):
            unpacked(pieces(body), encoding, limits)


# ---------------------------------------------------------------------------------------------------------- frontier


def test_every_address_is_read_once_and_what_is_left_out_is_counted_once() -> None:
    frontier = Frontier(SiteOptions(depth=1), allows=lambda url: "/no" not in url)
    frontier.enter("https://example.org/docs/")
    for _ in range(2):
        for path, depth in (("/docs/a", 1), ("/docs/b", 2), ("/other", 1), ("/docs/no", 1), ("/docs/p.png", 1)):
            frontier.add(Task(url=f"https://example.org{path}", depth=depth))
        frontier.add(Task(url="https://elsewhere.example/", depth=1))
    assert len(frontier) == 1
    assert dict(frontier.reasons()) == dict.fromkeys(
        (Reason.ELSEWHERE, Reason.PATH, Reason.DEPTH, Reason.ROBOTS, Reason.KIND), 1
    )
    frontier.add(Task(url="https://example.org/docs/b", depth=1))  # a nearer link to it
    assert Reason.DEPTH not in dict(frontier.reasons())


def test_pages_that_a_sitemap_lists_are_no_trap() -> None:
    frontier = Frontier(SiteOptions(), allows=lambda _: True)
    frontier.enter("https://example.org/sitemap.xml", sitemap=True)
    for number in range(500):
        frontier.add(Task(url=f"https://example.org/view?id={number}", listed=True))
    assert len(frontier) == 500
