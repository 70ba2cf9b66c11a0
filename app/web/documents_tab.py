"""The Documents tab: what is in the library and in what state, upload, delete."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import gradio as gr

from app.core.errors import AppError
from app.web.areas import Update, area, listen
from app.web.conversation import problem_line
from app.web.documents_table import collection_choices, is_problem, render_documents, render_message
from app.web.parts import Documents

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
            self._list = area(name="fm-document-list")
            self._timer = gr.Timer(_REFRESH_SECONDS, active=False)

    def wire(self, page: gr.Blocks, tab: gr.Tab) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        shown = [self._list, self._timer, self._collection, self._target]
        listen(self._files.upload, self._upload, [self._files, self._target], [self._files, self._message, *shown])
        listen(self._list.remove, self._remove, [], [self._message, *shown])
        listen(self._timer.tick, self._watch, [self._message], [self._message, *shown])
        listen(tab.select, self._refresh, [], shown)
        listen(page.load, self._refresh, [], shown)

    def _upload(self, paths: Sequence[str] | None, collection: str | None) -> Update:
        """Store each file and enqueue it; the copy that Gradio made on disk goes."""
        lines: list[str] = []
        stored = 0
        for path in (Path(name) for name in paths or ()):
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
        return {self._files: None, self._message: message} | self._refresh()

    def _remove(self, event: gr.EventData) -> Update:
        remove: Callable[[int], None] = self._library.delete_upload if event.upload else self._library.delete
        try:
            remove(int(event.id))
        except AppError as error:
            return {self._message: render_message([], [problem_line(error)])} | self._refresh()
        return {self._message: ""} | self._refresh()

    def _watch(self, message: str | None) -> Update:
        """The list as it is now; once nothing waits, only what went wrong stays said."""
        refreshed = self._refresh()
        waiting = any(row.pending for row in self._library.documents())
        return refreshed if waiting or is_problem(message) else refreshed | {self._message: ""}

    def _refresh(self) -> Update:
        rows = self._library.documents()
        counts = self._library.counts()
        targets = sorted({self._default, *counts})
        return {
            self._list: render_documents(rows),
            self._timer: gr.Timer(active=any(row.pending for row in rows)),
            self._collection: gr.update(choices=collection_choices(counts)),
            self._target: gr.update(choices=targets),
        }
