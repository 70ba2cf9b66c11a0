"""A verdict as plain JSON values, the same for the command and for programs."""

from dataclasses import asdict
from typing import Any

from app.quality.diagnosis.verdict import Verdict


def verdict_view(verdict: Verdict) -> dict[str, Any]:
    """Every field by its name; loss is the machine's name of the stage, stage the words for people."""
    values = asdict(verdict)
    values["loss"] = verdict.loss.name.lower()
    return {"loss": values.pop("loss"), "stage": verdict.loss.value, "side": verdict.loss.side.value, **values}
