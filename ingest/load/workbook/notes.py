"""What stands beside the cells of a sheet, as lines: notes, discussions, choices, prompts, margins of pages."""

import re
from collections.abc import Iterator

from ingest.load.ooxml.names import TC
from ingest.load.ooxml.package import Package
from ingest.load.workbook.cells import Rule, Sheet
from ingest.load.workbook.events import Attributes, read_events
from ingest.load.workbook.strings import RichText, unescaped

_PLACEHOLDER = "[Threaded comment]"  # what older programs show instead of a discussion
_LITERAL = re.compile(r'"(.*)"', re.DOTALL)
_MOST_RANGES = 3  # of a rule that are named
_SECTIONS = re.compile(r"&([LCR])")
# Codes in heads and feet of pages: fonts, sizes, colours; page numbers, dates and names of the file.
_LOOKS = re.compile(r'&"[^"]*"|&K[0-9A-Fa-f+\-]{3,6}|&\d{1,3}|&[BIUESXYGOH]')
_FIELDS = re.compile(r"&[PNDTZFA](?:[+-]\d+)?")
_NO_WORDS = re.compile(r"[\W\d_]*(?:page|seite|of|von|sur|de|\W|\d)*", re.IGNORECASE)


def comment_lines(package: Package, part: str, persons: dict[str, str]) -> Iterator[str]:
    """The notes and discussions of a sheet's cells in order. persons: id -> name of who discusses."""
    discussed: set[str] = set()
    for threads in package.related(part, "threadedComment"):
        for one in package.beside(threads).iter(TC + "threadedComment"):
            address = one.get("ref", "")
            word = "Reply" if one.get("parentId") else "Comment"
            discussed.add(address)
            by = _by(persons.get(one.get("personId", ""), ""), one.get("dT", ""))
            yield _line(word, address, by, one.findtext(TC + "text") or "")
    for notes in package.related(part, "comments"):
        reader = _Notes()
        read_events(package.read(notes), reader)
        for address, author, text in reader.notes:
            if text.startswith(_PLACEHOLDER) and address in discussed:
                continue
            yield _line("Comment", address, _by(author, ""), text.removeprefix(f"{author}:").strip())


def persons(package: Package, main: str) -> dict[str, str]:
    """Id -> name of those who discuss cells."""
    return {
        one.get("id", ""): one.get("displayName", "")
        for part in package.related(main, "person")
        for one in package.beside(part).iter(TC + "person")
    }


def rule_lines(sheet: Sheet) -> Iterator[str]:
    """The choices and prompts of cells that are filled in."""
    for rule in sheet.rules:
        where = _where(rule)
        literal = _LITERAL.fullmatch(rule.choices)
        if rule.kind == "list" and literal:
            choices = [choice.strip() for choice in literal.group(1).replace('""', '"').split(",")]
            yield f"Choices for {where}: {', '.join(filter(None, choices))}"
        if rule.prompt.strip():
            yield f"Prompt for {where}: {' '.join(unescaped(rule.prompt).split())}"


def margin_lines(sheet: Sheet, seen: set[str]) -> Iterator[str]:
    """The heads and feet of the printed pages, each text once. seen: those of earlier sheets."""
    for name, code in sheet.headers.items():
        parts = [
            _FIELDS.sub(" ", _LOOKS.sub("", part.replace("&&", "\0"))) for part in _SECTIONS.split("&L" + code)[2::2]
        ]
        texts = [" ".join(part.replace("\0", "&").split()) for part in parts]
        text = " | ".join(part for part in texts if part and not _NO_WORDS.fullmatch(part))
        if text and text not in seen:
            seen.add(text)
            yield f"{'Header' if name.endswith('Header') else 'Footer'}: {text}"


def _where(rule: Rule) -> str:
    ranges = rule.range.split()
    return ", ".join(ranges[:_MOST_RANGES]) + (" and more" if len(ranges) > _MOST_RANGES else "")


def _by(author: str, date: str) -> str:
    return ", ".join(filter(None, (" ".join(author.split()), date[:10])))


def _line(word: str, address: str, by: str, text: str) -> str:
    text = " ".join(text.split())
    return f"{word} at {address}: {text}" + (f" ({by})" if by else "") if text else ""


class _Notes(RichText):
    """(address, author, text) of the notes in a part."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[tuple[str, str, str]] = []
        self._authors: list[str] = []
        self._author: list[str] | None = None
        self._at = ("", "")

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        if name == "author":
            self._author = []
        elif name == "comment":
            number = attributes.get("authorId", "")
            index = int(number) if number.isdigit() and len(number) < 8 else -1
            author = self._authors[index] if 0 <= index < len(self._authors) else ""
            self._at = (attributes.get("ref", ""), author)

    def end(self, name: str) -> None:
        super().end(name)
        if name == "author" and self._author is not None:
            self._authors.append("".join(self._author).strip())
            self._author = None
        elif name == "comment":
            self.notes.append((*self._at, self.take()))

    def data(self, text: str) -> None:
        super().data(text)
        if self._author is not None:
            self._author.append(text)
