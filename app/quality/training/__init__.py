"""Training of a reranker on a user's own (query, passage) pairs; pipeline.py runs it from end to end.

Modules in the order they run: golden, data, base, mine, store, held_out, batches, loss, train, calibrate, export,
card. distil makes a smaller reranker, combine fits the weights of the final order. cross_encoder is the other form,
with full attention: pairs and listwise take the place of batches, loss and train.
"""

from app.quality.training.combine import fit, scored
from app.quality.training.cross_encoder import train_cross_encoder
from app.quality.training.data import TrainingError
from app.quality.training.distil import DistilSettings
from app.quality.training.golden import write_golden_pairs
from app.quality.training.pipeline import distil_reranker, train_reranker
from app.quality.training.settings import CrossEncoderSettings, TrainingResult, TrainingSettings

__all__ = [
    "CrossEncoderSettings",
    "DistilSettings",
    "TrainingError",
    "TrainingResult",
    "TrainingSettings",
    "distil_reranker",
    "fit",
    "scored",
    "train_cross_encoder",
    "train_reranker",
    "write_golden_pairs",
]
