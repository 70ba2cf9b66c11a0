"""Pages of a web site without their frame: what is the page's own stays, menus and the like go and are named."""

import re

import pytest

from ingest.load.web_page import LEFT_OUT, load_web_page, main_content

TEXT = "The ferry to Osthavn sails at nine from pier four and takes two hours. Bicycles travel free of charge."
MENU = "".join(f'<a href="/{name}">{name.title()}</a> ' for name in ("start", "news", "shop", "contact", "imprint"))
HEAD = "<html><head><title>Ferries</title><style>p {}</style></head><body>"


def words(markup: str) -> str:
    return " ".join(re.sub(r"<(style|script|title)>.*?</\1>|<[^>]*>", " ", markup, flags=re.DOTALL).split())


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (f"<nav>{MENU}</nav>", "1 menu"),
        (f'<div role="navigation">{MENU}</div>', "1 menu"),
        (f'<div class="sidebar toc">{MENU}</div>', "1 menu"),
        (f'<ul id="breadcrumb"><li>{MENU}</li></ul>', "1 menu"),
        (f"<header><b>Osthavn Lines</b> {MENU}</header>", "1 header"),
        (f"<footer>© Osthavn Lines. {MENU}</footer>", "1 footer"),
        (f"<aside>Win a cruise! {MENU}</aside>", "1 side column"),
        ('<div id="cookie-banner">We use cookies. <button>Accept all</button></div>', "1 cookie notice"),
        ('<section class="gdpr-consent-modal">We value your privacy.</section>', "1 cookie notice"),
    ],
)
def test_a_frame_around_the_text_goes_and_is_named(frame: str, kind: str) -> None:
    markup = f"{HEAD}{frame}<div><h1>Timetable</h1><p>{TEXT}</p></div></body></html>"
    page, note = main_content(markup)
    assert words(page) == f"Timetable {TEXT}"
    assert note.startswith(f"{LEFT_OUT}{kind} (")
    length = len("".join(words(frame).split()))
    assert int(re.findall(r"\(([\d,]+) characters", note)[0].replace(",", "")) == pytest.approx(length, abs=25)


@pytest.mark.parametrize(
    "own",
    [
        f"<article><header><h2>Timetable</h2><p>By Ann Lee</p></header><p>{TEXT}</p></article>",
        f"<header><h1>Timetable</h1><p>{TEXT}</p></header>",
        f'<div class="menu"><h2>Canteen</h2><p>{TEXT} Fish soup 9, stew 11.</p></div>',
        f'<div class="related"><p>{TEXT}</p><a href="/more">More</a></div>',
        f'<p>{TEXT}</p><div class="cookie-policy"><p>{"How we use cookies is said here. " * 90}</p></div>',
        f"<main><article><footer>Signed by the master.</footer><p>{TEXT}</p></article></main>",
        f"<table><tr><td>{TEXT}</td><td><a href='/a'>Osthavn</a></td></tr></table>",
    ],
)
def test_what_is_the_pages_own_stays(own: str) -> None:
    page, note = main_content(f"{HEAD}{own}</body></html>")
    assert words(page) == words(own)
    assert note == ""


def test_what_stands_around_the_main_part_goes() -> None:
    offer = "Offer of the day. " * 3
    markup = f"{HEAD}<div>Buy now! {offer}</div><main><h1>Timetable</h1><p>{TEXT}</p></main></body></html>"
    page, note = main_content(markup)
    assert words(page) == f"Timetable {TEXT}"
    assert note.startswith(f"{LEFT_OUT}what stands around its main part (")


def test_a_heading_before_the_main_part_stays_with_it() -> None:
    page, _ = main_content(f"{HEAD}<h1>Timetable</h1><div>Ad</div><main><p>{TEXT}</p></main></body></html>")
    assert words(page) == f"Timetable {TEXT}"


def test_a_small_main_part_does_not_hide_the_page() -> None:
    page, _ = main_content(f"{HEAD}<main>Loading</main><div><p>{TEXT}</p></div></body></html>")
    assert TEXT in words(page)


def test_links_to_a_heading_itself_are_no_text() -> None:
    page, note = main_content(f'{HEAD}<h2>Fares<a href="#fares">¶</a></h2><p>{TEXT}</p></body></html>')
    assert words(page) == f"Fares {TEXT}"
    assert note == ""


@pytest.mark.parametrize("body", [f"<nav>{MENU}</nav>", f"<nav>{MENU}</nav><p>Hello.</p>", "", "<p", "<main></main>"])
def test_a_page_of_frame_only_is_read_whole(body: str) -> None:
    markup = f"{HEAD}{body}</body></html>"
    assert main_content(markup) == (markup, "")


def test_the_home_page_is_read_whole_and_others_are_not() -> None:
    markup = f"{HEAD}<nav>{MENU}</nav><p>{TEXT}</p></body></html>".encode()
    for uri in ("https://ferries.example", "https://ferries.example/", "https://ferries.example/index.html"):
        home = load_web_page(markup, uri)
        assert "Imprint" in home.text
        assert home.warnings == ()
    page = load_web_page(markup, "https://ferries.example/times")
    assert "Imprint" not in page.text
    assert page.warnings[0].startswith(LEFT_OUT)


def test_deep_and_broken_markup_ends_in_time_and_keeps_the_text() -> None:
    deep = f"{HEAD}{'<div class=menu>' * 3000}<p>{TEXT}</p>"
    assert TEXT in words(main_content(deep)[0])
    assert TEXT in words(main_content(f"{HEAD}<nav><p>{TEXT}</p></body>")[0])
