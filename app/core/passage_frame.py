"""The frame of passages in a prompt: separated by a line that no document can contain, and unable to begin another."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from app.core.errors import AppError, reason

_SECRET_BYTES = 32
_KEY_LETTERS = 10  # 40 bits. A document is written before the request, so its author has one guess.
# Line ends of every kind, blanks and invisible characters, and the signs of headings, quotations and lists.
_LINE_START = r"(?:^|(?<=[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]))"
_LEAD = r"[\s\u200b-\u200f\u2060\ufeff>#*_~`'\"|=•·–—-]{0,12}"
_FORGED = re.compile(rf"({_LINE_START}{_LEAD})[\[［【〔]\s*(\d{{1,3}})\s*[\]］】〕]", re.MULTILINE)
_LOOKALIKE = re.compile(r"={2,}\s*([0-9a-f]{6,20})\s*={2,}", re.IGNORECASE)


def prompt_secret(data_dir: Path) -> bytes:
    """The secret of this installation's prompts (32 bytes), made on first use and readable by its owner only."""
    path = data_dir / "prompt-secret"
    try:
        if not path.exists():
            _write_once(path)
        secret = path.read_bytes()
    except OSError as error:
        raise AppError(
            f"The secret of the prompts cannot be kept in {path} ({reason(error)}).",
            fix="Make the folder writable, or set FOREMOST_DATA_DIR to another one.",
        ) from error
    if len(secret) != _SECRET_BYTES:
        raise AppError(f"The secret of the prompts in {path} is damaged.", fix="Delete the file; a new one is made.")
    return secret


def boundary(answer_id: str, secret: bytes) -> str:
    """The line between the passages of one answer. The same id and secret give the same line, so it can be proven."""
    key = hmac.new(secret, answer_id.encode(), hashlib.sha256).hexdigest()[:_KEY_LETTERS]
    return f"=== {key} ==="


def framed(passages: Iterable[str], line: str) -> str:
    """The passages with the boundary line before, between and after them; empty without passages."""
    pieces = [f"{line}\n{passage}" for passage in passages]
    return "\n".join([*pieces, line]) if pieces else ""


def unforged(text: str) -> str:
    """The text with a passage's number at a line's beginning in round brackets, and without boundary lines."""
    return _LOOKALIKE.sub(r"(\1)", _FORGED.sub(r"\1(\2)", text))


def one_line(text: str) -> str:
    """A title or a heading on one line, so that it cannot begin another passage."""
    return " ".join(_LOOKALIKE.sub(r"(\1)", text).split())


def _write_once(path: Path) -> None:
    """Write a new secret. Two processes may do so at once: the first file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        unfinished.touch(mode=0o600, exist_ok=False)
        unfinished.write_bytes(secrets.token_bytes(_SECRET_BYTES))
        try:
            path.hardlink_to(unfinished)
        except FileExistsError:
            return
    finally:
        unfinished.unlink(missing_ok=True)
