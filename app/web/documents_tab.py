"""The Documents tab: the documents and their state, upload, delete."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import gradio as gr

from app.core.errors import AppError
from app.present.problem import problem_of
from app.web.areas import Update, area, listen
from app.web.documents_changes import forgotten, moved_lines, numbers, uploaded
from app.web.documents_table import Listing, render_documents, render_progress
from app.web.parts import Documents
from app.web.problem import Message, render_problem

_MOST_ROWS = 500  # in the list; a browser cannot open a table of 100,000 rows
_KINDS = (
    '<p class="fm-note">Text, Markdown, HTML, PDF, Word, PowerPoint, Excel, OpenDocument, CSV, JSON, EPUB, e-mail, '
    "pictures with text, and archives of these. Up to {limit:,} MiB a file; files stay on this machine.</p>"
)
Order = tuple[str, bool]  # column of the list and whether it descends; no column: the library's own order
_REFRESH_SECONDS = 1.5  # while jobs wait or run
Forget = Callable[[int], int]  # removes a document's words from kept answers; returns their number


class DocumentsTab:
    """The tab's components and their event handlers."""

    def __init__(self, library: Documents, upload_collection: str, forget: Forget) -> None:
        self._library = library
        self._forget = forget
        self._default = upload_collection
        limit = library.max_file_mib
        with gr.Column(elem_classes="fm-scope fm-documents"):
            with gr.Row(elem_classes="fm-upload"):
                self._files = gr.File(
                    label="Add documents",
                    show_label=False,
                    file_count="multiple",
                    type="filepath",
                    height=150,
                    elem_id="fm-files",
                    scale=3,
                )
                self._target = gr.Dropdown(
                    [upload_collection],
                    value=upload_collection,
                    allow_custom_value=True,
                    label="Add to collection",
                    info="Choose one, or type a new name",
                    elem_id="fm-target",
                    scale=1,
                    min_width=200,
                )
            area(_KINDS.format(limit=limit), name="fm-kinds")
            self._message = gr.State(Message())
            self._order = gr.State(("", False))
            self._message_area = area(name="fm-upload-message")
            self._work = area(name="fm-work")
            self._name = gr.Textbox(
                placeholder="Part of a name or path",
                label="Find documents by name",
                show_label=False,
                elem_id="fm-document-name",
                max_lines=1,
            )
            self.list = area(name="fm-document-list")
            self._timer = gr.Timer(_REFRESH_SECONDS, active=False)

    def wire(self, tab: gr.Tab) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        shown = [self._work, self.list, self._timer, self._target, self._name]
        message = [self._message, self._message_area]
        view = [self._name, self._order]
        files = [self._files, self._target, *view]
        listen(self._files.upload, self._upload, files, [self._files, *message, *shown])
        for event, handler in (
            (self.list.remove, self._remove),
            (self.list.retrydoc, self._retry),
            (self.list.movedocs, self._move),
            (self.list.deletedocs, self._delete),
        ):
            listen(event, handler, view, [*message, *shown])
        listen(self.list.docsort, self._sort, view, [self._order, *shown])
        listen(self._timer.tick, self._refresh, [*view, self._message], [*message, *shown])
        listen(self._name.change, self._refresh, view, shown)
        listen(tab.select, self._refresh, view, shown)

    def _upload(self, paths: Sequence[str] | None, collection: str | None, name: str | None, order: Order) -> Update:
        """Store each file and enqueue its job; Gradio's own copy on disk is removed."""
        problems = []
        stored: list[str] = []
        target = collection or self._default
        for path in map(Path, paths or ()):
            try:
                self._library.upload(path.name, path.read_bytes(), collection=target)
                stored.append(path.name)
            except AppError as error:
                problems.append(problem_of(error))
            finally:
                with suppress(OSError):
                    path.unlink()
        message = Message(lines=uploaded(stored, target, refused=len(problems)), problems=tuple(problems))
        return {self._files: None} | self._show(message) | self._refresh(name, order)

    def _remove(self, name: str | None, order: Order, event: gr.EventData) -> Update:
        identifier = int(event.id)
        documents, uploads = ((), (identifier,)) if event.upload else ((identifier,), ())
        return self._removed(documents, uploads, name, order, words=bool(event.words))

    def _removed(
        self, documents: Sequence[int], uploads: Sequence[int], name: str | None, order: Order, *, words: bool
    ) -> Update:
        """The list without these. words: also remove the words of the documents from kept answers."""
        lines: list[str] = []

        def remove() -> None:
            for identifier in uploads:
                self._library.delete_upload(identifier)
            for identifier in documents:
                self._library.delete(identifier)
            if words and documents:
                lines.append(forgotten(sum(map(self._forget, documents))))

        return self._done(remove, name, order, lines)

    def _retry(self, name: str | None, order: Order, event: gr.EventData) -> Update:
        identifier, lines = int(event.id), []

        def retry() -> None:
            if event.upload:
                self._library.retry_upload(identifier)
                return
            self._library.retry_file(identifier)
            lines.append("The file is queued and will be read again.")

        return self._done(retry, name, order, lines)

    def _delete(self, name: str | None, order: Order, event: gr.EventData) -> Update:
        documents, uploads = numbers(event.documents), numbers(event.uploads)
        return self._removed(documents, uploads, name, order, words=bool(event.words))

    def _move(self, name: str | None, order: Order, event: gr.EventData) -> Update:
        documents, collection = numbers(event.documents), str(event.to)
        try:
            moved = self._library.move(documents, collection)
            message = Message(lines=moved_lines(moved, collection, of=len(documents) + len(numbers(event.uploads))))
        except AppError as error:
            message = Message(problems=(problem_of(error),))
        return self._show(message) | self._refresh(name, order)

    def _done(self, action: Callable[[], None], name: str | None, order: Order, lines: Sequence[str] = ()) -> Update:
        """The list after an action, with its problem if it failed. lines: filled by the action, shown after it."""
        try:
            action()
            message = Message(lines=tuple(lines))
        except AppError as error:
            message = Message(problems=(problem_of(error),))
        return self._show(message) | self._refresh(name, order)

    def _sort(self, name: str | None, order: Order, event: gr.EventData) -> Update:
        """Sort by a column; the same column again reverses its order."""
        column = str(event.column)
        new = (column, order[0] == column and not order[1])
        return {self._order: new} | self._refresh(name, new)

    def _show(self, message: Message) -> Update:
        return {self._message: message, self._message_area: message.html}

    def _refresh(self, name: str | None, order: Order, message: Message | None = None) -> Update:
        """The list as it is now. Once no job is left a given message disappears, unless it reports problems."""
        part = (name or "").strip()
        try:
            progress, counts = self._library.progress(), self._library.counts()
            rows = self._library.documents(name=part, limit=_MOST_ROWS, sort=order[0], descending=order[1])
        except AppError as error:
            return {self._work: "", self.list: render_problem(problem_of(error))}
        settled = message is not None and not progress.pending and not message.problems
        listing = Listing(
            name=part, sort=order[0], descending=order[1], collections=tuple(counts),
            total=progress.documents if len(rows) == _MOST_ROWS else None,
        )  # fmt: skip
        return (self._show(Message()) if settled else {}) | {
            self._work: render_progress(progress),
            self.list: render_documents(rows, listing),
            self._name: gr.update(visible=bool(rows) or bool(part)),
            self._timer: gr.Timer(active=progress.pending > 0 or any(row.pending for row in rows)),
            self._target: gr.update(choices=sorted({self._default, *counts})),
        }
