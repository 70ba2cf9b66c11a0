"""The Documents tab: the documents and their state, upload, delete."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import gradio as gr

from app.core.errors import AppError
from app.present.problem import problem_of
from app.web.areas import Update, area, listen
from app.web.documents_table import collection_choices, render_documents, render_progress
from app.web.parts import Documents
from app.web.problem import Message, render_problem

_MOST_ROWS = 500  # in the list; a browser cannot open a table of 100,000 rows
_REFRESH_SECONDS = 1.5  # while jobs wait or run
Forget = Callable[[int], int]  # removes a document's words from kept answers; returns their number


class DocumentsTab:
    """The tab's components and their event handlers."""

    def __init__(self, library: Documents, collection: gr.Dropdown, upload_collection: str, forget: Forget) -> None:
        self._library = library
        self._forget = forget
        self._collection = collection
        self._default = upload_collection
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
            self._message = gr.State(Message())
            self._message_area = area(name="fm-upload-message")
            self._work = area(name="fm-work")
            self._name = gr.Textbox(
                placeholder="Part of a name or path", show_label=False, elem_id="fm-document-name", max_lines=1
            )
            self._list = area(name="fm-document-list")
            self._timer = gr.Timer(_REFRESH_SECONDS, active=False)

    def wire(self, page: gr.Blocks, tab: gr.Tab) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        shown = [self._work, self._list, self._timer, self._collection, self._target]
        message = [self._message, self._message_area]
        listen(
            self._files.upload, self._upload, [self._files, self._target, self._name], [self._files, *message, *shown]
        )
        listen(self._list.remove, self._remove, [self._name], [*message, *shown])
        listen(self._timer.tick, self._refresh, [self._name, self._message], [*message, *shown])
        listen(self._name.change, self._refresh, [self._name], shown)
        listen(tab.select, self._refresh, [self._name], shown)
        listen(page.load, self._refresh, [self._name], shown)

    def _upload(self, paths: Sequence[str] | None, collection: str | None, name: str | None) -> Update:
        """Store each file and enqueue its job; Gradio's own copy on disk is removed."""
        problems = []
        stored = 0
        for path in map(Path, paths or ()):
            try:
                self._library.upload(path.name, path.read_bytes(), collection=collection or self._default)
                stored += 1
            except AppError as error:
                problems.append(problem_of(error))
            finally:
                with suppress(OSError):
                    path.unlink()
        lines: tuple[str, ...] = ()
        if stored == 1:
            lines = ("1 file is stored and queued for the worker.",)
        elif stored:
            lines = (f"{stored} files are stored and queued for the worker.",)
        message = Message(lines=lines, problems=tuple(problems))
        return {self._files: None} | self._show(message) | self._refresh(name)

    def _remove(self, name: str | None, event: gr.EventData) -> Update:
        remove = self._library.delete_upload if event.upload else self._library.delete
        message = Message()
        try:
            remove(int(event.id))
            if event.words and not event.upload:
                count = self._forget(int(event.id))
                message = Message(
                    lines=(f"Its words are removed from {count} kept answer{'' if count == 1 else 's'}.",)
                )
        except AppError as error:
            message = Message(problems=(problem_of(error),))
        return self._show(message) | self._refresh(name)

    def _show(self, message: Message) -> Update:
        return {self._message: message, self._message_area: message.html}

    def _refresh(self, name: str | None, message: Message | None = None) -> Update:
        """The list as it is now. Once no job is left a given message disappears, unless it reports problems."""
        part = (name or "").strip()
        try:
            progress, counts = self._library.progress(), self._library.counts()
            rows = self._library.documents(name=part, limit=_MOST_ROWS)
        except AppError as error:
            return {self._work: "", self._list: render_problem(problem_of(error))}
        settled = message is not None and not progress.pending and not message.problems
        total = progress.documents if len(rows) == _MOST_ROWS else None
        return (self._show(Message()) if settled else {}) | {
            self._work: render_progress(progress),
            self._list: render_documents(rows, total=total, name=part),
            self._timer: gr.Timer(active=progress.pending > 0 or any(row.pending for row in rows)),
            self._collection: gr.update(choices=collection_choices(counts)),
            self._target: gr.update(choices=sorted({self._default, *counts})),
        }
