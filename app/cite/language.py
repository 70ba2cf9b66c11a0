"""The language of a sentence by its function words, for number words, negation and names."""

import re

_WORDS = {
    "en": "the and of to in is are was were for with that this it not on by be at from as an or has have which will",
    "de": "der die das und ist sind nicht mit ein eine einen einem den dem des im zu auf für wird bei auch es sich",
    "fr": "le la les et est sont un une des du de pas pour dans que qui ne au aux avec sur par ce cette il elle",
    "es": "el la los las y es son un una de del no para en que con por se al su como esta este",
    "it": "il la le gli e è sono un una di del della non per in che con si al i da nel",
    "pt": "o a os as e é são um uma de do da não para em que com por se ao no na",
    "nl": "de het een en is zijn van niet voor met in dat op te door bij aan die wordt",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")


def languages_of(text: str) -> tuple[str, ...]:
    """The languages (ISO 639-1) of which the text has the most function words; empty when it has none of them."""
    words = _WORD.findall(text.casefold())
    counts = {language: sum(word in known for word in words) for language, known in _SETS.items()}
    most = max(counts.values())
    return tuple(language for language, count in counts.items() if most and count == most)
