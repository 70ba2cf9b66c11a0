"""The page in a real browser: what a person sees and does, and what no document can make it do."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, select, text

from app.core.domain import Outcome
from app.core.settings import Settings
from migrations.tables import answers, uploads
from tests.support.boat_list import ASKED, ROWS, BoatList
from tests.support.site import EXAMPLES, OPENING, Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Locator, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    """The page on a free port."""
    with running_site(database, make_settings(port=0, max_file_mib=1), direct=[BoatList()]) as running:
        yield running


@pytest.fixture
def visit(chromium: "Browser", site: Site) -> Iterator[Callable[..., "Page"]]:
    """Open the page in a fresh browser profile; whatever it asks of another machine fails the test."""
    outside: list[str] = []
    contexts = []

    def note(request: Any) -> None:
        if not request.url.startswith((site.address, "data:", "blob:")):
            outside.append(request.url)

    def open_page(**options: Any) -> "Page":
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", note)
        page.goto(site.address)
        page.wait_for_selector(".fm-example")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert outside == []


def ask(page: "Page", question: str) -> None:
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")


def answered(page: "Page", exchanges: int = 1) -> "Locator":
    """Wait until that many exchanges are finished; the last one."""
    page.wait_for_function(
        "n => document.querySelectorAll('#fm-thread-area .fm-actions').length === n"
        " && !document.querySelector('#fm-live-area .fm-exchange')",
        arg=exchanges,
    )
    return page.locator("#fm-thread-area .fm-exchange").last


def test_the_first_screen_counts_documents_and_offers_questions(visit: Callable[..., "Page"]) -> None:
    page = visit()

    welcome = page.locator(".fm-welcome").inner_text()
    assert "3 documents in club" in welcome
    assert page.locator(".fm-example").all_inner_texts() == list(EXAMPLES)
    assert page.get_by_title("Choose the model").inner_text() == "scripted-0.5b"
    assert page.locator("#fm-tab-ask-button ~ .fm-status, .fm-columns .fm-status").count() == 0


def test_an_answer_streams_and_ends_with_its_sources(visit: Callable[..., "Page"], site: Site) -> None:
    page = visit()
    site.services.model.hold(after=6)

    ask(page, OPENING)
    live = page.locator(".fm-answer.live")
    live.get_by_text("The boathouse opens at six").wait_for()
    assert "Swans" not in live.inner_text()
    assert page.locator(".fm-card").count() >= 1  # sources are there before the answer is
    site.services.model.go_on()

    exchange = answered(page)
    assert "Swans are fed on Sundays" in exchange.inner_text()
    assert exchange.locator(".fm-mark.cited").count() == 2
    assert exchange.locator(".fm-mark.attributed").count() >= 1
    assert "Swans" in exchange.locator(".fm-sentence.unsupported").first.inner_text()
    card = page.locator("#fm-sources-area .fm-card").first
    assert card.locator(".fm-badge").inner_text() == "cited"
    card.locator(".fm-ranks summary").click()
    assert "vector 1 · text 1 · fused 1 → reranked 1 · logit" in card.locator(".fm-trace").inner_text()
    assert card.locator(".fm-relevance").get_attribute("title") == "Relevance 0.50 of 1; the floor is 0.30"
    assert card.locator(".fm-file").inner_text() == "handbook.pdf · 2026-02-01"
    assert card.locator(".fm-file span").get_attribute("title") == "/shelf/handbook.pdf"
    assert "boathouse" in card.locator("mark").all_inner_texts()
    foot = exchange.locator(".fm-foot").inner_text()
    assert foot.splitlines()[0] == "searched in: all documents"
    assert "the embedded model answers instead" in foot


def test_the_table_shows_the_fate_of_every_candidate(visit: Callable[..., "Page"], site: Site) -> None:
    page = visit()
    ask(page, OPENING)
    answered(page)

    page.locator("#fm-sources-area").get_by_role("tab", name="All 7").click()

    rows = page.locator("#fm-sources-area .fm-candidates tbody tr")
    assert rows.count() == len(site.shelf.hits)
    assert "in the prompt as [1]" in rows.first.inner_text()
    assert "below the relevance floor" in rows.last.inner_text()


def test_the_ledger_sorts_by_a_column_and_shows_the_whole_text(visit: Callable[..., "Page"]) -> None:
    page = visit(viewport={"width": 1800, "height": 900})  # wide enough for a table
    ask(page, OPENING)
    answered(page)
    page.locator("#fm-sources-area").get_by_role("tab", name="All 7").click()
    table = page.locator("#fm-sources-area .fm-candidates table")
    table.wait_for()

    def column(name: str) -> list[float]:
        return [float(v) for v in table.locator(f"td[data-label='{name}']").all_inner_texts() if v != "–"]

    assert column("final") == sorted(column("final"))
    table.get_by_role("button", name="vector").click()
    assert column("vector") == sorted(column("vector"))
    assert column("final") != sorted(column("final"))
    page.keyboard.press("Enter")  # the header has the focus: the same column, turned round
    assert column("vector") == sorted(column("vector"), reverse=True)
    assert table.locator("th[aria-sort='descending']").inner_text().startswith("vector")
    table.get_by_role("button", name="logit").press("Space")
    assert column("logit") == sorted(column("logit"), reverse=True)

    row = table.locator("tr", has_text="A hole in the hull")
    whole = row.locator("details.fm-whole p")
    assert not whole.is_visible()
    row.locator("details.fm-whole summary").press("Enter")
    whole.wait_for()
    assert "Small scratches are noted in the logbook." in whole.inner_text()


def test_a_lost_passage_is_explained_and_kept_beside_the_answer(visit: Callable[..., "Page"], site: Site) -> None:
    page = visit()
    ask(page, OPENING)
    answered(page)
    panel = page.locator("#fm-why-area")

    panel.get_by_label("What should have been found").fill("hang by the blade")
    page.keyboard.press("Enter")
    verdict = panel.locator(".fm-verdict")
    verdict.wait_for()
    assert "Beyond the passage limit" in verdict.locator("h3").inner_text()
    assert verdict.locator(".fm-road .lost").inner_text().startswith("reranked")
    assert "Looking after boats › Winter" in verdict.locator(".fm-standings .expected").inner_text()
    assert verdict.locator("ol li").last.inner_text().strip().endswith("python -m app train-reranker")

    panel.get_by_role("button", name="Keep this question").click()
    panel.get_by_text("Kept as golden question").wait_for()
    with site.engine.connect() as connection:
        kept = connection.execute(text("SELECT question, source, quote FROM golden_questions "
                                       "JOIN golden_expected ON question_id = golden_questions.id")).one()  # fmt: skip
    assert tuple(kept) == (OPENING, "why", "hang by the blade")


def test_the_right_passage_is_picked_and_a_thumb_counts(visit: Callable[..., "Page"], site: Site) -> None:
    page = visit()
    ask(page, OPENING)
    answered(page).get_by_role("button", name="Good answer").click()
    page.locator(".fm-action[aria-label='Good answer'][aria-pressed='true']").wait_for()
    with site.engine.connect() as connection:
        assert connection.execute(text("SELECT source FROM golden_questions")).scalar_one() == "thumbs"
    page.locator("#fm-sources-area").get_by_role("tab", name="All 7").click()
    row = page.locator("#fm-sources-area .fm-candidates tr", has_text="Rinse every boat")
    row.get_by_role("button", name="This was the right passage").click()

    panel = page.locator("#fm-why-area")
    panel.get_by_text("Kept as golden question").wait_for()
    assert "Looking after boats" in panel.locator(".fm-standings .expected").inner_text()
    with site.engine.connect() as connection:
        quotes = connection.execute(text("SELECT quote FROM golden_expected ORDER BY id")).scalars().all()
    assert quotes[-1].startswith("Rinse every boat")


def test_a_marker_selects_its_card_by_mouse_and_by_keyboard(visit: Callable[..., "Page"]) -> None:
    page = visit()
    ask(page, OPENING)
    answered(page)
    ask(page, "And how is a hole in the hull repaired?")
    second = answered(page, 2)
    assert "searched for:" in second.inner_text()

    first = page.locator("#fm-thread-area .fm-exchange").first
    first.locator(".fm-mark").first.click()  # its sources are not the ones shown: they are fetched

    page.locator("#fm-sources-area .fm-card.chosen[data-n='1']").wait_for()
    assert "selected" in (first.get_attribute("class") or "")
    second.locator(".fm-mark").first.focus()
    page.keyboard.press("Enter")
    page.locator("#fm-thread-area .fm-exchange.selected", has_text="searched for:").wait_for()
    page.wait_for_function("document.activeElement.matches('.fm-card.chosen')")


def test_a_pdf_source_opens_on_its_page_with_the_passage_marked(visit: Callable[..., "Page"]) -> None:
    page = visit()
    ask(page, OPENING)
    answered(page)

    page.locator("#fm-sources-area .fm-card").first.get_by_role("button", name="Open page").click()

    figure = page.locator(".fm-viewer .fm-page")
    figure.wait_for()
    assert figure.get_attribute("data-page") == "2"
    assert figure.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    assert figure.locator("i").count() == 5  # lines of the passage, the heading among them
    page.keyboard.press("Escape")
    page.locator(".fm-viewer").wait_for(state="detached")


def test_a_text_source_opens_in_its_section(visit: Callable[..., "Page"]) -> None:
    page = visit()
    ask(page, "How fast is a hole in the hull repaired with tape?")
    answered(page)

    page.locator("#fm-sources-area .fm-card").first.get_by_role("button", name="Open").click()

    document = page.locator(".fm-viewer .fm-document")
    document.wait_for()
    assert document.locator("mark").inner_text().startswith("A hole in the hull is closed with tape")
    assert "## Winter" in document.inner_text()  # what stands around it is there too


def test_stop_ends_the_model_and_keeps_the_text_so_far(visit: Callable[..., "Page"], site: Site) -> None:
    page = visit()
    site.services.model.hold(after=6)
    ask(page, OPENING)
    page.locator(".fm-answer.live").get_by_text("The boathouse opens at six").wait_for()

    page.get_by_role("button", name="Stop").click()

    exchange = answered(page)
    assert site.services.model.stopped.is_set()
    assert "The boathouse opens at six" in exchange.inner_text()
    assert "Stopped before the end." in exchange.inner_text()
    with site.engine.connect() as connection:
        assert connection.execute(select(answers.c.outcome)).scalar_one() == Outcome.STOPPED.value


def test_closing_the_tab_leaves_the_answer_to_the_server(visit: Callable[..., "Page"], site: Site) -> None:
    page = visit()
    site.services.model.hold(after=6)
    ask(page, OPENING)
    page.locator(".fm-answer.live").get_by_text("The boathouse opens at six").wait_for()

    page.context.close()

    assert not site.services.model.stopped.wait(2)
    site.services.model.go_on()
    deadline = time.monotonic() + 20
    while not (kept := site.services.ledger.history()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert kept[0].outcome is Outcome.ANSWERED


def test_a_reload_brings_the_chat_back_with_all_details(visit: Callable[..., "Page"]) -> None:
    page = visit()
    ask(page, OPENING)
    answered(page)

    page.reload()

    assert "Swans are fed" in answered(page).inner_text()
    assert page.locator("#fm-sources-area .fm-card").count() >= 1
    past = page.locator("#fm-sources-area")
    past.get_by_role("tab", name="Details").click()
    past.get_by_text("The prompt as it was sent").click()
    assert OPENING in past.locator("pre").last.inner_text()
    page.get_by_role("button", name="New chat").click()
    page.locator(".fm-welcome").wait_for()
    assert page.locator("#fm-thread-area .fm-exchange").count() == 0


def test_feedback_and_retry_are_kept(visit: Callable[..., "Page"], site: Site) -> None:
    page = visit()
    ask(page, OPENING)
    exchange = answered(page)

    exchange.get_by_role("button", name="Good answer").click()
    page.locator(".fm-action[aria-label='Good answer'][aria-pressed='true']").wait_for()
    exchange.get_by_role("button", name="Ask again", exact=True).click()
    page.locator("#fm-thread-area .fm-versions", has_text="2 of 2").wait_for()

    with site.engine.connect() as connection:
        rows = connection.execute(select(answers.c.question, answers.c.feedback).order_by(answers.c.created_at)).all()
    assert [tuple(row) for row in rows] == [(OPENING, 1), (OPENING, 0)]


def test_an_unsupported_answer_says_so_first_and_in_the_copy_and_the_export(visit: Callable[..., "Page"]) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, "What is the fax number of the boathouse?")
    exchange = answered(page)
    verdict = "Nothing in your documents supports this. Treat it as a guess."
    assert exchange.locator(".fm-answer-verdict").inner_text() == verdict
    guess = exchange.get_by_text("0123456789")
    assert not guess.is_visible()
    exchange.get_by_text("Show the guess").click()
    guess.wait_for()
    exchange.get_by_role("button", name="Copy the answer").click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('0123456789'))")
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"[{verdict}]")
    row = page.locator("#fm-chats-area li").first
    row.locator("summary").click()
    with page.expect_download() as download:
        row.get_by_role("button", name="Export as Markdown").click()
    exported = Path(download.value.path()).read_text("utf-8")
    assert exported.index(verdict) < exported.index("0123456789")


def test_an_answer_that_is_a_table_gives_all_its_rows_as_a_file(visit: Callable[..., "Page"]) -> None:
    page = visit()
    ask(page, ASKED)
    exchange = answered(page)
    assert "Teal" not in exchange.inner_text()  # the answer shows the first row alone
    with page.expect_download() as download:
        exchange.get_by_role("button", name="All rows as a CSV file").click()
    assert download.value.suggested_filename == "table.csv"
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert lines[:3] == ["Boat,Litres", "Heron,3", "'=Teal,-2"]
    assert len(lines) == len(ROWS)


def test_an_answer_without_passages_shows_the_nearest_misses(visit: Callable[..., "Page"]) -> None:
    page = visit()
    ask(page, "Which minister spoke in parliament yesterday?")

    assert "Not in your documents" in answered(page).inner_text()
    badges = page.locator("#fm-sources-area .fm-card .fm-badge").all_inner_texts()
    assert badges == ["not used"] * 3


def test_a_refused_question_shows_the_problem_and_stays_in_the_box(visit: Callable[..., "Page"]) -> None:
    page = visit()
    page.get_by_title("Choose where to search").click()
    page.get_by_label("attic (0)").check()
    ask(page, OPENING)

    problem = page.locator("#fm-live-area .fm-problem")
    problem.wait_for()
    assert "There is no collection attic" in problem.inner_text()
    assert page.get_by_label("Your question").input_value() == OPENING


def test_an_upload_is_stored_and_enqueued_and_a_document_deleted(
    visit: Callable[..., "Page"], site: Site, tmp_path: Path
) -> None:
    page = visit()
    page.get_by_role("tab", name="Documents").click()
    page.locator(".fm-table").wait_for()
    assert "protected by a password" in page.locator("tr", has_text="locked.pdf").inner_text()
    note = tmp_path / "new <i>note.txt"
    note.write_text("Lifejackets hang by the door.", "utf-8")

    page.locator("#fm-files input[type=file]").set_input_files(str(note))

    row = page.locator("tr", has_text="queued")
    row.wait_for()
    assert row.locator("i").count() == 0
    with site.engine.connect() as connection:
        stored = connection.execute(select(uploads.c.id, uploads.c.content)).one()
        job = connection.execute(text("SELECT queue_name, task_name, args FROM procrastinate_jobs")).one()
    assert bytes(stored.content) == b"Lifejackets hang by the door."
    assert tuple(job) == ("ingest", "ingest.upload", {"upload_id": stored.id})
    with site.engine.begin() as connection:  # the worker is done with it: the list follows by itself
        connection.execute(uploads.delete())
    row.wait_for(state="detached")

    gone = page.locator("tr", has_text="boats.md")
    gone.get_by_role("button", name="Delete").click()
    gone.get_by_role("button", name="Keep").click()
    gone.get_by_role("button", name="Delete boats.md").click()
    gone.get_by_role("button", name="Delete", exact=True).click()
    gone.wait_for(state="detached")
    assert "boats.md" not in {row.name for row in site.services.library.documents()}


def test_a_failed_database_is_reported_alike_on_every_tab(
    visit: Callable[..., "Page"], site: Site, server: Engine
) -> None:
    page = visit()
    name = site.engine.url.database
    with server.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false'))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
    site.engine.dispose()  # the pool would hand out a terminated connection first

    ask(page, OPENING)
    shown = [page.locator("#fm-live-area .fm-problem").inner_text()]
    page.get_by_role("tab", name="Documents").click()
    shown.append(page.locator("#fm-document-list .fm-problem").inner_text())

    assert set(shown) == {shown[0]}
    assert shown[0].startswith("Cannot connect to ")
    assert "fix: Check DATABASE_URL" in shown[0]
    assert page.get_by_label("Your question").input_value() == OPENING


def test_a_hostile_document_and_answer_run_and_load_nothing(visit: Callable[..., "Page"]) -> None:
    page = visit()
    dialogs: list[str] = []

    def dismiss(dialog: "Dialog") -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)

    ask(page, "Where is the kayak rack behind the boathouse?")
    exchange = answered(page)
    page.locator("#fm-sources-area").get_by_role("tab", name="All 7").click()
    page.locator("#fm-sources-area").get_by_role("tab", name="Sources").click()
    page.locator("#fm-sources-area .fm-card").first.get_by_role("button", name="Open").click()
    page.locator(".fm-viewer .fm-document").wait_for()
    page.keyboard.press("Escape")

    assert "<script>window.hacked" in exchange.inner_text()  # shown as the text that it is
    assert page.locator("#fm-sources-area h3", has_text="Notes <b>on</b> kayaks").count() >= 1
    areas = page.locator("#fm-thread-area, #fm-sources-area")
    assert areas.locator("script, img, iframe, a").count() == 0
    assert page.evaluate("window.hacked") is None
    assert dialogs == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_needs_no_sideways_scrolling(visit: Callable[..., "Page"], scheme: str) -> None:
    page = visit(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    ask(page, OPENING)
    answered(page)

    assert page.evaluate("document.body.classList.contains('dark')") is (scheme == "dark")
    for tab, part in (("Ask", ".fm-card"), ("Documents", ".fm-table")):
        page.get_by_role("tab", name=tab).click()
        page.locator(part).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_login_keeps_strangers_out_and_chats_apart(
    chromium: "Browser", database: Engine, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(port=0, login_user="ada", login_password="long enough")
    with running_site(database, settings) as site:
        foreign = site.services.ledger.start_chat("another owner's chat", "eve")
        page = chromium.new_context().new_page()
        page.goto(site.address)
        assert page.locator(".fm-welcome").count() == 0
        page.get_by_label("username").fill("ada")
        page.get_by_label("password").fill("long enough")
        page.get_by_role("button", name="Login").click()
        page.wait_for_selector(".fm-example")
        ask(page, OPENING)
        answered(page)
        titles = page.locator("#fm-chats-area .fm-list").all_inner_texts()
        assert titles
        page.context.close()

        assert [chat.title for chat in site.services.chats.page(owner="ada")] == [OPENING]
        assert not any("another owner" in title for title in titles)
        assert foreign not in {chat.id for chat in site.services.chats.page(owner="ada")}


def test_a_german_browser_reads_verdicts_and_notices_in_german(visit: Callable[..., "Page"]) -> None:
    page = visit(locale="de-DE")
    ask(page, "Which minister spoke in parliament yesterday?")

    shown = answered(page).inner_text()
    assert "Nicht in Ihren Dokumenten" in shown
    assert "gesucht in: allen Dokumenten" in shown
    assert "Not in your documents" not in shown
