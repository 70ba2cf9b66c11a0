"""Files and folders go in, the files to ingest come out, in order; a file becomes a Source, its bytes with a hash.

Discovering reads no content: size and time of each file come with the listing of its folder.
"""

import hashlib
import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core.domain import Source
from app.core.errors import DocumentError
from ingest.ignore_rules import Chain, Rules

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SETTLING_SECONDS = 2.0  # a file changed again this soon may keep its time: file systems count in steps of up to 2 s


class GoneError(DocumentError):
    """There is no such file (any more)."""


class ChangingError(DocumentError):
    """The file changed while it was read: what was read is no version of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file, or a place that could not be looked into."""

    path: Path
    size: int = 0  # bytes
    modified_at: datetime | None = None
    problem: str = ""  # why it cannot be read, for people
    gone: bool = False  # the problem is that it is not there

    @property
    def uri(self) -> str:
        """Absolute path as text; a name that is not valid text is written with escapes."""
        return uri_of(self.path)

    @property
    def name(self) -> str:
        """The file's own name."""
        return uri_of(self.path.name)


def uri_of(path: Path | str) -> str:
    """A path as text; what is not valid text is written with escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    real: str  # the same without links
    root: str  # what was named on the command line
    chain: Chain  # of the .gitignore files above it


def discover(paths: Sequence[Path], rules: Rules | None = None) -> tuple[Found, ...]:
    """Every file named or below a folder named, once, sorted by path.

    Links are followed, loops are not; a file reached both by its own path and by a link is found under its own.
    """
    rules = rules or Rules()
    walk = _Walk(rules)
    for path in paths:
        start = os.path.abspath(path)
        walk.from_(_Place(start, os.path.realpath(start), start, rules.chain_above(start)))
    return walk.all()


def discover_changed(changed: Sequence[Path], roots: Sequence[Path], rules: Rules) -> tuple[Found, ...]:
    """The same for paths below the roots that were told to have changed; links are left to a whole look.

    What is not there any more is left out: the caller knows what was stored of it.
    """
    walk = _Walk(rules, follow=False)
    for path in sorted({os.path.abspath(one) for one in changed}):
        for root in (os.path.abspath(one) for one in roots):
            place = _reached(path, root, rules)
            if place is not None and os.path.lexists(path):
                walk.from_(place)
                break
    return walk.all()


def _reached(path: str, root: str, rules: Rules) -> _Place | None:
    """The place of a path below a root, None when it is not below it or some rule keeps it out."""
    if path == root:
        return _Place(path, path, root, rules.chain_above(root))
    relative = os.path.relpath(path, root)
    if relative.startswith(os.pardir):
        return None
    here, chain = root, rules.chain_above(root)
    for name in Path(relative).parts:
        chain = rules.chain_in(here, chain)
        here = os.path.join(here, name)
        if os.path.islink(here) or not rules.wanted(root, here, chain, is_folder=os.path.isdir(here)):
            return None
    return _Place(path, path, root, chain)


class _Walk:
    """Files below some places, with a stack of our own: folders may be nested deeper than Python calls."""

    def __init__(self, rules: Rules, *, follow: bool = True) -> None:
        self._rules = rules
        self._follow = follow
        self._found: dict[str, Found] = {}  # by path without links
        self._folders: set[tuple[int, int]] = set()  # device and inode of those looked into
        self._links: list[_Place] = []  # looked at last

    def from_(self, place: _Place) -> None:
        """Look at a file or folder and everything below it, links within put off."""
        stack = [place]
        while stack:
            place = stack.pop()
            try:
                status = os.stat(place.path)
                if stat.S_ISDIR(status.st_mode):
                    stack += self._folder(place, status)
                else:
                    self._take(place, status)
            except OSError as error:
                gone = isinstance(error, FileNotFoundError | NotADirectoryError)
                problem = Found(path=Path(place.path), problem=_said(error), gone=gone)
                self._found.setdefault(place.real, problem)

    def all(self) -> tuple[Found, ...]:
        """What was found, links included."""
        while self._follow and self._links:
            self.from_(self._links.pop())
        return tuple(sorted(self._found.values(), key=lambda one: os.fsencode(one.path)))

    def _folder(self, place: _Place, status: os.stat_result) -> Iterator[_Place]:
        if (status.st_dev, status.st_ino) in self._folders:
            return
        self._folders.add((status.st_dev, status.st_ino))
        chain = self._rules.chain_in(place.path, place.chain)
        with os.scandir(place.path) as entries:
            for entry in entries:
                try:
                    mode = (status := entry.stat()).st_mode
                except OSError:
                    mode = stat.S_IFREG  # a link to nowhere, most often: told as a problem when it is looked at
                is_folder = stat.S_ISDIR(mode)
                if not (is_folder or stat.S_ISREG(mode)):
                    continue  # sockets, pipes and devices are no documents
                if not self._rules.wanted(place.root, entry.path, chain, is_folder=is_folder):
                    continue
                if entry.is_symlink():
                    self._links.append(_Place(entry.path, os.path.realpath(entry.path), place.root, chain))
                    continue
                below = _Place(entry.path, os.path.join(place.real, entry.name), place.root, chain)
                if is_folder:
                    yield below
                else:
                    self._take(below, status)

    def _take(self, place: _Place, status: os.stat_result) -> None:
        found = Found(path=Path(place.path), size=status.st_size, modified_at=_time_of(status))
        self._found.setdefault(place.real, found)


def read(found: Found, *, max_bytes: int) -> Source:
    """The file's bytes and what identifies them.

    Raises DocumentError when it cannot be read or is too large; GoneError when it is not there, ChangingError when it
    was written to meanwhile.
    """
    if found.problem:
        raise GoneError(found.problem) if found.gone else DocumentError(found.problem)
    try:
        started = time.time()
        status = found.path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError("It is not a regular file: name a file or a folder.")
        if status.st_size > max_bytes:
            raise DocumentError(
                f"It has {status.st_size / 2**20:.0f} MiB, the limit is {max_bytes // 2**20} MiB: "
                "raise FOREMOST_MAX_FILE_MIB or split it."
            )
        content = found.path.read_bytes()
        after = found.path.stat()
    except FileNotFoundError as error:
        raise GoneError(_said(error)) from error
    except OSError as error:
        raise DocumentError(_said(error)) from error
    if (after.st_size, after.st_mtime_ns) != (status.st_size, status.st_mtime_ns) or len(content) != status.st_size:
        raise ChangingError("It was written to while it was read: ingest it again once it is complete.")
    return Source(
        uri=found.uri,
        name=found.name,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        modified_at=_time_of(status),
        settled=status.st_mtime < started - _SETTLING_SECONDS,
    )


def _time_of(status: os.stat_result) -> datetime | None:
    """When the file was changed, in whole microseconds; None when it is outside what a date can say."""
    try:
        return _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
    except OverflowError:
        return None


def _said(error: OSError) -> str:
    advice = {
        FileNotFoundError: "There is no such file or folder: check the path.",
        PermissionError: "It may not be read: change its permissions or run as its owner.",
    }
    return advice.get(type(error), f"It cannot be read ({error.strerror or error}): check the disk.")
