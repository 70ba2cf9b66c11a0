"""The list of documents as HTML: a row for each document or upload, with its state, its error and its fix."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.progress import STAGES, Progress, headline
from app.library import DocumentRow, clean_text
from app.web.highlight import escape
from app.web.thread import when

_MOST_NAMES = 5  # of the documents being read
_MOST_WARNINGS = 3  # of one document
_STATES: Mapping[str, str] = {
    "ready": "ready",
    "empty": "no text found",
    "failed": "failed",
    "queued": "queued",
    "running": "being read",
}


def render_progress(progress: Progress) -> str:
    """The queue: how many jobs wait and run, how long they will take, which files are read; empty without jobs."""
    line = headline(progress)
    if not line:
        return ""
    items = "".join(f"<li>{escape(clean_text(document.name))}</li>" for document in progress.in_work[:_MOST_NAMES])
    names = f"<ul>{items}</ul>" if items else ""
    return f'<div class="fm-work" role="status"><p>{escape(line)}</p>{names}</div>'


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """How the list is shown."""

    name: str = ""  # part of a name that was searched for
    sort: str = ""  # column, empty for the order of the library
    descending: bool = False
    total: int | None = None  # number of all documents, when the list was cut
    collections: tuple[str, ...] = ()  # that documents can be moved to


_PLAIN = Listing()


def render_documents(rows: Sequence[DocumentRow], listing: Listing = _PLAIN) -> str:
    """The list in the order given, with what can be done with each document and with those that are selected."""
    if not rows and listing.name:
        return f'<div class="fm-empty"><p>No document has “{escape(clean_text(listing.name))}” in its name.</p></div>'
    if not rows:
        return (
            '<div class="fm-empty"><h2>No documents yet</h2><p>Drop files above. They stay on this machine.</p></div>'
        )
    everywhere = Counter(row.name for row in rows)
    head = "".join(_header(label, column, listing) for label, column in _COLUMNS)
    body = "".join(_row(row, path=everywhere[row.name] > 1) for row in rows)
    choose = _tick("pickall", "Select all listed documents")
    return (
        f'<p class="fm-count">{_counts(rows, listing.total)}</p>{_bulk(listing.collections)}'
        f'<table class="fm-table"><thead><tr><th class="fm-pick">{choose}</th>{head}'
        f'<th><span class="fm-hidden">Actions</span></th></tr></thead><tbody>{body}</tbody></table>'
    )


_COLUMNS = (
    ("Document", "name"), ("Collection", "collection"), ("State", "state"), ("Size", "size"), ("Changed", "changed"),
)  # fmt: skip


def _counts(rows: Sequence[DocumentRow], total: int | None) -> str:
    """How many are listed, by state: "4 documents: 3 ready, 1 failed"."""
    states = Counter(row.status for row in rows)
    parts = ", ".join(f"{states[state]:,} {word}" for state, word in _STATES.items() if states[state])
    if total is not None and total > len(rows):
        return f"{len(rows):,} of {total:,} documents listed ({parts}); type part of a name to find others"
    return f"{len(rows):,} document{'' if len(rows) == 1 else 's'}: {parts}"


def _header(label: str, column: str, listing: Listing) -> str:
    state = ""
    if column == listing.sort:
        state = f' aria-sort="{"descending" if listing.descending else "ascending"}"'
    return (
        f'<th scope="col"{state}><button type="button" class="fm-sort" data-act="docsort" data-column="{column}">'
        f"{label}</button></th>"
    )


def _bulk(collections: Sequence[str]) -> str:
    """What can be done with the selected documents; side.js shows it while some are selected."""
    options = "".join(f'<option value="{escape(name)}">' for name in collections)
    return (
        '<form class="fm-bulk" hidden><b><span>0</span> selected</b>'
        '<label>Move to <input name="to" list="fm-collections" maxlength="200" autocomplete="off" required></label>'
        f'<datalist id="fm-collections">{options}</datalist><button type="submit" class="fm-link">Move</button>'
        '<button type="button" class="fm-link fm-ask" data-act="bulkask">Delete…</button>'
        '<span class="fm-confirm">Delete them for good? <label><input type="checkbox" class="fm-words"> '
        'Also from kept answers</label> <button type="button" class="fm-danger" data-act="bulkdelete">Delete</button> '
        '<button type="button" class="fm-link" data-act="bulkkeep">Keep</button></span></form>'
    )


def _row(row: DocumentRow, *, path: bool) -> str:
    name = escape(clean_text(row.name))
    title = escape(clean_text(row.title)) if row.title and row.title != row.name else ""
    where = f'<span class="fm-path">{escape(clean_text(row.uri))}</span>' if path and row.uri else ""
    detail = "".join(f'<small class="fm-warning">{escape(text)}</small>' for text in row.warnings[:_MOST_WARNINGS])
    error = f'<small class="fm-error">{escape(row.error)}</small>' if row.error else ""
    parts = f" · {row.part_count:,} {row.part_kind}{'' if row.part_count == 1 else 's'}" if row.part_count else ""
    chunks = f" · {row.chunk_count:,} passage{'' if row.chunk_count == 1 else 's'}" if row.chunk_count else ""
    key = f"{'u' if row.upload else 'd'}{row.id}"
    shown = f"<b>{name}</b>"
    if not row.upload and row.status == "ready":
        shown = (
            f'<button type="button" class="fm-plain" data-act="opendoc" data-id="{row.id}" '
            f'aria-label="Open {name}">{shown}</button>'
        )
    return (
        f'<tr data-row="{key}"><td class="fm-pick">{_tick("pickdoc", f"Select {name}")}</td><td class="fm-name">{shown}'
        f"{where}{f'<span>{title}</span>' if title else ''}{error}{detail}</td>"
        f'<td data-label="Collection">{escape(clean_text(row.collection))}</td>'
        f'<td data-label="State"><span class="fm-state {row.status}">{_STATES[row.status]}</span></td>'
        f'<td data-label="Size">{_size(row.byte_count)}{parts}{chunks}</td>'
        f'<td data-label="Changed"{_spent(row.timings)}>{when(row.changed_at)}</td>'
        f'<td class="fm-do">{_more(row, name)}{_delete(row, name)}</td></tr>'
    )


def _tick(act: str, label: str) -> str:
    """A check box; its label is as large as a finger. label: HTML."""
    return f'<label class="fm-tick"><input type="checkbox" data-act="{act}" aria-label="{label}"></label>'


def _more(row: DocumentRow, name: str) -> str:
    """The buttons that fit the document's state: ask about it, try it again."""
    buttons = ""
    if row.retryable:
        buttons += (
            f'<button type="button" class="fm-link fm-ask" data-act="retrydoc" data-id="{row.id}" '
            f'data-upload="{int(row.upload)}" aria-label="Retry {name}">Retry</button> '
        )
    if row.status == "ready":
        buttons += (
            f'<button type="button" class="fm-link fm-ask" data-act="askdoc" data-name="{escape(row.name)}" '
            f'data-collection="{escape(row.collection)}" aria-label="Ask about {name}">Ask this</button> '
        )
    return buttons


def _spent(seconds: Mapping[str, float]) -> str:
    """A tooltip with the seconds of each stage of its ingestion."""
    stages = ", ".join(f"{stage} {seconds[stage]:.2f} s" for stage in STAGES if stage in seconds)
    return f' title="{escape(stages)}"' if stages else ""


def _delete(row: DocumentRow, name: str) -> str:
    """Two buttons: the first shows the second, which deletes."""
    return (
        f'<button type="button" class="fm-link fm-ask" data-act="confirm" aria-label="Delete {name}">Delete</button>'
        f'<span class="fm-confirm">Delete for good? {_also_words(row)}'
        f'<button type="button" class="fm-danger" data-act="remove" data-id="{row.id}" '
        f'data-upload="{int(row.upload)}">Delete</button> '
        '<button type="button" class="fm-link" data-act="keep">Keep</button></span>'
    )


def _also_words(row: DocumentRow) -> str:
    """A check box that removes the words of a document from kept answers too; an upload has none yet."""
    if row.upload:
        return ""
    return '<label><input type="checkbox" class="fm-words"> Also from kept answers</label> '


def _size(count: int) -> str:
    if count < 1024:
        return f"{count} B"
    if count < 1024**2:
        return f"{count / 1024:.0f} KiB"
    return f"{count / 1024**2:.1f} MiB"
