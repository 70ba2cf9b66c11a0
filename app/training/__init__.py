"""A reranker trained on a person's own (query, passage) pairs: pipeline.py is the road, on one screen.

In the order it runs: data, base, mine, store, held_out, batches, loss, train, export, card; distil makes a smaller one.
"""

from app.training.data import TrainingError
from app.training.distil import DistilSettings
from app.training.pipeline import distil_reranker, train_reranker
from app.training.settings import TrainingResult, TrainingSettings

__all__ = ["DistilSettings", "TrainingError", "TrainingResult", "TrainingSettings", "distil_reranker", "train_reranker"]
