"""Real and hostile files of a folder beside the checkout, where there is one, each in its own case.

They are no part of this repository: the files that the other tests make have the same traits. Expectations are told by
name; files of the folder that are not named here must become text or say in one line why not.
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.domain import Document
from app.core.errors import DocumentError
from app.core.libreoffice import libreoffice_command
from ingest.load.limits import Limits
from ingest.load.parent import IsolatedLoader
from tests.support import made_files as made

AWKWARD = Path(__file__).resolve().parents[3] / "shared" / "data" / "files"
MOST_MIB = 1_000

# What refuses a file, as words of its error. Those of which nothing can be read, and those that nobody reads.
REFUSED = {
    "encrypted-aes256-unicode-password.pdf": "needs a password",
    "encrypted-password-Hello.pdf": "needs a password",
    "encrypted-user-password.pdf": "needs a password",
    "encrypted.docx": "needs a password",
    "encrypted.xlsx": "needs a password",
    "entity-expansion.docx": "entities",
    "malformed-184-bytes.pdf": "damaged",
    "droste-recursive.zip!/droste.zip!/droste.zip!/droste.zip": "archive within 3 archives",
    "quine.gz!/quine!/quine!/quine": "archive within 3 archives",
    "not-a-zip.odt": "does not hold that format",
    **({} if libreoffice_command() else {"word97.doc": "Save it as .docx"}),
    "small-zip-bomb-64MiB.zip!/zeros.txt": "exhaust memory",
}
WITHOUT_TEXT = {
    "blank-page-owner-protected.pdf", "empty.txt", "fuzzed-ghostscript.pdf", "image-only.pdf",
}  # fmt: skip
HOLDS = {
    "semicolon-bom.csv": "Ort: Köln | Betrag: 0,50",
    "footnotes.docx": "1. snoska",
    "table-in-endnote.docx": "Lorem ipsum",
    "pdf-named-docx.docx": "This is a page about France",
    "docx-named-pdf.pdf": "Eto ochen prostoy",
    "deeply-nested.html": "the answer is forty-two",
    "utf16le-no-bom.html": "This is a sample text",
    "lone-surrogate.json": "order number 55821",
    "footer.odt": "footer text",
    "ligatures.pdf": "fiflffiffl",
    "fuzzed-poppler.pdf": "Signed by: Phil Smith",  # in a comment; its page is lost
    "scanned-page.pdf": "This is a sample page scanned at 200dpi",  # in a comment beside the picture
    "multicolumn.pdf": "Austria | 8.9 | 83,879 | Vienna | German",
    "cjk-font-not-embedded.pdf": "あいうえお",
    "japanese.rtf": "ゾルゲと尾崎",
    "russian-cp866.txt": "Однажды, в студеную",
    "slides-grouped-shapes.pptx": "Text box1",
    "slides-comments.pptx": "Comment: I'm afraid",
    "text-box.xlsx": "this is some autoshape text",
    "nul-bytes.txt": "the vault code is 7741",
    "mojibake.txt": "The café “Zürich” charges €1,250.",
    "win1252.txt": "“",
    **({"word97.doc": "Sample Word Document Title"} if libreoffice_command() else {}),
    "name with spaces, ünïcode & emoji 🗂.md": "opens at 07:30",
    "two-column-paper.pdf": "Trace-based Just-in-Time Type Specialization",
    "mail-attachments.eml": "From: Bugs Bunny",
    "complex.mbox": "mail 3.eml",
    "chinese.msg": "# Alfresco MSG format testing ( MSG 格式測試 )",
    "quine.gz": "quine",
    "droste-recursive.zip": "droste.zip",
    "small-zip-bomb-64MiB.zip": "zeros.txt",
}
FILES = sorted(path.name for path in AWKWARD.iterdir() if path.suffix != ".tsv") if AWKWARD.is_dir() else []


@pytest.fixture(scope="module")
def loader() -> Iterator[IsolatedLoader]:
    with IsolatedLoader(Limits(ocr_seconds=0)) as loader:
        yield loader


if FILES:

    @pytest.mark.parametrize("name", FILES)
    def test_awkward_real_file_gives_its_text_or_says_why_not(loader: IsolatedLoader, name: str) -> None:
        source = made.source((AWKWARD / name).read_bytes(), unicodedata.normalize("NFC", name))
        loaded = loader.load(source)
        assert loaded.peak_mib < MOST_MIB
        found = {one.uri.removeprefix("/files/"): result for one, result in loaded.documents}
        assert list(found)[-1] == source.name
        for path, result in found.items():
            if isinstance(result, DocumentError):
                assert "\n" not in str(result)
            if path in REFUSED:
                assert isinstance(result, DocumentError)
                assert REFUSED[path] in str(result)
        text = "\n".join(result.text for result in found.values() if isinstance(result, Document))
        assert HOLDS.get(name, "") in text
        own = found[source.name]
        if isinstance(own, Document):
            assert bool(own.text) != (name in WITHOUT_TEXT)
            if name in WITHOUT_TEXT - {"empty.txt"}:
                assert "No text layer on page 1" in own.warnings[0]
        else:
            assert name in REFUSED
