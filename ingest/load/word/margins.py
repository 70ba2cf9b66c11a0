"""Headers and footers of a Word document as lines for its beginning."""

from ingest.load.margins import new_lines
from ingest.load.word.blocks import Blocks
from ingest.load.word.document import Word


def margin_lines(word: Word) -> list[str]:
    """ "Header: ..." and "Footer: ..." lines of all sections, for the beginning of the document."""
    seen: set[str] = set()
    return [
        f"{name}: {text}"
        for kind, name in (("header", "Header"), ("footer", "Footer"))
        for part in word.package.related(word.main, kind)
        if (text := "\n".join(new_lines(_html(word, part), seen)))
    ]


def _html(word: Word, part: str) -> str:
    return Blocks(word, part, is_body=False, marks_pages=True).html(iter(word.package.beside(part)))
