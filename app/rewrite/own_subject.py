"""Decides whether a pronoun has its subject in the same message, so that it does not point back to an earlier one.

There is no grammar here, only the order of the words and short lists: "How do employees claim their expenses?" names
whose expenses are meant, "How many copies does it keep?" does not.
"""

import re
from collections.abc import Callable, Sequence

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;:-]")

# Possessives and reflexives may refer to the subject of their own clause; all others only to an earlier clause.
_POSSESSIVE = {
    "en": "its their theirs his her hers itself himself herself themselves",
    "de": "ihr ihre ihrem ihren ihrer ihres sein seine seinem seinen seiner seines dessen deren",
    "fr": "son sa ses leur leurs",
    "es": "su sus",
}
# Pronouns of things: "What does the insurance cover if it breaks?" means another thing than its own subject, so that
# they refer only to a clause joined by "and" or "or".
_OF_THINGS = {"en": "it", "de": "", "fr": "il elle ils elles", "es": "él ella ellos ellas"}
# Demonstratives always point back.
_POINTING = {
    "en": "this these those same former latter previous",
    "de": "dies diese dieser dieses diesem diesen jene jener jenes derselbe dieselbe dasselbe",
    "fr": "ce cet cette ces ceci cela ça celui celle ceux celles ci celui-ci celle-ci là-bas",
    "es": "eso esto ese esa esos esas este esta estos estas aquel aquella lo allí ahí",
}
# A noun follows these.
_BEFORE_NOUNS = {
    "en": "the a an each every all both some any no my our your which what whose many much most few two three do does "
    "did is are was were can could should must will would may has have of for in at from with about by on",
    "de": "",
    "fr": "le la les un une des du de chaque quel quelle quels quelles mon ma mes notre nos votre vos",
    "es": "el la los las un una unos unas cada qué cuál mi mis nuestro nuestra",
}
_PREPOSITIONS = {
    "en": "of for in at from with about by on to under over behind near inside after before",
    "de": "von für in im an am auf aus bei mit zu zur zum über unter nach vor hinter neben",
    "fr": "de du des pour dans à au aux avec sur sous chez par",
    "es": "de del para en con sobre por",
}
_JOINED = {"en": "and or but", "de": "und oder aber sondern", "fr": "et ou mais", "es": "y o e u pero"}
_SUBORDINATE = {
    "en": "when if because while after before until that who which where whether unless once than",
    "de": "wenn weil während nachdem bevor bis dass ob falls sobald obwohl als",
    "fr": "quand si lorsque parce que qui où",
    "es": "cuando si porque que quien donde",
}
_GENITIVE = frozenset("seiner seines ihrer ihres dessen deren".split())  # after the noun they belong to
_MASCULINE = frozenset("er ihn ihm".split())
_FEMININE_ARTICLES = frozenset("die eine keine jede".split())
_PLURALS = frozenset("people children men women staff police members".split())
_PLURAL_PRONOUNS = frozenset("they them themselves".split())
_SINGULAR_PRONOUNS = frozenset("it its itself".split())


def names_its_subject(message: str, pronoun: int, language: str, is_content: Callable[[str], bool]) -> bool:
    """Whether what a pronoun refers to stands before it in the message.

    pronoun: offset of the pronoun in the message. is_content: whether a word (lower case) carries meaning.
    """
    tokens = [match.group() for match in _TOKEN.finditer(message, 0, pronoun)]
    word = _TOKEN.match(message, pronoun)
    if word is None or word.group().lower() in _listed(_POINTING, language):
        return False
    asked = word.group().lower()
    nouns = _nouns(tokens, language, is_content)
    if asked in _listed(_POSSESSIVE, language) or (tokens[-1:] == ["-"] and language == "fr"):
        nouns = _without_its_own(nouns, tokens, asked, language)
    else:
        joints = _listed(_JOINED, language)
        if asked not in _listed(_OF_THINGS, language):
            joints = joints | _listed(_SUBORDINATE, language)
        nouns = [noun for noun in nouns if any(token.lower() in joints for token in tokens[noun[-1] + 1 :])]
    return any(_agree(tokens, noun, asked, language) for noun in nouns)


def _nouns(tokens: Sequence[str], language: str, is_content: Callable[[str], bool]) -> list[list[int]]:
    """Runs of words that hold a noun, as indexes into the tokens: what follows an article, a name, a German capital."""
    before = _listed(_BEFORE_NOUNS, language)
    runs: list[list[int]] = []
    for index, token in enumerate(tokens):
        lower = token.lower()
        named = index > 0 and token[0].isupper() and (language == "de" or is_content(lower))
        elided = re.match(r"(?:l|d|un)['’]\w", lower) is not None and language == "fr"
        if not (named or elided or (language != "de" and is_content(lower))):
            continue
        if runs and runs[-1][-1] == index - 1 and language != "de":
            runs[-1].append(index)
        elif named or elided or (index > 0 and tokens[index - 1].lower() in before):
            runs.append([index])
    return runs


def _without_its_own(nouns: list[list[int]], tokens: Sequence[str], asked: str, language: str) -> list[list[int]]:
    """The nouns without the one that the pronoun belongs to itself: "the price of its battery"."""
    end = len(tokens)
    if tokens and tokens[-1].lower() in _listed(_PREPOSITIONS, language):
        end -= 1
    elif asked not in _GENITIVE:
        return nouns
    return [noun for noun in nouns if noun[-1] != end - 1]


def _agree(tokens: Sequence[str], noun: Sequence[int], asked: str, language: str) -> bool:
    """Whether a noun may be what the pronoun means, by number in English and by its article in German."""
    if language == "en" and asked in _SINGULAR_PRONOUNS:
        return not all(_plural(tokens[index]) for index in noun[:1])
    if language == "en" and asked in _PLURAL_PRONOUNS:
        return any(_plural(tokens[index]) for index in noun)
    if language == "de" and asked in _MASCULINE:
        return noun[0] == 0 or tokens[noun[0] - 1].lower() not in _FEMININE_ARTICLES
    return True


def _plural(word: str) -> bool:
    lower = word.lower()
    return lower in _PLURALS or (lower.endswith("s") and not lower.endswith(("ss", "us", "is")))


def _listed(lists: dict[str, str], language: str) -> frozenset[str]:
    return frozenset(lists[language].split())
