"""What the CPU has for int8: the flags of /proc/cpuinfo go in, one line comes out."""

import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_SUPPORT = (  # the best first; flags as Linux names them
    ("avx512_vnni", "VNNI (AVX-512)"),
    ("avx_vnni", "VNNI (AVX)"),
    ("i8mm", "int8 matrix products (ARM)"),
    ("asimddp", "dot products (ARM)"),
    ("avx512bw", "AVX-512 without VNNI: int8 takes longer, the results are the same"),
    ("avx2", "AVX2 without VNNI: int8 takes longer, the results are the same"),
    ("asimd", "NEON without dot products (ARM): int8 takes longer, the results are the same"),
)


def int8_support(cpuinfo: str | None = None) -> str:
    """Name of the best int8 instructions among the flags of `cpuinfo`, by default this machine's."""
    text = _this_cpuinfo() if cpuinfo is None else cpuinfo
    flags: set[str] = set()
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip().casefold() in ("flags", "features"):  # x86, ARM
            flags.update(value.split())
    if not flags:
        return "unknown: this system does not list the CPU's flags"
    known = (line for flag, line in _SUPPORT if flag in flags)
    return next(known, "neither VNNI nor AVX2: int8 takes longer, the results are the same")


def _this_cpuinfo() -> str:
    if _CPUINFO.is_file():
        return _CPUINFO.read_text("utf-8", "replace")
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "Features : asimd asimddp"  # every Apple CPU of this kind has them
    return ""
