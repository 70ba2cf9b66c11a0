"""Programs of the system that some tests need, by the marker of those tests."""

import shutil
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """A program that this package does not install."""

    name: str
    tests: str  # what the tests that need it are about
    commands: tuple[str, ...]  # any of them will do
    fix: str

    def path(self) -> str | None:
        """Where it is installed, None when it is not."""
        return next((path for command in self.commands if (path := shutil.which(command))), None)

    def left_out(self, count: int) -> str:
        """The line for people that says how many tests did not run, and how to run them."""
        return f"{count} tests of {self.tests} were left out: they need {self.name}. Get it with: {self.fix}."


CHROMIUM = Program(
    name="Chromium",
    tests="the page",
    commands=("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
    fix="apt-get install chromium (Debian), or any package that puts chromium on the PATH",
)
TESSERACT = Program(
    name="tesseract",
    tests="scanned pages",
    commands=("tesseract",),
    fix="apt-get install tesseract-ocr (Debian), brew install tesseract (macOS)",
)
LIBREOFFICE = Program(
    name="LibreOffice",
    tests="old Office files",
    commands=("soffice", "libreoffice"),
    fix="apt-get install libreoffice-writer libreoffice-calc libreoffice-impress (Debian)",
)
NEEDED_BY_MARKER = {"browser": CHROMIUM, "tesseract": TESSERACT, "libreoffice": LIBREOFFICE}


def missing(marker: str, *, in_ci: bool) -> Program | None:
    """The program whose tests are left out here. None in CI: there a missing program fails its tests."""
    program = NEEDED_BY_MARKER[marker]
    return program if not in_ci and program.path() is None else None
