"""Detection of the language of a text and of a question, and which embedding models read English only."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

_FEWEST_LETTERS = 40  # below that a guess is no better than chance
_SAMPLE = 6_000  # characters, half from the beginning and half from the middle
_LEAST_PROBABILITY = 0.9
# Thai; kana, Han and Hangul follow it. Rougher than app.core.scripts.DENSE: the language stored with short documents in
# Vietnamese and Georgian depends on it.
_FIRST_DENSE_LETTER = "\u0e00"
_DENSE_WEIGHT = 3  # one of these characters carries as much as about three letters of an alphabet

# Words that most questions of a language have, and that are rare in English questions. A word may be in several lists.
_FUNCTION_WORDS = {
    "en": "the is are were do does did what when where who how why which can may must should of to and for with from "
    "there it my our i we you has have be",
    "de": "der die das den dem des und ist sind war wie wann wer wo warum was welche welcher welches welchen wird "
    "werden kann können darf dürfen muss müssen ein eine einen einem einer im für mit von zu auf nicht gibt man ich "
    "wir sich viel viele bei nach aus über",
    "fr": "le la les l des du de par coûte est sont était que qui qu quand où combien pourquoi comment peut faut quel "
    "quelle quels quelles un une dans pour avec sur pas au aux et en à il elle on je nous",
    "es": "el la los las es son era que qué cuál cuáles cuándo dónde cómo quién cuánto cuánta cuántos cuántas se puede "
    "un una en de del para con por no y a al hay está están cuesta",
    "it": "il lo la gli i le che è sono quando dove come perché chi quanto quale quali si può un una nel nella per con "
    "non di della del al alla e quanti",
    "pt": "os é são que quando onde como quem quanto qual quais se pode um uma em na para com não de da e quantos",
    "nl": "de het een is zijn wat wanneer waar hoe wie waarom welke mag kan moet van voor met niet op en er ik we",
}
_FUNCTION_SETS = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}
_LEAD = 2  # function words of a language more than English ones, for a certain result
_FEWEST_FOR_A_GUESS = 15  # letters of a question that the classifier may decide together with one function word
_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "zh": "Chinese",
}  # fmt: skip
# Names of embedding models and rerankers trained on English; unknown ones are taken to read more.
_ENGLISH_ONLY = re.compile(
    r"(?:^|/)(?:ms-marco-(?:minilm|electra|tinybert)|mxbai-rerank-(?:xsmall|base|large)-v1"
    r"|all-(?:minilm|mpnet|distilroberta|roberta)|multi-qa-|msmarco-|gtr-t5|sentence-t5|gte-(?:small|base|large)\b"
    r"|e5-(?:small|base|large)\b|nomic-embed-text-v1|mxbai-embed-large|paraphrase-(?:minilm|mpnet|albert|distilroberta))"
    r"|[-_](?:en|english)(?:[-_.]|$)",
    re.IGNORECASE,
)
_UNREAD = (
    "The question seems to be in {}, and the embedding model {} reads English only: passages may be missed. Ask in the "
    "documents' own words or in English, or run: "
    "pip install 'foremost[multilingual]' && python -m ingest reembed --model multilingual-e5-small (then set "
    "FOREMOST_EMBEDDING_MODEL to that name)"
)
_WORD = re.compile(r"[^\W\d_]+")


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # loads a model of 0.3 s

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str, *, declared: str | None) -> str | None:
    """ISO 639-1 code of the text's language, None when it is uncertain.

    declared: the language the file names, used only where the text itself is too short or too mixed to tell.
    """
    half = _SAMPLE // 2
    middle = max(len(text) // 2, half)
    sample = text[:half] + text[middle : middle + half]
    code = (declared or "").replace("_", "-").split("-")[0].strip().lower()
    fallback = code if len(code) == 2 and code.isascii() and code.isalpha() else None
    if sum(_weight(letter) for letter in sample if letter.isalpha()) < _FEWEST_LETTERS:
        return fallback
    language, probability = _ranked(sample)
    certain = probability >= _LEAST_PROBABILITY and len(language) == 2  # "zxx" means: no language
    return language if certain else fallback


def language_of_question(question: str) -> str | None:
    """ISO 639-1 code of a short text's language; None when it is uncertain, as for a few keywords or names."""
    letters = [letter for letter in question if letter.isalpha()]
    if not letters:
        return None
    foreign = sum(not unicodedata.name(letter, "LATIN").startswith("LATIN") for letter in letters)
    if foreign * 2 > len(letters):  # another script is certain, the language in it is the classifier's
        return _ranked(question)[0]
    words = _WORD.findall(question.lower())
    counts = {language: sum(word in known for word in words) for language, known in _FUNCTION_SETS.items()}
    english = counts.pop("en")
    most = max(counts.values())
    best = [language for language, count in counts.items() if count == most]
    if not english and not most and len(letters) >= _FEWEST_LETTERS:
        return language_of(question, declared=None)
    if most < english + _LEAD and (english or not most):
        return "en" if english > most else None
    if len(best) == 1 and most >= _LEAD:
        return best[0]
    guess, probability = _ranked(question)
    certain = probability >= _LEAST_PROBABILITY and len(letters) >= _FEWEST_FOR_A_GUESS
    return guess if guess in best and (certain or most >= _LEAD) else None


def unread_language(question: str, passages: Sequence[str], model: str) -> str:
    """Why an embedding model may miss what a question asks for, with the fix; empty when nothing speaks for that.

    passages: the best candidates; where one is in the language of the question, full-text search reads both.
    """
    if not reads_english_only(model):
        return ""
    language = language_of_question(question)
    if language in (None, "en") or not passages:
        return ""
    if any((language_of(text, declared=None) or language_of_question(text)) == language for text in passages):
        return ""
    return _UNREAD.format(language_name(str(language)), model)


def reads_english_only(model: str) -> bool:
    """Whether a model of this name was trained on English; unknown ones are taken to read more."""
    return bool(_ENGLISH_ONLY.search(model))


def language_name(code: str) -> str:
    """English name of a language by its ISO 639-1 code."""
    return _NAMES.get(code, f"another language ({code})")


def _ranked(sample: str) -> tuple[str, float]:
    """The most probable language, and its probability."""
    ranked = dict(_identifier().rank(sample))
    ranked["zh"] += ranked.pop("wuu", 0.0) + ranked.pop("yue", 0.0)  # in writing these are hardly distinguishable
    language, probability = max(ranked.items(), key=lambda item: item[1])
    return str(language), float(probability)


def _weight(letter: str) -> int:
    return _DENSE_WEIGHT if letter >= _FIRST_DENSE_LETTER else 1
