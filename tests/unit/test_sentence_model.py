"""What a sentence-transformers folder says of its model."""

import json
from pathlib import Path

import pytest

from app.core.models.sentence_model import chosen_prompts, pooling_of, prompts_of, runs_as_onnx

MEAN = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
CLS = {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}
KINDS = ("Transformer", "Pooling", "Normalize")


def model_folder(folder: Path, pooling: object = MEAN, *, kinds: tuple[str, ...] = KINDS, **files: object) -> Path:
    modules = [{"type": f"sentence_transformers.models.{kind}"} for kind in kinds]
    written = {"config": {"model_type": "bert"}, "modules": modules, "1_Pooling/config": pooling} | files
    for name, content in written.items():
        path = folder / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("prompts", "default", "query", "document"),
    [
        ({}, None, "", ""),
        ({"query": "query: ", "passage": "passage: "}, None, "query: ", "passage: "),
        ({"query": "query: ", "document": None, "passage": "passage: "}, None, "query: ", "passage: "),
        ({"query": "Represent: "}, None, "Represent: ", ""),
        ({"all": "text: ", "query": "query: "}, "all", "query: ", "text: "),
        ({"query": None, "document": ""}, "gone", "", ""),
    ],
)
def test_each_use_has_its_prompt(
    prompts: dict[str, str | None], default: str | None, query: str, document: str
) -> None:
    assert chosen_prompts(prompts, default) == {"query": query, "document": document}


@pytest.mark.parametrize(
    ("settings", "pooling"),
    [
        (MEAN, "mean"),
        (CLS, "cls"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode": ["cls", "mean"]}, None),
        ({"pooling_mode_max_tokens": True}, None),
        (MEAN | {"pooling_mode_cls_token": True}, None),
    ],
)
def test_pooling_is_read_in_both_forms(settings: object, pooling: str | None, tmp_path: Path) -> None:
    assert pooling_of(model_folder(tmp_path, settings)) == pooling


def test_prompts_pooling_and_a_missing_normalisation_take_the_onnx_road(tmp_path: Path) -> None:
    prompts = {"prompts": {"query": "query: "}}
    folder = model_folder(tmp_path, CLS, kinds=KINDS[:2], config_sentence_transformers=prompts)
    assert runs_as_onnx(folder)
    assert prompts_of(folder) == {"query": "query: ", "document": ""}


@pytest.mark.parametrize(
    "other",
    [
        {"kinds": (*KINDS[:2], "Dense", "Normalize")},
        {"config": {"model_type": "xlm-roberta"}},
        {"sentence_bert_config": {"do_lower_case": True}},
        {"pooling": {"pooling_mode": "max"}},
        {
            "pooling": MEAN | {"include_prompt": False},
            "config_sentence_transformers": {"prompts": {"query": "query: "}},
        },
    ],
)
def test_what_onnx_would_compute_otherwise_goes_to_sentence_transformers(
    other: dict[str, object], tmp_path: Path
) -> None:
    assert not runs_as_onnx(model_folder(tmp_path, **other))  # type: ignore[arg-type]
