"""Tags on the Documents tab: find documents by name, give them tags and take them."""

from collections.abc import Sequence
from pathlib import Path

import gradio as gr

from app.core.document_tags import DocumentTags, TaggedDocument, why_kept
from app.core.tags import HAND, clean_tag
from app.library import clean_text
from app.web.areas import Update, area, listen
from app.web.highlight import escape

_SCRIPT = Path(__file__).with_name("tags.js").read_text("utf-8")
_MOST = 20  # documents shown at once


class TagEditor:
    """One area, closed until it is needed."""

    def __init__(self, tags: DocumentTags) -> None:
        self._tags = tags
        self._area = area(render_tags(()), name="fm-tags-area", script=_SCRIPT)

    def wire(self) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        listen(self._area.find, self._find, [], [self._area])
        listen(self._area.give, self._give, [], [self._area])
        listen(self._area.take, self._take, [], [self._area])

    def _find(self, event: gr.EventData) -> str:
        return self._shown(str(event.part))

    def _give(self, event: gr.EventData) -> Update:
        document = self._tags.change(int(event.id), add=[str(event.tag)])
        return {self._area: self._shown(str(event.part), document.id)}

    def _take(self, event: gr.EventData) -> Update:
        document = self._tags.change(int(event.id), remove=[str(event.tag)])
        tag = clean_tag(str(event.tag))
        kept = why_kept(document, tag) if tag in document.tags else ""
        return {self._area: self._shown(str(event.part), document.id, kept)}

    def _shown(self, part: str, focus: int = 0, message: str = "") -> str:
        return render_tags(self._tags.named(part, limit=_MOST), part=part, shown=True, focus=focus, message=message)


def render_tags(
    rows: Sequence[TaggedDocument], *, part: str = "", shown: bool = False, focus: int = 0, message: str = ""
) -> str:
    """The editor. shown: open, with the documents found; focus: the document that was changed last."""
    listed = "".join(_row(row, focused=row.id == focus) for row in rows)
    nothing = f"No document has “{escape(part)}” in its name." if part else "No document has a tag yet."
    body = f'<ul class="fm-tagged">{listed}</ul>' if rows else f'<p class="fm-note">{nothing}</p>'
    said = f'<p class="fm-note" role="status">{escape(message)}</p>' if message else ""
    return (
        f'<details class="fm-tags"{" open" if shown else ""}><summary>Tags</summary>'
        '<p class="fm-note">Tags narrow a search. Those of a file’s front matter or folder are changed there.</p>'
        '<form class="fm-tag-find"><input type="search" name="part" dir="auto" maxlength="200" autocomplete="off" '
        f'value="{escape(part)}" placeholder="Part of a name" '
        'aria-label="Find documents to tag"><button type="submit" class="fm-link">Find</button></form>'
        f"{said}{body if shown else ''}</details>"
    )


def _row(row: TaggedDocument, *, focused: bool) -> str:
    name = escape(clean_text(row.name))
    chips = "".join(_chip(tag, origin) for tag, origin in sorted(row.tags.items()))
    return (
        f'<li data-id="{row.id}"{" data-focus" if focused else ""}><b dir="auto">{name}</b> '
        f"<small>{escape(clean_text(row.collection))}</small><div>{chips}"
        '<form class="fm-tag-give"><input name="tag" dir="auto" maxlength="100" autocomplete="off" '
        f'placeholder="Add a tag" aria-label="Add a tag to {name}"></form></div></li>'
    )


def _chip(tag: str, origin: str) -> str:
    if origin != HAND:
        where = "front matter" if origin == "file" else "its folder"
        return f'<span class="fm-chip" dir="auto" title="From {where}">{escape(tag)}</span>'
    return (
        f'<span class="fm-chip set" dir="auto">{escape(tag)}<button type="button" data-act="take" '
        f'data-tag="{escape(tag)}" aria-label="Take the tag {escape(tag)}">×</button></span>'
    )
