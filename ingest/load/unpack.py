"""A Source goes in, the documents in it come out, each with a function that loads it; the source itself is the last."""

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from ingest.load import finished, kinds, load
from ingest.load.archives import Budget, Entry, entries
from ingest.load.attached import Attachment
from ingest.load.damage import damage_as_document_error
from ingest.load.embedded import counted, embedded_files, holds_files
from ingest.load.extracted import Builder, Extracted, clean
from ingest.load.limits import Limits
from ingest.load.mail import attachments, mails
from ingest.load.outlook import outlook_attachments
from ingest.load.tnef import tnef_attachments

MEMBER_SEPARATOR = "!/"  # between an archive's URI and the path within it: /share/a.zip!/b/c.txt
Item = tuple[Source, Callable[[], Document]]  # the call raises DocumentError

_ATTACHED: Mapping[str, Callable[[bytes], Iterator[Attachment | None]]] = {
    kinds.MAIL: attachments,
    kinds.OUTLOOK: outlook_attachments,
    kinds.TNEF: tnef_attachments,
}
_HEAD = 8_192  # bytes in which a mail is recognised
_LISTED = 200  # entries listed in an archive's own document
_NAMED = 10  # attachments named in a warning
_LONGEST_PATH = 400  # characters
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def unpacked(source: Source, limits: Limits) -> Iterator[Item]:
    """The contents of an archive or mail in their own order, then the source itself."""
    yield from _Unpacking(limits).items(source, limits.nesting)


class _Unpacking:
    """Unpacks one source; the limits hold for everything in it together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._budget = Budget(limits)

    def items(self, source: Source, nesting: int) -> Iterator[Item]:
        """The items of a source. nesting: how many levels of nested archives may still be opened."""
        kind = _kind(source)
        if kind in kinds.ARCHIVES:
            yield from self._archive(source, kind, nesting)
        elif kind is not None and (kind in _ATTACHED or holds_files(kind)):
            yield from self._with_attachments(source, kind, nesting)
        else:
            yield source, partial(load, source, self._limits)

    # ------------------------------------------------------------------------------------------------------ archives

    def _archive(self, source: Source, kind: str, nesting: int) -> Iterator[Item]:
        if nesting < 1:
            yield source, _raising(self._too_deep())
            return
        notes: list[str] = []
        paths: list[str] = []
        try:
            for entry in self._entries(source, kind, notes):
                path = _safe(entry.path)
                if _hidden(path):
                    continue
                if self._budget.entries < 1:
                    notes.append(self._too_many())
                    break
                self._budget.entries -= 1
                path = _unused(path, paths)
                paths.append(path)
                deeper = nesting if kind == kinds.MAILBOX else nesting - 1  # a mailbox and its mails are one level
                yield from self._entry(source, entry, path, deeper)
        except DocumentError as error:
            if not paths:
                yield source, _raising(error)
                return
            notes.append(str(error))
        yield source, partial(self._listing, source, kind, paths, notes)

    def _entries(self, source: Source, kind: str, notes: list[str]) -> Iterator[Entry]:
        if kind != kinds.MAILBOX:
            with damage_as_document_error():
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

    def _too_many(self) -> str:
        return f"Only the first {self._limits.entries} documents were read: split it, or raise FOREMOST_LOAD_ENTRIES."

    def _too_deep(self) -> DocumentError:
        problem = f"It is an archive within {self._limits.nesting} archives."
        if not self._limits.nesting:
            problem = "It is an archive, and FOREMOST_LOAD_NESTING is 0."
        return DocumentError(problem, fix="Unpack it and ingest what is inside.")

    def _listing(self, source: Source, kind: str, paths: list[str], notes: list[str]) -> Document:
        """The archive's own document: a list of its entries, so that it can be found by their names."""
        if not paths and not notes:
            notes = ["The archive is empty."]
        lines = [f"- {path}" for path in paths[:_LISTED]]
        if len(paths) > _LISTED:
            lines.append(f"- and {len(paths) - _LISTED} more")
        noun = "mail" if kind == kinds.MAILBOX else "file"
        plural = "" if len(paths) == 1 else "s"
        head = f"{source.name} holds {len(paths)} {noun}{plural}:"
        builder = Builder()
        if paths:
            builder.add("\n".join((head, "", *lines)))
        extracted = Extracted(text=builder.text(), media_type=kind, language="", warnings=tuple(dict.fromkeys(notes)))
        return finished(extracted, source.name, self._limits)

    # --------------------------------------------------------------------------------------------- attached, embedded

    def _with_attachments(self, source: Source, kind: str, nesting: int) -> Iterator[Item]:
        """The files attached to a mail or embedded in a document, then the mail or document."""
        name = "Attachments" if kind in _ATTACHED else "Embedded files"
        notes: list[str] = []
        paths: list[str] = []
        unread: list[str] = []
        try:
            for attachment in self._attachments(source, kind, notes):
                path = _unused(_safe(attachment.name), paths)
                paths.append(path)
                if nesting < 1 or self._budget.entries < 1:
                    unread.append(path)
                    continue
                self._budget.entries -= 1
                size = len(attachment.content)
                self._budget.take(size, attachment.packed or size)
                yield from self.items(_member(source, path, attachment.content), nesting - 1)
        except DocumentError as error:
            notes.append(f"{name} were not read. {error}")
        if unread:
            named = ", ".join(unread[:_NAMED]) + (" and more" if len(unread) > _NAMED else "")
            count = f" ({len(unread)})" if len(unread) > _NAMED else ""
            notes.append(f"{name} were not read{count}: {named}. Ingest them as files of their own.")
        yield source, partial(self._noted, source, notes)

    def _attachments(self, source: Source, kind: str, notes: list[str]) -> Iterator[Attachment]:
        with damage_as_document_error():
            if kind in _ATTACHED:
                yield from counted(_ATTACHED[kind](source.content), notes)
            else:
                yield from embedded_files(source.content, kind, self._limits, notes)

    def _noted(self, source: Source, notes: list[str]) -> Document:
        document = load(source, self._limits)
        return replace(document, warnings=(*document.warnings, *notes))


def _kind(source: Source) -> str | None:
    """Media type when other files may be in it; load() reports errors."""
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
        uri=f"{archive.uri}{MEMBER_SEPARATOR}{path}",
        name=posixpath.basename(path),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        modified_at=(entry.modified_at if entry else None) or archive.modified_at,
    )


def _safe(path: str) -> str:
    """A path in an archive as plain relative text, without ".." and characters that break a URI or a page."""
    text = _CONTROL.sub("", clean(path.replace("\\", "/").replace("\n", " ")))
    parts = [part for part in text.split("/") if part.strip() not in ("", ".", "..")]
    return "/".join(parts)[-_LONGEST_PATH:].lstrip("/") or "unnamed"


def _hidden(path: str) -> bool:
    """Whether it is left out, as in folders: names with a leading dot, and the folder that macOS adds."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _unused(path: str, used: list[str]) -> str:
    """The path, with a number when the archive has used it before."""
    free, number = path, 2
    while free in used:
        free, number = f"{path}#{number}", number + 1
    return free
