"""`python -m app.core.models.quantise FULL TARGET`: an fp32 ONNX graph goes in, its int8 form comes out, for every CPU.

Dynamic quantisation: weights are stored in int8 with a scale for each channel, activations are quantised while running.
One scale for a whole matrix costs much more: cosine to fp32 0.953 instead of 0.994 on Wikipedia paragraphs.

CPUs without VNNI multiply by VPMADDUBSW: it adds the products of two neighbouring rows in 16 bits and cuts the sum off
at 32,767, and 255 × 127 + 255 × 127 does not fit. So a channel's scale is chosen by its largest sum of two neighbours
instead of its largest weight. It costs no time and a third of a bit; seven-bit weights cost a whole one, unsigned
weights up to half the time again (DECISIONS.md has the figures).
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORM = "neighbours within 16 bits"  # what config.json says of int8 that this module made

_NARROW = 16  # columns; a matrix with fewer makes logits or token weights and stays fp32: no time, much precision
_LARGEST = 127  # of a weight, and of two neighbours of one sign: 255 × (127 + 1 for rounding) fits in 16 bits


def quantise(full: Path, target: Path) -> None:
    """Write the int8 form of the graph in file `full` to file `target`.

    Constant matrices of products and embedding tables get 8 bits. Products of two activations, matrices of fewer than
    16 columns and tables of single numbers stay fp32. Raises OSError, ValueError or RuntimeError, as the libraries do.
    """
    import onnx  # noqa: PLC0415  # half a second, and only the making of a model needs it
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415  # imports onnx
    from onnxruntime.quantization.onnx_model import ONNXModel  # noqa: PLC0415  # imports onnx

    source = ONNXModel(onnx.load(full))
    source.replace_gemm_with_matmul()  # quantize_dynamic would do it later, with names that could not be excluded
    weights = {constant.name: constant for constant in source.model.graph.initializer}
    quantize_dynamic(
        source.model,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gather"],
        nodes_to_exclude=_stay_full(source.model),
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    quantised = onnx.load(target)
    constants = {constant.name: constant for constant in quantised.graph.initializer}
    for name in {node.input[1] for node in quantised.graph.node if node.op_type == "MatMulInteger"}:
        matrix = name.removesuffix("_quantized")
        values, scales = without_saturation(onnx.numpy_helper.to_array(weights[matrix]))
        for key, array in ((name, values), (f"{matrix}_scale", scales)):
            constants[key].CopyFrom(onnx.numpy_helper.from_array(array, key))
    onnx.save(quantised, target)


def without_saturation(matrix: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Weights [rows, columns] as int8 and the scale of each column, so that no two neighbours pass 16 bits together.

    Rows 0 and 1 are neighbours, rows 2 and 3, and so on: their products are what VPMADDUBSW adds.
    """
    padded = np.pad(matrix, ((0, len(matrix) % 2), (0, 0)))
    sums = [np.maximum(signed[0::2], 0) + np.maximum(signed[1::2], 0) for signed in (padded, -padded)]
    scales = np.maximum(np.max(sums, axis=(0, 1)), np.finfo(np.float32).tiny * _LARGEST) / _LARGEST
    return np.rint(matrix / scales).astype(np.int8), scales.astype(np.float32)


def _stay_full(model: Any) -> list[str]:
    """Names of the products and look-ups that are not quantised."""
    shapes = {constant.name: list(constant.dims) for constant in model.graph.initializer}
    names = []
    for number, node in enumerate(model.graph.node):
        node.name = node.name or f"{node.op_type}_{number}"
        if node.op_type == "MatMul" and node.input[1] in shapes and shapes[node.input[1]][-1] < _NARROW:
            names.append(node.name)
        if node.op_type == "Gather" and node.input[0] in shapes and len(shapes[node.input[0]]) != 2:
            names.append(node.name)
    return names


if __name__ == "__main__":
    quantise(*map(Path, sys.argv[1:3]))
