"""An English reranker meets another language: then the search's order stands, and a notice says so with the fix."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.core.domain import Hit, Reranking
from app.core.language import language_name, language_of, language_of_question, reads_english_only, unread_language
from app.core.models.packed_e5 import NAME as MULTILINGUAL
from app.rerank.base import Reranker, cosine_relevance
from app.rerank.keep_order import KeepOrder

_LOOKED_AT = 10  # of the first candidates, whose language counts
_SEARCH_LOOKS_AT = 5  # app.retrieve's number
_COMMANDS = f"pip install 'foremost[multilingual]' && python -m ingest reembed --model {MULTILINGUAL}"
_QUESTION = (
    "The question seems to be in {}, and the reranker {} reads English only: the passages stand in the order of the "
    "search. {}"
)
_PASSAGES = (
    "The passages are not in English, and the reranker {} reads English only: they stand in the order of the search. {}"
)
_NOT_READ = f"None is left out as irrelevant. For models that read it, run: {_COMMANDS}"
_READ = "For a reranker that reads it, set FOREMOST_RERANKER=late-interaction."


class EnglishOnly:
    """A reranker that is used where question and candidates are in English, or their language is uncertain.

    Beyond that the fused order stands. A candidate that it did not score has the cosine's relevance; where the
    embedding model reads English only too, nothing can be judged, so nothing is dropped: it would end in a wrong "not
    found".
    """

    def __init__(self, reranker: Reranker, *, embedding_model: str) -> None:
        self._reranker = reranker
        self._embedding_model = embedding_model
        self._unread = reads_english_only(embedding_model)
        self.name = reranker.name
        self.uncalibrated: Reranker = getattr(reranker, "uncalibrated", reranker)  # as of CalibratedReranker

    def over(self, wrap: Callable[[Reranker], Reranker]) -> "EnglishOnly":
        """The same around another form of its reranker."""
        return EnglishOnly(wrap(self._reranker), embedding_model=self._embedding_model)

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:
        """Candidates in the reranker's order, or in fused order with a note. Raises ModelError."""
        language = language_of_question(question)
        note = ""
        if language not in (None, "en"):
            note = _QUESTION.format(language_name(str(language)), self.name, _NOT_READ if self._unread else _READ)
        elif not self._unread and _mostly_foreign(hits):
            note = _PASSAGES.format(self.name, _READ)
        if not note:
            return self._reranker.rerank(question, hits)
        # The search has said the same of its model, with the same fix.
        known = unread_language(question, [hit.text for hit in hits[:_SEARCH_LOOKS_AT]], self._embedding_model)
        return replace(KeepOrder().rerank(question, hits), notes=(note,) if hits and not known else ())

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Candidates with logits in the reranker's order; without any, as they stand."""
        if any(hit.logit is not None for hit in hits):
            return self._reranker.reorder(hits)
        return KeepOrder().reorder(hits)

    def relevance(self, hit: Hit) -> float:
        """The reranker's relevance of a candidate that it scored, else the cosine's, or 1 where nothing can judge."""
        if hit.logit is not None:
            return self._reranker.relevance(hit)
        return 1.0 if self._unread else cosine_relevance(hit)


def _mostly_foreign(hits: Sequence[Hit]) -> bool:
    """Whether most of the first candidates are certainly in another language than English."""
    first = sorted(hits, key=lambda hit: hit.fused_rank)[:_LOOKED_AT]
    foreign = sum(language_of(hit.text, declared=None) not in (None, "en") for hit in first)
    return foreign * 2 > len(first)
