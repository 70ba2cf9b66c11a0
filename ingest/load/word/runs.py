"""The content of a Word paragraph as HTML; what stands in it but cannot be in a line is kept for after it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape

from ingest.load.ooxml.alternatives import chosen
from ingest.load.ooxml.equations import linear
from ingest.load.ooxml.html import lines
from ingest.load.ooxml.names import MC, W14, M, R, W
from ingest.load.ooxml.package import Element
from ingest.load.ooxml.symbols import symbol
from ingest.load.word.document import Word
from ingest.load.word.drawings import drawn
from ingest.load.word.fields import Fields, checkbox
from ingest.load.word.line import Line
from ingest.load.word.styles import Format, run_format

_LINKS = ("http://", "https://", "mailto:", "ftp://")


@dataclass(slots=True)
class _Frame:
    """An element whose children are being read."""

    children: Iterator[Element]
    format: Format
    close: Callable[[], None] | None = None


class Runs:
    """Reads the paragraphs of one story (a part, such as the body or a header), in order."""

    def __init__(self, word: Word, part: str, fields: Fields, *, with_notes: bool) -> None:
        self._word = word
        self._part = part
        self._fields = fields
        self._with_notes = with_notes
        self._line = Line(word, fields, Format(), heading=False, in_contents=False)
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

    def read(self, children: Iterable[Element], look: Format, *, heading: bool, in_contents: bool) -> Line:
        """The content of a paragraph, as Line describes it."""
        self._line = line = Line(self._word, self._fields, look, heading=heading, in_contents=in_contents)
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
        return line

    def _text(self, text: str, look: Format) -> None:
        self._line.text(text, look)

    def _plain(self, element: Element, look: Format) -> None:
        if element.text:
            self._text(element.text.replace("\n", " "), look)

    def _run(self, element: Element, look: Format) -> _Frame:
        properties = element.find(W + "rPr")
        if properties is not None:
            style = properties.find(W + "rStyle")
            if style is not None:
                look = self._word.styles.character(style.get(W + "val", ""), self._line.look)
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
        if not address.startswith(_LINKS) or self._fields.in_code or self._line.in_contents:
            return _Frame(iter(element), look)
        self._line.tag(f'<a href="{escape(address)}">')
        return _Frame(iter(element), look, lambda: self._line.tag("</a>"))

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
        if mark and not self._line.heading:
            self._text(f"[{mark}]", Format())
        self._line.after.extend(note)

    def _comment(self, element: Element, _: Format) -> None:
        if self._with_notes:
            self._line.after.extend(self._word.notes.comment(element.get(W + "id", "")))

    def _drawing(self, element: Element, look: Format) -> None:
        if look.hidden:
            self._word.count("hidden passage")
            return
        for one in drawn(element):
            if one.kind == "box":
                self._line.after.append(one.element)
            elif one.kind == "text":
                self._line.after.append(lines(one.value))
            elif one.kind == "described":
                self._line.picture(one.value)
            elif one.kind in ("chart", "diagram"):
                self._line.after.append(self._word.graphic(self._part, one.value, one.kind))
            elif one.kind == "object":
                self._word.embedded(one.value)
            else:
                self._word.count(one.kind)

    def _alternatives(self, element: Element, look: Format) -> _Frame | None:
        form = chosen(element)
        return _Frame(iter(form), look) if form is not None else None

    def _deleted(self, element: Element, _: Format) -> None:
        if any((text.text or "").strip() for text in element.iter(W + "delText", W + "t")):
            self._word.count("deleted passage")

    def _later(self, element: Element, _: Format) -> None:
        self._line.after.append(element)
