"""The title of a document: its single outermost heading, else the one in the file's metadata, else the file's name."""

import re
from collections.abc import Sequence

from app.core.domain import Heading
from ingest.load import kinds
from ingest.load.extracted import Extracted, clean

LONGEST_TITLE = 300  # characters
_MOST_BEFORE = 300  # characters before the heading that names a document: a letterhead, a menu
# Metadata that a program wrote by itself, or the name of another file.
_PLACEHOLDER = re.compile(
    r"^(?:untitled|unbenannt|sans titre|sin título|no title|title$|microsoft (?:word|powerpoint|excel)|about:blank$"
    r"|(?:slide|folie|layout) ?\d+$|(?:document|dokument|presentation|präsentation)[ -]?\d*$"
    r"|(?:powerpoint|pptx?) presentation$|powerpoint-präsentation$|présentation powerpoint$|paper title)"
    r"|\.(?:docx?|dotx?|xlsx?|pptx?|pdf|od[tsp]|rtf|txt|tex|dvi|e?ps|indd|qxd|p65|fm|wpd|pages|key|html?|tmp)$",
    re.IGNORECASE,
)
_NAMED_BY_METADATA = frozenset((kinds.MAIL, kinds.OUTLOOK))  # the subject: headings stand in the text of the mail


def title_of(extracted: Extracted, name: str) -> str:
    """The title, on one line. name: the file's own name, which is the title where nothing else is, as it is shown."""
    by_metadata = "" if _PLACEHOLDER.search(extracted.title.strip()) else extracted.title
    by_heading = _naming_heading(extracted, level=1)
    named = (by_metadata, by_heading) if extracted.media_type in _NAMED_BY_METADATA else (by_heading, by_metadata)
    for title in (*named, _naming_heading(extracted, level=2), name):
        line = re.sub(r"\s+", " ", clean(title)).strip()[:LONGEST_TITLE]
        if line:
            return line
    return "unnamed"


def _naming_heading(extracted: Extracted, *, level: int) -> str:
    """The heading that names the whole document, of this level or deeper; empty when each names a part of it.

    That is the only one of the outermost level, or one above the first of several without a text of its own.
    """
    headings, text = extracted.headings, extracted.text
    if not headings:
        return ""
    outermost = min(heading.level for heading in headings)
    first = headings[0]
    if outermost != first.level or (level == 1) != (outermost == 1) or not any(map(str.isalnum, first.text)):
        return ""
    before = len(text[: first.start].strip())
    if before > _MOST_BEFORE or before > len(text) - first.start:
        return ""  # the heading of a section at the end
    alike = [heading for heading in headings if heading.level == outermost]
    return first.text if len(alike) == 1 or _stands_above(headings, alike, text) else ""


def _stands_above(headings: Sequence[Heading], alike: Sequence[Heading], text: str) -> bool:
    """Whether the first heading is followed by the next one of its level at once, and that one by a text."""
    first, second = alike[0], alike[1]
    if headings[1] is not second or _has_body(text, first, second.start):
        return False
    after = next((heading.start for heading in headings if heading.start > second.start), len(text))
    return _has_body(text, second, after)


def _has_body(text: str, heading: Heading, end: int) -> bool:
    """Whether words stand between a heading's line and `end`."""
    line_end = text.find("\n", heading.start, end)
    return line_end >= 0 and any(map(str.isalnum, text[line_end:end]))
