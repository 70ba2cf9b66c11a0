"""Numbers of lists in the formats that Word and PowerPoint know; an unknown format is written in digits."""

from collections.abc import Callable, Mapping

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LARGEST = 32_767  # Word counts no further; larger numbers are written in digits
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS = {
    "russianLower": "абвгдежзиклмнопрстуфхцчшщэюя",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "hebrew2": "אבגדהוזחטיכלמנסעפצקרשת",
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "aiueoFullWidth": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "irohaFullWidth": "イロハニホヘトチリヌルヲワカヨタレソツネナラムウ"
    "ヰノオクヤマケフコエテアサキユメミシヱヒモセスン",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "thaiLetters": "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "hindiVowels": "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
    "greekLower": "αβγδεζηθικλμνξοπρστυφχψω",
}
_DIGITS = {
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
    "thaiNumbers": "๐๑๒๓๔๕๖๗๘๙",
    "hindiNumbers": "०१२३४५६७८९",
    "ideographDigital": "〇一二三四五六七八九",
    "japaneseDigitalTenThousand": "〇一二三四五六七八九",
    "taiwaneseDigital": "○一二三四五六七八九",
    "koreanDigital": "영일이삼사오육칠팔구",
    "koreanDigital2": "零一二三四五六七八九",
}
_COUNTED = {  # digits, then ten, hundred, thousand, ten thousand
    "chineseCounting": "〇一二三四五六七八九十百千万",
    "chineseCountingThousand": "〇一二三四五六七八九十百千万",
    "japaneseCounting": "〇一二三四五六七八九十百千万",
    "taiwaneseCounting": "〇一二三四五六七八九十百千萬",
    "taiwaneseCountingThousand": "〇一二三四五六七八九十百千萬",
    "chineseLegalSimplified": "零壹贰叁肆伍陆柒捌玖拾佰仟万",
    "ideographLegalTraditional": "零壹貳參肆伍陸柒捌玖拾佰仟萬",
    "japaneseLegal": "零壱弐参四伍六七八九拾百阡萬",
    "koreanCounting": "영일이삼사오육칠팔구십백천만",
    "koreanLegal": "영일이삼사오육칠팔구십백천만",
}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_SYMBOLS = "*†‡§"


def numeral(number: int, form: str) -> str:
    """A number of a list in one of the formats of WordprocessingML ("lowerRoman"); "" for bullets and no number."""
    if form in ("none", "bullet"):
        return ""
    if not 0 < number <= _LARGEST:
        return str(number)
    if form in _ALPHABETS:
        return _lettered(number, _ALPHABETS[form])
    if form in _DIGITS:
        return "".join(_DIGITS[form][int(digit)] for digit in str(number))
    if form in _COUNTED:
        return _counted(number, _COUNTED[form])
    write = _WRITERS.get(form)
    return write(number) if write else str(number)


def in_series(number: int, series: str) -> str:
    """A number in a format that is given by examples, such as "001, 002, ..." or "α, β, γ, ..."."""
    first = series.split(",")[0].strip()
    if first.isdecimal():
        return str(number).zfill(min(len(first), 20))
    for alphabet in (*_ALPHABETS.values(), _LATIN):
        if first == alphabet[0]:
            return _lettered(number, alphabet) if 0 < number <= _LARGEST else str(number)
        if first == alphabet[0].upper():
            return _lettered(number, alphabet.upper()) if 0 < number <= _LARGEST else str(number)
    return str(number)


def _lettered(number: int, alphabet: str) -> str:
    """After the last letter, letters are doubled: z, aa, bb."""
    times, index = divmod(number - 1, len(alphabet))
    return alphabet[index] * (times + 1) if times < 30 else str(number)


def _roman(number: int) -> str:
    pieces = []
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        pieces.append(letters * times)
    return "".join(pieces)


def _counted(number: int, signs: str) -> str:
    """A number as it is spoken in East Asian languages: 21 is two-ten-one."""
    pieces: list[str] = []
    for power, sign in ((10_000, signs[13]), (1_000, signs[12]), (100, signs[11]), (10, signs[10]), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            spoken_one = digit == 1 and power == 10 and not pieces  # eleven is ten-one
            pieces.append(("" if spoken_one else signs[digit]) + sign)
        elif pieces and number and not pieces[-1].endswith(signs[0]):
            pieces.append(signs[0])
    return "".join(pieces)


def _cardinal(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_ONES[rest]}" if rest else "")
    power, name = (100, "hundred") if number < 1_000 else (1_000, "thousand")
    count, rest = divmod(number, power)
    return f"{_cardinal(count)} {name}" + (f" {_cardinal(rest)}" if rest else "")


def _ordinal_text(number: int) -> str:
    words = _cardinal(number)
    start = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[start:]
    return words[:start] + _ORDINALS.get(last, (last[:-1] + "ie" if last.endswith("y") else last) + "th")


def _ordinal(number: int) -> str:
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{suffix}"


def _hebrew(number: int) -> str:
    units, tens, hundreds = " אבגדהוזחט", " יכלמנסעפצ", " קרשת"
    if number > 499:
        return str(number)
    text = hundreds[number // 100] + tens[number // 10 % 10] + units[number % 10]
    return text.replace(" ", "").replace("יה", "טו").replace("יו", "טז")


_WRITERS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda number: _lettered(number, _LATIN).upper(),
    "lowerLetter": lambda number: _lettered(number, _LATIN),
    "russianUpper": lambda number: _lettered(number, _ALPHABETS["russianLower"]).upper(),
    "aiueo": lambda number: _lettered(number, _ALPHABETS["aiueoFullWidth"]),
    "iroha": lambda number: _lettered(number, _ALPHABETS["irohaFullWidth"]),
    "hebrew1": _hebrew,
    "ordinal": _ordinal,
    "cardinalText": lambda number: _cardinal(number).capitalize(),
    "ordinalText": lambda number: _ordinal_text(number).capitalize(),
    "hex": lambda number: f"{number:X}",
    "chicago": lambda number: _SYMBOLS[(number - 1) % 4] * min((number - 1) // 4 + 1, 20),
    "numberInDash": lambda number: f"- {number} -",
    "decimalEnclosedCircle": lambda number: chr(0x245F + number) if number <= 20 else str(number),
    "decimalEnclosedCircleChinese": lambda number: chr(0x245F + number) if number <= 20 else str(number),
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
    "ideographEnclosedCircle": lambda number: chr(0x327F + number) if number <= 10 else str(number),
}
