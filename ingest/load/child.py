"""The loading process: requests on standard input, documents on standard output.

It is separate because a file may be made to exhaust memory, to run forever or to crash a parser. It has no access to
the database, the models or secrets. Its parent, ingest.load.parent, ends it when it exceeds a limit.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from app.core.domain import Document, Source
from app.core.errors import DocumentError
from ingest.load.frames import (
    Frame,
    document_header,
    error_header,
    read_frame,
    source_from,
    source_header,
    write_frame,
)
from ingest.load.limits import MIB, Limits, too_much_memory
from ingest.load.unpack import Item, unpacked

try:
    import resource
except ImportError:  # Windows: only the parent's checks of memory and time limit it there
    resource = None  # type: ignore[assignment]


Items = Callable[[Source, Limits], Iterator[Item]]


def main(items: Items = unpacked) -> None:
    """Serve requests until the parent closes the pipe. items: what is read of a source."""
    limits = Limits(**json.loads(sys.argv[1]))
    with _private_pipes() as (requests, replies):
        _limit_memory(limits)
        write_frame(replies, Frame(kind="ready"))
        _silence()
        while request := read_frame(requests):
            _serve(request, replies, limits, items)


def _serve(request: Frame, replies: IO[bytes], limits: Limits, items: Items) -> None:
    """Load everything in a source; the first `skip` documents were loaded by an earlier process and are passed over."""
    source = source_from(request)
    skip = request.header["skip"]
    _limit_processor(limits)
    for number, (item, load_item) in enumerate(items(source, limits)):
        if number < skip:
            continue
        _limit_processor(limits)
        own = item.content is source.content  # the parent has these bytes already
        header = source_header(item) | {"own": own}
        write_frame(replies, Frame(kind="begin", header=header, content=b"" if own else item.content))
        write_frame(replies, _reply(load_item, limits))
    write_frame(replies, Frame(kind="end", header={"peak_mib": _peak_mib()}))


def _reply(load_item: Callable[[], Document], limits: Limits) -> Frame:
    try:
        return Frame(kind="document", header=document_header(load_item()))
    except DocumentError as error:
        return Frame(kind="problem", header=error_header(error))
    except MemoryError:
        return Frame(kind="problem", header=error_header(too_much_memory(limits)))


@contextlib.contextmanager
def _private_pipes() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """(requests, replies) on descriptors of their own, so that a library that prints does not write to the parent."""
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as replies:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        yield requests, replies


def _silence() -> None:
    """Discard standard error from here on: parsers print many lines about damaged files."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)


def _limit_memory(limits: Limits) -> None:
    """Limit the address space beyond what is used now; macOS accepts the limit and does not enforce it."""
    if resource is None:
        return
    import psutil  # noqa: PLC0415  # needed once in a process

    used = psutil.Process().memory_info().vms
    with contextlib.suppress(ValueError, OSError):  # a lower limit is in force already
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (used + limits.memory_mib * MIB, resource.RLIM_INFINITY))


def _limit_processor(limits: Limits) -> None:
    """Limit the processor time from here on; the kernel ends the process when it takes more."""
    if resource is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime) + limits.cpu_seconds + 1
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _peak_mib() -> int:
    if resource is None:
        return 0
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would give the size of the parent process when that is larger
        line = next((line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:")), "")
        return int(line.split()[1]) // 1024 if line else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / MIB) if sys.platform == "darwin" else peak // 1024


if __name__ == "__main__":
    main()
