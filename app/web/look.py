"""What the corpus has of some words, while they are typed: exact runs first, then nearest passages, then documents."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.domain import full_heading
from app.library import clean_text
from app.web.highlight import escape, mark_terms, terms
from app.web.parts import Services

_SHORTEST = 3  # characters that are looked for
_MOST_EXACT, _MOST_NEAR, _MOST_DOCUMENTS = 3, 5, 3
_SNIPPET = 140  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A passage or document that somebody may miss."""

    kind: str  # "these words", "near" or "document"
    expect: str  # as the form of the panel takes it
    title: str
    text: str = ""


def look(services: Services, text: str) -> tuple[Found, ...]:
    """Passages and documents for the words; each passage once. Raises AppError."""
    text = text.strip()
    if len(text) < _SHORTEST:
        return ()
    found: dict[str, Found] = {}
    for document, chunk in services.diagnosis.exact(text, limit=_MOST_EXACT):
        title = _title(full_heading(document.title, chunk.heading), chunk.location, document.name)
        found[f"chunk:{chunk.id}"] = Found(kind="these words", expect=f"chunk:{chunk.id}", title=title, text=chunk.text)
    for row in services.library.documents(name=text, limit=_MOST_DOCUMENTS):
        found[row.name] = Found(kind="document", expect=row.name, title=row.name)
    for hit in services.answerer.search(text).context.hits[:_MOST_NEAR]:
        title = _title(hit.heading or hit.title, hit.location, hit.name)
        near = Found(kind="near", expect=f"chunk:{hit.chunk_id}", title=title, text=hit.text)
        found.setdefault(near.expect, near)
    order = {"these words": 0, "near": 1, "document": 2}
    return tuple(sorted(found.values(), key=lambda one: order[one.kind]))


def _title(heading: str, location: str, name: str) -> str:
    return " · ".join(filter(None, (heading, location, name if name not in heading else "")))


def render_found(found: Sequence[Found], answer_id: str, text: str) -> str:
    """A list of buttons; script.js shows it while the field still holds the text."""
    if len(text.strip()) < _SHORTEST:
        return ""
    stems = terms(text)
    items = "".join(
        f'<li><button type="button" data-act="expect" data-answer="{escape(answer_id)}" '
        f'data-expect="{escape(one.expect)}"><small>{one.kind}</small><b dir="auto">{escape(clean_text(one.title))}</b>'
        f"{_snippet(one.text, stems)}</button></li>"
        for one in found
    )
    body = (
        f'<ul class="fm-list" aria-label="Passages and documents">{items}</ul>' if items else "<p>Nothing is near.</p>"
    )
    return f'<div class="fm-look" data-text="{escape(text)}" role="status">{body}</div>'


def _snippet(text: str, stems: frozenset[str]) -> str:
    flat = " ".join(text.split())
    if not flat:
        return ""
    shown = flat if len(flat) <= _SNIPPET else f"{flat[:_SNIPPET].rstrip()}…"
    return f'<span dir="auto">{mark_terms(shown, stems)}</span>'
