"""Bytes of unknown encoding go in, text comes out."""

import codecs
import re

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
_SAMPLE = 200_000  # bytes that are enough to tell an encoding
_MOST_CONTROLS = 0.02  # share of control characters past which it is not text


def decode(content: bytes, *, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """(text, warnings). Raises DocumentError when the bytes are not text.

    declared is an encoding named inside the file; it is believed when the bytes agree.
    """
    text, warnings = _decode(content, declared)
    sample = text[:_SAMPLE]
    controls = sum(1 for character in sample if character < " " and character not in "\t\n\r\f\v\x00\x1b\x1a")
    if sample and controls / len(sample) > _MOST_CONTROLS:
        raise DocumentError("It is binary data of an unknown kind, which is not supported: leave it out or convert it.")
    repaired = repair(text)
    if repaired is not None:
        text, warnings = repaired, (*warnings, "Text saved in a wrong encoding was repaired.")
    return text, warnings


def _decode(content: bytes, declared: str | None) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, "replace"), ()
    if wide := _without_mark(content):
        return content.decode(wide, "replace"), ()
    for encoding in filter(None, ("utf-8", declared)):
        try:
            return content.decode(encoding), ()
        except (UnicodeDecodeError, LookupError):
            continue
    return _guess(content)


def _without_mark(content: bytes) -> str | None:
    """UTF-16 that does not say so: NUL bytes nearly always at one parity."""
    sample = content[:4096]
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
    encoding = best.encoding if best is not None else "cp1252"
    try:
        return content.decode(encoding), ()
    except (UnicodeDecodeError, LookupError):
        note = "Some characters could not be read: the file mixes encodings."
        return content.decode(encoding, "replace"), (note,)


def repair(text: str) -> str | None:
    """The text UTF-8 was meant to be before somebody read it as Windows-1252, None when it looks right."""
    if len(_MOJIBAKE.findall(text[:_SAMPLE])) < 2:
        return None
    return _NOT_ASCII.sub(_repaired_run, text.replace("â€\ufffd", "”"))  # the one quote that lost its last byte


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
