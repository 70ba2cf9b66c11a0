"""Whether a question describes the thing it asks about, which is then found first: "the city where X was born"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.plan.words import POINTERS, content, trimmed, words

_MOST_NAMES = 4
_NOUN = r"(?P<noun>(?:(?-i:[a-zà-ÿ])[\w'’-]*\s+){0,2}?(?-i:[a-zà-ÿ])[\w'’-]*)"  # a name is no description
_NOUN_DE = r"(?P<noun>(?:[\w-]+\s+){0,2}?[\w-]+)"
_RELATIVE = (
    r"(?:(?:that|which|(?-i:who)|whom|whose|where|(?:in|at|for|to|on|from|by|of|with) (?:which|whom))\b"
    r"|(?=(?:led|built|founded|written|made|owned|run|managed|signed|approved|designed|created|discovered|invented"
    r"|operated|chaired|directed|produced|published) by\b|(?:responsible for|in charge of|born in)\b))"
)
_RELATIVE_DE = r",\s*(?:(?:in|an|auf|für|mit|von|zu|bei|aus) )?(?:der|die|das|den|dem|dessen|deren|welche[rsnm]?|wo)\b"
_RELATIVE_FR = r"(?:qui|que|dont|où|(?:dans|pour|avec|par) l(?:equel|aquelle))\b"
_RELATIVE_ES = r"(?:que|quien|cuy[oa]s?|donde|(?:en|con|por|para) (?:el|la) (?:que|cual))\b"
# What is asked, then the thing by its description, at the end of the question.
_RULES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?P<outer>.+?)\s+(?:the|an?)\s+(?:same\s+)?{_NOUN}\s+(?P<inner>{_RELATIVE}.+)$",
        rf"^(?P<outer>.+?)\s+(?:der|die|das|dem|den|des)\s+{_NOUN_DE}(?P<inner>{_RELATIVE_DE}.+)$",
        rf"^(?P<outer>.+?)\s+(?:le|la|l['’]|les|du|des|au)\s*{_NOUN}\s+(?P<inner>{_RELATIVE_FR}.+)$",
        rf"^(?P<outer>.+?)\s+(?:el|la|los|las|del|al)\s+{_NOUN}\s+(?P<inner>{_RELATIVE_ES}.+)$",
    )
)
# Words of a question that ask for the described thing itself: there is nothing else to find.
_ITSELF = frozenset(
    "name names named called call term word title type kind sort number first last one ones person people thing things "
    "way reason part example main only known used name namen heißt nom nombre llama appelle identify give list "
    "describe does did amount many year".split()
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
# Words with a capital inside a sentence, codes with digits, and what stands in quotation marks.
_NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ][\w'’-]*(?:\s+(?:of|the|de|von|van|der|du|la|and|&)?\s*[A-ZÀ-ÖØ-Þ][\w'’-]*)*|\b[A-Za-z]*\d+[A-Za-z-]+[\w-]*\b"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hops:
    """A question in two steps."""

    first: str  # finds the thing that is described
    second: str  # asks for something about it, without its description


def hops_of(question: str) -> Hops | None:
    """The two steps of a question, or None when it is answered where the thing itself is described."""
    text = trimmed(question)
    for rule in _RULES:
        match = rule.match(text)
        if match and not POINTERS.search(match["outer"]):
            outer, noun, inner = match["outer"], match["noun"], match["inner"].lstrip(", ")
            wanted = [word for word in content(outer) if word not in _ITSELF]
            if wanted and len(content(inner)) > 1:
                return Hops(first=f"{noun} {inner}", second=f"{outer} {noun}")
    return None


def names_in(texts: Sequence[str], *, about: str, question: str) -> tuple[str, ...]:
    """Names in the sentences that fit `about` best, one sentence of each text; none that the question has itself."""
    known, wanted = set(map(str.casefold, words(question))), set(content(about))
    found: list[str] = []
    for text in texts:
        sentences = [sentence for sentence in _SENTENCE.split(" ".join(text.split())) if sentence]
        best = max(sentences, key=lambda sentence: len(wanted & set(content(sentence))), default="")
        for match in _NAME.finditer(best):
            name = match.group()
            new = [word for word in content(name) if word not in known]
            if new and name not in found:
                found.append(name)
    return tuple(found[:_MOST_NAMES])
