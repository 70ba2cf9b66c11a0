"""The fenced blocks of the documents, so that tests can hold each one to what the program does."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Their blocks are commands, outputs, SQL and JSON lines; a block of another language fails test_docs.
DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "app/http/README.md",
    "app/OPERATIONS.md",
    "app/quality/README.md",
    "ingest/README.md",
    "tests/quality/RESULTS.md",
)
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NUMBER = re.compile(r"(-?\d+\.\d+)( ms| s)?\b")
_ELLIPSIS = "…"


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A fenced block."""

    document: str  # path from the root of the repository
    line: int  # of its fence
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A command of a console block and the output that the document shows for it."""

    command: str
    output: tuple[str, ...]


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document."""
    text = (ROOT / document).read_text("utf-8")
    return [
        Block(
            document=document,
            line=text.count("\n", 0, match.start()) + 1,
            language=match[1].strip(),
            text=match[2],
        )
        for match in _FENCE.finditer(text)
    ]


def examples(block: Block) -> list[Example]:
    """The commands of a console block (lines that start with "$ "), each with the lines below it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
        else:
            raise ValueError(f"{block} shows output before a command: {line}")
    return [Example(command=command, output=tuple(output)) for command, output in found]


def commands(block: Block) -> list[str]:
    """The commands of a block of shell or console."""
    if block.language == "console":
        return [example.command for example in examples(block)]
    return [line for line in block.text.splitlines() if line.strip() and not line.startswith("#")]


def agree(shown: tuple[str, ...], printed: list[str]) -> bool:
    """Whether an output is what the document shows.

    A line "…" stands for any lines, "…" within a line for any text. Empty lines and spaces do not count. Numbers with
    a decimal point may differ by 0.06 or 5 %, as models differ between CPUs; with " s" or " ms" they may differ freely.
    """
    shown = tuple(line for line in shown if line.strip())
    printed = [line for line in printed if line.strip()]
    if not shown:
        return not printed
    if shown[0].strip() == _ELLIPSIS:
        return any(agree(shown[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and same_line(shown[0], printed[0]) and agree(shown[1:], printed[1:])


def same_line(shown: str, printed: str) -> bool:
    """Whether a line of output is what a line of a document shows."""
    pattern, position, numbers = "", 0, []
    flat = " ".join(shown.split())
    for match in _NUMBER.finditer(flat):
        pattern += _literal(flat[position : match.start()]) + r"(-?\d+\.\d+)" + re.escape(match[2] or "")
        numbers.append(None if match[2] else float(match[1]))
        position = match.end()
    pattern += _literal(flat[position:])
    actual = re.fullmatch(pattern, " ".join(printed.split()))
    if actual is None:
        return False
    values = [float(value) for value in actual.groups()]
    return all(
        number is None or abs(number - value) <= max(0.06, 0.05 * abs(number))
        for number, value in zip(numbers, values, strict=True)
    )


def _literal(text: str) -> str:
    return ".*".join(re.escape(piece) for piece in text.split(_ELLIPSIS))
