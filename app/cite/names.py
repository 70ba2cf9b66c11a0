"""Names of a claim that a passage lacks: by capitals where a script has them, by substitution where it has none."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from app.cite.units import unit_after
from app.cite.words import WORD, coverage, folded, same_word
from app.core.scripts import DENSE
from app.core.stop_words import STOP_WORDS

_NEARLY_A_COPY = 0.5  # coverage from which a claim is compared with a passage's sentence word by word
_NEARLY_A_COPY_DENSE = 0.35  # the same by pairs of characters, of which a changed name takes more
_LONGEST_SWAP = 3  # words that one name may have
_LONGEST_RUN = 8  # characters of a name in a script without spaces
_DENSE = re.compile(f"[{DENSE}]")
_CASELESS = re.compile(r"[\u0590-\u06ff\u0900-\u0dff]")
_FUNCTION = re.compile(  # characters and endings that carry grammar, not a name
    r"[的了在是会將将和与及于於也都很就还被把让给从到对可能应该必须需要为有没不其这那该此各每等后前内外中上下以之而或"
    r"はがをにへとものでやかねよらしすまたきくいうえおりるれんだなてさせ]"
)
# German writes all nouns with a capital. One that follows one of these words, or has one of these endings, is a common
# noun.
_GERMAN_DETERMINER = re.compile(
    r"^(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines|kein\w*|jede\w*|alle\w*|diese\w*|solche\w*|welche\w*|"
    r"viele\w*|einige\w*|mehrere\w*|beide\w*|am|im|zum|zur|vom|beim|ins|ans|ihr\w*|sein\w*|mein\w*|unser\w*|euer\w*|"
    r"zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|\d+|pro|je|\w+(?:e|en|er|es|em))$"
)
_GERMAN_ENDING = re.compile(
    r"(?:ung|ungen|heit|heiten|keit|keiten|schaft|schaften|tion|tionen|tät|täten|nis|nisse|tum|chen|lein|"
    r"ment|mente|ismus|zeit|zeiten|preis|tag|tage|tagen|jahr|jahre|geld|gebühr|kosten)$"
)
_MULTIPLIER = re.compile(r"mio|mrd|tsd|million(?:en|s)?|milliarden?|billion(?:en|s)?|tausend", re.IGNORECASE)
_GERMAN_TITLES = frozenset(("herr", "herrn", "frau", "dr", "prof", "firma", "von"))


def missing_names(claim: str, sentence: str, text: str, languages: Sequence[str]) -> list[str]:
    """Names of the claim that are not in the text. sentence: the sentence of the text that is nearest to the claim."""
    known = {folded(word) for word in _words(text)}
    missing = [name for name in _capitalised(claim, sentence, languages) if not _is_known(name, known)]
    least = _NEARLY_A_COPY_DENSE if _DENSE.search(claim) else _NEARLY_A_COPY
    if missing or coverage(claim, sentence) < least:
        return missing
    if _DENSE.search(claim):
        return _swapped_runs(claim, sentence, text)
    if _CASELESS.search(claim):
        return _swapped_words(claim, sentence, known)
    return _swapped_nouns(claim, sentence, known) if "de" in languages else []


def _words(text: str) -> list[str]:
    return [part for word in WORD.findall(text) for part in {word, *re.split("[-’'/.:,]", word)} if part]


def _is_known(name: str, known: set[str]) -> bool:
    plain = folded(name)
    parts = [part for part in re.split("[-’'/.]", plain) if len(part) > 1]
    return any(same_word(plain, word) for word in known) or (
        len(parts) > 1 and all(any(same_word(part, word) for word in known) for part in parts)
    )


def _capitalised(claim: str, sentence: str, languages: Sequence[str]) -> list[str]:
    """Words that are names by their capital letter."""
    words = list(WORD.finditer(claim))
    names = []
    for at, match in enumerate(words):
        word = match.group()
        if not word[:1].isupper() or word.casefold() in STOP_WORDS or any(map(str.isdigit, word)) or unit_after(word):
            continue
        if _MULTIPLIER.fullmatch(word):
            continue
        before = words[at - 1].group() if at else ""
        if not before or claim[words[at - 1].end() : match.start()].strip() in (".", "!", "?", ":", "“", '"', "„", "•"):
            following = words[at + 1].group() if at + 1 < len(words) else ""
            if not _opens_with_name(word, following, claim, sentence):
                continue
        elif "de" in languages and not _is_german_name(word, before):
            continue
        names.append(word)
    return names


def _opens_with_name(word: str, following: str, claim: str, sentence: str) -> bool:
    """Whether the first word of a sentence is a name: the passage's sentence begins with a name in its stead."""
    if coverage(claim, sentence) < _NEARLY_A_COPY or not following:
        return False
    opening = WORD.match(sentence.lstrip('-•*|# "“„'))
    if opening is None or not opening.group()[:1].isupper() or opening.group().casefold() in STOP_WORDS:
        return False
    others = WORD.findall(sentence)
    return (
        len(others) > 1 and same_word(folded(others[1]), folded(following)) and not re.search(r"(?:ing|ed|ly|s)$", word)
    )


def _is_german_name(word: str, before: str) -> bool:
    if before.casefold() in _GERMAN_TITLES:
        return True
    common = _GERMAN_DETERMINER.match(before) and not before[:1].isupper()
    if common or _GERMAN_ENDING.search(word.casefold()):
        return False
    return len(word) > 2


def _swapped_words(claim: str, sentence: str, known: set[str]) -> list[str]:
    """Words of a claim that stand where the passage's sentence has others; for scripts without capitals."""
    mine, theirs = WORD.findall(claim), WORD.findall(sentence)
    matcher = SequenceMatcher(None, [folded(w) for w in mine], [folded(w) for w in theirs], autojunk=False)
    swapped = []
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind != "replace" or end - start > _LONGEST_SWAP or other_end - other_start > _LONGEST_SWAP:
            continue
        words = [word for word in mine[start:end] if len(word) > 2 and not any(map(str.isdigit, word))]
        swapped += [word for word in words if not any(_same_stem(folded(word), other) for other in known)]
    return swapped


def _swapped_nouns(claim: str, sentence: str, known: set[str]) -> list[str]:
    """Capitalised words between the same neighbours as another capitalised word of the passage's sentence."""
    mine, theirs = WORD.findall(claim), WORD.findall(sentence)
    swapped = []
    for at in range(1, len(mine)):
        word, around = mine[at], (mine[at - 1], mine[at + 1] if at + 1 < len(mine) else "")
        if not word[:1].isupper() or any(same_word(folded(word), other) for other in known):
            continue
        for place in range(1, len(theirs)):
            there = (theirs[place - 1], theirs[place + 1] if place + 1 < len(theirs) else "")
            if there == around and theirs[place][:1].isupper():
                swapped.append(word)
    return swapped


def _same_stem(first: str, second: str) -> bool:
    """Whether one is the other with a prefix or an ending, as articles and cases of Arabic and Hindi are."""
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) < 3 or same_word(first, second) or first[:4] == second[:4]:
        return same_word(first, second) or first[:4] == second[:4]
    return any(shorter[at : at + 3] in longer for at in range(len(shorter) - 2))


def _swapped_runs(claim: str, sentence: str, text: str) -> list[str]:
    """Runs of characters that stand where the passage's sentence has others; for scripts without spaces."""
    claim, sentence = claim.rstrip("。.！!"), sentence.rstrip("。.！!")
    matcher = SequenceMatcher(None, claim, sentence, autojunk=False)
    swapped = []
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        mine, theirs = claim[start:end], sentence[other_start:other_end]
        if kind != "replace" or not 0 < len(theirs) <= _LONGEST_RUN or len(mine) > _LONGEST_RUN:
            continue
        if mine in text or _FUNCTION.search(mine) or _FUNCTION.search(theirs):
            continue
        if all(map(str.isalpha, mine + theirs)):
            swapped.append(mine)
    return swapped
