"""ONNX models on the CPU: opens session and tokenizer of a model folder and runs padded batches."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as failures
from tokenizers import Encoding, Tokenizer

from app.core.errors import ModelError, reason

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
CONFIG_FILE = "config.json"

_MAX_ROWS = 32  # of one batch
_MAX_BATCH_TOKENS = 1024  # rows × longest row: small batches stay in the cache, 1.2 times as fast as 4096

_FAILURES = (
    failures.Fail,
    failures.InvalidArgument,
    failures.InvalidGraph,
    failures.InvalidProtobuf,
    failures.NoSuchFile,
    failures.NotImplemented,
    failures.RuntimeException,
)

Ids = npt.NDArray[np.int64]


def open_session(folder: Path, *, threads: int | None = None, widen: bool = False) -> onnxruntime.InferenceSession:
    """Session of folder/model.onnx on `threads` CPU threads (None: as many as this process may use).

    `widen` is for int8 graphs that the quantise module did not make: without VNNI their products are computed exactly,
    in more time, instead of being cut off at 16 bits. Raises ModelError when the file is missing or is no ONNX model.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or usable_cpus()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Waiting threads sleep: the chat model and the database want the same cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if widen:
        options.add_session_config_entry("session.x64quantprecision", "1")
    path = folder / MODEL_FILE
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _FAILURES as error:
        raise ModelError(
            f"The model file {path} cannot be loaded ({reason(error)}).",
            fix=f"Delete the folder {folder} so that it is made again, or name another model.",
        ) from error


def open_tokenizer(folder: Path, *, cut_at: int | None = None) -> Tokenizer:
    """Tokenizer of folder/tokenizer.json, never padding; truncates at cut_at tokens, the longer text of a pair first.

    A truncated encoding has `overflowing` pieces. Raises ModelError.
    """
    path = folder / TOKENIZER_FILE
    try:
        tokenizer = Tokenizer.from_str(path.read_text("utf-8"))
    except Exception as error:  # the tokenizers library raises nothing narrower
        raise ModelError(
            f"The tokenizer {path} cannot be loaded ({reason(error)}).",
            fix=f"Delete the folder {folder} so that it is made again, or name another model.",
        ) from error
    tokenizer.no_padding()
    if cut_at is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(cut_at, strategy="longest_first")
    return tokenizer


def read_config(folder: Path) -> dict[str, Any]:
    """Contents of folder/config.json. Raises ModelError when it is missing or no JSON object."""
    path = folder / CONFIG_FILE
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The model settings {path} cannot be read ({reason(error)}).") from error
    if not isinstance(content, dict):
        raise ModelError(f"The model settings {path} are not a JSON object.")
    return content


def run(session: onnxruntime.InferenceSession, encodings: Sequence[Encoding]) -> npt.NDArray[np.float32]:
    """The model's first output for one padded batch. Raises ModelError when the model refuses it."""
    return run_all(session, encodings, (session.get_outputs()[0].name,))[0]


def run_all(
    session: onnxruntime.InferenceSession, encodings: Sequence[Encoding], outputs: Sequence[str]
) -> list[npt.NDArray[np.float32]]:
    """The model's named outputs for one padded batch. Raises ModelError when it refuses it or lacks an output."""
    longest = max(len(encoding.ids) for encoding in encodings)
    shape = (len(encodings), longest)
    feed: dict[str, Ids] = {
        name: np.zeros(shape, np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    for row, encoding in enumerate(encodings):
        length = len(encoding.ids)
        feed["input_ids"][row, :length] = encoding.ids
        feed["attention_mask"][row, :length] = 1
        feed["token_type_ids"][row, :length] = encoding.type_ids
    wanted = {node.name for node in session.get_inputs()}
    try:
        results = session.run(list(outputs), {name: value for name, value in feed.items() if name in wanted})
    except (*_FAILURES, ValueError) as error:
        raise ModelError(f"The model refused a batch of {shape[0]} texts ({reason(error)}).") from error
    return [np.asarray(result, np.float32) for result in results]


def batches_by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions of the texts in batches of similar length, longest first, bounded in rows and padded tokens."""
    batch: list[int] = []
    longest = 0
    for position in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        longest = longest or lengths[position]
        if batch and (len(batch) == _MAX_ROWS or (len(batch) + 1) * longest > _MAX_BATCH_TOKENS):
            yield batch
            batch, longest = [], lengths[position]
        batch.append(position)
    if batch:
        yield batch


def usable_cpus() -> int:
    """Number of CPUs this process may use: those of its affinity, not all of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
