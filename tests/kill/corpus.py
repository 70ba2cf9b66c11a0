"""A changing corpus: every sentence of a document names the document and its version."""

import os
import random
import re
from pathlib import Path

MARK = re.compile(r"\bk(\d+) says v(\d+)\b")


def text_of(key: int, version: int) -> str:
    """Text of a few to a few dozen chunks; the number differs between versions."""
    dice = random.Random(key * 1_000_003 + version)
    paragraphs = []
    for _ in range(dice.randint(2, 30)):
        sentences = (f"Report k{key} says v{version} of harbour w{dice.randrange(500)}." for _ in range(8))
        paragraphs.append(" ".join(sentences))
    return f"# Log {key}\n\n" + "\n\n".join(paragraphs) + "\n"


class ChangingFolder:
    """Changes, adds, moves and deletes files; each change is one atomic operation of the file system."""

    def __init__(self, folder: Path, documents: int, dice: random.Random) -> None:
        self.folder = folder
        self._dice = dice
        self._next = 0
        self.files: dict[Path, tuple[int, int]] = {}  # path -> document, version
        self.changes = 0
        for name in ("a", "b", "c"):
            (folder / name).mkdir(parents=True)
        for _ in range(documents):
            self._add()

    def change(self) -> None:
        """Change one random file."""
        self.changes += 1
        draw = self._dice.random()
        path = self._dice.choice(sorted(self.files))
        if draw < 0.55:
            key, version = self.files[path]
            self._write(path, key, version + 1)
        elif draw < 0.80:
            target = self._free()
            os.replace(path, target)
            self.files[target] = self.files.pop(path)
        elif draw < 0.90:
            self._add()
        elif len(self.files) > 5:
            path.unlink()
            del self.files[path]

    def _add(self) -> None:
        self._write(self._free(), self._next, 1)

    def _free(self) -> Path:
        self._next += 1
        return self.folder / self._dice.choice("abc") / f"log-{self._next}.md"

    def _write(self, path: Path, key: int, version: int) -> None:
        """Write by renaming; half-written files are the subject of another test."""
        temporary = self.folder / f".{path.name}.new"
        temporary.write_text(text_of(key, version))
        os.replace(temporary, path)
        self.files[path] = (key, version)
