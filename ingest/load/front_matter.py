"""The tags in the front matter of Markdown: YAML between ---, or TOML between +++."""

import re
import tomllib
from typing import Any

import yaml

from app.core.tags import clean_tags

_YAML = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\A\+\+\+[ \t]*\n(.*?\n)?\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_LARGEST = 65_536  # characters
# One key with its value: the rest of its line and the indented lines or list items below it. Other keys are not read:
# their values need not be valid YAML ("title: Ferries: a history").
_TAGS_IN_YAML = re.compile(
    r"^(?:tags?|keywords)[ \t]*:(.*(?:\n(?:[ \t]+.*|-.*|[ \t]*))*)", re.MULTILINE | re.IGNORECASE
)


def tags_in(text: str) -> tuple[str, ...]:
    """The tags of a Markdown text, as clean_tags() returns them; a text without readable front matter has none."""
    head = text[:_LARGEST]
    if block := _YAML.match(head):
        return clean_tags(tag for value in _TAGS_IN_YAML.findall(block.group(1) or "") for tag in _yaml_tags(value))
    if block := _TOML.match(head):
        return clean_tags(_toml_tags(block.group(1) or ""))
    return ()


def _yaml_tags(value: str) -> list[str]:
    line = value.strip()
    if line.startswith("#") and "\n" not in line:  # "#ferry #winter" is a comment in YAML, and meant as tags
        return line.split()
    try:
        read = yaml.load(value.lstrip(" \t"), Loader=yaml.BaseLoader)  # noqa: S506  # every scalar is a string
    except (yaml.YAMLError, RecursionError, ValueError):
        return [] if "\n" in line else [line.strip("[]'\"")]
    return _texts(read)


def _toml_tags(block: str) -> list[str]:
    try:
        table = tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError):
        return []
    nested = table.get("taxonomies")  # Zola keeps tags there
    values = [table.get("tags"), table.get("keywords"), nested.get("tags") if isinstance(nested, dict) else None]
    return [text for value in values for text in _texts(value)]


def _texts(value: Any) -> list[str]:
    """The texts in a value: a text, or a list of texts and numbers."""
    if isinstance(value, str):
        return value.split() if value.startswith("#") else [value]
    if isinstance(value, list):
        return [str(item) for item in value if isinstance(item, str | int | float) and not isinstance(item, bool)]
    return []
