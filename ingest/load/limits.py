"""What loading one file may cost at most."""

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds of loading one document; those of an archive hold for everything in it together where said."""

    memory_mib: int = 800  # that the loading process may take beyond what it takes idle
    seconds: int = 120  # wall time of one document
    cpu_seconds: int = 60  # processor time of one document
    characters: int = 10_000_000  # of text: about 3,000 printed pages
    unpacked_mib: int = 200  # that a zip-based document or an archive unpacks to, archives within it included
    entries: int = 2_000  # documents in an archive, archives within it included
    pages: int = 20_000  # of a PDF or image file
    nesting: int = 3  # archives within archives; a mail's attachments count as an archive
    ocr_seconds: int = 600  # for scanned pages of one document, in addition to `seconds`; 0 reads none
    ocr_languages: str = ""  # as tesseract names them, joined by +; empty takes those installed

    @property
    def longest(self) -> int:
        """Seconds after which one document is given up."""
        return self.seconds + self.ocr_seconds


def too_much_memory(limits: Limits) -> str:
    """What is said of a document whose loading takes more memory than it may."""
    return (
        f"It takes more than {limits.memory_mib} MiB of memory to read: split it into smaller files, "
        "or raise FOREMOST_LOAD_MEMORY_MIB."
    )


def too_much_text(limits: Limits) -> str:
    """What is said of a document that holds more text than is read of one."""
    return (
        f"It holds more than {limits.characters:,} characters of text: split it into smaller files, "
        "or raise FOREMOST_LOAD_CHARACTERS."
    )
