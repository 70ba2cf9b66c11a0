"""The text of a passage as models read it: identity, title and headings on the first line, then the passage."""

from app.core.domain import HEADING_SEPARATOR
from app.core.names import identity


def passage_text(*, uri: str, name: str, title: str, heading: str, text: str) -> str:
    """What the reranker reads of a passage of the document `uri` with this file name and title."""
    return HEADING_SEPARATOR.join((*identity(uri, name, title), under_heading(title, heading, text)))


def under_heading(title: str, heading: str, text: str) -> str:
    """A chunk's text with its document's title and its headings on the first line."""
    if title and not heading.startswith(title):
        heading = f"{title} › {heading}" if heading else title
    return f"{heading}\n{text}" if heading else text
