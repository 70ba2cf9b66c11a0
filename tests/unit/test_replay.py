"""Which stage of a repeated answer is named first."""

import uuid
from dataclasses import replace
from typing import Any

import pytest

from app.core.domain import Answer, Context, Fate, Message, ModelInfo, Outcome, Query, Sentence, Support
from app.replay import differences, stored_settings
from tests.support.builders import make_hit, make_passage

HITS = tuple(
    make_hit(rank, fate=Fate.IN_PROMPT, passage_number=rank, final_rank=rank, logit=1.0 / rank) for rank in (1, 2, 3)
)
MODEL = ModelInfo(
    backend="ollama", name="qwen", context_tokens=4096, tokens_counted=False, options={"seed": 7}, digest="aa" * 32
)
WORDS = "At 02:30 [1]."
SENTENCE = Sentence(text=WORDS, start=0, end=13, support=Support.CITED, passages=(1,), score=0.9, doubt="")


def _answer(**changes: Any) -> Answer:
    hits = changes.pop("hits", HITS)
    passages = changes.pop("passages", tuple(make_passage(hit.final_rank or 0, hit.text, hits=(hit,)) for hit in HITS))
    values: dict[str, Any] = {
        "id": str(uuid.uuid4()), "chat_id": None, "question": "When?",
        "query": Query(text="When?", changed=False, reason=""), "collection": None, "text": WORDS,
        "outcome": Outcome.ANSWERED, "sentences": (SENTENCE,), "removed_markers": 0,
        "context": Context(passages=passages, hits=hits, tokens=9, token_budget=changes.pop("token_budget", 90)),
        "prompt": (Message(role="user", content="Q"),), "model": MODEL, "usage": None, "reranker": "small", "scored": 3,
        "notices": (), "timings": {}, "settings": {},
    }  # fmt: skip
    return Answer(**(values | changes))


OTHER_SENTENCE = replace(SENTENCE, support=Support.UNSUPPORTED)


@pytest.mark.parametrize(
    ("changes", "stages", "detail"),
    [
        ({}, [], ""),
        ({"timings": {"sql": 9.0}, "notices": ("slow",), "id": "x"}, [], ""),
        ({"hits": tuple(replace(hit, chunk_id=hit.chunk_id + 90, document_id=7) for hit in HITS)}, [], ""),
        ({"hits": HITS[:2]}, ["retrieval", "rerank"], "0 candidates are new, 1 are missing"),
        (
            {"hits": (replace(HITS[0], fused_rank=2), replace(HITS[1], fused_rank=1), HITS[2])},
            ["retrieval"],
            "the same candidates in another order from rank 1 on",
        ),
        ({"hits": (*HITS[:2], replace(HITS[2], text="other"))}, ["retrieval", "rerank"], "1 candidates are new, 1"),
        (
            {"hits": (HITS[0], replace(HITS[1], final_rank=3), replace(HITS[2], final_rank=2))},
            ["rerank"],
            "another order from rank 2 on",
        ),
        ({"reranker": "large"}, ["rerank"], "large instead of small"),
        ({"scored": 2}, ["rerank"], "2 candidates scored instead of 3"),
        ({"hits": (replace(HITS[0], logit=1.5), *HITS[1:])}, ["rerank"], "other logits for 1 candidates"),
        ({"hits": (replace(HITS[0], logit=1.00001), *HITS[1:])}, [], ""),
        ({"token_budget": 80}, ["packing"], "a budget of 80 tokens instead of 90"),
        ({"passages": ()}, ["packing"], "0 passages instead of 3"),
        ({"prompt": (Message(role="user", content="R"),)}, ["packing"], "another prompt"),
        ({"model": replace(MODEL, name="llama")}, ["model"], "llama (ollama) instead of qwen (ollama)"),
        ({"model": replace(MODEL, digest="bb" * 32)}, ["model"], "other weights now (digest bbbbbbbbbbbb"),
        ({"model": replace(MODEL, digest="")}, [], ""),
        ({"model": replace(MODEL, options={"seed": 8})}, ["model"], "other seed"),
        ({"model": replace(MODEL, context_tokens=2048)}, ["model"], "a context of 2048 tokens instead of 4096"),
        ({"text": "At 02:45 [1]."}, ["model"], "other words from character 7 on"),
        ({"text": "At 02:30 [1]. And"}, ["model"], "other words from character 14 on"),
        ({"text": "", "error": "away", "outcome": Outcome.FAILED, "sentences": ()}, ["model"], "from character 1 on"),
        ({"sentences": (OTHER_SENTENCE,)}, ["citations"], "the same words were checked with another result"),
        ({"hits": HITS[:1], "text": "No."}, ["retrieval", "rerank", "model"], "2 are missing"),
    ],
)
def test_stages_are_named_in_their_order(changes: dict[str, Any], stages: list[str], detail: str) -> None:
    found = differences(_answer(), _answer(**changes))
    assert [one.stage for one in found] == stages
    assert detail in (found[0].detail if found else "")


def test_settings_that_no_longer_exist_are_left_out_and_the_model_is_chosen_again() -> None:
    answer = _answer(settings={"passages": 4, "seed": 7, "gone_since": 1})
    assert stored_settings(answer) == {"passages": 4, "seed": 7, "chat_backend": "ollama", "chat_model": "qwen"}
    embedded = replace(answer, model=replace(MODEL, backend="embedded", name="Qwen2.5"))
    assert stored_settings(embedded) == {"passages": 4, "seed": 7, "chat_backend": "embedded"}
    assert stored_settings(replace(answer, model=None)) == {"passages": 4, "seed": 7}
