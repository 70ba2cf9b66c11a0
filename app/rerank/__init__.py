"""Stage 3, rerank: a question and its candidates go in, the candidates in their final order come out."""

from pathlib import Path

from app.core.language import reads_english_only
from app.core.models.embedding import Embedder
from app.core.models.find import (
    SHIPPED,
    Report,
    has_gpu,
    hub_folder,
    is_bert_cross_encoder,
    onnx_folder,
    shipped_reranker,
    silent,
)
from app.core.models.onnx_runtime import MODEL_FILE, read_config
from app.core.models.token_store import MEMORY_BYTES, TokenStore
from app.rerank.base import Reranker
from app.rerank.by_language import EnglishOnly
from app.rerank.cross_encoder import OnnxCrossEncoder
from app.rerank.keep_order import KeepOrder
from app.rerank.late_interaction import LateInteraction
from app.rerank.torch_cross_encoder import TorchCrossEncoder
from app.rerank.trained_late_interaction import TrainedLateInteraction

__all__ = [
    "SHIPPED",
    "EnglishOnly",
    "KeepOrder",
    "LateInteraction",
    "OnnxCrossEncoder",
    "Reranker",
    "TorchCrossEncoder",
    "TrainedLateInteraction",
    "build_reranker",
]


def build_reranker(
    setting: str,
    embedder: Embedder,
    data_dir: Path,
    *,
    budget_ms: int,
    cache_mib: int = 0,
    threads: int | None = None,
    report: Report = silent,
) -> Reranker:
    """Reranker for the setting: auto, none, late-interaction, cross-encoder, a folder or a hub id. Raises ModelError.

    auto takes the trained late interaction shipped in app/models_data, else that of the embedder's own tokens. The
    trained one keeps up to cache_mib MiB of passages' vectors in data_dir; 0: none, not in memory either.
    cross-encoder takes the one shipped there. Those that read English only keep the search's order for other languages.
    Another cross-encoder with BERT's architecture runs as int8 ONNX on the
    CPU. All others, and all on a GPU, run through sentence-transformers.
    """
    if setting == "none":
        return KeepOrder()
    shipped = shipped_reranker(setting, SHIPPED)
    built = _built(setting, shipped, embedder, data_dir, budget_ms, cache_mib, threads, report)
    english = shipped is not None or reads_english_only(setting)
    return EnglishOnly(built, embedding_model=embedder.name) if english else built


def _built(
    setting: str,
    shipped: Path | None,
    embedder: Embedder,
    data_dir: Path,
    budget_ms: int,
    cache_mib: int,
    threads: int | None,
    report: Report,
) -> Reranker:
    if setting == "late-interaction" or (setting == "auto" and not shipped):
        return LateInteraction(embedder, budget_ms=budget_ms)
    folder = shipped or _folder(setting, data_dir)
    if (folder / MODEL_FILE).is_file() and "match_scale" in read_config(folder):
        store = TokenStore(data_dir, disk_bytes=cache_mib * 2**20, memory_bytes=MEMORY_BYTES if cache_mib else 0)
        return TrainedLateInteraction(folder, name=folder.name, budget_ms=budget_ms, store=store, threads=threads)
    if (folder / MODEL_FILE).is_file():
        return OnnxCrossEncoder(folder, name=folder.name, budget_ms=budget_ms, threads=threads)
    name = Path(setting).name if Path(setting).exists() else setting
    if is_bert_cross_encoder(folder) and not has_gpu():
        built = onnx_folder("cross-encoder", folder, data_dir, name=Path(setting).name, report=report)
        return OnnxCrossEncoder(built, name=name, budget_ms=budget_ms, threads=threads)
    return TorchCrossEncoder(str(folder), name=name, budget_ms=budget_ms)


def _folder(setting: str, data_dir: Path) -> Path:
    for folder in (Path(setting).expanduser(), data_dir / "models" / setting):
        if folder.is_dir():
            return folder.resolve()
    return hub_folder(setting, instead="set FOREMOST_RERANKER to auto, none, late-interaction or cross-encoder")
