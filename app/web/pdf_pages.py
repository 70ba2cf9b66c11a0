"""PDF pages for the viewer, drawn in child processes with limits and kept for the next look."""

import contextlib
import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from app.core.errors import DocumentError
from app.core.frames import Frame
from app.core.limited_child import MIB
from app.core.limited_process import LimitedProcess, ProcessEndedError, Why
from app.web.pdf_image import PageImage, page_from

_Key = tuple[str, tuple[int, ...], str, str]
_PROBLEM_SECONDS = 300  # that a failure is kept: the machine may have been busy


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawLimits:
    """Limits on drawing the pages of one request."""

    memory_mib: int = 600  # that a process may use beyond what it uses when idle
    seconds: int = 10  # wall time, and processor time
    processes: int = 2  # that draw at once; further requests wait
    cache_mib: int = 48  # of images that are kept


@dataclass(frozen=True, slots=True)
class DrawnPages:
    """The wanted pages of a document."""

    count: int  # pages of the whole document
    images: tuple[PageImage, ...]

    @property
    def size(self) -> int:
        """Bytes of the images."""
        return sum(len(image.png) for image in self.images)


class PdfPages:
    """Draws pages for any thread; processes are started on demand and end by themselves when there is no work.

    module: the Python module that the processes run.
    """

    def __init__(self, limits: DrawLimits | None = None, *, module: str = "app.web.pdf_child") -> None:
        self._limits = limits or DrawLimits()
        self._module = module
        self._idle: list[LimitedProcess] = []
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(self._limits.processes)
        self._kept: OrderedDict[_Key, tuple[DrawnPages | DocumentError, float]] = OrderedDict()  # with when it was made
        self._kept_bytes = 0

    def pages(self, content: bytes, pages: Sequence[int], passage: str, quote: str = "") -> DrawnPages:
        """Pages numbered from 1, with boxes around the lines of the passage and of the sentence quoted from it.

        Raises DocumentError when the bytes are no PDF or drawing them exceeds a limit; that is kept too.
        """
        key = (hashlib.sha256(content).hexdigest(), tuple(pages), passage, quote)
        drawn = self._known(key)
        if drawn is None:
            drawn = self._drawn(content, key)
            self._keep(key, drawn)
        if isinstance(drawn, DocumentError):
            raise DocumentError(drawn.problem, fix=drawn.fix)
        return drawn

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            while self._idle:
                self._idle.pop().end()

    def _drawn(self, content: bytes, key: _Key) -> DrawnPages | DocumentError:
        _, pages, passage, quote = key
        request = Frame(kind="draw", header={"pages": pages, "passage": passage, "quote": quote}, content=content)
        try:
            return self._answered(request)
        except ProcessEndedError as ended:
            if ended.returncode != 0:
                return _too_much(ended.why, self._limits)
        try:
            return self._answered(request)  # the process had no work for a while and has just ended by itself
        except ProcessEndedError as ended:
            return _too_much(ended.why, self._limits)

    def _answered(self, request: Frame) -> DrawnPages | DocumentError:
        with self._process() as process:
            process.send(request)
            try:
                return self._reply(process)
            except (TypeError, KeyError, ValueError):  # a hostile file has taken over its process: trust no frame of it
                process.end()
                return DocumentError("The PDF's page cannot be drawn; the passage's text is shown.")

    def _reply(self, process: LimitedProcess) -> DrawnPages | DocumentError:
        images: list[PageImage] = []
        while (frame := process.next_frame(self._limits.seconds)).kind == "page":
            images.append(page_from(frame))
        if frame.kind == "problem":
            return DocumentError(str(frame.header["problem"]), fix=str(frame.header["fix"]))
        return DrawnPages(int(frame.header["count"]), tuple(images))

    @contextlib.contextmanager
    def _process(self) -> Iterator[LimitedProcess]:
        """A process for one request; one that has ended or grown is not used again."""
        with self._turns:
            with self._lock:
                ready = [process for process in self._idle if process.alive]
                self._idle = ready[:-1]
            process = ready[-1] if ready else self._started()
            try:
                yield process
            finally:
                if process.alive and process.grown < self._limits.memory_mib * MIB / 2:
                    with self._lock:
                        self._idle.append(process)
                else:
                    process.end()

    def _started(self) -> LimitedProcess:
        limits = self._limits
        return LimitedProcess(self._module, json.dumps(asdict(limits)), memory_mib=limits.memory_mib)

    def _known(self, key: _Key) -> DrawnPages | DocumentError | None:
        with self._lock:
            drawn, made = self._kept.get(key, (None, 0.0))
            if isinstance(drawn, DocumentError) and time.monotonic() - made > _PROBLEM_SECONDS:
                return None
            if drawn is not None:
                self._kept.move_to_end(key)
            return drawn

    def _keep(self, key: _Key, drawn: DrawnPages | DocumentError) -> None:
        with self._lock:
            self._forget(key)
            self._kept[key] = (drawn, time.monotonic())
            self._kept_bytes += _size(drawn)
            while self._kept_bytes > self._limits.cache_mib * MIB:
                self._forget(next(iter(self._kept)))

    def _forget(self, key: _Key) -> None:
        dropped = self._kept.pop(key, None)
        self._kept_bytes -= _size(dropped[0]) if dropped is not None else 0


def _size(drawn: DrawnPages | DocumentError) -> int:
    return drawn.size if isinstance(drawn, DrawnPages) else 1000  # about an error and its key


def _too_much(why: Why, limits: DrawLimits) -> DocumentError:
    if why is Why.TIME:
        reason = f"takes more than {limits.seconds} seconds to draw"
    elif why is Why.MEMORY:
        reason = f"takes more than {limits.memory_mib} MiB of memory to draw"
    else:
        reason = "ends the process that draws it"
    return DocumentError(f"The PDF's page {reason}; the passage's text is shown.")
