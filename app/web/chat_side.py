"""The left side of the Ask tab: New chat, the search over chats, the list and what its menus do."""

import gradio as gr

from app.core.errors import NotFoundError
from app.present.as_csv import as_csv, asked_again
from app.present.export import as_markdown, file_name
from app.web.areas import Update, area, listen, owner_of
from app.web.chat_list import PAGE, render_chats
from app.web.conversation import Conversations
from app.web.highlight import escape
from app.web.parts import Services
from app.web.programs import Programs
from app.web.running import RunningAnswers

_ALL = 1_000_000  # chats of one owner
_SECONDS = 2.0  # between two looks at which chats are being answered
_HEAD = (
    '<button type="button" class="fm-link fm-flip" data-act="flip" '
    'aria-label="Chats: show or hide the list">Chats</button>'
)


class ChatSide:
    """The components and those of their handlers that leave the open chat as it is."""

    def __init__(self, services: Services, running: RunningAnswers) -> None:
        self._services = services
        self._conversations = Conversations(services)
        self._chats = services.chats
        self._running = running
        with gr.Column(elem_classes="fm-chat-side", min_width=200, scale=2):
            area(_HEAD, name="fm-chats-head")
            self.new = gr.Button("New chat", size="sm", elem_id="fm-new", min_width=90)
            self.words = gr.Textbox(
                placeholder="Search chats", label="Search chats", show_label=False, container=False,
                max_lines=1, max_length=200, elem_id="fm-chat-search",
            )  # fmt: skip
            self.list = area(name="fm-chats-area")
            self.programs = Programs(services)
            self.file = area(name="fm-chat-file")
        self.limit = gr.State(PAGE)
        self._clock = gr.Timer(_SECONDS)
        self._shown = gr.State(frozenset[str]())  # chats that the list marks as being answered

    def wire(self, page: gr.Blocks, chat_id: gr.BrowserState) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        self.programs.wire(page, self.words)
        inputs = [self.words, self.limit, chat_id]
        listen(self.words.change, self._find, [self.words, chat_id], [self.list, self.limit])
        listen(self._clock.tick, self._mark, [*inputs, self._shown], [self.list, self._shown])
        listen(self.list.chatmore, self._more, inputs, [self.list, self.limit])
        listen(self.list.chatname, self._rename, inputs, [self.list])
        listen(self.list.chatask, self._ask, inputs, [self.list])
        listen(self.list.chatkeep, self._keep, inputs, [self.list])
        listen(self.list.chatexport, self._export, [], [self.file])

    def html(self, owner: str, chat: str, *, words: str = "", limit: int = PAGE, confirm: str = "") -> str:
        """The list as it is now. confirm: as of render_chats."""
        rows = self._chats.page(owner=owner, words=words, limit=limit + 1)
        contents = self._chats.contents(None if confirm == "all" else confirm, owner=owner) if confirm else None
        return render_chats(
            rows[:limit], chat=chat, words=words, more=len(rows) > limit, confirm=confirm, contents=contents,
            running=self._running.chats(),
        )  # fmt: skip

    def _mark(self, words: str, limit: int, chat: str, shown: frozenset[str], request: gr.Request) -> Update:
        """Draw the list again when an answer began or ended, in whichever browser; else leave it alone."""
        running = self._running.chats()
        if running == shown:
            return {self.list: gr.skip(), self._shown: gr.skip()}
        return {self.list: self.html(owner_of(request), chat, words=words, limit=limit), self._shown: running}

    def _find(self, words: str, chat: str, request: gr.Request) -> Update:
        return {self.list: self.html(owner_of(request), chat, words=words), self.limit: PAGE}

    def _more(self, words: str, limit: int, chat: str, request: gr.Request) -> Update:
        longer = limit + PAGE
        return {self.list: self.html(owner_of(request), chat, words=words, limit=longer), self.limit: longer}

    def _rename(self, words: str, limit: int, chat: str, request: gr.Request, event: gr.EventData) -> str:
        owner, title = owner_of(request), str(event.title)
        if title.strip():
            self._chats.rename(str(event.chat), title, owner=owner)
        return self.html(owner, chat, words=words, limit=limit)

    def _ask(self, words: str, limit: int, chat: str, request: gr.Request, event: gr.EventData) -> str:
        return self.html(owner_of(request), chat, words=words, limit=limit, confirm=str(event.chat))

    def _keep(self, words: str, limit: int, chat: str, request: gr.Request) -> str:
        return self.html(owner_of(request), chat, words=words, limit=limit)

    def _export(self, request: gr.Request, event: gr.EventData) -> str:
        """The file for script.js, which hands it to the browser."""
        row, answers = self._chats.load(str(event.chat), owner=owner_of(request))
        text = escape(as_markdown(row.title, answers))
        return _file(file_name(row.title), "text/markdown", text)

    def table(self, request: gr.Request, event: gr.EventData) -> str:
        """All rows of an answer's table as a file. Raises NotFoundError for an answer without one."""
        answer = self._conversations.answer(str(event.answer), owner_of(request))
        rows = self._services.answerer.rows(asked_again(answer))
        if not rows:
            raise NotFoundError("The table of this answer is gone.", fix="Ask again.")
        return _file("table.csv", "text/csv", escape(as_csv(rows)))

    def delete(self, chat: str, owner: str) -> None:
        """Delete a chat, or all for an empty id; one that is gone already is no problem."""
        owned = self._chats.page(owner=owner, limit=_ALL)  # nobody ends the answers of another owner
        self._running.forget(*[row.id for row in owned if chat in ("", row.id)])
        try:
            self._chats.delete(chat or None, owner=owner)
        except NotFoundError:
            return


def _file(name: str, media_type: str, text: str) -> str:
    """A file for script.js. text: as HTML."""
    return f'<pre hidden class="fm-export-file" data-name="{escape(name)}" data-type="{media_type}">{text}</pre>'
