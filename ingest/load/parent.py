"""A Source goes in, its Documents come out, loaded by a process of its own under limits.

Whatever a file does to its parser - crash it, exhaust memory, run forever - is a DocumentError on that document; the
process is replaced and the run goes on.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psutil

from app.core.domain import Document, Source
from app.core.errors import AppError, DocumentError
from ingest.load.frames import Frame, document_of, read_frame, source_header, source_of, write_frame
from ingest.load.limits import MIB, Limits, too_much_memory
from ingest.load.unpack import INSIDE as INSIDE

_ROOT = Path(__file__).resolve().parents[2]
_WATCH_SECONDS = 0.1  # between looks at the memory of a process that is loading
_START_SECONDS = 60  # that a process may take to say that it is ready
_MOST_DEATHS = 5  # of processes over one archive; after that the rest of it is given up
_KEPT_VARIABLES = frozenset(  # what a parser may need; the database's address and keys stay with the parent
    "PATH HOME LANG LANGUAGE LC_ALL LC_CTYPE TMPDIR TEMP TMP SYSTEMROOT TESSDATA_PREFIX LD_LIBRARY_PATH "
    "DYLD_LIBRARY_PATH VIRTUAL_ENV COVERAGE_PROCESS_START".split()
)
_ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What came out of one source.

    What an archive or mail contains has URIs that begin with its own and INSIDE; such a document that is stored and is
    not among these has gone from it. The source itself comes last: when they are stored in this order, a run that is
    killed in between finds the archive not stored yet and resumes.
    """

    documents: tuple[tuple[Source, Document | DocumentError], ...]  # what it contains, then the source itself
    peak_mib: int = 0  # of the loading process so far; 0 where it cannot be told

    @property
    def own(self) -> Document | DocumentError:
        """The source itself; for an archive or mail its table of contents or text."""
        return self.documents[-1][1]


class Loader:
    """Loads sources one after the other in a child process; for several at once make several.

    module is what the child runs.
    """

    def __init__(self, limits: Limits | None = None, *, module: str = "ingest.load.child") -> None:
        self._limits = limits or Limits()
        self._module = module
        self._child: _Child | None = None

    def __enter__(self) -> "Loader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def load(self, source: Source) -> Loaded:
        """The documents in a source. Raises AppError only when no loading process can be started."""
        done: list[tuple[Source, Document | DocumentError]] = []
        for _ in range(_MOST_DEATHS):
            child = self._ready_child()
            try:
                for one in child.load(source, skip=len(done)):
                    done.append(one)
            except _DiedError as death:
                self.close()
                victim = death.victim or source
                done.append((victim, DocumentError(death.reason)))
                if victim is source:
                    return Loaded(documents=tuple(done))
                continue
            self._recycle(child)
            return Loaded(documents=tuple(done), peak_mib=child.peak_mib)
        error = DocumentError(f"{_MOST_DEATHS} documents in it stopped its reading; the rest was left out.")
        return Loaded(documents=(*done, (source, error)))

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
        """A process that kept much memory of a large file makes room for a fresh one."""
        if child.grown > self._limits.memory_mib * MIB / 2:
            self.close()


class _DiedError(Exception):
    def __init__(self, reason: str, victim: Source | None) -> None:
        super().__init__(reason)
        self.reason = reason  # for people
        self.victim = victim  # what was being loaded


class _Child:
    """One loading process and the watch over it."""

    def __init__(self, limits: Limits, module: str) -> None:
        self._limits = limits
        self.peak_mib = 0
        environment = {name: value for name, value in os.environ.items() if name.upper() in _KEPT_VARIABLES}
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment | _ONE_THREAD | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is ours to act on; and its own children end with it
        )
        self._frames: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        try:
            ready = self._frames.get(timeout=_START_SECONDS)
        except queue.Empty:
            ready = None
        if ready is None:
            self.end()
            raise AppError("The process that reads files does not start: the lines above say why.")
        self._watched = psutil.Process(self._process.pid)
        self._idle = self._memory()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def grown(self) -> int:
        """Bytes of memory beyond what the process took when it was new."""
        return self._memory() - self._idle

    def load(self, source: Source, *, skip: int) -> Iterator[tuple[Source, Document | DocumentError]]:
        """Documents as they come. Raises _DiedError when the process did not survive one."""
        assert self._process.stdin is not None  # noqa: S101  # made with a pipe
        request = Frame(kind="load", header=source_header(source) | {"skip": skip}, content=source.content)
        with contextlib.suppress(OSError):  # it has died: the wait below says of what
            write_frame(self._process.stdin, request)
        current: Source | None = None
        while (frame := self._next(current)).kind != "end":
            if frame.kind == "begin":
                current = source if frame.header["own"] else source_of(frame)
            elif current is not None:
                yield current, self._result(frame, current)
                current = None
        self.peak_mib = frame.header["peak_mib"]

    def _result(self, frame: Frame, current: Source) -> Document | DocumentError:
        if frame.kind == "problem":
            return DocumentError(frame.header["error"])
        try:
            return document_of(frame)
        except (TypeError, KeyError, ValueError):  # a hostile file may speak for its parser, but not to us
            raise self._ended("Its parser answers with nonsense: it is damaged or hostile.", current) from None

    def end(self) -> None:
        """End the process and whatever it started."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            while frame := read_frame(stream):
                self._frames.put(frame)
        self._frames.put(None)

    def _next(self, current: Source | None) -> Frame:
        """The next frame within the limits."""
        limits = self._limits
        deadline = time.monotonic() + limits.longest
        while True:
            try:
                frame = self._frames.get(timeout=_WATCH_SECONDS)
            except queue.Empty:
                if self.grown > limits.memory_mib * MIB:
                    raise self._ended(too_much_memory(limits), current) from None
                if time.monotonic() > deadline:
                    raise self._ended(_too_long(limits), current) from None
                continue
            if frame is None:
                self._process.wait()
                raise _DiedError(_cause(self._process.returncode, limits), current)
            return frame

    def _ended(self, reason: str, current: Source | None) -> _DiedError:
        self.end()
        return _DiedError(reason, current)

    def _memory(self) -> int:
        try:
            return int(self._watched.memory_info().rss)
        except psutil.Error:
            return 0  # it has gone


def _cause(returncode: int, limits: Limits) -> str:
    """Why a process died, for people, from its exit status."""
    if hasattr(signal, "SIGXCPU") and returncode == -signal.SIGXCPU:
        return (
            f"It takes more than {limits.cpu_seconds} seconds of processor time to read: split it, "
            "or raise FOREMOST_LOAD_CPU_SECONDS."
        )
    if returncode == -9:  # not ours: what we end is told before
        return "The system ended its reading, most likely for want of memory: split it into smaller files."
    name = ""
    with contextlib.suppress(ValueError):
        name = f" ({signal.Signals(-returncode).name})" if returncode < 0 else ""
    return f"It crashes its parser{name}: it is damaged or takes too much memory, get a fresh copy or split it."


def _too_long(limits: Limits) -> str:
    return f"It takes more than {limits.longest} seconds to read: split it, or raise FOREMOST_LOAD_SECONDS."
