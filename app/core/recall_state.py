"""The last scheduled check of the vector index, in a file of the data directory."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

FILE_NAME = "vector_recall.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class LastRecall:
    """What the check found."""

    checked_at: datetime
    recall: float  # share of the exact nearest passages that the index finds, 0..1
    alarm: bool  # too low, in a corpus that is searched by the index
    detail: str  # one line
    fix: str  # empty without an alarm


_READER = TypeAdapter(LastRecall)


def read_last_recall(folder: Path) -> LastRecall | None:
    """The last check; None before the first, and when the file cannot be read."""
    try:
        return _READER.validate_python(json.loads((folder / FILE_NAME).read_text("utf-8")))
    except (OSError, ValueError, ValidationError):
        return None


def write_last_recall(folder: Path, last: LastRecall) -> None:
    """Keep a check in place of the one before; a reader sees one of them whole."""
    part = folder / f"{FILE_NAME}.{os.getpid()}"
    part.write_bytes(_READER.dump_json(last))
    os.replace(part, folder / FILE_NAME)
