"""Tesseract, the program that reads text in pictures: whether it is there, and which languages it knows."""

import shutil
import subprocess

HOW_TO_INSTALL = "apt-get install tesseract-ocr (Debian), brew install tesseract (macOS)"
_NOT_LANGUAGES = frozenset(("osd", "equ"))
_SECONDS = 20


def tesseract_languages() -> tuple[str, ...]:
    """What is installed, by tesseract's own names (eng, deu …; osd finds a page's rotation); () without tesseract."""
    if shutil.which("tesseract") is None:
        return ()
    try:
        said = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=_SECONDS, check=True)  # noqa: S607
    except (OSError, subprocess.SubprocessError):
        return ()
    lines = said.stdout.decode("utf-8", "replace").splitlines()[1:]  # the first says where they are
    return tuple(sorted(line.strip() for line in lines if line.strip()))


def chosen_languages(wanted: str, installed: tuple[str, ...]) -> str:
    """The languages to read with, as tesseract takes them: those wanted that are there, else all, English first."""
    asked = [one for one in wanted.split("+") if one in installed]
    there = sorted((one for one in installed if one not in _NOT_LANGUAGES), key=lambda one: (one != "eng", one))
    return "+".join(asked or there)
