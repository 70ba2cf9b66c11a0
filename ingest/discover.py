"""Files and folders go in, the files to ingest come out, in order; a file becomes a Source, its bytes with a hash."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.core.domain import Source
from app.core.errors import DocumentError


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file, or a place that could not be looked into."""

    path: Path
    problem: str = ""  # why it cannot be read, for people

    @property
    def uri(self) -> str:
        """Absolute path as text; a name that is not valid text is written with escapes."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")

    @property
    def name(self) -> str:
        """The file's own name."""
        return os.fsencode(self.path.name).decode("utf-8", "backslashreplace")


def discover(paths: Sequence[Path]) -> tuple[Found, ...]:
    """Every file named or below a folder named, once, sorted by path.

    Hidden files and folders (a leading dot) are left out unless named themselves; links are followed, loops are not.
    """
    found: dict[str, Found] = {}
    seen: set[tuple[int, int]] = set()
    for path in paths:
        for one in _below(Path(os.path.abspath(path)), seen):
            found.setdefault(os.path.realpath(one.path), one)
    return tuple(sorted(found.values(), key=lambda one: os.fsencode(one.path)))


def _below(start: Path, seen: set[tuple[int, int]]) -> Iterator[Found]:
    """Files below a path, with a stack of our own: folders may be nested deeper than Python calls."""
    stack = [start]
    while stack:
        path = stack.pop()
        try:
            status = path.stat()
            if not stat.S_ISDIR(status.st_mode):
                yield Found(path=path)
                continue
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                stack += [Path(one.path) for one in entries if not one.name.startswith(".") and not _special(one)]
        except OSError as error:
            yield Found(path=path, problem=_said(error))


def _special(entry: os.DirEntry[str]) -> bool:
    """Sockets, pipes and devices are no documents."""
    try:
        mode = entry.stat().st_mode
    except OSError:
        return False  # told as a problem when it is looked at
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def read(found: Found, *, max_bytes: int) -> Source:
    """The file's bytes and what identifies them. Raises DocumentError when it cannot be read or is too large."""
    if found.problem:
        raise DocumentError(found.problem)
    try:
        status = found.path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError("It is not a regular file: name a file or a folder.")
        if status.st_size > max_bytes:
            raise DocumentError(
                f"It has {status.st_size / 2**20:.0f} MiB, the limit is {max_bytes // 2**20} MiB: "
                "raise FOREMOST_MAX_FILE_MIB or split it."
            )
        content = found.path.read_bytes()
    except OSError as error:
        raise DocumentError(_said(error)) from error
    return Source(
        uri=found.uri,
        name=found.name,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
    )


def _said(error: OSError) -> str:
    advice = {
        FileNotFoundError: "There is no such file or folder: check the path.",
        PermissionError: "It may not be read: change its permissions or run as its owner.",
    }
    return advice.get(type(error), f"It cannot be read ({error.strerror or error}): check the disk.")
