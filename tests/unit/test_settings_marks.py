"""The marks of the settings that shape answers."""

from app.core.settings import Settings, Shapes, shaping_names, shaping_values


def test_every_level_includes_the_higher_ones() -> None:
    answer, ranking, tuned = (set(shaping_names(level)) for level in (Shapes.ANSWER, Shapes.RANKING, Shapes.TUNED))

    assert tuned == {"candidates", "reranker", "relevance_floor", "passages"}
    assert tuned < ranking < answer
    assert answer - ranking == {
        "plan_seconds", "summary_seconds", "rerank_budget_ms",
        "passages_tokens", "context_tokens", "answer_tokens", "temperature", "seed",
        "support_floor", "section_tokens",
    }  # fmt: skip


def test_addresses_secrets_and_limits_of_ingestion_shape_no_answer() -> None:
    shaping = shaping_names(Shapes.ANSWER)
    assert not {name for name in shaping if name.endswith(("_url", "_key", "_password", "_dir"))}
    assert not {name for name in shaping if name.startswith(("load_", "ocr_"))}


def test_values_are_those_in_effect() -> None:
    values = shaping_values(Settings(candidates=7), Shapes.TUNED)
    assert values["candidates"] == 7
    assert list(values) == list(shaping_names(Shapes.TUNED))
