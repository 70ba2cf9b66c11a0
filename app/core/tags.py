"""Tags of documents: one spelling for each, wherever it was written."""

import unicodedata
from collections.abc import Iterable, Mapping

_LONGEST = 100  # characters of a tag
MOST_TAGS = 50  # of one document from one origin
# Origins of a tag, as the database keeps them.
FILE, FOLDER, HAND = "file", "folder", "hand"


def clean_tag(text: str) -> str:
    """A tag in small composed letters, without # in front, without controls and double blanks; empty for nothing."""
    visible = "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs") else " " for c in text)
    plain = " ".join(unicodedata.normalize("NFC", visible).lower().split())
    return plain.lstrip("#").strip()[:_LONGEST].strip()


def clean_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """The tags in texts, each once, in their order; a comma separates two of them."""
    tags = [clean_tag(part) for text in texts for part in text.split(",")]
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:MOST_TAGS]


def with_origins(file: Iterable[str], folder: Iterable[str] | None) -> Mapping[str, str]:
    """Tag -> origin, for the database; folder: None when no folder's rules are known."""
    return dict.fromkeys(folder or (), FOLDER) | dict.fromkeys(file, FILE)
