"""Rich Text as tokens, and the decoding of its bytes by code page and font."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,40})(-?\d{1,10})? ?"  # a control word with its number
    r"|\\'([0-9a-fA-F]{2})"  # a byte
    r"|\\([^a-zA-Z])"  # a control symbol
    r"|([{}])"
    r"|([^\\{}\r\n]+)"
    r"|[\r\n]+|\\"
)
_SYMBOLS = {"~": "\xa0", "_": "\u2011", "-": "\u00ad", "\\": "\\", "{": "{", "}": "}"}
_CHARSETS = {
    77: "mac_roman", 78: "shift_jis", 79: "cp949", 80: "gb2312", 81: "big5", 83: "mac_greek", 86: "mac_turkish",
    88: "mac_latin2", 89: "mac_cyrillic", 128: "cp932", 129: "cp949", 130: "johab", 134: "cp936", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_SYSTEMS = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
WORDS = {
    "line": "\n", "tab": "\t", "emdash": "—", "endash": "–", "emspace": "\u2003", "enspace": "\u2002",
    "qmspace": "\u2005", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of Rich Text."""

    kind: Literal["open", "close", "word", "byte", "text", "star", "line"]
    text: str = ""  # of a word its name, of a text its bytes as Latin-1
    number: int | None = None  # of a word; of a byte its value


_OPEN, _CLOSE, _STAR, _LINE = Token("open"), Token("close"), Token("star"), Token("line")


def tokens(content: bytes) -> Iterator[Token]:
    """The tokens in order; binary data (\\bin) is passed over."""
    text = content.decode("latin-1")
    position = 0
    while match := _TOKEN.match(text, position):
        position = match.end()
        word, number, byte, symbol, brace, plain = match.groups()
        if word:
            value = int(number) if number else None
            if word == "bin":
                position += max(value or 0, 0)
            else:
                yield Token("word", word, value)
        elif byte:
            yield Token("byte", "", int(byte, 16))
        elif brace:
            yield _OPEN if brace == "{" else _CLOSE
        elif plain:
            yield Token("text", plain)
        elif symbol == "*":
            yield _STAR
        elif symbol in ("\n", "\r"):
            yield Token("word", "par")
        elif symbol:
            yield Token("word", f"symbol{symbol}")
        else:
            yield _LINE


def symbol_text(word: str) -> str | None:
    """The characters that a control word or symbol stands for; None for other words."""
    return _SYMBOLS.get(word.removeprefix("symbol"), "") if word.startswith("symbol") else WORDS.get(word)


@dataclass(slots=True)
class Decoder:
    """Decodes the bytes of a text; a character may begin in one token and end in the next."""

    page: str = "cp1252"  # of the file
    fonts: dict[int, str] = field(default_factory=dict)  # number of a font -> its encoding
    _current: str = ""
    _decoder: codecs.IncrementalDecoder | None = None
    _high: str = ""  # the first half of a surrogate pair

    def declare(self, word: str, number: int | None) -> None:
        """Take note of a control word that declares the file's encoding."""
        if word == "ansicpg" and number is not None:
            self.page = known_encoding(f"cp{number}" if number != 65001 else "utf-8")
        elif word in _SYSTEMS:
            self.page = _SYSTEMS[word]

    def declare_font(self, font: int, charset: int) -> None:
        """Take note of a font's character set."""
        if charset in _CHARSETS:
            self.fonts[font] = known_encoding(_CHARSETS[charset])

    def text(self, data: bytes, font: int | None) -> str:
        """The characters of further bytes in a font."""
        encoding = self.fonts.get(font, self.page) if font is not None else self.page
        before = ""
        if self._decoder is None or encoding != self._current:
            before = self.rest()
            self._current = encoding
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        return before + self._decoder.decode(data)

    def unicode(self, number: int) -> str:
        """The character of \\uN; empty for the first half of a pair."""
        character = chr(number % 65536)
        if "\ud800" <= character <= "\udbff":
            self._high = character
            return ""
        if "\udc00" <= character <= "\udfff":
            pair, self._high = self._high + character, ""
            return pair.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return character

    def rest(self) -> str:
        """What the bytes so far end with, when they end within a character."""
        decoder, self._decoder = self._decoder, None
        return decoder.decode(b"", final=True) if decoder else ""


def known_encoding(name: str) -> str:
    """The name when Python has this encoding for text, else Windows-1252."""
    try:
        codecs.getincrementaldecoder(name)
        return name if codecs.lookup(name)._is_text_encoding else "cp1252"
    except LookupError:
        return "cp1252"
