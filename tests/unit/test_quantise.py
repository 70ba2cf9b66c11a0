"""Int8 graphs that no CPU cuts off, and a checker that sees the ones that are."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from app.core.models.quantise import quantise, without_saturation
from tests.support.saturation import integer_products, run_without_vnni, saturated_product, saturating

ROWS, COLUMNS = 63, 32  # an odd number of rows has a last one without a neighbour
Matrix = npt.NDArray[np.float32]


def graph(folder: Path, weights: Matrix, head: Matrix, *, transposed: bool = False) -> Path:
    """Words -> vectors of a table × weights, and × head; each word has a number of its own that is added."""
    words = 10
    table = np.tile(np.linspace(0, 1, words, dtype=np.float32)[:, None], (1, len(weights)))
    constants = {
        "table": table,
        "weights": weights,
        "head": head.T.copy() if transposed else head,
        "bias": np.zeros(head.shape[1], np.float32),
        "own": np.linspace(0.1234, 7.7, words, dtype=np.float32),
    }
    gemm = helper.make_node("Gemm", ["product", "head", "bias"], ["scored"], transB=int(transposed))
    nodes = [
        helper.make_node("Gather", ["table", "words"], ["rows"]),
        helper.make_node("MatMul", ["rows", "weights"], ["product"]),
        gemm,
        helper.make_node("Gather", ["own", "words"], ["number"]),
        helper.make_node("Unsqueeze", ["number", "last"], ["column"]),
        helper.make_node("Add", ["scored", "column"], ["logits"]),
    ]
    made = helper.make_graph(
        nodes,
        "scores",
        [helper.make_tensor_value_info("words", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", head.shape[1]])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()]
        + [numpy_helper.from_array(np.array([1], np.int64), "last")],
    )
    file = folder / "fp32.onnx"
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), file)
    return file


def outputs(file: Path) -> Matrix:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    found: Matrix = session.run(None, WORDS)[0]
    return found


WORDS = {"words": np.arange(10)}
RNG = np.random.default_rng(3)
ALIKE = RNG.uniform(0.9, 1.0, (ROWS, COLUMNS)).astype(np.float32)  # neighbours that are both at their largest
HEAD = RNG.uniform(0.9, 1.0, (COLUMNS, 1)).astype(np.float32)


@pytest.mark.parametrize("transposed", [False, True])
def test_our_graphs_are_sound_and_the_former_kind_is_seen_to_be_cut_off(tmp_path: Path, *, transposed: bool) -> None:
    full = graph(tmp_path, ALIKE, HEAD, transposed=transposed)
    quantise(full, tmp_path / "ours.onnx")
    quantize_dynamic(full, tmp_path / "former.onnx", weight_type=QuantType.QInt8, per_channel=True)
    quantize_dynamic(full, tmp_path / "seven.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    quantize_dynamic(full, tmp_path / "unsigned.onnx", weight_type=QuantType.QUInt8, per_channel=True)
    expected = outputs(full)
    largest = float(expected.max())
    assert largest > 1000
    assert run_without_vnni(tmp_path / "ours.onnx", WORDS) == pytest.approx(expected, abs=0.01 * largest)
    assert run_without_vnni(tmp_path / "former.onnx", WORDS).max() < 0.6 * largest
    assert saturating(tmp_path / "ours.onnx") == []
    assert len(saturating(tmp_path / "former.onnx")) == 2
    assert saturating(tmp_path / "seven.onnx") == []
    assert saturating(tmp_path / "unsigned.onnx") == []


def test_sums_and_numbers_of_words_stay_fp32(tmp_path: Path) -> None:
    full = graph(tmp_path, RNG.normal(size=(ROWS, COLUMNS)).astype(np.float32), HEAD)
    quantise(full, tmp_path / "ours.onnx")
    types = {one.name: one.data_type for one in onnx.load(tmp_path / "ours.onnx").graph.initializer}
    assert types["head"] == types["own"] == TensorProto.FLOAT
    assert types["weights_quantized"] == TensorProto.INT8
    assert types["table_quantized"] == TensorProto.UINT8
    assert integer_products(tmp_path / "ours.onnx") == 1


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 9), st.integers(1, 5)),
        elements=st.one_of(st.just(0.0), st.floats(-1e4, 1e4, width=32)),
    )
)
def test_no_activations_push_two_neighbours_past_16_bits(matrix: Matrix) -> None:
    values, scales = without_saturation(matrix)
    assert np.isfinite(scales).all()
    assert (scales > 0).all()
    assert np.abs(values * scales.astype(np.float64) - matrix).max() <= scales.max() * 0.51
    for sign in (values > 0, values < 0):  # the worst activations for these weights: 255 where the sign is the same
        for column in range(values.shape[1]):
            worst = np.where(sign[:, column], 255, 0).astype(np.uint8)[None]
            exact = worst.astype(np.int64) @ values.astype(np.int64)
            assert np.array_equal(saturated_product(worst, values)[:, column], exact[:, column])
