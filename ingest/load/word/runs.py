"""The content of a Word paragraph as HTML; what stands in it but cannot be in a line is kept for after it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

from ingest.load.ooxml.alternatives import chosen
from ingest.load.ooxml.equations import linear
from ingest.load.ooxml.html import described, lines
from ingest.load.ooxml.names import MC, W14, M, R, W
from ingest.load.ooxml.package import Element
from ingest.load.ooxml.symbols import has_symbols, readable, symbol
from ingest.load.word.document import Word
from ingest.load.word.drawings import drawn
from ingest.load.word.fields import Fields, checkbox
from ingest.load.word.styles import Format, run_format

_LINKS = ("http://", "https://", "mailto:", "ftp://")


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph's content. after: HTML and elements (boxes of text, tables) that follow it."""

    html: str
    after: list["str | Element"]


@dataclass(slots=True)
class _Frame:
    """An element whose children are being read."""

    children: Iterator[Element]
    format: Format
    close: Callable[[], None] | None = None


@dataclass(slots=True)
class _Writing:
    """The paragraph that is being written."""

    paragraph_format: Format
    breaks: str  # what a line break becomes
    contents: bool  # whether it is a line of a table of contents
    pieces: list[str] = field(default_factory=list)
    after: list["str | Element"] = field(default_factory=list)
    contents_line: list[str] = field(default_factory=list)
    tags: tuple[str, ...] = ()  # HTML tags that are open
    hiding: bool = False


class Runs:
    """Reads the paragraphs of one story (a part, such as the body or a header), in order."""

    def __init__(self, word: Word, part: str, fields: Fields, *, with_notes: bool) -> None:
        self._word = word
        self._part = part
        self._fields = fields
        self._with_notes = with_notes
        self._now = _Writing(Format(), " ", contents=False)
        self._handlers: dict[str, Callable[[Element, Format], _Frame | None]] = {
            W + "r": self._run,
            W + "t": self._plain,
            W + "tab": lambda _, look: self._text("\t", look),
            W + "ptab": lambda _, look: self._text("\t", look),
            W + "br": lambda _, look: self._text("\n", look),
            W + "cr": lambda _, look: self._text("\n", look),
            W + "noBreakHyphen": lambda _, look: self._text("-", look),
            W + "sym": self._symbol,
            W + "fldChar": self._field_character,
            W + "instrText": self._code,
            W + "fldSimple": self._simple_field,
            W + "hyperlink": self._link,
            W + "sdt": self._control,
            W + "ruby": self._ruby,
            W + "rt": self._reading,
            W + "footnoteReference": self._note,
            W + "endnoteReference": self._note,
            W + "commentReference": self._comment,
            W + "commentRangeEnd": self._comment,
            W + "drawing": self._drawing,
            W + "pict": self._drawing,
            W + "object": self._drawing,
            MC + "AlternateContent": self._alternatives,
            M + "oMath": self._equation,
            M + "oMathPara": self._equation,
            W + "del": self._deleted,
            W + "moveFrom": self._deleted,
            W + "p": self._later,
            W + "tbl": self._later,
            W + "txbxContent": self._later,
            W + "subDoc": lambda *_: self._word.count("linked document"),
        }

    def line(self, children: Iterable[Element], look: Format, *, heading: bool, contents: bool) -> Line:
        """The content of a paragraph. contents: it is a line of a table of contents, which is not written."""
        self._now = now = _Writing(look, " " if heading else "<br>", contents)
        stack = [_Frame(iter(children), look)]
        while stack:
            frame = stack[-1]
            child = next(frame.children, None)
            if child is None:
                stack.pop()
                if frame.close is not None:
                    frame.close()
                continue
            handler = self._handlers.get(child.tag)
            if handler is not None:
                inner = handler(child, frame.format)
                if inner is not None:
                    stack.append(inner)
            elif len(child) and not child.tag.endswith("Pr"):
                stack.append(_Frame(iter(child), frame.format))
        self._switch(())
        if now.contents_line:
            self._word.contents.append("".join(now.contents_line))
        return Line("".join(now.pieces), now.after)

    # --------------------------------------------------------------------------------------------------------- text

    def _text(self, text: str, look: Format) -> None:
        now = self._now
        if look.hidden:
            if text.strip() and not now.hiding:
                now.hiding = True
                self._word.count("hidden passage")
            return
        now.hiding = now.hiding and not text.strip()
        if self._fields.in_code:
            self._fields.unread(text)
            return
        if now.contents or self._fields.in_contents:
            now.contents_line.append(text)
            return
        if has_symbols(text):
            text, unknown = readable(text, look.font)
            self._word.count("unknown symbol", unknown)
        self._switch((("s",) if look.struck else ()) + ((look.raised,) if look.raised else ()))
        html = escape(text, quote=False)
        now.pieces.append(html.replace("\n", now.breaks) if text == "\n" else html)
        self._fields.wrote()

    def _switch(self, tags: tuple[str, ...]) -> None:
        """Close and open HTML tags so that these are open."""
        now = self._now
        if now.tags != tags:
            now.pieces.extend(f"</{tag}>" for tag in reversed(now.tags))
            now.pieces.extend(f"<{tag}>" for tag in tags)
            now.tags = tags

    def _plain(self, element: Element, look: Format) -> None:
        if element.text:
            self._text(element.text.replace("\n", " "), look)

    def _run(self, element: Element, look: Format) -> _Frame:
        properties = element.find(W + "rPr")
        if properties is not None:
            style = properties.find(W + "rStyle")
            if style is not None:
                look = self._word.styles.character(style.get(W + "val", ""), self._now.paragraph_format)
            look = run_format(properties, look)
        return _Frame(iter(element), look)

    def _symbol(self, element: Element, look: Format) -> None:
        try:
            code = int(element.get(W + "char", "0"), 16)
        except ValueError:
            code = 0
        text = symbol(code, element.get(W + "font", ""))
        if text:
            self._text(text, look)
        else:
            self._word.count("unknown symbol")

    def _equation(self, element: Element, look: Format) -> None:
        self._text(linear(element), look)

    # ------------------------------------------------------------------------------------------ fields and controls

    def _field_character(self, element: Element, look: Format) -> None:
        kind = element.get(W + "fldCharType")
        if kind == "begin":
            self._fields.begin(element.find(W + "ffData"))
        elif kind == "separate":
            self._write_result(self._fields.separate(), look)
        elif kind == "end":
            self._write_result(self._fields.end(), look)

    def _code(self, element: Element, _: Format) -> None:
        self._fields.code(element.text or "")

    def _simple_field(self, element: Element, look: Format) -> _Frame:
        self._fields.begin(element.find(W + "fldData"))
        self._fields.code(element.get(W + "instr", ""))
        self._write_result(self._fields.separate(), look)
        return _Frame(iter(element), look, lambda: self._write_result(self._fields.end(), look))

    def _write_result(self, text: str, look: Format) -> None:
        if text:
            self._text(text, look)

    def _control(self, element: Element, look: Format) -> _Frame | None:
        properties, content = element.find(W + "sdtPr"), element.find(W + "sdtContent")
        box = properties.find(W14 + "checkbox") if properties is not None else None
        if box is not None:
            self._text(checkbox(box), look)
            return None
        return _Frame(iter(content), look) if content is not None else None

    def _link(self, element: Element, look: Format) -> _Frame:
        relation = self._word.package.relations(self._part).get(element.get(R + "id", ""))
        address = relation.target if relation is not None and relation.external else ""
        if not address.startswith(_LINKS) or self._fields.in_code or self._now.contents:
            return _Frame(iter(element), look)
        self._switch(())
        self._now.pieces.append(f'<a href="{escape(address)}">')
        return _Frame(iter(element), look, self._end_link)

    def _end_link(self) -> None:
        self._switch(())
        self._now.pieces.append("</a>")

    def _ruby(self, element: Element, look: Format) -> _Frame:
        """East Asian text with its reading, which stands before it in the file."""
        base = [child for child in element if child.tag == W + "rubyBase"]
        return _Frame(iter([*base, *element.iterchildren(W + "rt")]), look)

    def _reading(self, element: Element, look: Format) -> _Frame:
        self._text("(", look)
        return _Frame(iter(element), look, lambda: self._text(")", look))

    # ------------------------------------------------------------------------------------------ what is not in line

    def _note(self, element: Element, look: Format) -> None:
        if not self._with_notes or look.hidden:
            return
        kind = "footnote" if element.tag == W + "footnoteReference" else "endnote"
        own_mark = element.get(W + "customMarkFollows", "0") in ("1", "true", "on")
        mark, note = self._word.notes.referred(kind, element.get(W + "id", ""), own_mark=own_mark)
        if mark and self._now.breaks != " ":  # a heading is no place for it
            self._text(f"[{mark}]", Format())
        self._now.after.extend(note)

    def _comment(self, element: Element, _: Format) -> None:
        if self._with_notes:
            self._now.after.extend(self._word.notes.comment(element.get(W + "id", "")))

    def _drawing(self, element: Element, look: Format) -> None:
        if look.hidden:
            self._word.count("hidden passage")
            return
        for one in drawn(element):
            if one.kind == "box":
                self._now.after.append(one.element)
            elif one.kind in ("text", "described"):
                self._write_described(one.value, own=one.kind == "text")
            elif one.kind in ("chart", "diagram"):
                self._now.after.append(self._word.graphic(self._part, one.value, one.kind))
            elif one.kind == "object":
                self._word.embedded(one.value)
            else:
                self._word.count(one.kind)

    def _write_described(self, text: str, *, own: bool) -> None:
        self._switch(())
        if own:
            self._now.after.append(lines(text))
        else:
            self._now.pieces.append(described(text))

    def _alternatives(self, element: Element, look: Format) -> _Frame | None:
        form = chosen(element)
        return _Frame(iter(form), look) if form is not None else None

    def _deleted(self, element: Element, _: Format) -> None:
        if any((text.text or "").strip() for text in element.iter(W + "delText", W + "t")):
            self._word.count("deleted passage")

    def _later(self, element: Element, _: Format) -> None:
        self._now.after.append(element)
