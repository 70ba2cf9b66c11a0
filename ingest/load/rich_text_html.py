"""HTML that Outlook keeps wrapped in Rich Text (MS-OXRTFEX), and the compressed form of Rich Text (MS-OXRTFCP)."""

import re
import struct
from dataclasses import dataclass, replace

from ingest.load.rich_text_story import escaped
from ingest.load.rich_text_tokens import Decoder, Token, symbol_text, tokens

_WRAPPED = re.compile(rb"\\fromhtml1?(?![0-9])")
_HEAD = 4_096  # bytes in which it is declared
_HIDDEN_GROUPS = frozenset("fonttbl colortbl stylesheet info pntext mhtmltag generator".split())
_COMPRESSED, _UNCOMPRESSED = 0x75465A4C, 0x414C454D
_WINDOW = 4_096
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier"
    b"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def wraps_html(content: bytes) -> bool:
    """Whether Rich Text is a wrapper around HTML."""
    return bool(_WRAPPED.search(content[:_HEAD]))


def unwrapped_html(content: bytes) -> str:
    """The HTML in its wrapper."""
    wrapper = _Wrapper()
    for token in tokens(content):
        wrapper.take(token)
    return "".join(wrapper.pieces)


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and gives back at its end."""

    left_out: bool = False
    markup: bool = False  # its text is HTML, not text of the HTML
    font: int | None = None
    stand_ins: int = 1  # characters after \\uN for readers without Unicode


class _Wrapper:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._decoder = Decoder()
        self._state = _State()
        self._stack: list[_State] = []
        self._start = False  # at the start of a group
        self._shown = True  # outside of \\htmlrtf, which marks what only readers of Rich Text see
        self._left_over = 0  # characters after \\uN that are still to be skipped
        self._font = 0  # that is being described

    def take(self, token: Token) -> None:
        if token.kind == "open":
            self._stack.append(self._state)
            self._start = True
        elif token.kind == "close":
            self._state = self._stack.pop() if self._stack else _State()
        elif token.kind == "word":
            start, self._start = self._start, False
            self._word(token.text, token.number, start=start)
        elif token.kind in ("byte", "text"):
            self._start = False
            data = bytes([token.number or 0]) if token.kind == "byte" else token.text.encode("latin-1")
            skipped = min(self._left_over, len(data))
            self._left_over -= skipped
            self._write(self._decoder.text(data[skipped:], self._state.font))

    def _word(self, word: str, number: int | None, *, start: bool) -> None:
        self._left_over = 0
        if start and word in _HIDDEN_GROUPS:
            self._state = replace(self._state, left_out=True)
        elif start and word == "htmltag":
            self._state = replace(self._state, markup=True)
        elif word == "htmlrtf":
            self._shown = number == 0
        elif word == "f":
            self._state = replace(self._state, font=number)
            self._font = number or 0
        elif word == "fcharset":
            self._decoder.declare_font(self._font, number or 0)
        elif word == "uc":
            self._state = replace(self._state, stand_ins=min(max(number or 0, 0), 100))
        elif word == "u":
            self._write(self._decoder.unicode(number or 0))
            self._left_over = self._state.stand_ins
        elif word in ("par", "line"):
            self._write("\r\n")
        else:
            self._write(symbol_text(word) or "")
            self._decoder.declare(word, number)

    def _write(self, text: str) -> None:
        if text and self._shown and not self._state.left_out:
            self.pieces.append(text if self._state.markup else escaped(text))


def decompressed(data: bytes, *, most: int) -> bytes:
    """Rich Text in the compressed form that Outlook uses, at most so many bytes; empty when it is something else."""
    if len(data) < 16:
        return b""
    _, size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == _UNCOMPRESSED:
        return data[16 : 16 + min(size, most)]
    return _inflated(data[16:], min(size, most)) if kind == _COMPRESSED else b""


def _inflated(data: bytes, size: int) -> bytes:
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\x00"))
    write, position = len(_DICTIONARY), 0
    result = bytearray()
    while position < len(data) and len(result) < size:
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data):
                break
            if not control >> bit & 1:
                piece = data[position : position + 1]
                position += 1
            else:
                reference = int.from_bytes(data[position : position + 2], "big")
                position += 2
                offset, length = reference >> 4, (reference & 15) + 2
                if offset == write % _WINDOW:
                    return bytes(result)
                piece = bytes(_copied(window, offset, length, write))
            for byte in piece:
                window[write % _WINDOW] = byte
                write += 1
            result += piece
    return bytes(result[:size])


def _copied(window: bytearray, offset: int, length: int, write: int) -> bytearray:
    """Bytes of the window from an offset on; they may reach into what this very copy writes."""
    copied = bytearray()
    for index in range(length):
        place = (offset + index) % _WINDOW
        ahead = (place - write) % _WINDOW
        copied.append(copied[ahead] if ahead < len(copied) else window[place])
    return copied
