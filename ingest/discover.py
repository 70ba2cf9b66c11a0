"""Files and folders go in, the files to ingest come out, in order; read() makes a file a Source, its bytes with a hash.

Discovery reads no content: size and time of each file come with the listing of its folder.
"""

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core.domain import Source
from app.core.errors import DocumentError
from ingest.ignore_rules import Chain, Rules

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A file changed again within this time may keep its time stamp: those of file systems have steps of up to 2 s.
_SETTLING_SECONDS = 2.0


class GoneError(DocumentError):
    """The file does not exist (any more)."""


class ChangingError(DocumentError):
    """The file changed while it was read, so the bytes read are no version of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileEntry:
    """A file, or a path that could not be listed."""

    path: Path
    size: int = 0  # bytes
    modified_at: datetime | None = None
    error: DocumentError | None = None  # why it cannot be read

    @property
    def uri(self) -> str:
        """Absolute path as text; bytes that are not valid text are written as escapes."""
        return uri_of(self.path)

    @property
    def name(self) -> str:
        """The file's own name."""
        return uri_of(self.path.name)

    @property
    def problem(self) -> str:
        """The error as text for people; empty when there is none."""
        return str(self.error or "")

    @property
    def gone(self) -> bool:
        """Whether the error is that the file does not exist."""
        return isinstance(self.error, GoneError)


def uri_of(path: Path | str) -> str:
    """A path as text; bytes that are not valid text are written as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class _Location:
    path: str
    real: str  # the path with links resolved
    root: str  # the path given by the caller
    chain: Chain  # the .gitignore files above it


def discover(
    paths: Sequence[Path],
    rules: Rules | None = None,
    *,
    follow_links: bool = False,
    left_out: Callable[[str], None] = lambda _: None,
) -> tuple[FileEntry, ...]:
    """Every file among the paths and below the folders among them, once, sorted by path.

    A link below a folder is followed when it leads to somewhere below one of the paths; follow_links follows the
    others too, else left_out gets their paths. Loops are not followed. A file reached both by its own path and by a
    link is listed under its own.
    """
    rules = rules or Rules()
    starts = [os.path.abspath(path) for path in paths]
    walk = _Walk(rules, inside=None if follow_links else [os.path.realpath(start) for start in starts])
    for start in starts:
        walk.add(_Location(start, os.path.realpath(start), start, rules.chain_above(start)))
    entries = walk.entries()
    for path in sorted(walk.left_out):
        left_out(uri_of(path))
    return entries


def discover_changed(changed: Sequence[Path], roots: Sequence[Path], rules: Rules) -> tuple[FileEntry, ...]:
    """The same for changed paths below the roots, without following links: only discover() does that.

    Paths that no longer exist are left out; the caller knows which documents were stored from them.
    """
    walk = _Walk(rules, inside=[])
    absolute_roots = [os.path.abspath(root) for root in roots]
    for path in sorted({os.path.abspath(path) for path in changed}):
        for root in absolute_roots:
            location = _location_below(path, root, rules)
            if location is not None and os.path.lexists(path):
                walk.add(location)
                break
    return walk.entries()


def _location_below(path: str, root: str, rules: Rules) -> _Location | None:
    """The location of a path below a root; None when it is not below it, behind a link, or left out by a rule."""
    if path == root:
        return _Location(path, path, root, rules.chain_above(root))
    relative = os.path.relpath(path, root)
    if relative.startswith(os.pardir):
        return None
    current, chain = root, rules.chain_above(root)
    for name in Path(relative).parts:
        chain = rules.chain_in(current, chain)
        current = os.path.join(current, name)
        if os.path.islink(current) or not rules.wanted(root, current, chain, is_folder=os.path.isdir(current)):
            return None
    return _Location(path, path, root, chain)


class _Walk:
    """Collects the files below locations, with an explicit stack: folders may be nested deeper than Python recurses.

    inside: the real folders that links may lead into; None for any.
    """

    def __init__(self, rules: Rules, *, inside: Sequence[str] | None) -> None:
        self.left_out: set[str] = set()  # links that lead elsewhere
        self._rules = rules
        self._inside = None if inside is None else [(real, os.path.join(real, "")) for real in inside]
        self._entries: dict[str, FileEntry] = {}  # by path with links resolved
        self._visited: set[tuple[int, int]] = set()  # device and inode of folders
        self._links: list[_Location] = []  # visited last, so that a file is listed under its own path

    def add(self, location: _Location) -> None:
        """Collect a file, or everything below a folder; links below it are postponed."""
        stack = [location]
        while stack:
            location = stack.pop()
            try:
                status = os.stat(location.path)
                if stat.S_ISDIR(status.st_mode):
                    stack += self._visit(location, status)
                else:
                    self._collect(location, status)
            except OSError as error:
                entry = FileEntry(path=Path(location.path), error=_document_error(error))
                self._entries.setdefault(location.real, entry)

    def entries(self) -> tuple[FileEntry, ...]:
        """Everything collected, after visiting the postponed links."""
        while self._links:
            links, self._links = sorted(self._links, key=lambda link: os.fsencode(link.path)), []
            for link in links:
                self.add(link)
        return tuple(sorted(self._entries.values(), key=lambda entry: os.fsencode(entry.path)))

    def _visit(self, folder: _Location, status: os.stat_result) -> Iterator[_Location]:
        """Collect the files of a folder; yields its subfolders, and unreadable entries for add() to report."""
        if (status.st_dev, status.st_ino) in self._visited:
            return
        self._visited.add((status.st_dev, status.st_ino))
        chain = self._rules.chain_in(folder.path, folder.chain)
        with os.scandir(folder.path) as entries:
            for entry in entries:
                entry_status = _status_of(entry)
                mode = entry_status.st_mode if entry_status is not None else stat.S_IFREG
                is_folder = stat.S_ISDIR(mode)
                if not (is_folder or stat.S_ISREG(mode)):
                    continue  # sockets, pipes and devices are not documents
                if not self._rules.wanted(folder.root, entry.path, chain, is_folder=is_folder):
                    continue
                if entry.is_symlink():
                    self._postpone(_Location(entry.path, os.path.realpath(entry.path), folder.root, chain))
                    continue
                below = _Location(entry.path, os.path.join(folder.real, entry.name), folder.root, chain)
                if is_folder or entry_status is None:
                    yield below
                else:
                    self._collect(below, entry_status)

    def _postpone(self, link: _Location) -> None:
        """Visit a link later, unless it leads out of the folders."""
        if self._inside is None or any(
            link.real == real or link.real.startswith(below) for real, below in self._inside
        ):
            self._links.append(link)
        else:
            self.left_out.add(link.path)

    def _collect(self, location: _Location, status: os.stat_result) -> None:
        entry = FileEntry(path=Path(location.path), size=status.st_size, modified_at=_time_of(status))
        self._entries.setdefault(location.real, entry)


def read(entry: FileEntry, *, max_bytes: int) -> Source:
    """The file's bytes with its identity and hash.

    Raises DocumentError when it cannot be read or is too large; GoneError when it does not exist, ChangingError when it
    was written to meanwhile.
    """
    if entry.error is not None:
        raise entry.error
    try:
        started = time.time()
        status = entry.path.stat()
        _require_readable(status, max_bytes)
        content = entry.path.read_bytes()
        after = entry.path.stat()
    except OSError as error:
        raise _document_error(error) from error
    if (after.st_size, after.st_mtime_ns) != (status.st_size, status.st_mtime_ns) or len(content) != status.st_size:
        raise ChangingError("It was written to while it was read.", fix="Ingest it again once it is complete.")
    return Source(
        uri=entry.uri,
        name=entry.name,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        modified_at=_time_of(status),
        settled=status.st_mtime < started - _SETTLING_SECONDS,
    )


def _status_of(entry: os.DirEntry[str]) -> os.stat_result | None:
    """None when it cannot be read, most often for a broken link."""
    try:
        return entry.stat()
    except OSError:
        return None


def _require_readable(status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError("It is not a regular file.", fix="Name a file or a folder.")
    if status.st_size > max_bytes:
        raise DocumentError(
            f"It has {status.st_size / 2**20:.0f} MiB, the limit is {max_bytes // 2**20} MiB.",
            fix="Raise FOREMOST_MAX_FILE_MIB or split it.",
        )


def _time_of(status: os.stat_result) -> datetime | None:
    """Time of the last change, in whole microseconds; None when it is outside the range of datetime."""
    try:
        return _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
    except OverflowError:
        return None


def _document_error(error: OSError) -> DocumentError:
    if isinstance(error, FileNotFoundError):
        return GoneError("There is no such file or folder.", fix="Check the path.")
    if isinstance(error, PermissionError):
        return DocumentError("It may not be read.", fix="Change its permissions or run as its owner.")
    problem, fix = f"It cannot be read ({error.strerror or error}).", "Check the disk."
    if isinstance(error, NotADirectoryError):
        return GoneError(problem, fix=fix)
    return DocumentError(problem, fix=fix)
