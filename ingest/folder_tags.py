"""Tags that folders give their files: a file .foremost-tags with a pattern and its tags on each line.

# patterns as in .gitignore, relative to this folder; every line that matches counts
*: finance
contracts/**/*.pdf: contract, legal
"""

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pathspec import GitIgnoreSpec

from app.core.tags import clean_tags

RULES_FILE = ".foremost-tags"
_LARGEST_RULES_FILE = 2**20  # bytes
_LINE = re.compile(r"(?P<pattern>\S.*?):(?:\s+|(?=[^:]*$))(?P<tags>.*)")

Rule = tuple[GitIgnoreSpec, tuple[str, ...]]


class FolderTags:
    """The rules of folders, each read once: make one for a run or for a file, not for longer."""

    def __init__(self) -> None:
        self._rules = lru_cache(maxsize=10_000)(_rules_of)

    def tags_of(self, path: Path) -> tuple[str, ...]:
        """The tags of a file by the rules of all folders above it, outermost first."""
        absolute = os.path.abspath(path)
        found: list[str] = []
        for folder in reversed(Path(absolute).parents):
            for patterns, tags in self._rules(str(folder)):
                if patterns.match_file(os.path.relpath(absolute, folder)):
                    found += tags
        return clean_tags(found)


def _rules_of(folder: str) -> Sequence[Rule]:
    """The rules in a folder; a line that is none has no effect, as in .gitignore."""
    path = os.path.join(folder, RULES_FILE)
    if not os.path.isfile(path):
        return ()
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            lines = file.read(_LARGEST_RULES_FILE).splitlines()
    except OSError:
        return ()
    return [rule for line in lines if (rule := _rule(line.strip()))]


def _rule(line: str) -> Rule | None:
    match = None if line.startswith("#") else _LINE.fullmatch(line)
    tags = clean_tags([match["tags"]]) if match else ()
    if match is None or not tags:
        return None
    try:
        return GitIgnoreSpec.from_lines([match["pattern"]]), tags
    except ValueError:
        return None
