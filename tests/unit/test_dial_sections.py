"""Section context as an axis of the dial: what of the expected passages is in the prompt at each number of tokens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.core.domain import SectionChunk
from app.core.settings import Settings
from app.quality.dial.measure import Listener
from app.quality.dial.sections import SectionMeasurer
from app.quality.evaluation.judge import Judgement
from app.quality.evaluation.questions import EvaluationQuestion
from app.search import Searcher
from app.widen import Section, SectionReader, Widener
from tests.support.builders import make_hit
from tests.support.fakes import WordReranker, WordRetriever

RULE = "Copies of the backup are kept for thirty days."
EXCEPTION = "Those of the accounts are an exception and stay for ten years."
QUESTION = EvaluationQuestion(key="1", text="How long are copies of the backup kept?", expected=())


@dataclass(frozen=True)
class _Found:
    chunks: tuple[SectionChunk, ...]


class _Neighbours(SectionReader):
    def around(self, chunk_ids: Sequence[int], *, reach: int) -> Mapping[int, Section]:  # noqa: ARG002
        chunks = tuple(
            SectionChunk(
                chunk_id=n, document_id=1, ordinal=n, heading="Document 1 › Section", start_char=1000 * n,
                end_char=1000 * n + 100, part_kind=None, part_first=None, part_last=None, part_name="", text=words,
            )
            for n, words in ((1, RULE), (2, EXCEPTION))
        )  # fmt: skip
        return dict.fromkeys(chunk_ids, _Found(chunks))


def _measurer(settings: Settings, judgement: Judgement) -> SectionMeasurer:
    hit = make_hit(1, RULE, ordinal=1)
    return SectionMeasurer(
        searcher=Searcher(retriever=WordRetriever([hit]), reranker=WordReranker()),
        judge=lambda _question: judgement,
        widener=lambda tokens: Widener(_Neighbours(), tokens=tokens),
        count_tokens=lambda words: len(words.split()),
        settings=settings,
    )


def test_a_neighbour_that_was_added_completes_what_is_expected(make_settings: Callable[..., Settings]) -> None:
    judgement = Judgement(
        grades={"rule": 1, "exception": 1}, whole={}, chunks={1: ("rule",), 2: ("exception",)}
    )  # fmt: skip
    measurer = _measurer(make_settings(section_tokens=5), judgement)
    points = measurer.measure([QUESTION] * 3, seconds=60, listener=Listener())
    assert [point.section_tokens for point in points] == [0, 5, 300, 800]  # the configured number is one of them
    assert [point.found.mean for point in points] == [1, 1, 1, 1]
    assert [point.whole.mean for point in points] == [0, 0, 1, 1]  # five tokens are too few for the neighbour
    assert [point.gain.mean for point in points] == [0, 0, 1, 1]
    assert points[0].tokens == points[1].tokens < points[2].tokens


def test_what_no_chunk_holds_is_in_no_prompt(make_settings: Callable[..., Settings]) -> None:
    measurer = _measurer(make_settings(), Judgement(grades={"rule": 1}, whole={}, chunks={}))
    points = measurer.measure([QUESTION], seconds=0, listener=Listener())
    assert [(point.found.mean, point.whole.mean) for point in points] == [(0, 0)] * 3
