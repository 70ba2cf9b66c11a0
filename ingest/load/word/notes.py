"""Footnotes, endnotes and comments of a Word document, each read where it is referred to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.load.ooxml.html import labelled, signed
from ingest.load.ooxml.names import W14, W15, W
from ingest.load.ooxml.numerals import numeral
from ingest.load.ooxml.package import Element, Package

Render = Callable[[Element, str], str]  # (element, name of its part) -> HTML

_SEPARATORS = frozenset(("separator", "continuationSeparator", "continuationNotice"))
_WORDS = {"footnote": "Footnote", "endnote": "Endnote"}


@dataclass(slots=True)
class _Kind:
    """The notes of one kind."""

    part: str
    form: str  # of their numbers
    unread: dict[str, Element]
    marks: dict[str, str] = field(default_factory=dict)  # id -> mark, of those that were referred to
    numbered: int = 0


class Notes:
    """The notes of a document; each is given out once."""

    def __init__(self, package: Package, main: str, render: Render) -> None:
        self._render = render
        forms = _forms(package, main)
        self._kinds = {
            kind: _Kind(part, forms.get(kind, default), _notes(package, part, kind))
            for kind, default in (("footnote", "decimal"), ("endnote", "lowerRoman"))
            for part in [next(iter(package.related(main, f"{kind}s")), "")]
        }
        self._comments_part = next(iter(package.related(main, "comments")), "")
        self._comments: dict[str, Element] = {}
        if self._comments_part:
            for comment in package.beside(self._comments_part).iterchildren(W + "comment"):
                self._comments[comment.get(W + "id", "")] = comment
        self._replies = _replies(package, main, self._comments)

    def referred(self, kind: str, key: str, *, own_mark: bool) -> tuple[str, list[str]]:
        """(mark to write, HTML of the note) at a reference; own_mark: the text brings a mark of its own."""
        notes = self._kinds[kind]
        if key not in notes.marks:
            if own_mark:
                notes.marks[key] = ""
            else:
                notes.numbered += 1
                notes.marks[key] = numeral(notes.numbered, notes.form) or str(notes.numbered)
        note = notes.unread.pop(key, None)
        if note is None:
            return notes.marks[key], []
        return notes.marks[key], [self._note(kind, notes, note, notes.marks[key])]

    def comment(self, key: str) -> list[str]:
        """HTML of a comment and the replies to it; nothing when it was given out before."""
        found: list[str] = []
        waiting = [(key, "Comment")]
        while waiting:
            key, word = waiting.pop()
            comment = self._comments.pop(key, None)
            if comment is not None:
                found.append(self._comment(comment, word))
            waiting.extend((reply, "Reply") for reply in reversed(self._replies.pop(key, [])))
        return [html for html in found if html]

    def rest(self) -> list[str]:
        """HTML of the notes that nothing refers to."""
        found = []
        for kind, notes in self._kinds.items():
            found += [self._note(kind, notes, note, "") for note in notes.unread.values()]
            notes.unread.clear()
        for key in list(self._comments):
            found += self.comment(key)
        return [html for html in found if html]

    def _note(self, kind: str, notes: _Kind, note: Element, mark: str) -> str:
        html = self._render(note, notes.part)
        return labelled(f"{_WORDS[kind]} {mark}. " if mark else f"{_WORDS[kind]}: ", html) if html else ""

    def _comment(self, comment: Element, word: str) -> str:
        html = self._render(comment, self._comments_part)
        if not html:
            return ""
        return signed(
            labelled(f"{word}: ", html), author=comment.get(W + "author", ""), date=comment.get(W + "date", "")
        )


def _notes(package: Package, part: str, kind: str) -> dict[str, Element]:
    if not part:
        return {}
    return {
        note.get(W + "id", ""): note
        for note in package.beside(part).iterchildren(W + kind)
        if note.get(W + "type") not in _SEPARATORS
    }


def _forms(package: Package, main: str) -> dict[str, str]:
    """Kind of note -> format of its numbers, where the settings state one."""
    forms = {}
    for part in package.related(main, "settings"):
        settings = package.beside(part)
        for kind in _WORDS:
            form = settings.find(f"{W}{kind}Pr/{W}numFmt")
            if form is not None:
                forms[kind] = form.get(W + "val", "decimal")
    return forms


def _replies(package: Package, main: str, comments: dict[str, Element]) -> dict[str, list[str]]:
    """Id of a comment -> ids of the replies to it. The file states both by the last paragraph of each."""
    owners = {}
    for key, comment in comments.items():
        for paragraph in comment.iter(W + "p"):
            owners[paragraph.get(W14 + "paraId")] = key
    replies: dict[str, list[str]] = {}
    for part in package.related(main, "commentsExtended"):
        for one in package.beside(part).iter(W15 + "commentEx"):
            reply, parent = owners.get(one.get(W15 + "paraId")), owners.get(one.get(W15 + "paraIdParent"))
            if reply is not None and parent is not None and reply != parent:
                replies.setdefault(parent, []).append(reply)
    return replies
