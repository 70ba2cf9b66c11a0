"""Office files from before 2007: converted by LibreOffice where it is installed, else refused with the remedy."""

import io
import os
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine

from app.core import libreoffice
from app.core.domain import CHUNKER_VERSION, Document
from app.core.errors import DocumentError
from ingest.load import detect, embedded, kinds, load, old_office
from ingest.load.limits import Limits
from ingest.load.parent import IsolatedLoader
from ingest.load.unpack import unpacked
from ingest.pipeline import Ingester, Outcome
from ingest.store import Store
from tests.support import made_files as made
from tests.support.census_word import word_file
from tests.support.compound_file import compound_file
from tests.support.fake_embedder import FakeEmbedder

_GRID = b'<w:tblGrid><w:gridCol w:w="3000"/><w:gridCol w:w="3000"/></w:tblGrid>'  # LibreOffice drops tables without one


def with_grid(document: bytes) -> bytes:
    """A Word document with the widths of its table's columns, and a paragraph after the table."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    body = entries["word/document.xml"].replace(b"<w:tbl>", b"<w:tbl>" + _GRID)
    entries["word/document.xml"] = body.replace(b"</w:tbl>", b"</w:tbl><w:p/>")
    return made.zipped(entries)


NEW = {
    "doc": with_grid(
        made.docx(
            ("Heading1", "Wages"), ("", "Paid on Friday."), table=[["Post", "Pay"], ["Cook", "21"], ["Mate", "30"]]
        )
    ),
    "xls": made.xlsx({"Fares": [["Route", "Fare"], ["Isle", 2.5], ["Coast", 3]]}),
    "ppt": made.pptx_with([("Harbour plan", "dredging", "spoken words")]),
}
HELD = {  # words that must be in the text
    "doc": ("Wages", "Paid on Friday.", "Cook | 21"),
    "xls": ("Route: Isle | Fare: 2.5",),
    "ppt": ("Harbour plan", "dredging", "spoken words"),
}
TYPES = {"doc": kinds.DOC, "xls": kinds.XLS, "ppt": kinds.PPT}
WORD_97 = compound_file({"WordDocument": bytes(600)})


@pytest.fixture(scope="module")
def old_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One file of each old format, made by LibreOffice from the new one."""
    folder = tmp_path_factory.mktemp("old")
    files = {}
    for ending, content in NEW.items():
        new = folder / f"{ending}.{ending}x"
        new.write_bytes(content)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [libreoffice.libreoffice_command() or "soffice", profile, "--headless", "--convert-to", ending]
        subprocess.run([*command, "--outdir", str(folder), str(new)], check=True, capture_output=True, timeout=120)
        files[ending] = (folder / f"{ending}.{ending}").read_bytes()
    return files


@pytest.fixture(scope="module")
def loader() -> Iterator[IsolatedLoader]:
    with IsolatedLoader(Limits(ocr_seconds=0)) as loader:
        yield loader


@pytest.mark.libreoffice
@pytest.mark.parametrize("ending", NEW)
def test_an_old_office_file_is_read_in_the_loading_process(
    loader: IsolatedLoader, old_files: dict[str, bytes], ending: str
) -> None:
    document = loader.load(made.source(old_files[ending], f"old.{ending}")).own
    assert isinstance(document, Document)
    assert document.media_type == TYPES[ending]
    for words in HELD[ending]:
        assert words in document.text


XML_2003 = {
    "a.doc": '<?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/'
    '2003/wordml"><w:body><w:p><w:r><w:t>Paid on Friday.</w:t></w:r></w:p></w:body></w:wordDocument>',
    "a.xml": '<?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table><Row><Cell><Data '
    'ss:Type="String">Paid on Friday.</Data></Cell></Row></Table></Worksheet></Workbook>',
}


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", XML_2003)
def test_office_xml_of_2003_is_read(loader: IsolatedLoader, name: str) -> None:
    document = loader.load(made.source('<?xml version="1.0"?>\n' + XML_2003[name], name)).own
    assert isinstance(document, Document)
    assert document.text == "Paid on Friday."


@pytest.mark.libreoffice
def test_a_damaged_old_file_is_refused_in_a_line_and_leaves_nothing_behind(
    old_files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with IsolatedLoader(Limits(ocr_seconds=0)) as fresh:
        refused = fresh.load(made.source(WORD_97, "bad.doc")).own
        assert isinstance(refused, DocumentError)
        assert "LibreOffice cannot convert it" in str(refused)
        assert isinstance(fresh.load(made.source(old_files["doc"], "good.doc")).own, Document)
    assert list(tmp_path.glob("foremost-*")) == []


def stand_in(folder: Path, script: str) -> None:
    """A program that is called soffice and runs this script."""
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_conversion_that_takes_too_long_is_ended_with_everything_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, f"sleep 86399 & echo $! > {tmp_path}/child; wait")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(DocumentError, match="LibreOffice takes more than 1 seconds"):
        old_office.converted(WORD_97, kinds.DOC, Limits(seconds=1))
    pid = int((tmp_path / "child").read_text())
    until = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_conversion_without_a_result_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, f"echo once >> {tmp_path}/runs")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    *_, (_, read) = unpacked(made.source(WORD_97, "old.doc"), Limits(seconds=20))
    with pytest.raises(DocumentError, match="LibreOffice cannot convert it"):
        read()
    assert (tmp_path / "runs").read_text() == "once\n"  # for the embedded files; not again for the text


def test_without_libreoffice_the_error_names_the_remedies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_office, "libreoffice_command", lambda: None)
    source = made.source(WORD_97, "old.doc")
    for read in (load, detect):
        with pytest.raises(DocumentError, match=r"Save it as \.docx, or: apt-get install libreoffice-writer .*--retry"):
            read(source)


@pytest.mark.libreoffice
def test_an_attached_old_file_is_read_once_libreoffice_is_there(
    database: Engine, monkeypatch: pytest.MonkeyPatch, old_files: dict[str, bytes]
) -> None:
    store = Store(database, chunker_version=CHUNKER_VERSION)
    ingester = Ingester(store=store, make_embedder=FakeEmbedder)
    source = made.source(made.zipped({"wages.doc": old_files["doc"], "a.txt": "words"}), "box.zip")
    with monkeypatch.context() as without:
        without.setattr(old_office, "libreoffice_command", lambda: None)
        result = ingester.ingest(source, collection="c")
        assert result.outcome is Outcome.NEW
        assert "wages.doc: It is a Word 97 document" in " ".join(result.warnings)
    assert ingester.ingest(source, collection="c").outcome is Outcome.CHANGED
    assert ingester.ingest(source, collection="c").outcome is Outcome.UNCHANGED


def test_a_file_embedded_in_an_old_file_is_a_document_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "converted", lambda *_: word_file().content)
    members = [item.name for item, _ in unpacked(made.source(WORD_97, "a.doc"), Limits())]
    assert members == ["Sheet1.xlsx", "plan.txt", "a.doc"]


def test_what_an_old_file_is_comes_from_its_root_and_not_from_what_is_embedded_in_it() -> None:
    with_word_inside = compound_file({"Workbook": b"WordDocument".ljust(600) + "WordDocument".encode("utf-16-le")})
    assert kinds.container_kind(with_word_inside, "a") == kinds.XLS


LOCKED = {
    "Word": {"WordDocument": bytes(10) + b"\x00\x01" + bytes(600)},
    "Excel": {"Workbook": b"\x09\x08\x04\x00" + bytes(4) + b"\x2f\x00\x06\x00" + bytes(600)},
    "PowerPoint": {"PowerPoint Document": bytes(600), "Current User": bytes(12) + b"\xdf\xc4\xd1\xf3" + bytes(8)},
    "a present format": {"EncryptedPackage": bytes(600), "EncryptionInfo": bytes(10)},
}


@pytest.mark.parametrize("kind", LOCKED)
def test_an_office_file_with_a_password_is_told_as_encrypted(kind: str) -> None:
    with pytest.raises(DocumentError, match="encrypted and needs a password"):
        kinds.container_kind(compound_file(LOCKED[kind]), "a.doc")
