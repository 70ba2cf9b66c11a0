"""Models that are known to be good, and what is present of them: name, kind, size, languages, licence, figures."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_FILE = Path(__file__).with_suffix(".json")
Role = Literal["embedding", "reranker"]


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownModel:
    """A model with its published figures; none of them was measured here."""

    name: str  # as the settings take it
    kind: Role
    built_in: bool
    mb: int  # of the files that are fetched, or shipped
    languages: str
    licence: str
    figures: str  # as published; empty where there is no plain table
    source: str  # of figures and licence


def known_models() -> tuple[KnownModel, ...]:
    """All of them, embedding models first, built-in ones first of each kind."""
    return tuple(KnownModel(**row) for row in json.loads(_FILE.read_text("utf-8")))


def role_of(name: str, folder: Path | None) -> Role:
    """What a model is for: by the list, else by the architecture in its config.json."""
    for model in known_models():
        if model.name == name:
            return model.kind
    try:
        config = json.loads((folder / "config.json").read_text("utf-8")) if folder else {}
    except (OSError, ValueError):
        config = {}
    classifies = any("SequenceClassification" in str(one) for one in config.get("architectures") or ())
    return "reranker" if classifies or config.get("kind") else "embedding"
