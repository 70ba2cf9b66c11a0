"""Int8 products as a CPU without VNNI computes them: which can be cut off at 16 bits, and what a graph gives then.

VPMADDUBSW multiplies unsigned activations by signed weights and adds the products of rows 0 and 1, 2 and 3, … in
16 bits, saturating. Real kernels of ONNX Runtime agree with this on a CPU without VNNI (app/training/QUALITY.md).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

_LOW, _HIGH = np.iinfo(np.int16).min, np.iinfo(np.int16).max
_LARGEST_ACTIVATION = 255
_STORED = {"DequantizeLinear", "Gather"}  # read int8 without multiplying it by activations

Array = npt.NDArray[Any]


def saturating(graph: Path) -> list[str]:
    """Names of the products in the ONNX file that some activations cut off; empty for a sound graph."""
    model = onnx.load(graph)
    constants = {constant.name: constant for constant in model.graph.initializer}
    names = []
    for node in model.graph.node:
        signed = [
            numpy_helper.to_array(constants[name])
            for name in node.input
            if name in constants and constants[name].data_type == onnx.TensorProto.INT8
        ]
        matrices = [array for array in signed if array.ndim > 1]
        if node.op_type == "MatMulInteger":
            if node.input[1] not in constants or any(_worst(array) > _HIGH for array in matrices):
                names.append(node.name)
        elif matrices and node.op_type not in _STORED:
            names.append(node.name)  # a product of another form, whose arithmetic is not emulated here yet
    return names


def integer_products(graph: Path) -> int:
    """How many products of the ONNX file are integer ones."""
    return sum(node.op_type == "MatMulInteger" for node in onnx.load(graph).graph.node)


def run_without_vnni(graph: Path, feed: Mapping[str, Array]) -> Array:
    """First output of the graph, its integer products saturating; slow."""
    evaluator = ReferenceEvaluator(onnx.load(graph), new_ops=[MatMulInteger, DequantizeLinear, MaxPool])
    outputs = evaluator.run(None, dict(feed))
    assert isinstance(outputs, list)
    first: Array = outputs[0]
    return first


def _worst(weights: Array) -> int:
    """The largest sum of two neighbours' products, as a positive number that may be as large as 32,767."""
    even, odd = _neighbours(weights.astype(np.int64))
    above = np.maximum(even, 0) + np.maximum(odd, 0)
    below = np.maximum(-even, 0) + np.maximum(-odd, 0)
    return int(max(above.max(), below.max())) * _LARGEST_ACTIVATION


def _neighbours(weights: Array) -> tuple[Array, Array]:
    padded = np.pad(weights, ((0, len(weights) % 2), (0, 0)))
    return padded[0::2], padded[1::2]


def saturated_product(activations: Array, weights: Array) -> Array:
    """uint8 [.., rows] times int8 [rows, columns], int32 [.., columns]; unsigned weights are exact."""
    if weights.dtype == np.uint8:
        return activations.astype(np.int32) @ weights.astype(np.int32)
    flat = activations.reshape(-1, activations.shape[-1]).astype(np.int32)
    flat = np.pad(flat, ((0, 0), (0, flat.shape[1] % 2)))
    even, odd = _neighbours(weights.astype(np.int32))
    total = np.zeros((len(flat), weights.shape[1]), np.int32)
    for pair in range(len(even)):
        sums = flat[:, 2 * pair, None] * even[pair] + flat[:, 2 * pair + 1, None] * odd[pair]
        total += np.clip(sums, _LOW, _HIGH)
    return total.reshape(*activations.shape[:-1], weights.shape[1])


class MatMulInteger(OpRun):
    """Zero points are taken off after the product, as the runtime's kernels do."""

    op_domain = ""

    def _run(self, a: Array, b: Array, a_zero: Array, b_zero: Array) -> tuple[Array]:
        zero_a, zero_b = int(a_zero), b_zero.astype(np.int32)
        by_column, by_row = b.astype(np.int32).sum(0), a.astype(np.int32).sum(-1, keepdims=True)
        return (saturated_product(a, b) - zero_a * by_column - zero_b * (by_row - zero_a * len(b)),)


class DequantizeLinear(OpRun):
    """One scale; the evaluator has none for the opset of our graphs."""

    op_domain = ""

    def _run(self, x: Array, scale: Array, zero: Array, **_: object) -> tuple[Array]:
        return ((x.astype(np.float32) - zero.astype(np.float32)) * scale,)


class MaxPool(OpRun):
    """Along the last axis, one step at a time; the evaluator's own fails when padding is uneven."""

    op_domain = ""

    def _run(self, x: Array, *, kernel_shape: Sequence[int], pads: Sequence[int], **_: object) -> tuple[Array]:
        padded = np.pad(x, ((0, 0), (0, 0), tuple(pads)), constant_values=-np.inf)
        return (sliding_window_view(padded, kernel_shape[0], axis=-1).max(-1),)
