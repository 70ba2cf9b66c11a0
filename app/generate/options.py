"""Options of every call of a chat model."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOptions:
    """Sampling, sizes and the time limit."""

    context_tokens: int  # as configured; the server's limit may be lower
    answer_tokens: int  # longest answer
    temperature: float
    seed: int
    timeout_seconds: float  # longest silence of the server
