"""The sentence of a passage that each marker of an answer points to."""

from collections.abc import Mapping
from functools import lru_cache

from app.cite.facts import nearest_sentence
from app.core.domain import Answer, Support
from app.web.passage import flowing

Quotes = Mapping[tuple[int, int], str]  # (index of the sentence, number of the passage) -> sentence of the passage
_MARKED = (Support.CITED, Support.ATTRIBUTED)


def quotes_of(answer: Answer) -> Quotes:
    """For each sentence with a passage, the sentence of the passage that shares most words with it."""
    texts = {p.number: flowing(p.text, p.hits[0].media_type) for p in answer.context.passages if p.hits}
    return {
        (index, number): nearest(sentence.text, texts[number])
        for index, sentence in enumerate(answer.sentences)
        if sentence.support in _MARKED
        for number in sentence.passages
        if number in texts
    }


@lru_cache(maxsize=4096)  # a chat is drawn anew after each of its answers
def nearest(claim: str, passage: str) -> str:
    """The sentence of the passage nearest to a claim, without white space around it."""
    return nearest_sentence(claim, passage).strip()
