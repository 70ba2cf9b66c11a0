"""A passage in its document: page images for a PDF, the surrounding text for everything else."""

import base64
from collections.abc import Sequence

from app.core.domain import Answer, Hit, Passage
from app.core.errors import AppError, NotFoundError
from app.library import clean_text
from app.present.problem import problem_of
from app.web.highlight import escape
from app.web.parts import Documents
from app.web.pdf_view import PageImage, page_images
from app.web.problem import render_problem

_AROUND = 1500  # characters of the document shown before and after a passage
_MOST_PAGES = 3


def render_source(answer: Answer, fused_rank: int, library: Documents) -> str:
    """Viewer for the candidate with this fused rank, or for the whole passage it was joined into.

    A document that is gone or cannot be drawn is reported, and the passage is shown as the answer keeps it. Raises
    NotFoundError when the answer has no such candidate.
    """
    hit = next((hit for hit in answer.context.hits if hit.fused_rank == fused_rank), None)
    if hit is None:
        raise NotFoundError(f"This answer has no candidate {fused_rank}.")
    passage = next((p for p in answer.context.passages if any(h.fused_rank == fused_rank for h in p.hits)), None)
    hits: Sequence[Hit] = passage.hits if passage else (hit,)
    location = passage.location if passage else hit.location
    file_name = "" if hit.name == hit.title else clean_text(hit.name)
    where = " · ".join(escape(part) for part in (hit.heading, location, file_name, f"in {hit.collection}") if part)
    try:
        body = _body(hits, passage, library)
    except AppError as error:
        body = render_problem(problem_of(error), css_class="fm-note") + _kept(hits, passage)
    return (
        '<div class="fm-viewer" role="dialog" aria-modal="true" aria-label="Source">'
        f'<div class="fm-sheet"><header><div class="fm-title"><h3>{escape(hit.title)}</h3><p>{where}</p></div>'
        '<button type="button" class="fm-action" data-act="close" aria-label="Close" title="Close (Esc)">✕</button>'
        f'</header><div class="fm-view-body" tabindex="0">{body}</div></div></div>'
    )


def _body(hits: Sequence[Hit], passage: Passage | None, library: Documents) -> str:
    first = hits[0]
    if first.media_type == "application/pdf" and first.part_first is not None:
        _, _, content = library.original(first.document_id)
        last = hits[-1].part_last or first.part_first
        pages = range(first.part_first, min(last, first.part_first + _MOST_PAGES - 1) + 1)
        text = passage.text if passage else first.text
        images = page_images(content, pages, text)
        if images:
            return "".join(_page(image) for image in images)
    return _section(hits, library.text(first.document_id))


def _page(image: PageImage) -> str:
    data = base64.b64encode(image.png).decode("ascii")
    boxes = "".join(
        f'<i style="left:{b.left:.2%};top:{b.top:.2%};width:{b.width:.2%};height:{b.height:.2%}"></i>'
        for b in image.boxes
    )
    note = "" if image.boxes else '<p class="fm-note">The passage could not be located on the page image.</p>'
    return (
        f'<figure class="fm-page" data-page="{image.number}">{note}<div><img alt="Page {image.number}" '
        f'width="{image.width}" height="{image.height}" src="data:image/png;base64,{data}">{boxes}</div>'
        f"<figcaption>page {image.number}</figcaption></figure>"
    )


def _section(hits: Sequence[Hit], text: str) -> str:
    start, end = hits[0].start_char, hits[-1].end_char
    if any(text[hit.start_char : hit.end_char] != hit.text for hit in hits):  # ingested again since then
        start = text.find(hits[0].text)
        end = start + len(hits[0].text)
        if start < 0:
            raise NotFoundError("The document has changed since then; this is the passage as the model read it.")
    before, after = max(0, start - _AROUND), min(len(text), end + _AROUND)
    before = _line_start(text, before, start)
    lead = "…\n" if before else ""
    tail = "\n…" if after < len(text) else ""
    return (
        f'<div class="fm-document" dir="auto">{escape(lead + text[before:start])}'
        f'<mark class="fm-passage" tabindex="-1">{escape(text[start:end])}</mark>{escape(text[end:after] + tail)}</div>'
    )


def _line_start(text: str, position: int, limit: int) -> int:
    """The start of the first whole line after a position, if there is one before the limit."""
    if position == 0:
        return 0
    line = text.find("\n", position, limit)
    return line + 1 if line >= 0 else position


def _kept(hits: Sequence[Hit], passage: Passage | None) -> str:
    text = passage.text if passage else hits[0].text
    return f'<div class="fm-document" dir="auto"><mark class="fm-passage">{escape(text)}</mark></div>'
