"""Office files from before 2007 go in, the same in the present format comes out, by LibreOffice where it is installed.

The program runs without a window, with a profile of its own that forbids macros and links, and within the limits on
memory and time of the loading process.
"""

import contextlib
import os
import subprocess
import tempfile
import time
from functools import lru_cache
from pathlib import Path

import psutil

from app.core.errors import DocumentError
from app.core.libreoffice import HOW_TO_INSTALL, libreoffice_command
from ingest.load import kinds
from ingest.load.limits import MIB, Limits, too_much_memory

_NAMES = {
    kinds.DOC: "Word 97 document (.doc)",
    kinds.XLS: "Excel 97 workbook (.xls)",
    kinds.PPT: "PowerPoint 97 file (.ppt)",
}
_ENDINGS = {kinds.DOC: ("doc", "docx"), kinds.XLS: ("xls", "xlsx"), kinds.PPT: ("ppt", "pptx")}
_WATCH_SECONDS = 0.1  # between two checks of memory and time
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>1</value></prop>
</item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""  # links: Calc 1 and Writer 0 mean "never"


def require_libreoffice(kind: str) -> str:
    """Path of the program. Raises DocumentError, with the remedies, when it is not installed."""
    command = libreoffice_command()
    if command is None:
        raise DocumentError(
            f"It is a {_NAMES[kind]}, which only LibreOffice can convert.",
            fix=f"Save it as .{_ENDINGS[kind][1]}, or: {HOW_TO_INSTALL}, then: python -m ingest --retry PATH",
        )
    return command


def converted(content: bytes, kind: str, limits: Limits) -> bytes:
    """The document in the present format. Raises DocumentError."""
    command = require_libreoffice(kind)
    result = _attempt(command, content, kind, limits)
    if isinstance(result, DocumentError):
        raise result
    return result


@lru_cache(maxsize=1)  # a document is converted for its embedded files, then for its text; so is one that fails
def _attempt(command: str, content: bytes, kind: str, limits: Limits) -> bytes | DocumentError:
    try:
        return _converted(command, content, kind, limits)
    except DocumentError as error:
        return error


def _converted(command: str, content: bytes, kind: str, limits: Limits) -> bytes:
    old, new = _ENDINGS[kind]
    with tempfile.TemporaryDirectory(prefix="foremost-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_PROFILE, "utf-8")
        (folder / f"document.{old}").write_bytes(content)
        _run(command, folder, old, new, limits)
        result = folder / "new" / f"document.{new}"
        if not result.is_file():
            raise DocumentError("LibreOffice cannot convert it, so it is damaged.", fix="Get a fresh copy.")
        if result.stat().st_size > limits.unpacked_mib * MIB:
            raise DocumentError(
                f"It is larger than {limits.unpacked_mib} MiB in the present format.",
                fix="Split it into smaller files.",
            )
        return result.read_bytes()


def _run(command: str, folder: Path, old: str, new: str, limits: Limits) -> None:
    options = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"]
    conversion = ["--convert-to", new, "--outdir", str(folder / "new"), str(folder / f"document.{old}")]
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    try:
        process = subprocess.Popen(
            [command, profile, *options, *conversion],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": str(folder), "SAL_USE_VCLPLUGIN": "svp"},
        )
    except OSError as error:
        raise DocumentError("LibreOffice does not start.", fix="Run soffice --version to see why.") from error
    until = time.monotonic() + limits.seconds
    try:
        while process.poll() is None:
            if time.monotonic() > until:
                raise DocumentError(
                    f"LibreOffice takes more than {limits.seconds} seconds to convert it.",
                    fix="Split it, or raise FOREMOST_LOAD_SECONDS.",
                )
            if _memory(process.pid) > limits.memory_mib * MIB:
                raise too_much_memory(limits)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_WATCH_SECONDS)
    finally:
        _end(process)


def _memory(pid: int) -> int:
    """Bytes that the process and its children use."""
    total = 0
    for process in _family(pid):
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def _end(process: "subprocess.Popen[bytes]") -> None:
    for member in _family(process.pid) if process.poll() is None else []:
        with contextlib.suppress(psutil.Error):
            member.kill()
    process.wait()


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [*parent.children(recursive=True), parent]
    except psutil.Error:
        return []
