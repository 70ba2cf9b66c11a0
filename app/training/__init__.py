"""A reranker trained on a person's own (query, passage) pairs: pipeline.py is the road, on one screen.

In the order it runs: golden, data, base, mine, store, held_out, batches, loss, train, calibrate,
export, card; distil makes a smaller one, and combine fits the weights of the final order.
"""

from app.training.combine import fit, scored
from app.training.data import TrainingError
from app.training.distil import DistilSettings
from app.training.golden import write_golden_pairs
from app.training.pipeline import distil_reranker, train_reranker
from app.training.settings import TrainingResult, TrainingSettings

__all__ = [
    "DistilSettings",
    "TrainingError",
    "TrainingResult",
    "TrainingSettings",
    "distil_reranker",
    "fit",
    "scored",
    "train_reranker",
    "write_golden_pairs",
]
