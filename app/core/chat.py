"""The chat model as the stages use it, whichever server runs it."""

from collections.abc import Generator, Sequence
from typing import Protocol

from app.core.domain import Message, ModelInfo, Usage


class ChatModel(Protocol):
    """Streams an answer to messages, and reports afterwards how many tokens were read."""

    @property
    def info(self) -> ModelInfo:
        """The model, and the context length that every call requests."""
        ...

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the whole prompt, chat template included.

        Exact when info.tokens_counted is True, otherwise an estimate that errs upwards.
        """
        ...

    def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> Generator[str, None, Usage]:
        """Pieces of the answer as they arrive; the generator returns the Usage.

        Yields "" a few times a second while the server is silent, so that a caller can stop before the first token:
        closing the generator ends the work of the server. max_tokens: longest answer, by default the configured one.
        Raises QuestionError, ModelError or ContextOverflowError, one line each.
        """
        ...

    def close(self) -> None:
        """Release connections and memory; calling it twice is harmless."""
        ...
