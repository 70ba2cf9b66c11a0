"""Writes MODEL_CARD.md of a run: data with checksums, settings, result."""

import json
from collections.abc import Mapping
from pathlib import Path

from app.quality.training.export import CROSS_ENCODER, LATE_INTERACTION
from app.quality.training.settings import RunSettings, TrainingResult

CARD_FILE = "MODEL_CARD.md"

_TEXT = """# {name}

A reranker: a question and a passage go in as one input, one logit comes out; rank by the logit as it is.
{form}

- Base: `{base}`
- Steps: {step}, {minutes:.1f} minutes of training, {pairs} passages read (with repeats)
- Held-out groups (the answer among the passages mined to look like it), MRR: {before:.3f} before, {after:.3f} after

## Load

With this product: set its reranker to this folder's path (the one with `model.onnx`). With sentence-transformers,
from the fp32 folder `torch/` that the same run wrote: {load}

## Data

Groups by source:

{groups}

Files (sha256):

{data}

## Settings

```json
{settings}
```

## Known limits

English only. Texts past the token limit are cut. The score is comparable between passages of one question, less so
between questions. Nothing was measured on your own corpus but the held-out figure above: measure before you rely on it.
"""

_FORMS = {
    LATE_INTERACTION: """Inside, every token of the question looks for its best match among the passage's tokens (late
interaction): anywhere, within the best stretch of 9 to 65 tokens, and in order. The two texts do not attend to each
other.""",
    CROSS_ENCODER: "Inside, the tokens of both texts attend to each other in every layer (a cross-encoder).",
}
_LOADS = {
    LATE_INTERACTION: """`CrossEncoder("torch", trust_remote_code=True)`; the code it
trusts is the `modeling_pair.py` in that folder.""",
    CROSS_ENCODER: '`CrossEncoder("torch")`.',
}


def write_card(
    folder: Path,
    result: TrainingResult,
    settings: RunSettings,
    *,
    base: Path,
    data: Mapping[str, str],
    kind: str = LATE_INTERACTION,
) -> None:
    """Write folder/MODEL_CARD.md."""
    text = _TEXT.format(
        name=folder.name,
        base=base,
        form=_FORMS[kind],
        load=_LOADS[kind],
        step=result.progress.step,
        minutes=result.progress.seconds / 60,
        pairs=result.progress.trained_pairs,
        before=result.held_out["before"],
        after=result.held_out["after"],
        groups="\n".join(f"- {name}: {count}" for name, count in sorted(result.groups.items())),
        data="\n".join(f"- {name}: `{checksum}`" for name, checksum in sorted(data.items())),
        settings=json.dumps(settings.as_json(), indent=1),
    )
    (folder / CARD_FILE).write_text(text, "utf-8")
