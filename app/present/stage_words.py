"""What each stage of an answer does, for people who watch it run."""

from collections.abc import Mapping

STAGES: Mapping[str, str] = {
    "rewrite": "Reading the question",
    "retrieve": "Searching your documents",
    "rerank": "Putting the best passages first",
    "part": "Searching for a part of the question",
    "pack": "Choosing what fits",
    "generate": "The model is reading the passages",
    "cite": "Checking every sentence against its source",
}


def stage_line(stage: str, detail: str = "") -> str:
    """What a stage does, with what it works on: "Searching for a part of the question: …"."""
    return ": ".join(filter(None, (STAGES.get(stage, "Starting"), detail)))
