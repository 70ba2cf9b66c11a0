"""Text being written: the document, a table cell, or a raised text."""

from dataclasses import dataclass, field

_STRUCK = "[struck out: "


@dataclass(slots=True)
class Buffer:
    """Pieces of text in order, with what the next piece must know of the last."""

    pieces: list[str] = field(default_factory=list)
    at_line_start: bool = True
    after_bullet: bool = False  # a paragraph at the start of a list item stays on its line
    struck: bool = False  # a mark of struck-out text is open
    note: bool = False  # of a raised text: it links to a note

    def write(self, text: str, *, bullet: bool = False) -> None:
        """Append markup of our own: line ends, bullets, marks."""
        if not text or (self.after_bullet and not text.strip("\n")):
            return
        if self.struck:
            self.close_struck()
        self.pieces.append(text)
        self.at_line_start = text.endswith(("\n", " "))
        self.after_bullet = bullet

    def write_text(self, text: str, *, struck: bool) -> None:
        """Append text of the document."""
        if self.struck != struck and text.strip():
            if struck:
                self._open_struck(text)
                text = text.lstrip()
            else:
                self.close_struck()
        if text:
            self.pieces.append(text)
            self.at_line_start = text.endswith(("\n", " "))
            self.after_bullet = False

    def _open_struck(self, text: str) -> None:
        if text[0].isspace() and not self.at_line_start:
            self.pieces.append(" ")
        self.pieces.append(_STRUCK)
        self.struck = True

    def close_struck(self) -> None:
        """End the struck-out text before the white space at its end."""
        self.struck = False
        last = self.pieces[-1].rstrip()
        self.pieces[-1:] = [last, "]", " "] if last != self.pieces[-1] else [last, "]"]

    def tail(self, length: int) -> str:
        """The last characters written, at least `length` where there are as many."""
        tail = ""
        for piece in reversed(self.pieces):
            tail = piece[-length:] + tail
            if len(tail) >= length:
                break
        return tail

    def cut(self, length: int) -> None:
        """Remove the last `length` characters."""
        while length > 0 and self.pieces:
            piece = self.pieces.pop()
            if len(piece) > length:
                self.pieces.append(piece[:-length])
            length -= len(piece)

    def text(self) -> str:
        """Everything written."""
        if self.struck:
            self.close_struck()
        return self.pieces[0] if len(self.pieces) == 1 else "".join(self.pieces)
