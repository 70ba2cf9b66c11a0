"""A passage in its document: page images for a PDF, the surrounding text for everything else."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.domain import Answer, Hit, Passage
from app.core.errors import AppError, NotFoundError
from app.library import clean_text
from app.present.problem import problem_of
from app.web.highlight import escape
from app.web.parts import Documents
from app.web.pdf_image import Box, PageImage
from app.web.pdf_pages import DrawnPages, PdfPages
from app.web.problem import render_problem

_AROUND = 1500  # characters of the document shown before and after a passage
_MOST_PAGES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What of a candidate is to be seen."""

    page: int | None = None  # of a PDF, from 1; None: the pages of the passage
    quote: str = ""  # a sentence of the passage that is marked more strongly


_WHOLE = View()


def render_source(answer: Answer, fused_rank: int, library: Documents, pages: PdfPages, view: View = _WHOLE) -> str:
    """Viewer for the candidate with this fused rank, or for the whole passage it was joined into.

    A document that is gone or cannot be drawn is reported, and the passage is shown as the answer keeps it. Raises
    NotFoundError when the answer has no such candidate.
    """
    hit = candidate(answer, fused_rank)
    passage = next((p for p in answer.context.passages if any(h.fused_rank == fused_rank for h in p.hits)), None)
    hits: Sequence[Hit] = passage.hits if passage else (hit,)
    location = passage.location if passage else hit.location
    file_name = "" if hit.name == hit.title else clean_text(hit.name)
    where = " · ".join(escape(part) for part in (hit.heading, location, file_name, f"in {hit.collection}") if part)
    buttons = ""
    try:
        buttons, body = _body(hits, passage, library, pages, view)
    except AppError as error:
        body = render_problem(problem_of(error), css_class="fm-note") + _kept(hits, passage)
    data = f'data-answer="{escape(answer.id)}" data-rank="{fused_rank}" data-quote="{escape(view.quote)}"'
    return sheet(title=hit.title, where=where, data=data, tools=buttons + _marked(answer, hit), body=body)


def sheet(*, title: str, where: str, data: str, tools: str, body: str) -> str:
    """The viewer's sheet. where, data (attributes), tools, body: HTML."""
    return (
        f'<div class="fm-viewer" role="dialog" aria-modal="true" aria-label="Source: {escape(title)}" {data}>'
        f'<div class="fm-sheet"><header><div class="fm-title"><h2>{escape(title)}</h2><p>{where}</p></div>'
        '<button type="button" class="fm-action" data-act="close" aria-label="Close" title="Close (Esc)">✕</button>'
        f'</header><div class="fm-view-tools" role="toolbar" aria-label="Source">{tools}'
        '<button type="button" class="fm-link" data-act="original">Download original</button></div>'
        f'<div class="fm-view-body" tabindex="0" role="region" aria-label="Text of the source">{body}</div></div></div>'
    )


def candidate(answer: Answer, fused_rank: int) -> Hit:
    """The candidate of an answer with this fused rank. Raises NotFoundError."""
    hit = next((hit for hit in answer.context.hits if hit.fused_rank == fused_rank), None)
    if hit is None:
        raise NotFoundError(f"This answer has no candidate {fused_rank}.")
    return hit


def _marked(answer: Answer, shown: Hit) -> str:
    """A button to the next passage of the same document that the model read; none when there is only this one."""
    of_document = [
        passage.hits[0] for passage in answer.context.passages if passage.hits[0].document_id == shown.document_id
    ]
    of_document.sort(key=lambda hit: hit.start_char)
    if not of_document:
        return ""
    after = next((hit for hit in of_document if hit.start_char > shown.start_char), of_document[0])
    if after.passage_number == shown.passage_number:
        return ""
    number = of_document.index(after) + 1
    return (
        f'<button type="button" class="fm-link" data-act="open" data-answer="{escape(answer.id)}" '
        f'data-rank="{after.fused_rank}">Next marked passage ({number} of {len(of_document)})</button>'
    )


def _body(
    hits: Sequence[Hit], passage: Passage | None, library: Documents, pages: PdfPages, view: View
) -> tuple[str, str]:
    """The buttons that turn pages, empty for text, and the pages or the text."""
    first = hits[0]
    if first.media_type == "application/pdf" and first.part_first is not None:
        _, _, content = library.original(first.document_id)
        last = hits[-1].part_last or first.part_first
        numbers = range(first.part_first, min(last, first.part_first + _MOST_PAGES - 1) + 1)
        wanted = numbers if view.page is None else (view.page,)
        drawn = pages.pages(content, wanted, passage.text if passage else first.text, view.quote)
        if drawn.images:
            figures = "".join(page_figure(image, expected=image.number in numbers) for image in drawn.images)
            return turning(drawn), figures
    return "", _section(hits, library.text(first.document_id), view.quote)


def turning(drawn: DrawnPages) -> str:
    """Buttons that turn and enlarge pages."""
    first, last = drawn.images[0].number, drawn.images[-1].number
    shown = f"{first}" if first == last else f"{first}–{last}"

    def button(act: str, value: int, label: str, text: str, *, able: bool = True) -> str:
        off = "" if able else ' aria-disabled="true"'
        return (
            f'<button type="button" class="fm-action" data-act="{act}" data-value="{value}" aria-label="{label}" '
            f'title="{label}"{off}>{text}</button>'
        )

    return (
        button("page", first - 1, "Previous page", "‹", able=first > 1)
        + f'<span class="fm-count" role="status">page {shown} of {drawn.count:,}</span>'
        + button("page", last + 1, "Next page", "›", able=last < drawn.count)
        + button("zoom", -1, "Smaller", "−")
        + button("zoom", 1, "Larger", "+")
    )


def page_figure(image: PageImage, *, expected: bool) -> str:
    """A page as a figure. expected: the passage should stand on it."""
    data = base64.b64encode(image.png).decode("ascii")
    boxes = _boxes(image.boxes, "") + _boxes(image.quoted, ' class="fm-quoted"')
    missing = expected and not image.boxes
    note = '<p class="fm-note">The passage could not be located on the page image.</p>' if missing else ""
    return (
        f'<figure class="fm-page" data-page="{image.number}">{note}<div><img alt="Page {image.number}" '
        f'width="{image.width}" height="{image.height}" src="data:image/png;base64,{data}">{boxes}</div>'
        f"<figcaption>page {image.number}</figcaption></figure>"
    )


def _boxes(boxes: Sequence[Box], attribute: str) -> str:
    return "".join(
        f'<i{attribute} style="left:{b.left:.2%};top:{b.top:.2%};width:{b.width:.2%};height:{b.height:.2%}"></i>'
        for b in boxes
    )


def _section(hits: Sequence[Hit], text: str, quote: str) -> str:
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
        f'<mark class="fm-passage" tabindex="-1">{_quoted(text[start:end], quote)}</mark>'
        f"{escape(text[end:after] + tail)}</div>"
    )


def _quoted(passage: str, quote: str) -> str:
    """A passage with the sentence that is quoted from it."""
    words = quote.split()
    match = re.search(r"\s+".join(map(re.escape, words)), passage) if words else None
    if match is None:
        return escape(passage)
    before, after = passage[: match.start()], passage[match.end() :]
    return f'{escape(before)}<b class="fm-quoted">{escape(match.group())}</b>{escape(after)}'


def _line_start(text: str, position: int, limit: int) -> int:
    """The start of the first whole line after a position, if there is one before the limit."""
    if position == 0:
        return 0
    line = text.find("\n", position, limit)
    return line + 1 if line >= 0 else position


def _kept(hits: Sequence[Hit], passage: Passage | None) -> str:
    text = passage.text if passage else hits[0].text
    return f'<div class="fm-document" dir="auto"><mark class="fm-passage">{escape(text)}</mark></div>'
