"""What each stage of an answer does, for people who watch it run."""

from collections.abc import Mapping

STAGES: Mapping[str, str] = {
    "line": "Waiting for the model",
    "rewrite": "Reading the question",
    "retrieve": "Searching your documents",
    "rerank": "Putting the best passages first",
    "pack": "Choosing what fits",
    "count": "Looking through all documents",
    "compute": "Reading the table's cells",
    "read": "Reading the whole document",
    "generate": "The model is reading the passages",
    "cite": "Checking every sentence against its source",
}
