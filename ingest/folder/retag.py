"""Renews the tags by folder rules of documents whose files need no reading: only a rule, or the folder, changed."""

import json
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Engine

from app.core.database import transaction
from app.core.sql import load_queries
from app.core.tags import FOLDER
from ingest.folder.sync import Plan, StoredFile
from ingest.folder_tags import FolderTags

_QUERIES = load_queries(__file__)


def retag(engine: Engine, plan: Plan) -> int:
    """Give unchanged and moved documents the tags of their folders today; returns how many differed."""
    files = [(file.path, plan.stored[file.uri]) for file in plan.unchanged]
    files += [(move.file.path, move.stored) for move in plan.moved]
    changes = list(_changes(files))
    if changes:
        with transaction(engine) as connection:
            connection.execute(_QUERIES["retag"], changes)
    return len(changes)


def _changes(files: Iterable[tuple[Path, StoredFile]]) -> Iterable[dict[str, object]]:
    rules = FolderTags()
    for path, stored in files:
        others = {tag for tag, origin in stored.tags.items() if origin != FOLDER}
        wanted = set(rules.tags_of(path)) - others
        if wanted != set(stored.tags) - others:
            yield {"id": stored.id, "tags": json.dumps(dict.fromkeys(sorted(wanted), FOLDER), ensure_ascii=False)}
