"""The viewer beside the page: opens a candidate of an answer, turns its pages, hands out the original file."""

import base64

import gradio as gr

from app.library import clean_name
from app.web.areas import area, listen, owner_of
from app.web.conversation import Conversations
from app.web.document_view import render_document
from app.web.highlight import escape
from app.web.parts import Services
from app.web.pdf_pages import PdfPages
from app.web.viewer import View, candidate, render_source

_LONGEST_QUOTE = 2000  # characters; the browser sends it


class SourcePanel:
    """The viewer's area; each tab connects its own sources. Answers of other owners are not found."""

    def __init__(self, services: Services, pages: PdfPages) -> None:
        self._services = services
        self._conversations = Conversations(services)
        self._pages = pages
        self._area = area(name="fm-viewer-area")
        self._file = area(name="fm-original-file")

    def wire(self) -> None:
        """Connect the viewer's own buttons; called inside the page."""
        listen(self._area.open, self._open, [], [self._area])
        listen(self._area.original, self._original, [], [self._file])

    def listen_to(self, sources: gr.HTML) -> None:
        """Open what is opened in an area of sources."""
        listen(sources.open, self._open, [], [self._area])

    def _open(self, request: gr.Request, event: gr.EventData) -> str:
        document = event._data.get("document")
        if isinstance(document, int):  # of the list of documents, which everybody with a login sees
            page = event._data.get("page")
            shown = page if isinstance(page, int) else None
            return render_document(document, self._services.library, self._pages, shown)
        answer = self._conversations.answer(str(event.answer), owner_of(request))
        page, quote = event._data.get("page"), event._data.get("quote")
        view = View(
            page=page if isinstance(page, int) else None,
            quote=quote[:_LONGEST_QUOTE] if isinstance(quote, str) else "",
        )
        return render_source(answer, _rank(event), self._services.library, self._pages, view)

    def _original(self, request: gr.Request, event: gr.EventData) -> str:
        """The file for side.js, which hands it to the browser as a download: a document never runs in the page."""
        document = event._data.get("document")
        if not isinstance(document, int):
            answer = self._conversations.answer(str(event.answer), owner_of(request))
            document = candidate(answer, _rank(event)).document_id
        name, _, content = self._services.library.original(document)
        data = base64.b64encode(content).decode("ascii")
        return f'<pre hidden class="fm-original" data-name="{escape(clean_name(name))}">{data}</pre>'


def _rank(event: gr.EventData) -> int:
    rank = event._data.get("rank")
    return rank if isinstance(rank, int) else 0
