"""An answer's text and its passages go in; checked markers and the backing of every sentence come out."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from app.cite.sentences import sentence_spans
from app.core.domain import Citations, Passage, Sentence, Support
from app.core.stop_words import BASIC_STOP_WORDS

SupportScorer = Callable[[Sequence[str], Sequence[str]], npt.NDArray[np.float32]]

# [1], [1, 2], [1-3], [^1], [passage 2], 【1】
_MARKER = re.compile(
    r"[\[【]\s*\^?\s*(?:passages?|sources?)?\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*(?:†[^\]】]*)?[\]】]", re.IGNORECASE
)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)  # brackets in code are not citations
_TRAILING_MARKERS = re.compile(r"(?:\s*\[\d{1,3}\])+\s*[.!?]?")
# "Based on the information provided in the passages, " says where the model looked and nothing of the documents.
_OPENING = re.compile(
    r"(?:based (?:up)?on|according to|as (?:stated|described|mentioned|per|noted|shown) ?(?:in|by)?|per|from|in)\s+"
    r"(?:(?:all|of|the|this|these|your|given|provided|above|following|information|details|content|facts|in|from|by)\s+)*"
    r"(?:passages?|context|documents?|sources?|text|information)(?:\s+(?:provided|given|above|\d+))*\s*,\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+(?:[.:,/'’-]\w+)*", re.UNICODE)
_DOUBT_FLOOR = 0.25  # below it a cited passage does not seem to say what the sentence says
_WRONG_NUMBER = 0.3  # factor on the score when a number of the sentence is not in the passage
_MISSING_NAME = 0.6  # factor when a name of the sentence is not in the passage
_SUBJECT_WEIGHT = 0.8  # of the share of the question's content words that the passage lacks
_LEAST_SUBJECT = 0.65  # a sentence copied word for word stays supported when the question used other words
_COMMON = BASIC_STOP_WORDS


def cite(
    text: str,
    passages: Sequence[Passage],
    *,
    question: str,
    support: SupportScorer,
    floor: float,
    language: str | None = None,
) -> Citations:
    """Check every marker, attribute unmarked sentences, and say of each sentence what it rests on.

    support(sentences, passages): matrix [sentences, passages] of agreement in meaning, 0..1. A sentence without a
    marker is attributed to its best passage when its score (meaning and shared words, times agreement of numbers,
    names and what the question is about) reaches floor; it is never attributed below. A cited sentence keeps its
    marker; when the cited passage does not agree with it, the sentence says why in `doubt`.
    """
    cleaned, removed = _checked_markers(text.strip(), {passage.number for passage in passages})
    spans = _attach_trailing_markers(cleaned, sentence_spans(cleaned, language))
    bare = [_said(cleaned[start:end]) for start, end in spans]
    scores = _scores(bare, passages, question, support)
    sentences = tuple(
        _sentence(cleaned, span, claim, scores[row], passages, floor)
        for row, (span, claim) in enumerate(zip(spans, bare, strict=True))
    )
    cited = frozenset(number for sentence in sentences for number in sentence.passages)
    return Citations(text=cleaned, sentences=sentences, removed_markers=removed, cited=cited)


def _checked_markers(text: str, known: set[int]) -> tuple[str, int]:
    """The text with every marker written as [n], those that point nowhere taken out, and how many were."""
    removed = 0
    pieces: list[str] = []
    at = 0
    for code in [*_CODE.finditer(text), None]:
        prose = text[at : code.start() if code else len(text)]
        for number_text, between in _split_markers(prose):
            if number_text is None:
                pieces.append(between)
                continue
            numbers = _numbers(number_text)
            good = [number for number in numbers if number in known]
            removed += len(numbers) - len(good)
            if good:
                pieces.append("".join(f"[{number}]" for number in good))
            elif pieces:
                pieces[-1] = pieces[-1].rstrip(" ")  # no lonely space before the full stop
        if code:
            pieces.append(code.group())
            at = code.end()
    return "".join(pieces).strip(), removed


def _split_markers(prose: str) -> list[tuple[str | None, str]]:
    """Prose as (None, text) and (numbers, "") in turn."""
    result: list[tuple[str | None, str]] = []
    at = 0
    for match in _MARKER.finditer(prose):
        result += [(None, prose[at : match.start()]), (match.group(1), "")]
        at = match.end()
    return [*result, (None, prose[at:])]


def _numbers(written: str) -> list[int]:
    """[1, 3-5] -> 1, 3, 4, 5; a range longer than ten is taken as its two ends."""
    numbers: list[int] = []
    for part in re.split(r"[,;]", written):
        ends = [int(end) for end in re.split(r"[–-]", part) if end.strip()]
        whole_range = len(ends) == 2 and 0 < ends[1] - ends[0] <= 10
        numbers += range(ends[0], ends[1] + 1) if whole_range else ends
    return list(dict.fromkeys(numbers))


def _attach_trailing_markers(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Markers written after the full stop belong to the sentence before it."""
    result: list[tuple[int, int]] = []
    for start, end in spans:
        leading = _TRAILING_MARKERS.match(text, start, end)
        if leading and result and "\n" not in text[result[-1][1] : start]:
            result[-1] = (result[-1][0], leading.end())
            start = leading.end()
            while start < end and text[start].isspace():
                start += 1
        if start < end:
            result.append((start, end))
    return result


def _said(sentence: str) -> str:
    """What a sentence says of the documents: without its markers and without an opening about where that was read."""
    words = _MARKER.sub("", sentence).strip()
    return _OPENING.sub("", words, count=1) if _OPENING.match(words) else words


def _scores(
    claims: Sequence[str], passages: Sequence[Passage], question: str, support: SupportScorer
) -> npt.NDArray[np.float32]:
    """Agreement [claims, passages], 0..1: meaning and shared words, times agreement of numbers, names and subject."""
    if not claims or not passages:
        return np.zeros((len(claims), len(passages)), dtype=np.float32)
    texts = [f"{passage.heading or passage.title}\n{passage.text}" for passage in passages]
    meaning = support(claims, [passage.text for passage in passages])
    words = np.array([[_coverage(claim, text) for text in texts] for claim in claims], dtype=np.float32)
    facts = np.array([[_agreement(claim, text)[0] for text in texts] for claim in claims], dtype=np.float32)
    about = np.array([_subject(question, text) for text in texts], dtype=np.float32)
    return np.asarray((0.5 * meaning + 0.5 * words) * facts * about, dtype=np.float32)


def _sentence(
    text: str,
    span: tuple[int, int],
    claim: str,
    scores: npt.NDArray[np.float32],
    passages: Sequence[Passage],
    floor: float,
) -> Sentence:
    start, end = span
    written = text[start:end]
    by_number = {passage.number: index for index, passage in enumerate(passages)}
    marked = tuple(dict.fromkeys(int(number) for number in re.findall(r"\[(\d{1,3})\]", written)))
    marked = tuple(number for number in marked if number in by_number)
    if marked:
        best = max((by_number[number] for number in marked), key=lambda index: float(scores[index]))
        score = float(scores[best])
        return Sentence(
            text=written, start=start, end=end, support=Support.CITED, passages=marked, score=score,
            doubt=_doubt(claim, passages[best], score),
        )  # fmt: skip
    if not _is_claim(claim):
        return Sentence(text=written, start=start, end=end, support=Support.NOT_A_CLAIM)
    best = int(scores.argmax()) if len(scores) else -1
    if best >= 0 and scores[best] >= floor:
        return Sentence(
            text=written, start=start, end=end, support=Support.ATTRIBUTED, passages=(passages[best].number,),
            score=float(scores[best]),
        )  # fmt: skip
    score = float(scores[best]) if best >= 0 else 0.0
    return Sentence(text=written, start=start, end=end, support=Support.UNSUPPORTED, score=score)


def _doubt(claim: str, passage: Passage, score: float) -> str:
    """Why a cited passage does not seem to back its sentence; empty when it does."""
    if not _is_claim(claim):
        return ""
    _, missing = _agreement(claim, f"{passage.heading or passage.title}\n{passage.text}")
    if missing:
        return f"passage {passage.number} does not mention {', '.join(missing[:3])}"
    return f"passage {passage.number} does not seem to say this" if score < _DOUBT_FLOOR else ""


def _is_claim(claim: str) -> bool:
    """Whether there is anything to back: at least two content words or a number, and no question or lead-in."""
    if claim.endswith(("?", ":")) or claim.startswith(("#", "```")):
        return False
    words = [word for word in _WORD.findall(claim.casefold()) if word not in _COMMON]
    return len(words) >= 2 or any(character.isdigit() for character in claim)


def _coverage(claim: str, text: str) -> float:
    """Share of the claim's content words that occur in the text; word endings may differ."""
    wanted = [word for word in _WORD.findall(claim.casefold()) if word not in _COMMON]
    if not wanted:
        return 0.0
    found = set(_WORD.findall(text.casefold()))
    stems = {_stem(word) for word in found}
    return sum(word in found or _stem(word) in stems for word in wanted) / len(wanted)


def _subject(question: str, text: str) -> float:
    """Factor for how much of what the question is about stands in the text: a price is no answer for another thing."""
    if not any(word not in _COMMON for word in _WORD.findall(question.casefold())):
        return 1.0
    return max(_LEAST_SUBJECT, 1 - _SUBJECT_WEIGHT * (1 - _coverage(question, text)))


def _stem(word: str) -> str:
    """A word without what inflection most often changes; only ever compared with another stem."""
    return word if any(c.isdigit() for c in word) or len(word) <= 4 else word[: max(4, len(word) - 2)]


def _agreement(claim: str, text: str) -> tuple[float, list[str]]:
    """(factor 0..1, numbers and names of the claim that the text lacks)."""
    known_numbers = set(_number_words(text))
    numbers = [number for number in _number_words(claim) if number not in known_numbers]
    lowered = text.casefold()
    names = [name for name in _names(claim) if name.casefold() not in lowered]
    factor = (_WRONG_NUMBER if numbers else 1.0) * (_MISSING_NAME if names else 1.0)
    return factor, [*numbers, *names]


def _number_words(text: str) -> list[str]:
    """Words with a digit, written alike: 1,000 and 1000, 02:30 and 2:30, v2.13 and 2.13."""
    result = []
    for word in _WORD.findall(text.casefold()):
        if any(character.isdigit() for character in word):
            plain = re.sub(r"(?<=\d)[,’'](?=\d{3}\b)", "", word).removesuffix("'s")
            result.append(re.sub(r"^v?0*(?=\d)", "", plain))
    return result


def _names(claim: str) -> list[str]:
    """Capitalised words that do not open the sentence."""
    words = list(_WORD.finditer(claim))
    return [w.group() for w in words[1:] if w.group()[:1].isupper() and w.group().casefold() not in _COMMON]
