"""What a child process does to itself before it reads a hostile file: limits, and pipes that no library prints to."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import resource
except ImportError:  # Windows: only the parent's checks of memory and time limit it there
    resource = None  # type: ignore[assignment]

MIB = 2**20


@contextlib.contextmanager
def private_pipes() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """(requests, replies) on descriptors of their own, so that a library that prints does not write to the parent."""
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as replies:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        yield requests, replies


def silence() -> None:
    """Discard standard error from here on: parsers print many lines about damaged files."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)


def limit_memory(mib: int) -> None:
    """Limit the address space beyond what is used now; macOS accepts the limit and does not enforce it."""
    if resource is None:
        return
    import psutil  # noqa: PLC0415  # needed once in a process

    used = psutil.Process().memory_info().vms
    with contextlib.suppress(ValueError, OSError):  # a lower limit is in force already
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (used + mib * MIB, resource.RLIM_INFINITY))


def limit_processor(seconds: int) -> None:
    """Limit the processor time from here on; the kernel ends the process when it takes more."""
    if resource is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime) + seconds + 1
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def peak_mib() -> int:
    """The most memory that this process has used so far; 0 where the system does not say."""
    if resource is None:
        return 0
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would give the size of the parent process when that is larger
        line = next((line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:")), "")
        return int(line.split()[1]) // 1024 if line else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / MIB) if sys.platform == "darwin" else peak // 1024
