"""Characters of symbol fonts, which stand in the private use area, as the characters that people see."""

_FIRST, _LAST = 0xF020, 0xF0FF  # where symbol fonts stand
# Adobe's Symbol font from 0x20 on; a blank has no character of its own.
_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼ "
    + " " * 32
    + "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…|—↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ ⟩∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭ "
)
_WINGDINGS = {
    0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0x28: "☎", 0x2A: "✉", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "□", 0x70: "□",
    0x71: "❑", 0x72: "❒", 0x73: "⬧", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x9F: "•", 0xA1: "○", 0xA7: "▪",
    0xA8: "☐", 0xAB: "★", 0xD8: "➢", 0xDC: "➲", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE7: "←", 0xE8: "➔",
    0xE9: "↑", 0xEA: "↓", 0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧", 0xF2: "⇩", 0xF3: "⬄", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒",
    0xFE: "☑", 0x20: " ", 0x22: "✂", 0x46: "☞", 0x4F: "⚐", 0x36: "⌛", 0x80: "⓪", 0x8B: "⓿",
    **{0x81 + index: chr(0x2460 + index) for index in range(10)},
    **{0x8C + index: chr(0x2776 + index) for index in range(10)},
}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐", 0x97: "●", 0x20: " "}


def symbol(code: int, font: str) -> str:
    """The character at a place of a symbol font; "" when it is not known."""
    place = code - 0xF000 if _FIRST <= code <= _LAST else code
    name = font.lower()
    if name.startswith("wingdings 2"):
        return _WINGDINGS_2.get(place, "")
    if name.startswith("wingdings"):
        return _WINGDINGS.get(place, "")
    if name.startswith("symbol") or _FIRST <= code <= _LAST:
        return _SYMBOL[place - 0x20].strip() if 0x20 < place <= 0xFF else " " if place == 0x20 else ""
    return chr(code) if 0x20 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


def has_symbols(text: str) -> bool:
    """Whether a text holds characters of a symbol font."""
    return any(_FIRST <= ord(character) <= _LAST for character in text)


def readable(text: str, font: str) -> tuple[str, int]:
    """A text with the characters of its symbol font as people see them, and how many are not known."""
    pieces = [symbol(ord(one), font) if _FIRST <= ord(one) <= _LAST else one for one in text]
    return "".join(pieces), sum(not piece for piece in pieces)
