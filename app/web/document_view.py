"""A document of the list in the viewer: a page of a PDF, the text of everything else."""

from app.core.errors import AppError
from app.library import clean_text
from app.present.problem import problem_of
from app.web.highlight import escape
from app.web.parts import Documents
from app.web.pdf_pages import PdfPages
from app.web.problem import render_problem
from app.web.viewer import page_figure, sheet, turning

_MOST_SHOWN = 200_000  # characters of a text


def render_document(document_id: int, library: Documents, pages: PdfPages, page: int | None = None) -> str:
    """Viewer for a document. page: of a PDF, from 1. Raises NotFoundError when the document is gone."""
    name, media_type, content = library.original(document_id)
    tools, note = "", ""
    body = ""
    if media_type == "application/pdf":
        try:
            drawn = pages.pages(content, (page or 1,), "")
            body = "".join(page_figure(image, expected=False) for image in drawn.images)
            tools = turning(drawn) if drawn.images else ""
        except AppError as error:
            note = render_problem(problem_of(error), css_class="fm-note")
    if not body:
        text = library.text(document_id)
        more = "\n…" if len(text) > _MOST_SHOWN else ""
        body = f'{note}<div class="fm-document" dir="auto">{escape(text[:_MOST_SHOWN] + more)}</div>'
    return sheet(title=clean_text(name), where="", data=f'data-document="{document_id}"', tools=tools, body=body)
