"""A child process with limits, for what reads hostile files: it may crash, exhaust memory or run forever."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from enum import Enum
from pathlib import Path
from typing import IO

import psutil

from app.core.errors import AppError
from app.core.frames import Frame, read_frame, write_frame
from app.core.limited_child import MIB

_ROOT = Path(__file__).resolve().parents[2]
_WATCH_SECONDS = 0.1  # between two checks of the memory of a process that is at work
_START_SECONDS = 60  # from the start of a process to its "ready" frame
# Environment variables a parser may need. The database's address and keys are not passed on.
_KEPT_VARIABLES = frozenset(
    "PATH HOME LANG LANGUAGE LC_ALL LC_CTYPE TMPDIR TEMP TMP SYSTEMROOT TESSDATA_PREFIX LD_LIBRARY_PATH "
    "DYLD_LIBRARY_PATH VIRTUAL_ENV COVERAGE_PROCESS_START".split()
)
_ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


class Why(Enum):
    """Why a process ended."""

    MEMORY = "it exceeded its memory"
    TIME = "it exceeded its time"
    DIED = "it ended by itself"


class ProcessEndedError(Exception):
    """The process has ended, or was ended because it exceeded a limit."""

    def __init__(self, why: Why, returncode: int) -> None:
        super().__init__(why.value)
        self.why = why
        self.returncode = returncode  # negative: the signal that ended it


class LimitedProcess:
    """One process that answers frames on its standard output, with a thread that reads them.

    module: the Python module that it runs, with `argument`; its first frame must be "ready". memory_mib: that it may
    use beyond what it uses when it is ready. Raises AppError when it does not start.
    """

    def __init__(self, module: str, argument: str, *, memory_mib: int) -> None:
        self._memory_mib = memory_mib
        environment = {name: value for name, value in os.environ.items() if name.upper() in _KEPT_VARIABLES}
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment | _ONE_THREAD | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C reaches only the parent, and the child's own children end with it
        )
        self._frames: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        try:
            ready = self._frames.get(timeout=_START_SECONDS)
        except queue.Empty:
            ready = None
        if ready is None:
            self.end()
            raise AppError("The process that reads files does not start.", fix="The lines above say why.")
        self._watched = psutil.Process(self._process.pid)
        self._idle = self._memory()

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def grown(self) -> int:
        """Bytes of memory beyond what the process used when it was new."""
        return self._memory() - self._idle

    def send(self, frame: Frame) -> None:
        """Send a request; when the process has died, waiting for its next frame reports why."""
        assert self._process.stdin is not None  # noqa: S101  # made with a pipe
        with contextlib.suppress(OSError):
            write_frame(self._process.stdin, frame)

    def next_frame(self, seconds: float) -> Frame:
        """The next frame within a time. Raises ProcessEndedError when a limit is exceeded or the process has ended."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                frame = self._frames.get(timeout=_WATCH_SECONDS)
            except queue.Empty:
                if self.grown > self._memory_mib * MIB:
                    raise self._ended(Why.MEMORY) from None
                if time.monotonic() > deadline:
                    raise self._ended(Why.TIME) from None
                continue
            if frame is None:
                self._process.wait()
                raise ProcessEndedError(Why.DIED, self._process.returncode)
            return frame

    def end(self) -> None:
        """End the process and everything it started."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def _ended(self, why: Why) -> ProcessEndedError:
        self.end()
        return ProcessEndedError(why, self._process.returncode)

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            while frame := read_frame(stream):
                self._frames.put(frame)
        self._frames.put(None)

    def _memory(self) -> int:
        try:
            return int(self._watched.memory_info().rss)
        except psutil.Error:
            return 0  # it has ended
