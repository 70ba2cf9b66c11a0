"""A Source goes in, everything in it that is a document of its own comes out, each with how to load it."""

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from ingest.load import finished, kinds, load
from ingest.load.archives import Budget, Entry, entries
from ingest.load.damage import damage_told
from ingest.load.extracted import Builder, Draft, clean
from ingest.load.limits import Limits
from ingest.load.mail import Attachment, attachments, mails
from ingest.load.outlook import outlook_attachments

INSIDE = "!/"  # between an archive's URI and the path within it: /share/a.zip!/b/c.txt
Item = tuple[Source, Callable[[], Document]]  # the call raises DocumentError

_MAILS = frozenset((kinds.MAIL, kinds.OUTLOOK))
_ARCHIVES = frozenset((kinds.ZIP, kinds.TAR, kinds.GZIP, kinds.BZIP2, kinds.XZ, kinds.MAILBOX))
_HEAD = 8_192  # bytes that tell a mail
_NAMED = 200  # entries named in an archive's own document
_LONGEST_PATH = 400
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def unpacked(source: Source, limits: Limits) -> Iterator[Item]:
    """What an archive or mail holds, in its own order, then the source itself: always the last."""
    yield from _Unpacking(limits).items(source, limits.nesting)


class _Unpacking:
    """One source with everything in it; the bounds hold for all of it together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._budget = Budget(limits)

    def items(self, source: Source, nesting: int) -> Iterator[Item]:
        """nesting: how many archives within archives may still be opened."""
        kind = _kind(source)
        if kind in _ARCHIVES:
            yield from self._archive(source, kind, nesting)
        elif kind in _MAILS:
            yield from self._mail(source, kind, nesting)
        else:
            yield source, partial(load, source, self._limits)

    # ------------------------------------------------------------------------------------------------------ archives

    def _archive(self, source: Source, kind: str, nesting: int) -> Iterator[Item]:
        if nesting < 1:
            yield source, _raising(DocumentError(self._too_deep()))
            return
        notes: list[str] = []
        paths: list[str] = []
        try:
            for entry in self._entries(source, kind, notes):
                path = _safe(entry.path)
                if _hidden(path):
                    continue
                if self._budget.entries < 1:
                    notes.append(
                        f"Only the first {self._limits.entries} documents were read: split it, or raise "
                        "FOREMOST_LOAD_ENTRIES."
                    )
                    break
                self._budget.entries -= 1
                path = _unused(path, paths)
                paths.append(path)
                deeper = nesting if kind == kinds.MAILBOX else nesting - 1  # a mailbox and its mails are one step
                yield from self._entry(source, entry, path, deeper)
        except DocumentError as error:
            if not paths:
                yield source, _raising(error)
                return
            notes.append(str(error))
        yield source, partial(self._listing, source, kind, paths, notes)

    def _entries(self, source: Source, kind: str, notes: list[str]) -> Iterator[Entry]:
        if kind != kinds.MAILBOX:
            with damage_told():
                yield from entries(kind, source.content, source.name, self._budget, notes)
            return
        for number, content in enumerate(mails(source.content), start=1):
            yield Entry(f"mail {number}.eml", partial(bytes, content), source.modified_at)

    def _entry(self, source: Source, entry: Entry, path: str, nesting: int) -> Iterator[Item]:
        try:
            content = entry.read()
        except DocumentError as error:
            yield _member(source, path, b"", entry), _raising(error)
            return
        yield from self.items(_member(source, path, content, entry), nesting)

    def _too_deep(self) -> str:
        if not self._limits.nesting:
            return "It is an archive, and FOREMOST_LOAD_NESTING is 0: unpack it and ingest what is inside."
        return f"It is an archive within {self._limits.nesting} archives: unpack it and ingest what is inside."

    def _listing(self, source: Source, kind: str, paths: list[str], notes: list[str]) -> Document:
        """The archive's own document: what is in it by name, so that it can be found by that."""
        if not paths and not notes:
            notes = ["The archive is empty."]
        lines = [f"- {path}" for path in paths[:_NAMED]]
        more = [f"- and {len(paths) - _NAMED} more"] if len(paths) > _NAMED else []
        what = "mail" if kind == kinds.MAILBOX else "file"
        head = f"{source.name} holds {len(paths)} {what}{'' if len(paths) == 1 else 's'}:"
        builder = Builder()
        if paths:
            builder.add("\n".join((head, "", *lines, *more)))
        draft = Draft(text=builder.text(), media_type=kind, language="", warnings=tuple(dict.fromkeys(notes)))
        return finished(draft, source.name, self._limits)

    # --------------------------------------------------------------------------------------------------------- mails

    def _mail(self, source: Source, kind: str, nesting: int) -> Iterator[Item]:
        notes: list[str] = []
        paths: list[str] = []
        find = attachments if kind == kinds.MAIL else outlook_attachments
        try:
            for one in self._attachments(find, source):
                path = _unused(_safe(one.name), paths)
                paths.append(path)
                if nesting < 1 or self._budget.entries < 1:
                    continue
                self._budget.entries -= 1
                self._budget.take(len(one.content), len(one.content))
                yield from self.items(_member(source, path, one.content), nesting - 1)
        except DocumentError as error:
            notes.append(f"Attachments were not read: {str(error)[:1].lower()}{str(error)[1:]}")
        else:
            if paths and nesting < 1:
                named = ", ".join(paths[:10]) + (" and more" if len(paths) > 10 else "")
                notes.append(f"Attachments were not read: {named}. Ingest them as files of their own.")
        yield source, partial(self._mail_text, source, notes)

    def _attachments(self, find: Callable[[bytes], Iterator[Attachment]], source: Source) -> Iterator[Attachment]:
        with damage_told():
            yield from find(source.content)

    def _mail_text(self, source: Source, notes: list[str]) -> Document:
        document = load(source, self._limits)
        return replace(document, warnings=(*document.warnings, *notes))


def _kind(source: Source) -> str | None:
    """Media type when it is an archive or mail; what cannot be told is said by load."""
    try:
        kind = kinds.container_kind(source.content, source.name)
    except DocumentError:
        return None
    return kind or kinds.mail_kind(source.content[:_HEAD].decode("latin-1"), source.name)


def _raising(error: DocumentError) -> Callable[[], Document]:
    def refuse() -> Document:
        raise error

    return refuse


def _member(archive: Source, path: str, content: bytes, entry: Entry | None = None) -> Source:
    return Source(
        uri=f"{archive.uri}{INSIDE}{path}",
        name=posixpath.basename(path),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        modified_at=(entry.modified_at if entry else None) or archive.modified_at,
    )


def _safe(path: str) -> str:
    """A path within an archive as plain text: no way out of it, nothing that a URI or a page would stumble over."""
    text = _CONTROL.sub("", clean(path.replace("\\", "/").replace("\n", " ")))
    parts = [part for part in text.split("/") if part.strip() not in ("", ".", "..")]
    return "/".join(parts)[-_LONGEST_PATH:].lstrip("/") or "unnamed"


def _hidden(path: str) -> bool:
    """Left out as in folders: a leading dot, and what macOS adds."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _unused(path: str, used: list[str]) -> str:
    """The path, numbered when the archive holds it already."""
    free, number = path, 2
    while free in used:
        free, number = f"{path}#{number}", number + 1
    return free
