"""Any model, calibrated: scores of unrelated and of related pairs of the corpus place a model's scores on one scale."""

from app.calibrate.calibrations import Calibrated, Calibrations
from app.calibrate.reranker import CalibratedReranker, calibrated

__all__ = ["Calibrated", "CalibratedReranker", "Calibrations", "calibrated"]
