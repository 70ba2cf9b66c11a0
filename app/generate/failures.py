"""Errors of chat servers as one line with a fix."""

import re

from app.core.errors import ContextOverflowError, ModelError

_NEEDED = re.compile(r'n_prompt_tokens\\*"?\s*:\s*(\d+)|request \((\d+) tokens\)|(?:contains|has) (?:at least )?(\d+)')
_CONTEXT = re.compile(r'n_ctx\\*"?\s*:\s*(\d+)|context size \((\d+) tokens\)|context length is (?:only )?(\d+)')
_OVERFLOW = re.compile(
    r"exceed_context_size|exceeds? the available context|context_length_exceeded|maximum context length|"
    r"exceeds? (?:the )?(?:model's )?(?:maximum )?context|input length exceeds",
    re.IGNORECASE,
)
_SHOWN_CHARACTERS = 200


def is_overflow(message: str) -> bool:
    """Whether a server's message means that the prompt does not fit its context."""
    return bool(_OVERFLOW.search(message))


def overflow(message: str = "", *, needed: int | None = None, context: int | None = None) -> ContextOverflowError:
    """The error for a prompt that does not fit; numbers not given are read from the server's message."""
    needed = needed or _number(_NEEDED, message)
    context = context or _number(_CONTEXT, message)
    size = f"The prompt has {needed} tokens" if needed else "The prompt is too long"
    room = f" and the model's context is {context}" if context else " for the model's context"
    return ContextOverflowError(
        f"{size}{room}.",
        fix="Shorten the question, lower FOREMOST_PASSAGES_TOKENS, or raise FOREMOST_CONTEXT_TOKENS.",
    )


def silent(where: str, seconds: float) -> ModelError:
    """The error for a server that sent nothing within the time limit."""
    return ModelError(
        f"{where} sent nothing for {seconds:.0f} s: it is busy with another question, or too slow.",
        fix="Ask again later, or raise FOREMOST_TIMEOUT_SECONDS.",
    )


def broke_off(where: str) -> ModelError:
    """The error for a server or model process that died in mid-answer."""
    return ModelError(
        f"{where} broke off in the middle of the answer.", fix="Ask again; if it fails again, restart the server."
    )


def other(where: str, message: str) -> ModelError:
    """The error for any other message of a server."""
    return ModelError(f"{where} failed: {one_line(message) or 'it gave no reason'}.", fix="Look into the server's log.")


def one_line(message: str) -> str:
    """A server's message on one line, shortened."""
    line = " ".join(message.split()).rstrip(".")
    return line if len(line) <= _SHOWN_CHARACTERS else line[: _SHOWN_CHARACTERS - 1] + "…"


def _number(pattern: "re.Pattern[str]", message: str) -> int | None:
    """The number in the first group of the pattern that matches; None when the pattern does not."""
    match = pattern.search(message)
    if match is None:
        return None
    return next((int(group) for group in match.groups() if group), None)
