"""Tesseract, the program that recognises text in pictures: whether it is installed, and with which languages."""

import shutil
import subprocess

HOW_TO_INSTALL = "apt-get install tesseract-ocr (Debian), brew install tesseract (macOS)"
_NOT_LANGUAGES = frozenset(("osd", "equ"))
_SECONDS = 20


def tesseract_languages() -> tuple[str, ...]:
    """Installed languages by tesseract's names (eng, deu …; osd detects rotated pages); () without tesseract."""
    if shutil.which("tesseract") is None:
        return ()
    try:
        result = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=_SECONDS, check=True)  # noqa: S607
    except (OSError, subprocess.SubprocessError):
        return ()
    lines = result.stdout.decode("utf-8", "replace").splitlines()[1:]  # the first line is a heading
    return tuple(sorted(line.strip() for line in lines if line.strip()))


def chosen_languages(wanted: str, installed: tuple[str, ...]) -> str:
    """Languages to recognise, joined by "+": the installed ones among `wanted`, else all installed, English first."""
    chosen = [language for language in wanted.split("+") if language in installed]
    languages = [language for language in installed if language not in _NOT_LANGUAGES]
    return "+".join(chosen or sorted(languages, key=lambda language: (language != "eng", language)))
