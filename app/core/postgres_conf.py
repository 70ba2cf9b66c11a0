"""Configuration of the embedded PostgreSQL, sized to the memory and cores of this machine."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

_MIB = 1024 * 1024
_FILE = "foremost.conf"
_HEADER = "# Written by Foremost at each start, sized to this machine. ALTER SYSTEM overrides any of it.\n"
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # shared by the parallel workers of an index build on Linux
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """The resources that the server may use."""

    memory_mib: int
    cores: int
    shared_memory_mib: int  # free for parallel workers


def this_machine() -> Machine:
    """This machine, or the share of it that a container has."""
    memory = psutil.virtual_memory().total
    limit = _CGROUP_LIMIT.read_text().strip() if _CGROUP_LIMIT.is_file() else ""
    if limit.isdigit():
        memory = min(memory, int(limit))
    shared = shutil.disk_usage(_SHARED_MEMORY).free if _SHARED_MEMORY.is_dir() else memory // 2
    return Machine(memory_mib=memory // _MIB, cores=os.cpu_count() or 1, shared_memory_mib=shared // _MIB)


def server_settings(machine: Machine) -> Mapping[str, str]:
    """Names and values for postgresql.conf.

    An HNSW index is built fast only while it fits into maintenance_work_mem. A parallel build allocates all of that as
    shared memory at once, so the limit is half of the free shared memory. The embedded server is not replicated, so
    that an index build need not be written to the log as well.
    """
    memory = machine.memory_mib
    build = max(min(memory // 8, 4096, machine.shared_memory_mib // 2), 16)
    return {
        "shared_buffers": f"{max(min(memory // 8, 4096), 128)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": f"{max(min(memory // 512, 32), 4)}MB",
        "maintenance_work_mem": f"{build}MB",
        "autovacuum_work_mem": f"{max(min(memory // 32, 512), 16)}MB",
        "max_parallel_maintenance_workers": str(max(min(machine.cores - 1, 8), 1)),
        "random_page_cost": "1.1",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
    }


def write_settings(directory: Path, settings: Mapping[str, str]) -> None:
    """Write the settings into a data directory made by initdb; they apply from the next start of the server."""
    file, main = directory / _FILE, directory / "postgresql.conf"
    content = _HEADER + "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    if not file.is_file() or file.read_text("utf-8") != content:
        file.write_text(content, "utf-8")
    include = f"include_if_exists = '{_FILE}'\n"
    if include not in main.read_text("utf-8"):
        with main.open("a", encoding="utf-8") as stream:
            stream.write("\n" + include)
