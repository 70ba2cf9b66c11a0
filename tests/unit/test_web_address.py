"""A cited web page links to its address; nothing else becomes a link."""

from html.parser import HTMLParser

import pytest

from app.web.address import address_link


class Links(HTMLParser):
    """Collects the links of an HTML piece and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "a"
        self.links.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("uri", "target", "shown"),
    [
        ("https://example.org/docs/", "https://example.org/docs/", "example.org/docs"),
        ("http://example.org/a?b=1&c=2", "http://example.org/a?b=1&c=2", "example.org/a?b=1&c=2"),
        ("https://example.org/box.zip!/plan.md", "https://example.org/box.zip", "example.org/box.zip!/plan.md"),
        ('https://example.org/"><script>x</script>', 'https://example.org/"><script>x</script>', None),
    ],
)
def test_a_web_page_is_a_link_that_opens_apart_and_tells_nothing(uri: str, target: str, shown: str | None) -> None:
    found = Links(address_link(uri))
    assert found.links == [{"href": target, "target": "_blank", "rel": "noopener noreferrer"}]
    assert shown is None or found.text == shown


@pytest.mark.parametrize(
    "uri",
    [
        "/home/ann/a.pdf", "upload:notes.md", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "",
        "https://ann:secret@example.org/", "https://", "http://[bad", "JAVASCRIPT://x/%0aalert(1)", "ftp://e.org/",
    ],
)  # fmt: skip
def test_nothing_else_becomes_a_link(uri: str) -> None:
    assert address_link(uri) == ""
