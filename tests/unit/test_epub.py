"""E-books: everything in reading order, then what stands outside of it, in the form that says more."""

import pytest

from ingest.load import load
from ingest.load.limits import Limits
from tests.support import made_files as made
from tests.support.census_marks import zipped_in_order

XHTML = "application/xhtml+xml"
OCF = "urn:oasis:names:tc:opendocument:xmlns:container"
OPS = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'


def book(items: dict[str, tuple[str, str, str]], spine: list[str], *, others: dict[str, str] | None = None) -> bytes:
    """An e-book. items: id -> (media type, further attributes, content); the file of an item is named by its id."""
    manifest = "".join(
        f'<item id="{i}" href="{i}" media-type="{kind}" {more}/>' for i, (kind, more, _) in items.items()
    )
    order = "".join(f'<itemref idref="{name}"/>' for name in spine)
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{manifest}</manifest><spine>{order}</spine></package>'
    )
    roots = "".join(f'<rootfile full-path="{path}"/>' for path in ("b.opf", *(others or {})))
    return zipped_in_order(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": f'<container xmlns="{OCF}">{roots}</container>',
            "b.opf": package,
            **{name: content for name, (_, _, content) in items.items()},
            **(others or {}),
        }
    )


def page(body: str) -> tuple[str, str, str]:
    return XHTML, "", f"<html {OPS}><body>{body}</body></html>"


def text(content: bytes) -> str:
    return load(made.source(content, "b.epub")).text


def test_pages_outside_the_reading_order_follow_it() -> None:
    content = book(
        {"notes": page("<p>A note.</p>"), "c1": page("<p>First.</p>"), "c2": page("<p>Second.</p>")}, ["c1", "c2"]
    )
    assert text(content) == "First.\n\nSecond.\n\nA note."


def test_a_chapter_without_a_heading_gets_its_name_from_the_contents() -> None:
    links = '<a href="c1#x">The harbour</a><a href="c2">Other</a>'
    nav = f'<html {OPS}><body><nav epub:type="toc">{links}</nav></body></html>'
    items = {
        "nav": (XHTML, 'properties="nav"', nav),
        "c1": page("<p>Ships.</p>"),
        "c2": page("<h1>Tides</h1><p>Ebb.</p>"),
    }
    document = load(made.source(book(items, ["c1", "c2"]), "b.epub"))
    assert document.text == "# The harbour\n\nShips.\n\n# Tides\n\nEbb."
    assert [heading.text for heading in document.headings] == ["The harbour", "Tides"]


def test_names_that_stand_in_the_old_table_of_contents_only_are_read() -> None:
    ncx = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Appendix of tides</text>'
        '</navLabel><content src="missing"/></navPoint></navMap></ncx>'
    )
    content = book({"ncx": ("application/x-dtbncx+xml", "", ncx), "c1": page("<p>Ships.</p>")}, ["c1"])
    assert text(content) == "Ships.\n\nContents:\n- Appendix of tides"


@pytest.mark.parametrize(
    ("drawn", "fallback", "expected"),
    [
        ("", "The words of the page.", "The words of the page."),
        ("A long title of the drawing", "Title", "A long title"),
    ],
)
def test_of_a_page_and_its_fallback_the_one_that_says_more_is_read(drawn: str, fallback: str, expected: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><text>{drawn}</text></svg>'
    content = book({"p": ("image/svg+xml", 'fallback="f"', svg), "f": page(f"<p>{fallback}</p>")}, ["p"])
    assert expected in text(content)
    assert text(content).count("itle") <= 1


def test_pages_that_cannot_be_read_and_missing_ones_are_counted() -> None:
    items = {"a": ("application/pdf", "", "x"), "b": ("application/pdf", "", "x"), "c1": page("<p>Ships.</p>")}
    document = load(made.source(book(items, ["c1", "a", "gone"]), "b.epub"))
    assert document.text == "Ships."
    assert document.warnings == (
        "1 chapters named in the table of contents are missing.",
        "2 pages could not be read: application/pdf.",
    )


def test_of_several_forms_of_a_book_the_longest_is_read() -> None:
    other = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        '<item id="t" href="long" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="t"/></spine></package>'
    )
    long = f"<html {OPS}><body><p>{'many words ' * 30}</p></body></html>"
    content = book({"c1": page("<p>Few.</p>")}, ["c1"], others={"o.opf": other, "long": long})
    document = load(made.source(content, "b.epub"))
    assert document.text.startswith("many words")
    assert document.warnings == ("It holds 2 forms of the book; the longest was read.",)


def test_a_chain_of_fallbacks_without_end_comes_to_an_end() -> None:
    items = {"a": ("application/x-film", 'fallback="b"', "x"), "b": ("application/x-film", 'fallback="a"', "x")}
    document = load(made.source(book(items, ["a"]), "b.epub"), Limits())
    assert document.warnings == ("1 page could not be read: application/x-film.",)
