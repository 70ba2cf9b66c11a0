"""The page: the tabs Ask, Documents and Measure."""

from collections.abc import Sequence

import gradio as gr

from app.web.api import add_api
from app.web.areas import area, listen
from app.web.chat_tab import ChatTab, Shared
from app.web.conversation import running_answers
from app.web.dial_tab import DialTab, TuningService
from app.web.documents_tab import DocumentsTab
from app.web.hints import HINTS_SCRIPT, render_hints
from app.web.parts import Services
from app.web.pdf_pages import PdfPages
from app.web.people import person_shown
from app.web.running import RunningAnswers
from app.web.source_panel import SourcePanel
from app.web.tag_editor import TagEditor
from app.web.translated import TranslatedBlocks

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
    running: RunningAnswers | None = None,
    home: str = "",
) -> gr.Blocks:
    """The page over the given services.

    examples: questions offered on the first screen. tuning: None leaves the Measure tab out. running: the
    server's answers in progress, by default its own. home: path of the page, where one can sign in and out.
    Raises AppError.
    """
    page = TranslatedBlocks(title="Foremost", analytics_enabled=False, fill_width=True)
    with page:
        with gr.Row(elem_classes="fm-top"):
            area(f'<h1 class="fm-brand">{_MARK}<span>Foremost</span></h1>', name="fm-brand-area")
            person = area(name="fm-person-area")
        viewer = SourcePanel(services, PdfPages())
        with gr.Tabs(elem_classes="fm-tabs"):
            with gr.Tab("Ask", elem_id="fm-tab-ask"):
                answerer = services.answerer
                area(render_hints(answerer.info, answerer.notices), name="fm-hints-area", script=HINTS_SCRIPT)
                shared = Shared(viewer=viewer)
                answers = running or running_answers(services)
                chat = ChatTab(services, shared, examples, answers, upload_collection)
            with gr.Tab("Documents", elem_id="fm-tab-documents") as documents_tab:
                tags = TagEditor(services.tags)
                documents = DocumentsTab(services.library, upload_collection, services.chats.remove_words)
            if tuning is not None:
                with gr.Tab("Measure", elem_id="fm-tab-measure") as dial_tab:
                    dial = DialTab(tuning)
                dial.wire(dial_tab)
        viewer.wire()
        if home:
            listen(page.load, person_shown(home), [], [person])
        chat.wire(page)
        documents.wire(documents_tab)
        chat.ask_of(documents.list)
        viewer.listen_to(documents.list)
        tags.wire()
        add_api(services)
    return page
