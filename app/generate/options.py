"""What every call of a chat model is told in the same words."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOptions:
    """Sampling, sizes and patience."""

    context_tokens: int  # asked for; the server's own limit may be lower
    answer_tokens: int  # longest answer
    temperature: float
    seed: int
    timeout_seconds: float  # longest silence
