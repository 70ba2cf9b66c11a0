"""LibreOffice, the program that converts Office files from before 2007: whether it is installed."""

import shutil

HOW_TO_INSTALL = (
    "apt-get install libreoffice-writer libreoffice-calc libreoffice-impress (Debian), "
    "brew install --cask libreoffice (macOS)"
)
_COMMANDS = ("soffice", "libreoffice")
_MACOS = "/Applications/LibreOffice.app/Contents/MacOS/soffice"


def libreoffice_command() -> str | None:
    """Path of the program, None when it is not installed."""
    return next((path for name in (*_COMMANDS, _MACOS) if (path := shutil.which(name))), None)
