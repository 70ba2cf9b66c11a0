"""What section context brings: questions go in; what the prompt holds at each number of section tokens comes out."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from app.core.domain import Context
from app.core.settings import Settings
from app.pack import pack
from app.quality.dial.estimate import Estimator, FloatArray
from app.quality.dial.measure import Listener
from app.quality.dial.sweep import SectionPoint
from app.quality.evaluation.judge import Judgement
from app.quality.evaluation.questions import EvaluationQuestion
from app.search import Searcher
from app.widen import Widener

SECTION_TOKENS = (0, 300, 800)
_LEAST = 8  # questions, however little time there is


class SectionMeasurer:
    """Packs the prompt of each question once, then widens it to each number of section tokens."""

    def __init__(
        self,
        *,
        searcher: Searcher,
        judge: Callable[[EvaluationQuestion], Judgement],
        widener: Callable[[int], Widener],
        count_tokens: Callable[[str], int],
        settings: Settings,
    ) -> None:
        """widener: section tokens -> what adds them. count_tokens: of a passage; the chat model's may be others."""
        self._searcher = searcher
        self._judge = judge
        self._wideners = {tokens: widener(tokens) for tokens in sorted({*SECTION_TOKENS, settings.section_tokens})}
        self._count = count_tokens
        self._settings = settings

    def measure(
        self, questions: Sequence[EvaluationQuestion], *, seconds: float, listener: Listener
    ) -> tuple[SectionPoint, ...]:
        """A point for each number of tokens, fewest first, over as many questions as the seconds allow.

        Raises Cancelled and what retrieving and reranking raise.
        """
        deadline = time.perf_counter() + seconds
        rows: list[list[tuple[bool, bool, int]]] = []
        for done, question in enumerate(questions, 1):
            if len(rows) >= _LEAST and time.perf_counter() > deadline:
                break
            rows.append(self._row(question))
            listener.step("sections", done, len(questions))
        return _points(tuple(self._wideners), np.array(rows, dtype=np.float64))

    def _row(self, question: EvaluationQuestion) -> list[tuple[bool, bool, int]]:
        """For each number of tokens: whether one, and every expected passage is in the prompt; tokens of passages."""
        judgement = self._judge(question)
        found = self._searcher.search(question.text, collection=question.collection)
        context = pack(
            found.context.hits,
            limit=self._settings.passages,
            token_budget=self._settings.passages_tokens,
            floor=self._settings.relevance_floor,
            relevance=self._searcher.reranker.relevance,
            count_tokens=self._count,
            scored=found.scored > 0,
        )
        row = []
        for tokens, widener in self._wideners.items():
            wider = widener.widen(context, tokens=tokens, count_tokens=self._count)
            there = _expected(wider, judgement)
            row.append((bool(there), there >= set(judgement.grades), wider.tokens))
        return row


def _expected(context: Context, judgement: Judgement) -> set[str]:
    """The expected passages whose text is in the prompt."""
    retrieved = (unit for passage in context.passages for hit in passage.hits for unit in judgement.units(hit))
    added = (
        unit for passage in context.passages for chunk in passage.added
        for unit in judgement.chunks.get(chunk.chunk_id, ())
    )  # fmt: skip
    return {*retrieved, *added} & set(judgement.grades)


def _points(tokens: Sequence[int], values: FloatArray) -> tuple[SectionPoint, ...]:
    """values: question × number of tokens × (found, whole, tokens)."""
    if not len(values):
        return ()
    estimator = Estimator(np.ones(len(values), np.bool_))
    found, whole = ([values[:, at, kind] for at in range(len(tokens))] for kind in (0, 1))
    shares, wholes, gains = (
        estimator.estimates(found),
        estimator.estimates(whole),
        estimator.estimates(whole, gain=True),
    )
    return tuple(
        SectionPoint(
            section_tokens=count,
            found=shares[at],
            whole=wholes[at],
            gain=gains[at],
            tokens=float(values[:, at, 2].mean()),
        )
        for at, count in enumerate(tokens)
    )
