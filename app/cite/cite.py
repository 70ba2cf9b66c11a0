"""An answer's text and its passages go in, checked markers and the support of every sentence come out."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from app.cite.facts import Comparison, compared, explained
from app.cite.sentences import sentence_spans
from app.cite.words import content_words, coverage
from app.core.domain import Citations, Passage, Sentence, Support, full_heading
from app.core.scripts import DENSE

SupportScorer = Callable[[Sequence[str], Sequence[str]], npt.NDArray[np.float32]]

# [1], [1, 2], [1-3], [^1], [passage 2], 【1】
_MARKER = re.compile(
    r"[\[【]\s*\^?\s*(?:passages?|sources?)?\s*"
    r"(?P<numbers>\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*(?:†[^\]】]*)?[\]】]",
    re.IGNORECASE,
)
_CODE_OR_MARKER = re.compile(rf"```.*?(?:```|\Z)|`[^`\n]+`|{_MARKER.pattern}", re.DOTALL | re.IGNORECASE)
_TRAILING_MARKERS = re.compile(r"(?:\s*\[\d{1,3}\])+\s*[.!?]?")
_BLANK_BEFORE_STOP = re.compile(r"\s+(?=[.!?。！？])")
# An opening such as "Based on the information provided in the passages, " is no claim about the documents.
_OPENING = re.compile(
    r"(?:based (?:up)?on|according to|as (?:stated|described|mentioned|per|noted|shown) ?(?:in|by)?|per|from|in)\s+"
    r"(?:(?:all|of|the|this|these|your|given|provided|above|following|information|details|content|facts|in|from|by)\s+)*"
    r"(?:passages?|context|documents?|sources?|text|information)(?:\s+(?:provided|given|above|\d+))*\s*,\s*",
    re.IGNORECASE,
)
_DENSE = re.compile(f"[{DENSE}]")
_DOUBT_FLOOR = 0.25  # A cited sentence with a lower score is doubtful.
_SUBJECT_WEIGHT = 0.8  # Of the share of the question's content words that the passage lacks.
_LEAST_SUBJECT = 0.65  # So a sentence copied word for word stays supported when the question used other words.


def cite(
    text: str,
    passages: Sequence[Passage],
    *,
    question: str,
    support: SupportScorer,
    floor: float,
) -> Citations:
    """Check every marker, attribute unmarked sentences to passages, and score the support of each sentence.

    support(sentences, passages): matrix [sentences, passages] of agreement in meaning, 0..1. A sentence without a
    marker is attributed to its best passage when its score (meaning and shared words, times agreement of numbers,
    names and what the question is about) reaches floor; below that it is never attributed. A cited sentence keeps
    its marker; when the cited passage does not agree with it, `doubt` says why.
    """
    cleaned, removed = _checked_markers(text.strip(), {passage.number for passage in passages})
    spans = _attach_trailing_markers(cleaned, sentence_spans(cleaned))
    claims = [_claim(cleaned[start:end]) for start, end in spans]
    scores = _scores(claims, passages, question, support)
    sentences = tuple(
        _sentence(cleaned, span, claim, scores[row], passages, floor)
        for row, (span, claim) in enumerate(zip(spans, claims, strict=True))
    )
    cited = frozenset(number for sentence in sentences for number in sentence.passages)
    return Citations(text=cleaned, sentences=sentences, removed_markers=removed, cited=cited)


def _checked_markers(text: str, known: set[int]) -> tuple[str, int]:
    """The text with every marker written as [n], without markers of unknown passages, and how many those were."""
    removed = 0
    pieces: list[str] = []
    start = 0
    for match in _CODE_OR_MARKER.finditer(text):
        pieces.append(text[start : match.start()])
        start = match.end()
        if match["numbers"] is None:  # Brackets in code are not citations.
            pieces.append(match.group())
            continue
        numbers = _numbers(match["numbers"])
        valid = [number for number in numbers if number in known]
        removed += len(numbers) - len(valid)
        if not valid:
            pieces[-1] = pieces[-1].rstrip(" ")  # No space is left before the full stop.
        pieces += [f"[{number}]" for number in valid]
    return "".join([*pieces, text[start:]]).strip(), removed


def _numbers(written: str) -> list[int]:
    """The numbers of a marker: "1, 3-5" gives 1, 3, 4, 5. Of a range longer than ten, only its ends count."""
    numbers: list[int] = []
    for part in re.split(r"[,;]", written):
        ends = [int(end) for end in re.split(r"[–-]", part) if end.strip()]
        whole_range = len(ends) == 2 and 0 < ends[1] - ends[0] <= 10
        numbers += range(ends[0], ends[1] + 1) if whole_range else ends
    return list(dict.fromkeys(numbers))


def _attach_trailing_markers(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Extend sentences by the markers after their full stop."""
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


def _claim(sentence: str) -> str:
    """A sentence's claim about the documents: without markers and without an opening such as "According to [1], "."""
    words = _BLANK_BEFORE_STOP.sub("", _MARKER.sub("", sentence)).strip()
    opening = _OPENING.match(words)
    return words[opening.end() :] if opening else words


def _scores(
    claims: Sequence[str], passages: Sequence[Passage], question: str, support: SupportScorer
) -> npt.NDArray[np.float32]:
    """Matrix [claims, passages], 0..1: mean of meaning and shared words, times the factors for facts and subject."""
    if not claims or not passages:
        return np.zeros((len(claims), len(passages)), dtype=np.float32)
    meaning = support(claims, [passage.text for passage in passages])
    comparisons = [[_compared(claim, passage) for passage in passages] for claim in claims]
    words = np.array([[one.coverage for one in row] for row in comparisons], dtype=np.float32)
    facts = np.array([[one.factor for one in row] for row in comparisons], dtype=np.float32)
    texts = [f"{passage.heading or passage.title}\n{passage.text}" for passage in passages]
    subject = np.array([_subject(question, text) for text in texts], dtype=np.float32)
    return np.asarray((0.5 * meaning + 0.5 * words) * facts * subject, dtype=np.float32)


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
            text=written,
            start=start,
            end=end,
            support=Support.CITED,
            passages=marked,
            score=score,
            doubt=_doubt(claim, passages[best], score),
        )
    if not _is_claim(claim):
        return Sentence(text=written, start=start, end=end, support=Support.NOT_A_CLAIM)
    best = int(scores.argmax()) if len(scores) else -1
    if best >= 0 and scores[best] >= floor:
        return Sentence(
            text=written,
            start=start,
            end=end,
            support=Support.ATTRIBUTED,
            passages=(passages[best].number,),
            score=float(scores[best]),
        )
    score = float(scores[best]) if best >= 0 else 0.0
    return Sentence(text=written, start=start, end=end, support=Support.UNSUPPORTED, score=score)


def _doubt(claim: str, passage: Passage, score: float) -> str:
    """Why a cited passage does not seem to support its sentence; empty when it does."""
    if not _is_claim(claim):
        return ""
    if found := _compared(claim, passage).disagreements:
        return explained(found, passage.number)
    return f"passage {passage.number} does not seem to say this" if score < _DOUBT_FLOOR else ""


def _compared(claim: str, passage: Passage) -> Comparison:
    return compared(claim, passage.text, full_heading(passage.title, passage.heading))


def _is_claim(claim: str) -> bool:
    """Whether a sentence needs support: it has two content words or a number, and is no question or lead-in."""
    if claim.endswith(("?", ":", "？", "：", "؟")) or claim.startswith(("#", "```")):
        return False
    return len(content_words(claim)) >= 2 or any(character.isdigit() for character in claim)


def _subject(question: str, text: str) -> float:
    """Factor for the share of the question's content words in the text: a price of another product is no answer."""
    if not content_words(question) or _DENSE.search(question):
        return 1.0  # where words have no spaces between them, question words cannot be told from the subject
    return max(_LEAST_SUBJECT, 1 - _SUBJECT_WEIGHT * (1 - coverage(question, text)))
