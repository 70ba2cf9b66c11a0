"""Real text to recombine: sentences of the development data, or of Python's own documentation where that is absent."""

import ast
import gzip
import json
import re
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.quality.sets import FOLDER

SENTENCES = 40_000  # embedded once, in about two minutes
MOST_SENTENCES = 160_000
SHARED_BY = 5  # chunks of a corpus that begin half of their text with the same sentence; real corpora repeat less
PIECE = 24  # sentences of a document at most; a longer text becomes several, so that each has one subject
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])")
_SHORTEST, _LONGEST = 25, 400  # characters of a sentence


@dataclass(frozen=True, slots=True)
class Pool:
    """Sentences of real documents, and real questions about them."""

    source: str  # for the output
    documents: tuple[tuple[str, ...], ...]
    questions: tuple[str, ...]


def read_pool(*, sentences: int = SENTENCES, questions: int = 200, folder: Path = FOLDER) -> Pool:
    """About so many sentences, from documents evenly spaced over the source; always the same ones.

    The passages beside the development sets, for training, come in where those have too few.
    """
    if folder.is_dir():
        names = sorted(path.parent.name for path in folder.glob("*/corpus.jsonl"))
        documents = [row["text"] for name in names for row in _rows(folder / name / "corpus.jsonl")]
        all_questions = [row["text"] for name in names for row in _rows(folder / name / "queries.jsonl")]
        source = f"the development sets {', '.join(names)}"
        if sentences > SENTENCES:
            documents += _training(folder.parent / "training")
            source += " and the training passages beside them"
    else:
        documents = list(_docstrings())
        all_questions = [text.split(".")[0] for text in documents if "\n" not in text]
        source = "docstrings of Python's standard library (their first sentences are the questions)"
    pieces = [piece for text in documents for piece in _pieces(text)]
    step = max(sum(map(len, pieces)) / sentences, 1.0)
    kept = [pieces[int(number * step)] for number in range(int(len(pieces) / step))]
    spaced = all_questions[:: max(len(all_questions) // questions, 1)][:questions]
    return Pool(source=source, documents=tuple(kept), questions=tuple(spaced))


def sentences_for(rows: int) -> int:
    """How many sentences a corpus of so many chunks is made of."""
    return min(max(2 * rows // SHARED_BY, min(rows, 4_000)), MOST_SENTENCES)


def _pieces(text: str) -> Iterator[tuple[str, ...]]:
    sentences = [piece.replace("\n", " ") for piece in _END.split(text) if _SHORTEST <= len(piece) <= _LONGEST]
    for first in range(0, len(sentences), PIECE):
        yield tuple(sentences[first : first + PIECE])


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _training(folder: Path) -> list[str]:
    passages: dict[str, None] = {}
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            passages |= dict.fromkeys(json.loads(line)["p"] for line in lines)
    return list(passages)


def _docstrings() -> Iterator[str]:
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*/*.py")) + sorted(
        Path(sysconfig.get_path("stdlib")).glob("*.py")
    ):
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue  # test data of Python itself that is meant not to parse
        nodes: Sequence[ast.AST] = list(ast.walk(tree))
        for node in nodes:
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
                yield text
