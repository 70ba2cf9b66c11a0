"""The reranker that comes along, on any CPU: its int8 form says what its fp32 form says, alone and among others."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Encoding

from app.core.models.dequantise import dequantise
from app.core.models.onnx_runtime import CONFIG_FILE, MODEL_FILE, open_session, open_tokenizer
from app.rerank import SHIPPED, OnnxCrossEncoder
from tests.support.builders import make_hit
from tests.support.saturation import integer_products, run_without_vnni, saturating

FOLDERS = sorted(path.parent for path in SHIPPED.glob(f"*/{MODEL_FILE}"))
QUESTIONS = ["What opens the valve of the pump?", "How many days off does an employee get in a year?"]
PASSAGES = [
    "What opens the valve of the pump?",  # every kind of match at its largest
    "How many days off does an employee get in a year? An employee gets 25 days off in a year.",
    "A spring opens the valve of the pump.",
    "valve valve valve valve pump pump opens opens what what days days year year",
    "Soup.",
    "AN EMPLOYEE GETS 25 DAYS!!! ##### ..... 0x80070057 @@@@ $$$$",
    "The boats stand inside from November to March, because salt eats the fittings.",
]
PAIRS = [(question, passage) for question in QUESTIONS for passage in PASSAGES]
TOLERANCE = 0.05  # largest change from fp32, as a share of the fp32 logits' range; measured 0.02, cut off 0.19
# With the usual int8 form some activations would saturate its products, but those of PAIRS do not: error 0.026 there.
NEVER_CUT_OFF_HERE = {"cross-encoder-minilm-l6-int8"}
Array = npt.NDArray[np.float32]


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture(scope="module")
def full(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped graph with fp32 products."""
    file = tmp_path_factory.mktemp("full") / MODEL_FILE
    dequantise(folder / MODEL_FILE, file)
    assert integer_products(file) == 0
    return file


def feeds(folder: Path) -> list[Mapping[str, npt.NDArray[np.int64]]]:
    names = [node.name for node in open_session(folder).get_inputs()]
    return [
        {name: value for name, value in _feed(pair).items() if name in names}
        for pair in open_tokenizer(folder, cut_at=64).encode_batch(PAIRS)
    ]


def _feed(pair: Encoding) -> dict[str, npt.NDArray[np.int64]]:
    fields = {"input_ids": pair.ids, "attention_mask": pair.attention_mask, "token_type_ids": pair.type_ids}
    return {name: np.array([values], np.int64) for name, values in fields.items()}


def native(file: Path, folder: Path) -> Array:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return np.array([session.run(None, dict(feed))[0].item() for feed in feeds(folder)], np.float32)


def without_vnni(file: Path, folder: Path) -> Array:
    return np.array([run_without_vnni(file, feed).item() for feed in feeds(folder)], np.float32)


def error(found: Array, expected: Array) -> float:
    return float(np.abs(found - expected).max() / np.ptp(expected))


def test_a_reranker_comes_along() -> None:
    assert FOLDERS


def test_no_product_of_a_shipped_graph_is_cut_off_on_any_cpu(folder: Path) -> None:
    assert integer_products(folder / MODEL_FILE) >= 36
    assert saturating(folder / MODEL_FILE) == []


def test_int8_logits_agree_with_fp32_with_and_without_vnni(folder: Path, full: Path, tmp_path: Path) -> None:
    expected = native(full, folder)
    assert error(native(folder / MODEL_FILE, folder), expected) < TOLERANCE
    emulated = error(without_vnni(folder / MODEL_FILE, folder), expected)
    assert emulated < TOLERANCE
    former = tmp_path / MODEL_FILE
    quantize_dynamic(full, former, weight_type=QuantType.QInt8, per_channel=True)
    assert saturating(former)
    if folder.name not in NEVER_CUT_OFF_HERE:
        assert error(without_vnni(former, folder), expected) > 2 * emulated


def test_a_logit_is_the_same_alone_and_among_others(folder: Path) -> None:
    reranker = OnnxCrossEncoder(folder, budget_ms=0)
    texts = [*PASSAGES, *(passage * 9 for passage in PASSAGES)]  # several lengths in one group
    hits = [make_hit(rank, text, logit=None, rerank_score=None) for rank, text in enumerate(texts, 1)]
    together = {hit.chunk_id: hit.logit for hit in reranker.rerank(QUESTIONS[0], hits).hits}
    backwards = {hit.chunk_id: hit.logit for hit in reranker.rerank(QUESTIONS[0], hits[::-1]).hits}
    alone = {hit.chunk_id: reranker.rerank(QUESTIONS[0], [hit]).hits[0].logit for hit in hits}
    assert together == pytest.approx(alone, abs=1e-5)
    assert backwards == pytest.approx(alone, abs=1e-5)


def widened(monkeypatch: pytest.MonkeyPatch, folder: Path) -> bool:
    """Whether the folder's products are computed exactly at any price."""
    options: list[onnxruntime.SessionOptions] = []
    real = onnxruntime.InferenceSession

    def session(path: str, given: onnxruntime.SessionOptions, **rest: object) -> onnxruntime.InferenceSession:
        options.append(given)
        return real(path, given, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(onnxruntime, "InferenceSession", session)
        OnnxCrossEncoder(folder, budget_ms=0)
    try:
        return bool(options[0].get_session_config_entry("session.x64quantprecision") == "1")
    except RuntimeError:  # the entry was not set
        return False


def test_int8_of_an_earlier_version_is_computed_exactly_in_more_time(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder, tmp_path / "earlier")
    settings = json.loads((folder / CONFIG_FILE).read_text("utf-8"))
    del settings["int8"]
    (tmp_path / "earlier" / CONFIG_FILE).write_text(json.dumps(settings), "utf-8")
    assert not widened(monkeypatch, folder)
    assert widened(monkeypatch, tmp_path / "earlier")
