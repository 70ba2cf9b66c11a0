"""Loading in a child process with limits.

A file that crashes its parser, exhausts memory or runs forever becomes a DocumentError of that document; the process
is replaced and loading continues with the next document.
"""

import contextlib
import json
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from app.core.frames import Frame
from app.core.limited_process import LimitedProcess, ProcessEndedError, Why
from ingest.load.frames import document_from, error_from, source_from, source_header
from ingest.load.limits import MIB, Limits, too_much_memory

_MOST_DEATHS = 5  # processes lost to one archive; after that the rest of it is skipped


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadResult:
    """The documents of one source.

    The URIs of documents in an archive or mail are the source's URI, MEMBER_SEPARATOR and a path. Stored documents
    that are no longer among them were removed from the archive. The source itself comes last: when the documents are
    stored in this order, a run that is killed in between finds the archive not stored yet and resumes.
    """

    documents: tuple[tuple[Source, Document | DocumentError], ...]  # the contents, then the source itself
    peak_mib: int = 0  # of the loading process so far; 0 where the system does not say

    @property
    def own(self) -> Document | DocumentError:
        """The source itself; for an archive its table of contents, for a mail its text."""
        return self.documents[-1][1]


class IsolatedLoader:
    """Loads sources one after the other in a child process. Use one for each thread.

    module: the Python module that the child runs.
    """

    def __init__(self, limits: Limits | None = None, *, module: str = "ingest.load.child") -> None:
        self._limits = limits or Limits()
        self._module = module
        self._child: _Child | None = None

    def __enter__(self) -> "IsolatedLoader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def load(self, source: Source) -> LoadResult:
        """The documents in a source. Raises AppError only when no loading process can be started."""
        done: list[tuple[Source, Document | DocumentError]] = []
        for _ in range(_MOST_DEATHS):
            child = self._ready_child()
            try:
                for item in child.load(source, skip=len(done)):
                    done.append(item)
            except _ChildDiedError as death:
                self.close()
                victim = death.victim or source
                done.append((victim, death.error))
                if victim is source:
                    return LoadResult(documents=tuple(done))
                continue
            self._recycle(child)
            return LoadResult(documents=tuple(done), peak_mib=child.peak_mib)
        error = DocumentError(f"{_MOST_DEATHS} documents in it ended the loading process; the rest was left out.")
        return LoadResult(documents=(*done, (source, error)))

    def close(self) -> None:
        """End the child process; the next load starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _ready_child(self) -> "_Child":
        if self._child is None or not self._child.alive:
            self.close()
            self._child = _Child(self._limits, self._module)
        return self._child

    def _recycle(self, child: "_Child") -> None:
        """End a process that did not return the memory of a large file, so that the next load starts a fresh one."""
        if child.grown > self._limits.memory_mib * MIB / 2:
            self.close()


class _ChildDiedError(Exception):
    def __init__(self, error: DocumentError, victim: Source | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.victim = victim  # the document that was being loaded


class _Child:
    """One loading process."""

    def __init__(self, limits: Limits, module: str) -> None:
        self._limits = limits
        self.peak_mib = 0
        self._process = LimitedProcess(module, json.dumps(asdict(limits)), memory_mib=limits.memory_mib)

    @property
    def alive(self) -> bool:
        return self._process.alive

    @property
    def grown(self) -> int:
        """Bytes of memory beyond what the process used when it was new."""
        return self._process.grown

    def load(self, source: Source, *, skip: int) -> Iterator[tuple[Source, Document | DocumentError]]:
        """Documents in the order they are loaded. Raises _ChildDiedError when the process died on one."""
        request = Frame(kind="load", header=source_header(source) | {"skip": skip}, content=source.content)
        self._process.send(request)
        current: Source | None = None
        while (frame := self._next(current)).kind != "end":
            if frame.kind == "begin":
                current = source if frame.header["own"] else source_from(frame)
            elif current is not None:
                yield current, self._result(frame, current)
                current = None
        self.peak_mib = frame.header["peak_mib"]

    def _result(self, frame: Frame, current: Source) -> Document | DocumentError:
        try:
            return error_from(frame) if frame.kind == "problem" else document_from(frame)
        except (TypeError, KeyError, ValueError):  # a hostile file has taken over its parser: trust no frame of it
            error = DocumentError("Its parser returned nonsense, so it is damaged or hostile.", fix="Get a fresh copy.")
            raise self._ended(error, current) from None

    def end(self) -> None:
        """End the process and everything it started."""
        self._process.end()

    def _next(self, current: Source | None) -> Frame:
        """The next frame. Raises _ChildDiedError when a limit is exceeded or the process has ended."""
        limits = self._limits
        try:
            return self._process.next_frame(limits.longest)
        except ProcessEndedError as ended:
            if ended.why is Why.MEMORY:
                error = too_much_memory(limits)
            else:
                error = _too_long(limits) if ended.why is Why.TIME else _cause(ended.returncode, limits)
            raise _ChildDiedError(error, current) from None

    def _ended(self, error: DocumentError, current: Source | None) -> _ChildDiedError:
        self.end()
        return _ChildDiedError(error, current)


def _cause(returncode: int, limits: Limits) -> DocumentError:
    """Why a process died, from its exit status."""
    if hasattr(signal, "SIGXCPU") and returncode == -signal.SIGXCPU:
        return DocumentError(
            f"It takes more than {limits.cpu_seconds} seconds of processor time to read.",
            fix="Split it, or raise FOREMOST_LOAD_CPU_SECONDS.",
        )
    if returncode == -9:  # SIGKILL of the system: when this process sends it, the reason is reported before
        return DocumentError(
            "The system ended the loading process, most likely because memory ran out.",
            fix="Split it into smaller files.",
        )
    name = ""
    if returncode < 0:
        with contextlib.suppress(ValueError):
            name = f" ({signal.Signals(-returncode).name})"
    return DocumentError(
        f"It crashes its parser{name}, so it is damaged or takes too much memory.", fix="Get a fresh copy or split it."
    )


def _too_long(limits: Limits) -> DocumentError:
    return DocumentError(
        f"It takes more than {limits.longest} seconds to read.", fix="Split it, or raise FOREMOST_LOAD_SECONDS."
    )
