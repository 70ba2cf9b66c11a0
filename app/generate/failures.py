"""Failures of chat servers in plain words: what a server said goes in, one line with its fix comes out."""

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


def is_overflow(said: str) -> bool:
    """Whether a server's words mean that the prompt does not fit its context."""
    return bool(_OVERFLOW.search(said))


def overflow(said: str = "", *, needed: int | None = None, context: int | None = None) -> ContextOverflowError:
    """The error for a prompt that does not fit; numbers not given are read from the server's words."""
    needed = needed or _number(_NEEDED, said)
    context = context or _number(_CONTEXT, said)
    size = f"The prompt has {needed} tokens" if needed else "The prompt is too long"
    room = f" and the model's context is {context}" if context else " for the model's context"
    return ContextOverflowError(
        f"{size}{room}. Shorten the question, lower FOREMOST_PASSAGES_TOKENS, or raise FOREMOST_CONTEXT_TOKENS."
    )


def silent(where: str, seconds: float) -> ModelError:
    """The error for a server that sends nothing for the whole time limit."""
    return ModelError(
        f"{where} sent nothing for {seconds:.0f} s: it is busy with another question, or too slow. "
        "Ask again later, or raise FOREMOST_TIMEOUT_SECONDS."
    )


def broke_off(where: str) -> ModelError:
    """The error for a server or model process that died in mid-answer."""
    return ModelError(
        f"{where} broke off in the middle of the answer. Ask again; if it fails again, restart the server."
    )


def said_by(where: str, said: str) -> ModelError:
    """The error for anything else a server said."""
    return ModelError(f"{where} failed: {one_line(said) or 'it gave no reason'}. Look into the server's log.")


def one_line(said: str) -> str:
    """A server's words on one line, shortened."""
    line = " ".join(said.split()).rstrip(".")
    return line if len(line) <= _SHOWN_CHARACTERS else line[: _SHOWN_CHARACTERS - 1] + "…"


def _number(pattern: "re.Pattern[str]", said: str) -> int | None:
    found = pattern.search(said)
    return next((int(group) for group in found.groups() if group), None) if found else None
