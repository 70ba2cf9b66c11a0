"""The composer in a real browser: scope, files, models and numbers, kept per chat and in the browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, select, text, update

from app.core.settings import Settings
from app.rerank import KeepOrder
from migrations.tables import answers, chats, documents, uploads
from tests.support.site import OPENING, Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    """The page on a free port, with tags on two documents."""
    with running_site(database, make_settings(port=0)) as running:
        with database.begin() as connection:
            for name, tags in (("boats.md", {"care": "file", "winter": "hand"}), ("handbook.pdf", {"rules": "hand"})):
                connection.execute(update(documents).where(documents.c.name == name).values(tags=tags, language="en"))
        yield running


@pytest.fixture
def page(chromium: "Browser", site: Site) -> Iterator["Page"]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    opened.goto(site.address)
    opened.wait_for_selector(".fm-example")
    opened.wait_for_selector(".fm-chips")
    yield opened
    context.close()


def ask(page: "Page", question: str, exchanges: int = 1) -> "Locator":
    """Ask and wait for the answer."""
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('#fm-thread-area .fm-actions').length === n"
        " && !document.querySelector('#fm-live-area .fm-exchange')",
        arg=exchanges,
    )
    return page.locator("#fm-thread-area .fm-exchange").last


def chips(page: "Page") -> list[str]:
    return [words.rstrip("×").strip() for words in page.locator(".fm-chips span.fm-chip").all_inner_texts()]


def narrowed(page: "Page", *expected: str) -> None:
    """Wait until exactly these chips are set."""
    page.wait_for_function("n => document.querySelectorAll('.fm-chips span.fm-chip').length === n", arg=len(expected))
    assert chips(page) == list(expected)


def scope_panel(page: "Page") -> "Locator":
    page.get_by_title("Choose where to search").click()
    panel = page.get_by_role("dialog", name="Where to search")
    panel.wait_for()
    return panel


def test_a_scope_is_chosen_printed_beside_the_answer_and_kept_on_reload(page: "Page", site: Site) -> None:
    panel = scope_panel(page)
    panel.get_by_label("club (3)").check()
    panel.get_by_label("care (1)").check()
    panel.get_by_label("Language").select_option("en")
    panel.get_by_label("From").fill("2026-01-31")
    narrowed(page, "collection club", "tag care", "language en", "from 2026-01-31")
    page.keyboard.press("Escape")
    panel.wait_for(state="detached")
    assert page.evaluate("document.activeElement.dataset.panel") == "scope"

    exchange = ask(page, OPENING)
    foot = exchange.locator(".fm-foot p").first.inner_text()
    assert foot == "searched in: collection club, tag care, language en, from 2026-01-31"
    with site.engine.connect() as connection:
        stored = connection.execute(select(answers.c.collection, answers.c.settings)).one()
        kept = connection.execute(select(chats.c.choices)).scalar_one()
    assert stored.collection == "club"
    assert stored.settings["filters"]["tags"] == ["care"]
    assert kept["scope"]["language"] == "en"

    page.reload()
    page.wait_for_selector(".fm-exchange")
    narrowed(page, "collection club", "tag care", "language en", "from 2026-01-31")
    page.get_by_label("Without tag care").click()
    narrowed(page, "collection club", "language en", "from 2026-01-31")
    ask(page, "Which minister spoke in parliament yesterday?", 2)
    page.get_by_role("button", name="Search everything").click()
    page.locator(".fm-versions", has_text="2 of 2").wait_for()
    last = page.locator("#fm-thread-area .fm-exchange").last
    assert "searched in: all documents" in last.inner_text()
    assert last.get_by_role("button", name="Search everything").count() == 0
    narrowed(page, "collection club", "language en", "from 2026-01-31")  # for what is asked next
    scope_panel(page).get_by_role("button", name="Search in all documents").click()
    narrowed(page)
    assert "all documents" in page.get_by_title("Choose where to search").inner_text()


def test_each_chat_has_its_own_scope_and_a_new_one_begins_with_the_last(page: "Page") -> None:
    scope_panel(page).get_by_label("winter (1)").check()
    narrowed(page, "tag winter")
    ask(page, OPENING)
    page.get_by_role("button", name="New chat").click()
    page.wait_for_selector(".fm-example")
    narrowed(page, "tag winter")
    page.get_by_label("Without tag winter").click()
    narrowed(page)
    ask(page, "How fast is a hole in the hull repaired?")
    page.locator("#fm-chats-area").get_by_text(OPENING).click()
    narrowed(page, "tag winter")
    page.locator("#fm-chats-area").get_by_text("How fast is a hole").click()
    narrowed(page)


def test_a_document_is_found_by_typing_and_chosen_by_keyboard(page: "Page") -> None:
    panel = scope_panel(page)
    panel.get_by_label("Find a document by its name").fill("BOAT")
    panel.get_by_role("button", name="boats.md").press("Enter")
    narrowed(page, "document boats.md")
    panel.get_by_label("Find a document by its name").fill("no such")
    panel.get_by_text("No document has “no such” in its name.").wait_for()
    panel.get_by_label("boats.md").uncheck()
    narrowed(page)
    page.mouse.click(400, 300)  # beside the panel
    panel.wait_for(state="detached")


def test_another_model_answers_and_one_that_vanished_is_said_in_one_line(page: "Page", site: Site) -> None:
    page.get_by_title("Choose the model").click()
    panel = page.get_by_role("dialog", name="Model for this chat")
    panel.wait_for()
    assert panel.get_by_role("button", name="scripted").all_inner_texts() == [
        "scripted-0.5b", "scripted-7b", "scripted-70b",
    ]  # fmt: skip
    panel.get_by_role("button", name="scripted-7b").click()
    panel.wait_for(state="detached")
    page.get_by_title("Choose the model").get_by_text("scripted-7b").wait_for()
    ask(page, OPENING)

    site.services.offered.remove("scripted-7b")
    exchange = ask(page, OPENING, 2)
    notice = "The model scripted-7b is no longer offered: scripted-0.5b answered."
    assert notice in exchange.locator(".fm-foot").inner_text().splitlines()
    with site.engine.connect() as connection:
        used = connection.execute(text("SELECT model ->> 'name' FROM answers ORDER BY created_at")).scalars().all()
    assert used == ["scripted-7b", "scripted-0.5b"]
    page.get_by_title("Choose the model").click()
    panel.get_by_text("scripted-7b is no longer offered; scripted-0.5b answers instead.").wait_for()
    page.keyboard.press("Escape")
    side = page.locator("#fm-sources-area")
    side.get_by_role("tab", name="Details").click()
    side.get_by_text("Model and tokens").click()
    assert "scripted-0.5b" in side.locator("details", has_text="Model and tokens").last.inner_text()


def test_passages_and_reranker_are_chosen_for_a_chat(page: "Page", site: Site) -> None:
    page.get_by_title("Passages, candidates and reranker").click()
    panel = page.get_by_role("dialog", name="Answers of this chat")
    panel.get_by_label("Passages").fill("1")
    panel.get_by_label("Candidates").fill("5")
    panel.get_by_label("Put the best first").uncheck()
    page.get_by_title("Passages, candidates and reranker").get_by_text("1 passage, of 5, not reranked").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)  # Gradio hands the choice on a moment after it is drawn; a person is never so quick
    ask(page, OPENING)
    with site.engine.connect() as connection:
        row = connection.execute(select(answers.c.settings, answers.c.reranker, answers.c.passages)).one()
    assert (row.settings["passages"], row.settings["candidates"], len(row.passages)) == (1, 5, 1)
    assert row.reranker == KeepOrder.name
    page.reload()
    page.get_by_title("Passages, candidates and reranker").click()
    assert panel.get_by_label("Passages").input_value() == "1"
    assert not panel.get_by_label("Put the best first").is_checked()


def test_an_added_file_narrows_the_scope_and_says_when_it_can_be_asked(
    page: "Page", site: Site, tmp_path: Path
) -> None:
    note = tmp_path / "life jackets & more.txt"
    note.write_text("Lifejackets hang by the door.", "utf-8")
    page.locator(".fm-composer input[type=file]").set_input_files(str(note))
    line = page.locator("#fm-uploads-area")
    line.get_by_text("life jackets & more.txt waits to be read").wait_for()
    narrowed(page, "collection default", "document life jackets & more.txt")
    with site.engine.begin() as connection:
        connection.execute(uploads.update().values(status="running"))
    line.get_by_text("is being read").wait_for()
    with site.engine.begin() as connection:  # the worker is done with it
        connection.execute(uploads.delete())
        connection.execute(
            text("INSERT INTO documents (collection_id, source_uri, name, status) SELECT id, 'upload:' || :name, "
                 ":name, 'ready' FROM collections WHERE name = 'default'"), {"name": note.name},
        )  # fmt: skip
    line.get_by_text("life jackets & more.txt is ready, ask it").wait_for()


def test_a_hint_about_the_setup_is_shown_until_it_is_dismissed(page: "Page") -> None:
    hint = page.locator(".fm-hint")
    assert "A small model inside this program answers." in hint.inner_text()
    hint.get_by_role("button", name="Got it").click()
    hint.wait_for(state="detached")
    page.reload()
    page.wait_for_selector(".fm-chips")
    assert page.locator(".fm-hint:visible").count() == 0


def test_tags_are_given_and_taken_on_the_documents_tab(page: "Page", site: Site) -> None:
    page.get_by_role("tab", name="Documents").click()
    page.locator(".fm-tags summary").click()
    rows = page.locator(".fm-tagged li")
    rows.first.wait_for()
    assert [name.strip() for name in rows.locator("b").all_inner_texts()] == ["boats.md", "handbook.pdf"]
    assert rows.first.get_by_title("From front matter").inner_text() == "care"  # and without a button

    page.get_by_label("Find documents to tag").fill("kayak")
    page.keyboard.press("Enter")
    page.get_by_label("Add a tag to kayaks.txt").fill("#Winter, Öl <b>")
    page.keyboard.press("Enter")
    page.get_by_label("Take the tag öl <b>").wait_for()
    page.get_by_label("Take the tag winter").click()
    page.get_by_label("Take the tag winter").wait_for(state="detached")
    with site.engine.connect() as connection:
        kept = connection.execute(select(documents.c.tags).where(documents.c.name == "kayaks.txt")).scalar_one()
    assert kept == {"öl <b>": "hand"}
    page.get_by_role("tab", name="Ask").click()
    scope_panel(page).get_by_label("öl <b> (1)").check()
    narrowed(page, "tag öl <b>")
