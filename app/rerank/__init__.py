"""Stage 3, rerank: a question and its candidates go in, the candidates in their final order come out."""

from pathlib import Path

from app.core.embedding import Embedder
from app.core.onnx_runtime import MODEL_FILE
from app.rerank.base import Reranker
from app.rerank.cross_encoder import OnnxCrossEncoder
from app.rerank.keep_order import KeepOrder
from app.rerank.late_interaction import LateInteraction
from app.rerank.torch_cross_encoder import TorchCrossEncoder

__all__ = ["KeepOrder", "LateInteraction", "OnnxCrossEncoder", "Reranker", "TorchCrossEncoder", "build_reranker"]

SHIPPED = Path(__file__).resolve().parents[1] / "models_data"


def build_reranker(
    setting: str, embedder: Embedder, data_dir: Path, *, budget_ms: int, threads: int | None = None
) -> Reranker:
    """Reranker for the setting: auto, none, late-interaction, a folder or a hub id.

    auto takes the cross-encoder shipped in app/models_data, else late interaction. A folder with model.onnx runs
    without torch, any other through sentence-transformers. Raises ModelError.
    """
    if setting == "none":
        return KeepOrder()
    shipped = sorted(SHIPPED.glob(f"reranker-*/{MODEL_FILE}")) if setting == "auto" else []
    if setting == "late-interaction" or (setting == "auto" and not shipped):
        return LateInteraction(embedder, budget_ms=budget_ms)
    if shipped:
        return OnnxCrossEncoder(shipped[0].parent, budget_ms=budget_ms, threads=threads)
    for folder in (Path(setting).expanduser(), data_dir / "models" / setting):
        if (folder / MODEL_FILE).is_file():
            return OnnxCrossEncoder(folder, budget_ms=budget_ms, threads=threads)
        if folder.is_dir():
            return TorchCrossEncoder(str(folder), budget_ms=budget_ms)
    return TorchCrossEncoder(setting, budget_ms=budget_ms)
