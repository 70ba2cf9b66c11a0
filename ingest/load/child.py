"""The loading process: sources come in on standard input, their documents go out on standard output.

It runs apart from everything else, because what it reads may be made to exhaust memory, to run forever or to crash a
parser. It never sees the database, the models or a secret. Its parent, ingest.load.parent, ends it past a limit.
"""

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import IO

from app.core.errors import DocumentError
from ingest.load.frames import Frame, document_header, read_frame, source_header, source_of, write_frame
from ingest.load.limits import MIB, Limits, too_much_memory
from ingest.load.unpack import unpacked

try:
    import resource
except ImportError:  # Windows: the parent's watch of memory and time is what bounds it there
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Serve requests until the parent closes the pipe."""
    limits = Limits(**json.loads(sys.argv[1]))
    with _private_pipes() as (requests, replies):
        _bound_memory(limits)
        write_frame(replies, Frame(kind="ready"))
        _silence()
        while request := read_frame(requests):
            _serve(request, replies, limits)


def _serve(request: Frame, replies: IO[bytes], limits: Limits) -> None:
    """Load everything in a source; documents before `skip` are counted, not loaded: an earlier process did those."""
    source = source_of(request)
    skip = request.header["skip"]
    _bound_processor(limits)
    for number, (one, load_it) in enumerate(unpacked(source, limits)):
        if number < skip:
            continue
        _bound_processor(limits)
        own = one.content is source.content
        write_frame(
            replies, Frame(kind="begin", header=source_header(one) | {"own": own}, content=b"" if own else one.content)
        )
        try:
            write_frame(replies, Frame(kind="document", header=document_header(load_it())))
        except DocumentError as error:
            write_frame(replies, Frame(kind="problem", header={"error": str(error)}))
        except MemoryError:
            write_frame(replies, Frame(kind="problem", header={"error": too_much_memory(limits)}))
    write_frame(replies, Frame(kind="end", header={"peak_mib": _peak_mib()}))


@contextlib.contextmanager
def _private_pipes():  # type: ignore[no-untyped-def]  # a generator of two streams
    """The pipes to the parent under numbers of their own: a library that prints must not speak to the parent."""
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as replies:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        yield requests, replies


def _silence() -> None:
    """From here on nobody listens to standard error: parsers complain at length about damaged files."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)


def _bound_memory(limits: Limits) -> None:
    """Address space beyond what is taken already; macOS accepts the bound and does not hold it."""
    if resource is None:
        return
    import psutil  # noqa: PLC0415  # once a process

    taken = psutil.Process().memory_info().vms
    with contextlib.suppress(ValueError, OSError):  # a lower bound is in force already
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (taken + limits.memory_mib * MIB, resource.RLIM_INFINITY))


def _bound_processor(limits: Limits) -> None:
    """Processor seconds from here on; the kernel ends the process that takes more."""
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
    if status.exists():  # ru_maxrss would tell the size of the process that started this one, when that is larger
        line = next((line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:")), "")
        return int(line.split()[1]) // 1024 if line else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / MIB) if sys.platform == "darwin" else peak // 1024


if __name__ == "__main__":
    main()
