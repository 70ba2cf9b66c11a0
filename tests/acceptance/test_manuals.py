"""Every console block of README and manuals, run in order on the sample; every SQL block, run on the same database.

After a change of the program's words, UPDATE_DOCS=1 writes the new outputs into the documents: read the difference.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.core.models.embedding import Embedder
from tests.support import made_files as made
from tests.support.documents import ROOT, Block, Example, agree, blocks, examples, same_line

READER = "/home/ann"  # whose home directory the documents show
MIB = 1024 * 1024
Shell = Callable[[str], list[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The reader's home directory: the sample as ~/papers, and files that are hard to read in ~/inbox."""
    shutil.copytree(ROOT / "ingest" / "sample", tmp_path / "papers")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100) + "EncryptedPackage".encode("utf-16-le")
    (inbox / "contract.docx").write_bytes(encrypted)
    (inbox / "bomb.zip").write_bytes(made.zipped({"zeros.txt": bytes(64 * MIB), "plan.txt": "The plan is simple."}))
    (inbox / "blank.pdf").write_bytes(made.pdf([[]]))
    whole = made.pdf([["Lifejackets hang below deck."], ["Flares are in the red box."]])
    (inbox / "cut.pdf").write_bytes(whole[: whole.index(b"xref")])
    for path in (*inbox.iterdir(), *(tmp_path / "papers").iterdir()):
        os.utime(path, (1_600_000_000, 1_600_000_000))  # long enough ago for size and time to show a change
    return tmp_path


@pytest.fixture
def shell(database: Engine, data_dir: Path, embedder: Embedder, home: Path) -> Shell:
    """Run a command line in the reader's home directory; its output without the lines of progress."""
    assert embedder.dimension == 384  # its files are built before the first command
    outside = {name: value for name, value in os.environ.items() if not name.startswith("FOREMOST_")}
    environment = outside | {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "FOREMOST_DATA_DIR": str(data_dir),
        "DATABASE_URL": database.url.render_as_string(hide_password=False),
        "HF_HUB_OFFLINE": "1",
        "COLUMNS": "120",
    }

    def run(command: str) -> list[str]:
        result = subprocess.run(
            ["/bin/bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env=environment, cwd=home, timeout=600,
        )  # fmt: skip
        lines = result.stdout.replace(str(home), READER).splitlines()
        return [line for line in lines if line.strip() and not line.startswith("· ")]

    return run


@pytest.mark.parametrize("document", ["README.md", "app/quality/README.md"])
def test_console_blocks_show_what_the_sample_gives(document: str, shell: Shell, database: Engine, home: Path) -> None:
    assert shell("python -m ingest --sample") == ["Collection sample: 9 added."]
    for block in blocks(document):
        if block.language == "json":  # lines that one of the commands imports
            (home / "questions.jsonl").write_text(block.text, "utf-8")
    run_examples(document, shell)
    for block in blocks(document):
        if block.language == "sql":
            with database.connect() as connection:
                for statement in block.text.split(";"):
                    if statement.strip():
                        connection.execute(text(statement)).all()


def test_console_blocks_of_the_ingestion_manual_show_what_happens(shell: Shell) -> None:
    run_examples("ingest/README.md", shell)


def run_examples(document: str, shell: Shell) -> None:
    """Run the console blocks of a document in order and compare each output."""
    wrong: list[tuple[Block, str]] = []  # with its text as it should be
    for block in blocks(document):
        if block.language != "console":
            continue
        lines: list[str] = []
        for example in examples(block):
            printed = shell(example.command)
            lines.append(f"$ {example.command}")
            lines += example.output if agree(example.output, printed) else _renewed(example, printed)
        expected = "".join(f"{line.rstrip()}\n" for line in lines)
        if expected != block.text:
            wrong.append((block, expected))
    if os.environ.get("UPDATE_DOCS"):
        path = ROOT / document
        for block, expected in wrong:
            path.write_text(path.read_text("utf-8").replace(block.text, expected), "utf-8")
    else:
        assert not wrong, "\n".join(f"{block}\n{expected}" for block, expected in wrong)


def _renewed(example: Example, printed: list[str]) -> list[str]:
    """The printed lines; a line that agrees with one of the document stays as it is there, with its "…"."""
    kept = [line for line in example.output if line.strip() != "…"]
    return [next((shown for shown in kept if same_line(shown, line)), line) for line in printed]
