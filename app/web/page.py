"""The page: the collection on top, then the tabs Ask, Documents, History and Dial."""

from collections.abc import Sequence

import gradio as gr

from app.web.api import add_api
from app.web.areas import area
from app.web.chat_tab import ChatTab, Shared
from app.web.dial_tab import DialTab, TuningService
from app.web.documents_tab import DocumentsTab
from app.web.documents_table import collection_choices
from app.web.history_tab import HistoryTab
from app.web.parts import Services

_MARK = (
    '<svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><rect width="32" height="32" rx="8"/>'
    '<path d="M8 9h16M8 16h11M8 23h6"/></svg>'
)


def build_page(
    services: Services,
    *,
    examples: Sequence[str] = (),
    upload_collection: str = "default",
    tuning: TuningService | None = None,
) -> gr.Blocks:
    """The page over the given services.

    examples: questions offered on the first screen. tuning: None leaves the Dial tab out. Raises AppError.
    """
    page = gr.Blocks(title="Foremost", analytics_enabled=False, fill_width=True)
    with page:
        with gr.Row(elem_classes="fm-top"):
            area(f'<div class="fm-brand">{_MARK}<span>Foremost</span></div>', name="fm-brand-area")
            collection = gr.Dropdown(
                collection_choices(services.library.counts()),
                value="",
                label="Collection",
                show_label=False,
                container=False,
                elem_id="fm-collection",
                scale=0,
                min_width=220,
            )
        viewer = area(name="fm-viewer-area")
        with gr.Tabs(elem_classes="fm-tabs"):
            with gr.Tab("Ask", elem_id="fm-tab-ask"):
                status = area(name="fm-status-area")
                shared = Shared(collection=collection, status=status, viewer=viewer)
                chat = ChatTab(services, shared, examples)
            with gr.Tab("Documents", elem_id="fm-tab-documents") as documents_tab:
                documents = DocumentsTab(services.library, collection, upload_collection, services.chats.remove_words)
            with gr.Tab("History", elem_id="fm-tab-history") as history_tab:
                history = HistoryTab(services, shared)
            if tuning is not None:
                with gr.Tab("Dial", elem_id="fm-tab-dial") as dial_tab:
                    dial = DialTab(tuning)
                dial.wire(dial_tab)
        chat.wire(page)
        documents.wire(page, documents_tab)
        history.wire(history_tab)
        add_api(services)
    return page
