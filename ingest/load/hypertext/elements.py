"""What each element of HTML means for the text."""

from collections.abc import Callable

from ingest.load.hypertext.blocks import BlockReader
from ingest.load.hypertext.events import Attributes, Begin, Collected, End
from ingest.load.hypertext.forms import Choices, input_text
from ingest.load.hypertext.mathml import Formula

_BLOCKS = (
    "address article aside blockquote body center details dialog div dl fieldset footer form header hgroup legend main "
    "nav noscript p search section summary"
).split()
_LONGEST_EXPANSION = 200  # characters of the long form of an abbreviation
_MOST_PIECES = 20  # of the text of a link or abbreviation that is compared
_MOST_EXPANSIONS = 10_000


class HtmlReader(BlockReader):
    """Writes the text of an HTML document. nested: markup -> marked text, for a page within the page."""

    def __init__(self, nested: Callable[[str], str]) -> None:
        super().__init__()
        self.title = ""
        self.language: str | None = None
        self._nested = nested
        self._drawings = 0  # open drawings
        self._formulas = 0  # that were read
        self._expanded: set[tuple[str, str]] = set()
        self._begins = self._by_tag()

    def _by_tag(self) -> dict[str, Begin]:
        kinds: dict[Begin, str] = {
            self._block: " ".join(_BLOCKS),
            self._heading: "h1 h2 h3 h4 h5 h6",
            self._list: "ul ol menu dir",
            self._item: "li",
            self._term: "dt",
            self._definition: "dd",
            self._table: "table",
            self._section: "thead tbody tfoot",
            self._row: "tr",
            self._cell: "td th",
            self._caption: "caption",
            self._figure: "figure",
            self._figure_caption: "figcaption",
            self._code: "pre xmp listing plaintext",
            self._line_end: "br",
            self._ruler: "hr",
            self.shift: "sup sub",
            self._struck_out: "s strike",
            self._deletion: "del",
            self._link: "a",
            self._abbreviation: "abbr acronym dfn",
            self._quote: "q",
            self._reading: "rt",
            self._unread: "rp",
            self._image: "img area",
            self._text_area: "textarea",
            self._field: "input",
            self._choices: "select datalist",
            self._formula: "math m:math mml:math math:math",
            self._drawing: "svg",
            self._label: "text desc",
            self._root: "html",
            self._title: "title",
            self._style_sheet: "style",
            self._script: "script",
            self._template: "template",
            self._frame: "iframe frame",
            self._raw_page: "noframes noembed",
        }
        return {tag: begin for begin, tags in kinds.items() for tag in tags.split()}

    # ------------------------------------------------------------------------------------------------- within a line

    def _struck_out(self, _tag: str, _attributes: Attributes) -> End:
        return self.strike()

    def _deletion(self, _tag: str, _attributes: Attributes) -> End:
        return self.delete()

    def _link(self, _tag: str, attributes: Attributes) -> End:
        """A link's text is kept; an address of mail or telephone that the text does not show is written after it."""
        target = attributes.get("href", "") if attributes else ""
        scheme, _, address = target.partition(":")
        if target.startswith("#") and len(target) > 1:
            self.links += 1
            self.page.buffer.note = True
            return self._end_note_link
        address = address.partition("?")[0].strip()
        if scheme.lower() not in ("mailto", "tel") or not address:
            return None
        written = self._written_from_here()

        def end() -> None:
            shown = written()
            if shown is not None and _letters(address) not in _letters(shown):
                self.data(f" ({address})")

        return end

    def _end_note_link(self) -> None:
        self.links -= 1

    def _abbreviation(self, _tag: str, attributes: Attributes) -> End:
        """The long form of an abbreviation is written after it, once."""
        long = " ".join(attributes.get("title", "").split()) if attributes else ""
        if not long or len(long) > _LONGEST_EXPANSION or len(self._expanded) > _MOST_EXPANSIONS:
            return None
        written = self._written_from_here()

        def end() -> None:
            short = (written() or "").strip()
            if short and (short, long) not in self._expanded and long.casefold() != short.casefold():
                self._expanded.add((short, long))
                self.data(f" ({long})")

        return end

    def _written_from_here(self) -> Callable[[], str | None]:
        """What gives the text written since; None for more than a few words."""
        buffer = self.page.buffer
        first = len(buffer.pieces)

        def written() -> str | None:
            pieces = buffer.pieces[first : first + _MOST_PIECES + 1]
            text = "".join(piece[: _LONGEST_EXPANSION + 1] for piece in pieces)
            return text if len(pieces) <= _MOST_PIECES and len(text) <= _LONGEST_EXPANSION else None

        return written

    def _quote(self, _tag: str, _attributes: Attributes) -> End:
        self.data("“")
        return lambda: self.data("”")

    def _reading(self, _tag: str, _attributes: Attributes) -> End:
        self.data("(")
        return lambda: self.data(")")

    def _image(self, _tag: str, attributes: Attributes) -> End:
        if not (self._formulas and "mwe-math-fallback" in attributes.get("class", "")):  # a picture of the formula
            self.data(attributes.get("alt") or attributes.get("title") or "")
        return None

    # ------------------------------------------------------------------------------------------ read as a whole, or not

    def _unread(self, _tag: str, _attributes: Attributes) -> End:
        self.within(Collected())
        return None

    def _field(self, _tag: str, attributes: Attributes) -> End:
        self._apart(input_text(attributes))
        return None

    def _text_area(self, _tag: str, _attributes: Attributes) -> End:
        self.data(self._gap())
        return None

    def _apart(self, text: str) -> None:
        """Write a text that does not touch the one before it."""
        self.data(self._gap() + text if text else "")

    def _gap(self) -> str:
        return "" if self.page.buffer.tail(1) in ("", " ", "\n", "(", "[", "“") else " "

    def _choices(self, tag: str, _attributes: Attributes) -> End:
        choices = Choices()
        self.within(choices)

        def end() -> None:
            self._apart(choices.text(shown=tag == "select"))
            self.left_out["choices"] += choices.left_out

        return end

    def _formula(self, _tag: str, attributes: Attributes) -> End:
        self._formulas += 1
        formula = Formula(dict(attributes))
        self.within(formula)

        def end() -> None:
            self._apart(formula.text())

        return end

    def _drawing(self, _tag: str, attributes: Attributes) -> End:
        self._drawings += 1
        self.data(attributes.get("aria-label") or "")
        return self._end_drawing

    def _end_drawing(self) -> None:
        self._drawings -= 1

    def _label(self, _tag: str, _attributes: Attributes) -> End:
        self.data(" ")
        return lambda: self.data(" ")

    def _root(self, _tag: str, attributes: Attributes) -> End:
        self.language = self.language or attributes.get("lang") or attributes.get("xml:lang")
        return None

    def _title(self, tag: str, attributes: Attributes) -> End:
        if self._drawings:
            return self._label(tag, attributes)
        collected = Collected()
        self.within(collected)

        def end() -> None:
            self.title = self.title or collected.text()

        return end

    def _style_sheet(self, _tag: str, _attributes: Attributes) -> End:
        collected = Collected()
        self.within(collected)
        return lambda: self.styles.add(collected.text())

    def _script(self, _tag: str, attributes: Attributes) -> End:
        """A script is no text, except a formula for a script that shows it."""
        collected = Collected()
        self.within(collected)
        if not attributes.get("type", "").startswith("math/tex"):
            return None
        return lambda: self.data(f"${collected.text().strip()}$")

    def _template(self, _tag: str, attributes: Attributes) -> End:
        """Markup for scripts is not shown, except as the content of an element of the page's own."""
        if "shadowrootmode" in attributes:
            return None
        collected = Collected()
        self.within(collected)

        def end() -> None:
            self.left_out["templates"] += bool(collected.text().strip())

        return end

    def _frame(self, _tag: str, attributes: Attributes) -> End:
        """A page within the page is read where it is part of the file, else counted."""
        self.within(Collected())
        inside, address = attributes.get("srcdoc", ""), attributes.get("src", "")
        if not inside:
            hidden = "0" in (attributes.get("width"), attributes.get("height"))
            hidden = hidden or "display:none" in attributes.get("style", "").replace(" ", "")
            self.left_out["frames"] += (
                bool(address) and not hidden and not address.startswith(("about:", "javascript:"))
            )
            return None
        return lambda: self.page.write("\n\n" + self._nested(inside) + "\n\n")

    def _raw_page(self, _tag: str, _attributes: Attributes) -> End:
        collected = Collected()
        self.within(collected)
        return lambda: self.page.write("\n\n" + self._nested(collected.text()) + "\n\n")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
