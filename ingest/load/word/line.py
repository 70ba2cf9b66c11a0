"""A paragraph's content while it is written as HTML."""

from html import escape

from ingest.load.ooxml.html import described
from ingest.load.ooxml.package import Element
from ingest.load.ooxml.symbols import has_symbols, readable
from ingest.load.word.document import Word
from ingest.load.word.fields import Fields
from ingest.load.word.styles import Format


class Line:
    """One paragraph. look: the format that its style gives; in_contents: it is a line of a table of contents."""

    def __init__(self, word: Word, fields: Fields, look: Format, *, heading: bool, in_contents: bool) -> None:
        self.look = look
        self.heading = heading
        self.in_contents = in_contents
        self.after: list[Element | str] = []  # what stands in it and follows it: boxes of text, notes as HTML
        self._word = word
        self._fields = fields
        self._pieces: list[str] = []
        self._contents: list[str] = []  # what is not written because it belongs to a table of contents
        self._tags: tuple[str, ...] = ()  # HTML tags that are open
        self._hiding = False

    def text(self, text: str, look: Format) -> None:
        """Write text in a format. "\\n" is a line break, which no heading has."""
        if look.hidden:
            if text.strip() and not self._hiding:
                self._hiding = True
                self._word.count("hidden passage")
            return
        self._hiding = self._hiding and not text.strip()
        if self._fields.in_code:
            self._fields.unread(text)
            return
        if self.in_contents or self._fields.in_contents:
            self._contents.append(text)
            return
        if has_symbols(text):
            text, unknown = readable(text, look.font)
            self._word.count("unknown symbol", unknown)
        self._open((("s",) if look.struck else ()) + ((look.raised,) if look.raised else ()))
        if text == "\n":
            self._pieces.append(" " if self.heading else "<br>")
        else:
            self._pieces.append(escape(text, quote=False))
        self._fields.wrote()

    def tag(self, html: str) -> None:
        """Write a tag of a link."""
        self._open(())
        self._pieces.append(html)

    def picture(self, description: str) -> None:
        """Write the alternative text of a picture."""
        self.tag(described(description))

    def html(self) -> str:
        """Everything written; to be called once."""
        self._open(())
        if self._contents:
            self._word.contents.append("".join(self._contents))
        return "".join(self._pieces)

    def _open(self, tags: tuple[str, ...]) -> None:
        """Close and open HTML tags so that these are open."""
        if self._tags != tags:
            self._pieces.extend(f"</{tag}>" for tag in reversed(self._tags))
            self._pieces.extend(f"<{tag}>" for tag in tags)
            self._tags = tags
