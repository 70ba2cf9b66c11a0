"""Mined sources on disk, so that a resumed run does not mine again."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from app.quality.training.data import TrainingError
from app.quality.training.mine import Group, Source

TEXTS_FILE, VECTORS_FILE = "mined.json.gz", "mined.npz"


def save_sources(sources: Sequence[Source], folder: Path) -> None:
    """Write both files; the texts last, because `load_sources` looks for them."""
    vectors = {f"v{index}": source.query_vectors.astype(np.float16) for index, source in enumerate(sources)}
    np.savez(folder / VECTORS_FILE, **vectors)  # type: ignore[arg-type]  # numpy's stub takes the names for options
    plain = [
        {"name": source.name, "passages": source.passages, "groups": [asdict(group) for group in source.groups]}
        for source in sources
    ]
    with gzip.open(folder / TEXTS_FILE, "wt", encoding="utf-8", compresslevel=3) as file:
        json.dump(plain, file)


def load_sources(folder: Path) -> list[Source] | None:
    """The sources of an earlier run, None when there are none. Raises TrainingError when the files are damaged."""
    if not (folder / TEXTS_FILE).is_file():
        return None
    try:
        with gzip.open(folder / TEXTS_FILE, "rt", encoding="utf-8") as file:
            stored = json.load(file)
        vectors = np.load(folder / VECTORS_FILE)
        return [
            Source(
                name=source["name"],
                passages=tuple(source["passages"]),
                groups=tuple(_group(group) for group in source["groups"]),
                query_vectors=vectors[f"v{index}"].astype(np.float32),
            )
            for index, source in enumerate(stored)
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"The mined negatives in {folder} are damaged ({error}).", fix=f"Delete {TEXTS_FILE} there."
        ) from error


def _group(stored: dict[str, object]) -> Group:
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    return Group(**fields)  # type: ignore[arg-type]  # written by asdict
