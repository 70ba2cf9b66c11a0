"""What a sentence-transformers folder says of its model: prompts, pooling, and whether the ONNX road can run it."""

import json
from pathlib import Path
from typing import Any

_POOLED_ALIKE = {"mean": "mean", "cls": "cls", "mean_tokens": "mean", "cls_token": "cls"}
_DOCUMENT_NAMES = ("document", "passage", "corpus")  # of a prompt, in the order of preference


def prompts_of(folder: Path) -> dict[str, str]:
    """What stands before a text: {"query": prompt, "document": prompt}; empty strings where there is none."""
    settings = read_json(folder / "config_sentence_transformers.json")
    return chosen_prompts(settings.get("prompts") or {}, settings.get("default_prompt_name"))


def chosen_prompts(prompts: dict[str, str | None], default: str | None) -> dict[str, str]:
    """The prompts of a model's settings by their use; the one named `default` where a use has none of its own.

    sentence-transformers passes a "passage" prompt over since it has an empty one for documents; models such as E5 mean
    it.
    """
    fallback = prompts.get(default or "") or ""
    document = next((prompts[name] for name in _DOCUMENT_NAMES if prompts.get(name)), None)
    return {"query": prompts.get("query") or fallback, "document": document or fallback}


def pooling_of(folder: Path) -> str | None:
    """ "mean" or "cls": how token vectors become one vector. None for another way."""
    settings = read_json(folder / "1_Pooling" / "config.json")
    modes = [name.removeprefix("pooling_mode_") for name, on in settings.items() if on is True and "mode_" in name]
    mode = settings.get("pooling_mode") or (modes[0] if len(modes) == 1 else None)
    return _POOLED_ALIKE.get(mode) if isinstance(mode, str) else None


def runs_as_onnx(folder: Path) -> bool:
    """Whether the ONNX road computes the same as sentence-transformers: BERT, pooled as one of pooling_of's ways.

    Vectors are scaled to unit length on both roads, whether the model does it or not.
    """
    modules = read_json(folder / "modules.json").get("items", [])
    kinds = [str(module.get("type", "")).rsplit(".", 1)[-1] for module in modules]
    pooling = read_json(folder / "1_Pooling" / "config.json")
    prompts_left_out = pooling.get("include_prompt") is False and any(prompts_of(folder).values())
    lowered = read_json(folder / "sentence_bert_config.json").get("do_lower_case") is True
    bert = read_json(folder / "config.json").get("model_type") == "bert"
    known = kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
    return bert and known and pooling_of(folder) is not None and not prompts_left_out and not lowered


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file, a list as {"items": list}; empty when it cannot be read."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {"items": content}
