"""Decoding of bytes in an unknown encoding."""

import codecs
import re
from collections.abc import Callable

from app.core.errors import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[™œ\u009d“”˜¢¦]|Â[\u00a0-\u00bf]")
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_SIGN_IN_WORD = re.compile(r"\w[^\x00-\x7f\w’‘'”»›…–—-]|[^\x00-\x7f\w’‘'“„«‹¿¡–—-]\w|[\x80-\x9f\ufffd²³¹]\w")
_CAPITAL_IN_WORD = re.compile("[а-яё][А-ЯЁ]")
_LATIN = "äöüßéèêëàâçñóíáúîôûïæøåœõãìòùÿąćęłńśźżčďěňřšťůýžľőűășțşţđğışþð"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўјљњћђџ"
_LETTERS = frozenset(_LATIN + _LATIN.upper() + _CYRILLIC + _CYRILLIC.upper() + "ªº")
# (test of a letter, encodings of that script, the likeliest first)
_CODE_PAGES: tuple[tuple[Callable[[str], bool], tuple[str, ...]], ...] = (
    (lambda letter: ord(letter) < 0x250, ("cp1252", "cp1250", "iso-8859-2")),
    (lambda letter: letter.isascii() or 0x400 <= ord(letter) < 0x530, ("cp1251", "koi8-r", "cp866")),
)
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_ESCAPES = (  # seven-bit encodings, recognised by their switch to two bytes a character
    (b"\x1b$B", "iso2022_jp"),
    (b"\x1b$@", "iso2022_jp"),
    (b"\x1b$)C", "iso2022_kr"),
)
_SAMPLE = 200_000  # bytes that are enough to detect an encoding
_NOT_FOR_TEXT = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined"))
_MOST_CONTROLS = 0.02  # share of control characters; with more it is not text


def decode(content: bytes, *, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """(text, warnings). Raises DocumentError when the bytes are not text.

    declared: an encoding named inside the file, used when the bytes are valid in it.
    """
    text, warnings = _decode(content, declared)
    sample = text[:_SAMPLE]
    controls = sum(1 for character in sample if character < " " and character not in "\t\n\r\f\v\x00\x1b\x1a")
    if controls > max(4, _MOST_CONTROLS * len(sample)):
        raise DocumentError(
            "It is binary data of an unknown kind, which is not supported.", fix="Leave it out or convert it."
        )
    repaired = repair(text)
    if repaired is not None:
        text, warnings = repaired, (*warnings, "Text saved in a wrong encoding was repaired.")
    return text, warnings


def _decode(content: bytes, declared: str | None) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, "replace"), ()
    if encoding_by_nuls := _unmarked_utf(content):
        return content.decode(encoding_by_nuls, "replace"), ()
    for mark, encoding in _ESCAPES:
        if mark in content[:_SAMPLE]:
            return content.decode(encoding, "replace"), ()
    named = () if declared is None or declared.lower().replace("_", "-") in _NOT_FOR_TEXT else (declared,)
    for encoding in ("utf-8", *named):
        try:
            return content.decode(encoding), ()
        except (UnicodeError, LookupError):
            continue
    return _guess(content)


def _unmarked_utf(content: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark: NUL bytes nearly always at the same positions of a unit."""
    sample = content[:4096]
    if len(sample) >= 16 and sample[2::4].count(0) == sample[3::4].count(0) == len(sample) // 4:
        return "utf-32-le"
    pairs = len(sample) // 2
    if pairs < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.1 * pairs:
        return "utf-16-be"
    return None


def _guess(content: bytes) -> tuple[str, tuple[str, ...]]:
    from charset_normalizer import from_bytes  # noqa: PLC0415  # most files are UTF-8 and never need it

    sample = content[:_SAMPLE].replace(b"\x00", b"")
    best = from_bytes(sample).best()
    encoding = _likelier(sample, best.encoding if best is not None else "cp1252")
    try:
        return content.decode(encoding), ()
    except (UnicodeDecodeError, LookupError):
        note = "Some characters could not be read: the file mixes encodings."
        return content.decode(encoding, "replace"), (note,)


def _likelier(sample: bytes, guessed: str) -> str:
    """The encoding with the fewest oddities, since the statistical guess confuses code pages of one script."""
    text = sample.decode(guessed, "replace")
    letters = [character for character in text if character.isalpha()]
    if len(_HALF_WIDTH.findall(text)) > 0.5 * len(letters):  # Japanese is not written so, but KOI8 read as Shift-JIS is
        return _fewest_oddities(sample, [encoding for _, encodings in _CODE_PAGES for encoding in encodings])
    for belongs, encodings in _CODE_PAGES:
        if letters and all(map(belongs, letters)):
            likeliest = _fewest_oddities(sample, [*encodings, guessed])
            return "cp1254" if _is_turkish(sample.decode(likeliest, "replace")) else likeliest
    return guessed


def _fewest_oddities(sample: bytes, encodings: list[str]) -> str:
    return min(encodings, key=lambda encoding: _oddities(sample.decode(encoding, "replace")))


def _is_turkish(text: str) -> bool:
    """Whether text read as Windows-1252 has only those Icelandic letters that are Turkish ones in Windows-1254."""
    return len(set(text) & set("ýþðÝÞÐ")) > 1 and not set(text) & set("áéíóúæÁÉÍÓÚÆ")


def _oddities(text: str) -> int:
    """Weighted count of signs and capitals inside words, and of letters that hardly any language has."""
    not_ascii = "".join(_NOT_ASCII.findall(text))
    rare = sum(letter.isalpha() and letter not in _LETTERS for letter in not_ascii)
    return rare + 3 * len(_SIGN_IN_WORD.findall(text)) + 3 * len(_CAPITAL_IN_WORD.findall(text))


def repair(text: str) -> str | None:
    """The original of UTF-8 text that was once decoded as Windows-1252, None when the text looks right."""
    if len(_MOJIBAKE.findall(text[:_SAMPLE])) < 2:
        return None
    return _NOT_ASCII.sub(_repaired_run, text.replace("â€\ufffd", "”"))  # this quote has lost its last byte


def _repaired_run(run: re.Match[str]) -> str:
    try:
        return b"".join(map(_single_byte, run.group())).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return run.group()


def _single_byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")  # the five bytes that Windows-1252 leaves undefined
