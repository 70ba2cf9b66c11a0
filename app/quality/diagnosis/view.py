"""A verdict as plain JSON values, the same for the command and for programs."""

from dataclasses import asdict
from typing import Any

from app.quality.diagnosis.verdict import Verdict


def verdict_view(verdict: Verdict) -> dict[str, Any]:
    """Every field by its name; loss is the stage's name for programs, stage the words for people."""
    return {"loss": verdict.loss.value, "stage": verdict.loss.text, "side": verdict.loss.side.value} | asdict(verdict)
