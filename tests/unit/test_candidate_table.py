"""The ledger's table: sorted by any column, fates in words."""

import pytest

from app.core.domain import Fate
from app.core.errors import QuestionError
from app.present.candidate_table import COLUMNS, in_order_of, what_became
from tests.support.builders import make_hit

HITS = (
    make_hit(1, final_rank=3, logit=-1.0, rerank_score=-1.0, text_rank=2),
    make_hit(2, final_rank=1, logit=4.0, rerank_score=0.5, text_rank=None),
    make_hit(3, final_rank=2, logit=None, rerank_score=None, text_rank=1),
)


@pytest.mark.parametrize(
    ("column", "order"),
    [("final", [2, 3, 1]), ("fused", [1, 2, 3]), ("text", [3, 1, 2]), ("logit", [2, 1, 3]), ("score", [2, 1, 3])],
)
def test_ranks_sort_from_the_smallest_scores_from_the_largest_and_what_has_none_is_last(
    column: str, order: list[int]
) -> None:
    assert [hit.chunk_id for hit in in_order_of(HITS, column)] == order


def test_a_column_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(QuestionError, match="final, vector, text, fused, logit, score"):
        in_order_of(HITS, "cosine")


def test_a_fate_names_the_number_in_the_prompt_and_whether_it_was_cited() -> None:
    kept = make_hit(1, fate=Fate.IN_PROMPT, passage_number=2, cited=True)
    assert what_became(kept) == "in the prompt as [2] · cited"
    assert what_became(kept, answered=False) == "in the prompt as [2]"
    assert what_became(make_hit(1, fate=Fate.NOT_SCORED)) == "dropped: not scored within the time limit"


def test_a_missing_value_is_a_dash() -> None:
    shown = {column.name: column.shown(HITS[2]) for column in COLUMNS}
    assert shown == {"final": "2", "vector": "3", "text": "1", "fused": "3", "logit": "–", "score": "–"}
