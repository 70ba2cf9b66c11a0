"""The PDF of a document of the made set: drawn at once, or a print kept with the tests."""

import subprocess
import tempfile
from pathlib import Path

from tests.support.pdf_set.model import Made
from tests.support.pdf_set.with_html import page_of
from tests.support.pdf_set.with_office import office_file
from tests.support.pdf_set.with_reportlab import drawn

PRINTS = Path(__file__).resolve().parents[2] / "fixtures" / "pdf_set"


def pdf_of(made: Made) -> bytes:
    """The bytes of the PDF."""
    if made.origin == "reportlab":
        return drawn(made)
    return (PRINTS / f"{made.name}.pdf").read_bytes()


def print_again(made: Made) -> None:
    """Make the kept print again with Chromium or LibreOffice, which have to be installed."""
    if made.origin == "reportlab":
        return
    with tempfile.TemporaryDirectory() as folder:
        if made.origin == "chromium":
            source = Path(folder, f"{made.name}.html")
            source.write_text(page_of(made), encoding="utf-8")
            target = f"--print-to-pdf={PRINTS / f'{made.name}.pdf'}"
            command = [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-pdf-header-footer",
                target,
                str(source),
            ]
        else:
            source = Path(folder, f"{made.name}.{made.origin}")
            source.write_bytes(office_file(made))
            command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(PRINTS), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
