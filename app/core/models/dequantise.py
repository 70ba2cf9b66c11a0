"""`python -m app.core.models.dequantise OLD NEW`: an int8 graph of any version goes in, its fp32 form comes out.

The weights stay what 8 bits left of them. With `quantise` it makes a graph of today from one of an earlier version
whose fp32 weights are gone; it also says what the activations' 8 bits cost.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np


def dequantise(quantised: Path, target: Path) -> None:
    """Write the int8 graph of file `quantised`, made by dynamic quantisation, with fp32 products to file `target`.

    Raises ValueError when an integer product is not followed by its scale, as in graphs of other tools.
    """
    import onnx  # noqa: PLC0415  # half a second, and only the making of a model needs it

    model = onnx.load(quantised)
    graph = _Graph(model)
    for node in graph.of_type("MatMulInteger"):
        _restore_product(graph, node)
    for node in graph.of_type("DequantizeLinear"):
        _restore_table(graph, node)
    graph.drop_unused()
    onnx.save(model, target)


class _Graph:
    """A model with its constants and the makers and readers of its values by name."""

    def __init__(self, model: Any) -> None:
        self.graph = model.graph
        self.constants = {constant.name: constant for constant in self.graph.initializer}
        self.makers = {name: node for node in self.graph.node for name in node.output}

    def of_type(self, op_type: str) -> list[Any]:
        return [node for node in self.graph.node if node.op_type == op_type]

    def array(self, name: str) -> Any:
        from onnx import numpy_helper  # noqa: PLC0415  # as above

        return numpy_helper.to_array(self.constants[name])

    def add(self, name: str, values: Any) -> str:
        from onnx import numpy_helper  # noqa: PLC0415  # as above

        self.graph.initializer.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def reader(self, value: str, op_type: str) -> Any:
        for node in self.graph.node:
            if value in node.input and node.op_type == op_type:
                return node
        raise ValueError(f"The graph has no {op_type} after {value}: it was quantised in another way.")

    def drop_unused(self) -> None:
        """Remove nodes and constants that no output needs."""
        needed = {output.name for output in self.graph.output}
        kept = []
        for node in reversed(self.graph.node):
            if needed & set(node.output):
                kept.append(node)
                needed |= set(node.input)
        constants = [constant for constant in self.graph.initializer if constant.name in needed]
        for field, content in ((self.graph.node, kept[::-1]), (self.graph.initializer, constants)):
            del field[:]
            field.extend(content)


def _restore_product(graph: _Graph, node: Any) -> None:
    """MatMulInteger, Cast and Mul become one MatMul of the activations before they were quantised."""
    scaled = graph.reader(graph.reader(node.output[0], "Cast").output[0], "Mul")
    both = next(name for name in scaled.input if graph.makers[name].op_type == "Mul")  # activations' scale × weights'
    scale = next(name for name in graph.makers[both].input if name in graph.constants)
    zero = graph.array(node.input[3]).astype(np.float32)
    weights = (graph.array(node.input[1]).astype(np.float32) - zero) * graph.array(scale)
    activations = graph.makers[node.input[0]].input[0]
    name = node.input[1].removesuffix("_quantized")
    node.op_type, output = "MatMul", scaled.output[0]
    matrix = name if name in {constant.name for constant in graph.graph.initializer} else graph.add(name, weights)
    for field, content in ((node.input, [activations, matrix]), (node.output, [output])):
        del field[:]
        field.extend(content)
    node.name = node.name.removesuffix("_quant")
    scaled.output[0] = f"{output}_unused"


def _restore_table(graph: _Graph, node: Any) -> None:
    """Gather and DequantizeLinear become one Gather of fp32 rows."""
    gather = graph.makers[node.input[0]]
    table, scale, zero = (graph.array(name).astype(np.float32) for name in (gather.input[0], *node.input[1:3]))
    gather.input[0] = graph.add(gather.input[0].removesuffix("_quantized"), (table - zero) * scale)
    gather.output[0] = node.output[0]
    node.output[0] = f"{node.output[0]}_unused"


if __name__ == "__main__":
    dequantise(*map(Path, sys.argv[1:3]))
