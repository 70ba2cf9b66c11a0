"""The Documents tab: what is in the library and in what state, upload, delete."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import gradio as gr

from app.core.errors import AppError
from app.web.areas import Update, area, listen
from app.web.conversation import problem_line
from app.web.documents_table import collection_choices, is_problem, render_documents, render_message, render_progress
from app.web.parts import Documents

_MOST_ROWS = 500  # in the list; a page of 100,000 rows would not open
_REFRESH_SECONDS = 1.5  # while the worker has something to do


class DocumentsTab:
    """Components of the tab and what happens in them."""

    def __init__(self, library: Documents, collection: gr.Dropdown, upload_collection: str) -> None:
        self._library = library
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
                    info="Choose one, or write a new name",
                    elem_id="fm-target",
                    scale=1,
                    min_width=200,
                )
            self._message = area(name="fm-upload-message")
            self._work = area(name="fm-work")
            self._name = gr.Textbox(
                placeholder="Part of a name or path", show_label=False, elem_id="fm-document-name", max_lines=1
            )
            self._list = area(name="fm-document-list")
            self._timer = gr.Timer(_REFRESH_SECONDS, active=False)

    def wire(self, page: gr.Blocks, tab: gr.Tab) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        shown = [self._work, self._list, self._timer, self._collection, self._target]
        sent = [self._files, self._target, self._name]
        listen(self._files.upload, self._upload, sent, [self._files, self._message, *shown])
        listen(self._list.remove, self._remove, [self._name], [self._message, *shown])
        listen(self._timer.tick, self._watch, [self._message, self._name], [self._message, *shown])
        listen(self._name.change, self._refresh, [self._name], shown)
        listen(tab.select, self._refresh, [self._name], shown)
        listen(page.load, self._refresh, [self._name], shown)

    def _upload(self, paths: Sequence[str] | None, collection: str | None, name: str | None) -> Update:
        """Store each file and enqueue it; the copy that Gradio made on disk goes."""
        lines: list[str] = []
        stored = 0
        for path in (Path(one) for one in paths or ()):
            try:
                self._library.upload(path.name, path.read_bytes(), collection=collection or self._default)
                stored += 1
            except AppError as error:
                lines.append(problem_line(error))
            finally:
                with suppress(OSError):
                    path.unlink()
        files = "1 file is stored and waits" if stored == 1 else f"{stored} files are stored and wait"
        said = [f"{files} for the worker, which reads and indexes what comes in."] if stored else []
        message = render_message(said, lines)
        return {self._files: None, self._message: message} | self._refresh(name)

    def _remove(self, name: str | None, event: gr.EventData) -> Update:
        remove: Callable[[int], None] = self._library.delete_upload if event.upload else self._library.delete
        try:
            remove(int(event.id))
        except AppError as error:
            return {self._message: render_message([], [problem_line(error)])} | self._refresh(name)
        return {self._message: ""} | self._refresh(name)

    def _watch(self, message: str | None, name: str | None) -> Update:
        """The list as it is now; once nothing waits, only what went wrong stays said."""
        refreshed = self._refresh(name)
        waiting = self._library.progress().pending
        return refreshed if waiting or is_problem(message) else refreshed | {self._message: ""}

    def _refresh(self, name: str | None) -> Update:
        wanted = (name or "").strip()
        progress, counts = self._library.progress(), self._library.counts()
        rows = self._library.documents(name=wanted, limit=_MOST_ROWS)
        targets = sorted({self._default, *counts})
        return {
            self._work: render_progress(progress),
            self._list: render_documents(rows, of=progress.documents if len(rows) == _MOST_ROWS else None, name=wanted),
            self._timer: gr.Timer(active=progress.pending > 0 or any(row.pending for row in rows)),
            self._collection: gr.update(choices=collection_choices(counts)),
            self._target: gr.update(choices=targets),
        }
