"""Limits on loading one file, and the errors for exceeding them."""

from dataclasses import dataclass

from app.core.errors import DocumentError

MIB = 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Limits for one document; where the comment says so, for everything in an archive together."""

    memory_mib: int = 800  # that the loading process may use beyond what it uses when idle
    seconds: int = 120  # wall time of one document
    cpu_seconds: int = 60  # processor time of one document
    characters: int = 10_000_000  # of text: about 3,000 printed pages
    unpacked_mib: int = 200  # unpacked size of a zip-based document or an archive, nested archives included
    entries: int = 2_000  # documents in an archive, nested archives included
    pages: int = 20_000  # of a PDF or image file
    nesting: int = 3  # archives within archives; a mail's attachments count as an archive
    ocr_seconds: int = 600  # for scanned pages of one document, in addition to `seconds`; 0 disables OCR
    ocr_languages: str = ""  # tesseract's names joined by +; empty means all that are installed

    @property
    def longest(self) -> int:
        """Seconds after which loading one document is stopped."""
        return self.seconds + self.ocr_seconds


def too_much_memory(limits: Limits) -> DocumentError:
    """The error for a document that exceeds the memory limit."""
    return DocumentError(
        f"It takes more than {limits.memory_mib} MiB of memory to read.",
        fix="Split it into smaller files, or raise FOREMOST_LOAD_MEMORY_MIB.",
    )


def too_much_text(limits: Limits) -> DocumentError:
    """The error for a document that exceeds the limit on characters of text."""
    return DocumentError(
        f"It holds more than {limits.characters:,} characters of text.",
        fix="Split it into smaller files, or raise FOREMOST_LOAD_CHARACTERS.",
    )
