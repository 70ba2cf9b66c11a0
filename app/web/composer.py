"""The bar below the question: where to search, a file to add, the model and its numbers; kept per chat and browser."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import gradio as gr

from app.core.domain import Choice
from app.core.errors import AppError
from app.library import clean_name
from app.present.chat_options import SEVERAL, ChatOptions, read_options
from app.present.filters import EVERYTHING
from app.present.problem import problem_of
from app.web.areas import Update, area, listen, owner_of
from app.web.composer_view import (
    render_bar,
    render_models,
    render_numbers,
    render_scope,
    render_suggestions,
    render_uploads,
)
from app.web.parts import Services
from app.web.problem import render_problem

_SCRIPT = Path(__file__).with_name("composer.js").read_text("utf-8")
_STORAGE_KEY = "fixed, so that a browser finds its choices after a restart; they are no secret"
_REFRESH_SECONDS = 1.5  # while an added file waits or is read
_PENDING = ("queued", "running")

Upload = tuple[int, str, str]  # id, collection, name


class ComposerBar:
    """The bar's components and handlers; `state` holds what is chosen, as JSON values for read_options()."""

    def __init__(self, services: Services, upload_collection: str) -> None:
        self._services = services
        self._upload_collection = upload_collection
        self.state = gr.BrowserState({}, storage_key="foremost-composer", secret=_STORAGE_KEY)
        self._added = gr.State(())  # uploads of this visit
        with gr.Row(elem_classes="fm-composer"):
            self._bar = area(name="fm-bar-area", script=_SCRIPT)
            self._file = gr.UploadButton(
                "＋ file", file_count="multiple", size="sm", elem_id="fm-add-file", min_width=60, scale=0
            )
            self._panel = area(name="fm-panel-area", script=_SCRIPT)
            self._suggestions = area(name="fm-suggestions-area", script=_SCRIPT)
            self._uploads = area(name="fm-uploads-area", script=_SCRIPT)
        self._timer = gr.Timer(_REFRESH_SECONDS, active=False)

    def wire(self, page: gr.Blocks, chat_id: gr.BrowserState) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        kept = [self.state, self._bar]
        in_order: Any = {"trigger_mode": "multiple", "concurrency_limit": 1}  # the last of quick changes remains
        session = [self.state, chat_id]
        for event in (page.load, chat_id.change):
            listen(event, self._load, session, [*kept, self._panel])
        listen(self._bar.panel, self._open, [self.state], [self._panel])
        listen(self._bar.drop, self._drop, session, [*kept, self._panel])
        listen(self._panel.scope, self._narrow, session, kept, **in_order)
        listen(self._panel.everything, self._widen, session, [*kept, self._panel])
        listen(self._panel.model, self._choose_model, session, [*kept, self._panel])
        listen(self._panel.numbers, self._choose_numbers, session, kept, **in_order)
        listen(self._panel.suggest, self._suggest, [], [self._suggestions], trigger_mode="multiple")
        added = [self._added, self._uploads, self._timer]
        listen(self._file.upload, self._upload, [self._file, *session, self._added], [*kept, *added, self._panel])
        listen(self._timer.tick, self._tick, [self._added], added)

    def listen_to(self, documents: gr.HTML, chat_id: gr.BrowserState) -> None:
        """Search in the document alone whose "Ask this" is pressed in a list of documents; called inside the page."""
        session = [self.state, chat_id]
        listen(documents.askdoc, self._only, session, [self.state, self._bar, self._panel])

    # ------------------------------------------------------------------------------------------- what is chosen

    def keep(self, state: object, chat_id: str, owner: str) -> None:
        """Keep what is chosen with a chat that was just begun, before the page opens it."""
        self._kept(read_options(state), chat_id, owner)

    def _load(self, state: object, chat_id: str, request: gr.Request) -> Update:
        """What the open chat chose; a chat without answers takes over what the browser has."""
        owner = owner_of(request)
        try:
            chosen = self._services.composer.chosen(chat_id, owner=owner) if chat_id else None
        except AppError:  # the rest of the page says that the database is away
            chosen = None
        if chosen is not None:
            return self._shown(read_options(chosen)) | {self._panel: ""}
        return self._kept(read_options(state), chat_id, owner) | {self._panel: ""}

    def _kept(self, options: ChatOptions, chat_id: str, owner: str) -> Update:
        """Keep the options with the chat, if it exists already, and show them."""
        if chat_id:
            with suppress(AppError):  # kept in the browser in any case
                self._services.composer.choose(chat_id, options.as_json(), owner=owner)
        return self._shown(options)

    def _shown(self, options: ChatOptions) -> Update:
        return {
            self.state: options.as_json(),
            self._bar: render_bar(options, self._services.answerer.info.name),
        }

    def _narrow(self, state: object, chat_id: str, request: gr.Request, event: gr.EventData) -> Update:
        criteria = {name: value for name, value in event._data.items() if hasattr(EVERYTHING, str(name))}
        return self._kept(read_options(state).narrowed(**criteria), chat_id, owner_of(request))

    def _only(self, state: object, chat_id: str, request: gr.Request, event: gr.EventData) -> Update:
        scope = replace(EVERYTHING, collection=(str(event.collection),), document=(str(event.name),))
        options = replace(read_options(state), scope=scope)
        return self._kept(options, chat_id, owner_of(request)) | {self._panel: ""}

    def _widen(self, state: object, chat_id: str, request: gr.Request) -> Update:
        options = replace(read_options(state), scope=EVERYTHING)
        return self._kept(options, chat_id, owner_of(request)) | {self._panel: ""}

    def _drop(self, state: object, chat_id: str, request: gr.Request, event: gr.EventData) -> Update:
        """Leave out one criterion of the scope."""
        options, kind, value = read_options(state), str(event.kind), str(event.value)
        if kind in asdict(options.scope):
            present = getattr(options.scope, kind)
            left = tuple(item for item in present if item != value) if kind in SEVERAL else ""
            options = options.narrowed(**{kind: left})
        return self._kept(options, chat_id, owner_of(request)) | {self._panel: ""}

    def _choose_model(self, state: object, chat_id: str, request: gr.Request, event: gr.EventData) -> Update:
        options, name = read_options(state), str(event.name)
        name = "" if name == self._services.answerer.info.name else name
        options = replace(options, choice=replace(options.choice, model=name))
        return self._kept(options, chat_id, owner_of(request)) | {self._panel: ""}

    def _choose_numbers(self, state: object, chat_id: str, request: gr.Request, event: gr.EventData) -> Update:
        options = read_options(state)
        given = read_options({"choice": dict(event._data)}).choice
        choice = Choice(
            model=options.choice.model, passages=given.passages, candidates=given.candidates, rerank=given.rerank
        )
        return self._kept(replace(options, choice=choice), chat_id, owner_of(request))

    # ---------------------------------------------------------------------------------------------------- panels

    def _open(self, state: object, event: gr.EventData) -> str:
        options = read_options(state)
        match str(event.panel):
            case "scope":
                return render_scope(options, self._services.composer.offered())
            case "model":
                return self._models(options)
            case _:
                return render_numbers(options)

    def _models(self, options: ChatOptions) -> str:
        configured = self._services.answerer.info.name
        chosen = options.choice.model or configured
        try:
            return render_models(chosen, self._services.models.names())
        except AppError as error:
            return render_models(chosen, (configured,), render_problem(problem_of(error)))

    def _suggest(self, event: gr.EventData) -> str:
        part = str(event.part)
        return render_suggestions(self._services.composer.documents_named(part), part.strip())

    # --------------------------------------------------------------------------------------------------- uploads

    def _upload(
        self, paths: Sequence[str] | None, state: object, chat_id: str, added: Sequence[Upload], request: gr.Request
    ) -> Update:
        """Store the files, queue their jobs and narrow the scope to them; Gradio's copies on disk are removed."""
        options = read_options(state)
        collection = options.scope.only_collection or self._upload_collection
        uploads: list[Upload] = []
        problems = []
        for path in map(Path, paths or ()):
            try:
                number = self._services.library.upload(path.name, path.read_bytes(), collection=collection)
                uploads.append((number, collection, clean_name(path.name)))
            except AppError as error:
                problems.append(render_problem(problem_of(error)))
            finally:
                with suppress(OSError):
                    path.unlink()
        update: Update = {}
        if uploads:
            files = replace(EVERYTHING, collection=(collection,), document=tuple(name for _, _, name in uploads))
            update = self._kept(replace(options, scope=files), chat_id, owner_of(request))
            added = tuple(uploads)
        update |= self._tick(added)
        return update | {self._uploads: "".join(problems) + str(update[self._uploads]), self._panel: ""}

    def _tick(self, added: Sequence[Any]) -> Update:
        """The states of the added files; asked for again while the worker has one of them."""
        uploads = [(int(number), str(collection), str(name)) for number, collection, name in added]
        try:
            states = self._services.composer.uploads(uploads)
        except AppError as error:
            return {self._uploads: render_problem(problem_of(error))}
        return {
            self._added: tuple(uploads),
            self._uploads: render_uploads(states),
            self._timer: gr.Timer(active=any(state.status in _PENDING for state in states)),
        }
