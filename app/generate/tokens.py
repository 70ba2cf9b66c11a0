"""Token estimates for servers that do not count: text goes in, an upper and a lower bound come out."""

import re
from collections.abc import Sequence

from app.core.domain import Message

# One piece is what common tokenizers never merge across: a run of letters, of digits, of blanks, or one other sign.
_PIECE = re.compile(r"(?P<latin>[A-Za-z]+)|(?P<letters>[^\W\d_]+)|(?P<digits>\d+)|(?P<blank>\s+)|(?P<sign>.)", re.S)
_WIDE = re.compile(r"[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
MESSAGE_TOKENS = 8  # role, start and end marks of one message
TEMPLATE_TOKENS = 32  # a template's own default system message and the opening of the answer


def at_most(messages: Sequence[Message]) -> int:
    """Upper estimate of the tokens of a rendered prompt.

    Measured against the tokenizers of Qwen2.5, SmolLM2 and MiniLM on prose, code, tables and nine languages: see
    tests/unit/test_tokens.py.
    """
    return TEMPLATE_TOKENS + sum(MESSAGE_TOKENS + text_at_most(message.content) for message in messages)


def text_at_most(text: str) -> int:
    """Upper estimate of the tokens of a text."""
    return sum(_most(match) for match in _PIECE.finditer(text))


def at_least(messages: Sequence[Message]) -> int:
    """Lower bound of the tokens of a rendered prompt, with nothing counted for the template.

    No tokenizer in use joins words across a blank, so every blank-separated word is at least one token; scripts
    written without blanks count one token in four characters.
    """
    total = 0
    for message in messages:
        wide = len(_WIDE.findall(message.content))
        words = len(_WIDE.sub(" ", message.content).split())
        total += words + wide // 4
    return total


def _most(match: "re.Match[str]") -> int:
    piece = match.group()
    match match.lastgroup:
        case "latin":
            return 1 + max(0, len(piece) - 4) // 4 + (1 if len(piece) > 8 else 0)
        case "letters":  # other scripts, and words with accents: two to three bytes a letter
            return max(1, len(piece) if _WIDE.search(piece) else (len(piece) + 1) // 2)
        case "digits":
            return len(piece)
        case "blank":  # a single blank belongs to the word after it
            return 0 if piece == " " else 1 + len(piece) // 8
        case _:
            return 1 if ord(piece) < 0x2000 else 2
