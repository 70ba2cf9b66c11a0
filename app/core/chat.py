"""Chat models as the stages see them: messages go in, text streams out, and a witness says what was read."""

from collections.abc import Generator, Sequence
from typing import Protocol

from app.core.domain import Message, ModelInfo, Usage


class ChatModel(Protocol):
    """What the pipeline needs of a chat model, whichever server runs it."""

    @property
    def info(self) -> ModelInfo:
        """The model and the context that every call asks for."""
        ...

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the whole prompt, chat template included.

        Exact when info.tokens_counted is True, otherwise an estimate that errs upwards.
        """
        ...

    def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> Generator[str, None, Usage]:
        """Pieces of the answer as they arrive; the generator returns the Usage.

        Yields "" a few times a second while the server is silent, so that a caller waiting for the first token can
        stop: closing the generator ends the server's work. max_tokens: longest answer, by default the configured one.
        Raises QuestionError, ModelError or ContextOverflowError, one line each.
        """
        ...

    def close(self) -> None:
        """Give back connections and memory; calling it twice is harmless."""
        ...
