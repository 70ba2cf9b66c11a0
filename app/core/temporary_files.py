"""Copies of uploaded files that the page keeps on disk while it runs."""

import os
import tempfile
import time
from collections.abc import Collection
from pathlib import Path


def upload_folder() -> Path:
    """Where the page's server puts files that a browser sends."""
    return Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "gradio")


def remove_temporary_files(folder: Path, *, names: Collection[str] = (), older_than_days: int | None = None) -> int:
    """Remove files with one of these names, or unchanged for so many days; returns how many. Links are not followed."""
    removed = 0
    before = None if older_than_days is None else time.time() - 86_400 * older_than_days
    for root, _folders, files in os.walk(folder):
        for name in files:
            path = Path(root, name)
            if name in names or (before is not None and path.lstat().st_mtime < before):
                path.unlink(missing_ok=True)
                removed += 1
    return removed
