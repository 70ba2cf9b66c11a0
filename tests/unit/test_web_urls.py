"""Addresses: one normal form for each page, and the part of a site that a run may read."""

import pytest

from app.core.errors import SettingsError
from ingest.web.urls import LONGEST_URL, Scope, given_address, is_address, last_name, loops, normalised, same_site

BASE = "https://example.org/docs/a/b.html?x=1"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("HTTP://Example.ORG:80", "http://example.org/"),
        ("https://example.org.:443/a", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("c.html#part", "https://example.org/docs/a/c.html"),
        ("../../../x", "https://example.org/x"),
        ("/a/./b/../c/", "https://example.org/a/c/"),
        ("/a/..", "https://example.org/"),
        ("?page=2", "https://example.org/docs/a/b.html?page=2"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        ("/caf%c3%a9/%7Euser/a%2fb", "https://example.org/caf%C3%A9/~user/a%2Fb"),
        ("/café x", "https://example.org/caf%C3%A9%20x"),
        ("/100%", "https://example.org/100%25"),
        ("/a?utm_source=n&id=7&fbclid=z&UTM_Medium=m", "https://example.org/a?id=7"),
        ("/a?gclid=1", "https://example.org/a"),
        ("/a;jsessionid=ABC123?b=1", "https://example.org/a?b=1"),
        ("/a?PHPSESSID=99&q=a%20b&q=c", "https://example.org/a?q=a%20b&q=c"),
        ("/shop?size=10&sid=4", "https://example.org/shop?size=10&sid=4"),
        ("  /a\n", "https://example.org/a"),
        ("/a\\b", "https://example.org/a/b"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"),
    ],
)
def test_an_address_has_one_normal_form(written: str, normal: str) -> None:
    assert normalised(written, BASE) == normal
    assert normalised(normal) == normal


@pytest.mark.parametrize(
    "written",
    [
        "mailto:a@b.c", "javascript:alert(1)", "ftp://example.org/a", "file:///etc/passwd", "data:text/html,x",
        "https://user@example.org/", "https://user:secret@example.org/", "https://:secret@example.org/",
        "https://example.org:0/", "https://example.org:99999/", "https://exa mple.org/", "http://[::1/", "http://[x]/",
        "https://exa%00mple.org/", "https://" + "a" * 300 + ".b" * 3000, "/" + "x" * LONGEST_URL, "http://[fe80::1%25eth0]/",
    ],
)  # fmt: skip
def test_what_is_no_page_on_the_web_has_no_form(written: str) -> None:
    assert normalised(written, "https://example.org/") is None


@pytest.mark.parametrize(
    ("word", "address"),
    [("https://example.org", True), ("ftp://example.org", True), ("example.org/docs", False), ("./http:", False),
     ("/home/ann", False), ("C:\\papers", False), ("c://x", False)],
)  # fmt: skip
def test_addresses_are_told_from_paths(word: str, address: bool) -> None:
    assert is_address(word) is address


@pytest.mark.parametrize("word", ["https://ann:secret@example.org/", "https://ann@example.org/"])
def test_a_typed_address_with_credentials_is_refused_without_repeating_them(word: str) -> None:
    with pytest.raises(SettingsError, match="user name or password") as caught:
        given_address(word)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("word", ["ftp://example.org/", "https://", "file:///etc/passwd", "http://[::1/"])
def test_a_typed_address_that_cannot_be_read_is_refused(word: str) -> None:
    with pytest.raises(SettingsError, match="not a web address"):
        given_address(word)


@pytest.mark.parametrize(
    ("given", "inside", "outside"),
    [
        ("https://e.org/docs/", ["/docs/", "/docs/a/b"], ["/", "/docs", "/docsother"]),
        ("https://e.org/docs", ["/docs", "/docs/a"], ["/docsother", "/"]),
        ("https://e.org/docs/index.html", ["/docs/", "/docs/a"], ["/other"]),
        ("https://e.org/", ["/", "/a"], []),
        ("https://e.org/page.html", ["/a", "/"], []),
    ],
)
def test_a_scope_is_the_folder_of_the_given_page(given: str, inside: list[str], outside: list[str]) -> None:
    scope = Scope.around(given)
    assert all(scope.holds(f"https://e.org{path}") for path in inside)
    assert all(f"https://e.org{path}".startswith(scope.prefix) for path in inside)
    assert not any(scope.holds(f"https://e.org{path}") for path in outside)
    everywhere = Scope.around(given, any_path=True)
    assert all(everywhere.holds(f"https://e.org{path}") for path in inside + outside)
    for other in (
        "https://e.org:8443/docs/",
        "https://sub.e.org/docs/",
        "https://e.org.evil/docs/",
        "http://e.org/docs/",
    ):
        assert not everywhere.holds(other)


def test_http_and_https_of_one_host_are_one_site() -> None:
    scope = Scope.around("https://e.org/docs/")
    assert scope.adopt("http://e.org/docs/a") == "https://e.org/docs/a"
    assert scope.adopt("http://e.org.evil/docs/a") == "http://e.org.evil/docs/a"
    assert Scope.around("http://e.org:8080/").adopt("https://e.org:8080/a") == "http://e.org:8080/a"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://e.org/", "https://e.org/a", True),
        ("https://e.org/", "https://www.e.org/", True),
        ("https://www.e.org/", "http://e.org/", True),
        ("https://e.org/", "https://m.e.org/", False),
        ("https://e.org/", "https://e.org:8443/", False),
        ("http://127.0.0.1:80/", "http://127.0.0.2:80/", False),
    ],
)
def test_a_first_redirect_may_change_scheme_and_www_only(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


def test_a_page_is_called_by_its_last_name_or_its_host() -> None:
    assert last_name("https://e.org/a/caf%C3%A9.html?x=1") == "café.html"
    assert last_name("https://e.org/a/") == "a"
    assert last_name("https://e.org/") == "e.org"


def test_paths_that_repeat_a_name_are_loops() -> None:
    assert loops("https://e.org/a/b/a/b/a/b/a")
    assert not loops("https://e.org/2024/01/01/01")
