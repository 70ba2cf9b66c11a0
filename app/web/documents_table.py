"""The list of documents as HTML: a row for each document or upload, with its state, its error and its fix."""

from collections.abc import Mapping, Sequence

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


def collection_choices(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Choices of the collection selector; the empty value searches all."""
    total = sum(counts.values())
    return [(f"All collections ({total:,})", ""), *((f"{name} ({count:,})", name) for name, count in counts.items())]


def render_progress(progress: Progress) -> str:
    """The queue: how many jobs wait and run, how long they will take, which files are read; empty without jobs."""
    line = headline(progress)
    if not line:
        return ""
    items = "".join(f"<li>{escape(clean_text(document.name))}</li>" for document in progress.in_work[:_MOST_NAMES])
    names = f"<ul>{items}</ul>" if items else ""
    return f'<div class="fm-work" role="status"><p>{escape(line)}</p>{names}</div>'


def render_documents(rows: Sequence[DocumentRow], *, total: int | None = None, name: str = "") -> str:
    """The list in the order given.

    total: number of all documents, when the list was cut. name: the part of a name that was searched for.
    """
    if not rows and name:
        return f'<div class="fm-empty"><p>No document has “{escape(clean_text(name))}” in its name.</p></div>'
    if not rows:
        return (
            '<div class="fm-empty"><h2>No documents yet</h2><p>Drop files above: text, Markdown, HTML, PDF, Word, '
            "PowerPoint, Excel, CSV, EPUB, e-mail and more. They stay on this machine.</p></div>"
        )
    columns = ("Document", "Collection", "State", "Size", "Changed", "")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = "".join(_row(row) for row in rows)
    ready = sum(row.status == "ready" for row in rows)
    more = ""
    if total is not None and total > len(rows):
        more = f" of {total:,}; type part of a name to find others"
    return (
        f'<p class="fm-count">{len(rows):,} listed{more}, {ready:,} ready to search</p>'
        f'<table class="fm-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _row(row: DocumentRow) -> str:
    name = escape(clean_text(row.name))
    title = escape(clean_text(row.title)) if row.title and row.title != row.name else ""
    detail = "".join(f'<small class="fm-warning">{escape(text)}</small>' for text in row.warnings[:_MOST_WARNINGS])
    error = f'<small class="fm-error">{escape(row.error)}</small>' if row.error else ""
    parts = f" · {row.part_count:,} {row.part_kind}{'' if row.part_count == 1 else 's'}" if row.part_count else ""
    chunks = f" · {row.chunk_count:,} passage{'' if row.chunk_count == 1 else 's'}" if row.chunk_count else ""
    return (
        f'<tr data-row="{"u" if row.upload else "d"}{row.id}"><td class="fm-name"><b>{name}</b>'
        f"{f'<span>{title}</span>' if title else ''}{error}{detail}</td>"
        f'<td data-label="Collection">{escape(clean_text(row.collection))}</td>'
        f'<td data-label="State"><span class="fm-state {row.status}">{_STATES[row.status]}</span></td>'
        f'<td data-label="Size">{_size(row.byte_count)}{parts}{chunks}</td>'
        f'<td data-label="Changed"{_spent(row.timings)}>{when(row.changed_at)}</td>'
        f'<td class="fm-do">{_delete(row, name)}</td></tr>'
    )


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
