"""A chat page that is not ours speaks OpenAI's form to the server: Gradio's `load_chat`, in a real browser."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import gradio as gr
import pytest
from sqlalchemy import Engine

from app.core.settings import Settings
from tests.support.site import KEY, OPENING, Site, running_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture
def site(database: Engine, make_settings: Callable[..., Settings]) -> Iterator[Site]:
    with running_site(database, make_settings(port=0)) as running:
        yield running


@pytest.fixture
def foreign(site: Site) -> Iterator[str]:
    """The address of the foreign page, which knows the server's address and key and nothing else."""
    chat = gr.load_chat(f"{site.address}v1/", model="foremost", token=KEY, file_types=None)
    _, address, _ = chat.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield address
    chat.close(verbose=False)


def test_a_foreign_chat_page_streams_answers_with_sources_and_keeps_the_conversation(
    chromium: "Browser", foreign: str, site: Site
) -> None:
    page = chromium.new_page()
    page.set_default_timeout(20_000)
    page.goto(foreign)
    box = page.get_by_role("textbox")
    box.fill(OPENING)
    box.press("Enter")
    page.get_by_text("Checked: ").first.wait_for()
    said = page.locator("[data-testid=bot]").first.inner_text()
    assert "The boathouse opens at six in the morning" in said
    assert "Handbook for members" in said  # the sources are a footnote for clients that know no others
    box.fill("And when does it close?")
    box.press("Enter")
    page.get_by_text("Checked: ").nth(1).wait_for()
    page.close()
    with site.engine.connect() as connection:
        asked = connection.exec_driver_sql("SELECT question FROM answers ORDER BY created_at").scalars().all()
    assert asked == [OPENING, "And when does it close?"]
