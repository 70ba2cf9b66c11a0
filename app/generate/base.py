"""The part that all chat models share: it turns LangChain's stream into text and a checked Usage."""

import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage

from app.core.domain import Message, ModelInfo, Usage
from app.core.errors import AppError, ModelError, QuestionError
from app.core.template_marks import broken_up
from app.generate.background import Background

_KINDS: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
_CONNECT_SECONDS = 10.0


@dataclass(kw_only=True, slots=True)
class Ending:
    """What the server reported at the end of a stream; None for values that it did not report."""

    finish_reason: str | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None


class StreamingChat(ABC):
    """A chat model behind an HTTP server. Subclasses send the request, count tokens and translate errors."""

    failures: tuple[type[Exception], ...]  # errors of the client libraries, which _translate handles

    def __init__(self, *, info: ModelInfo, answer_tokens: int) -> None:
        self._info = info
        self._answer_tokens = answer_tokens
        self._background = Background()

    @property
    def info(self) -> ModelInfo:
        """The model and the context size of every call."""
        return self._info

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """See ChatModel.count_tokens."""
        return self._count(_defused(messages))

    def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> Generator[str, None, Usage]:
        """See ChatModel.stream."""
        if not messages or not messages[-1].content.strip():
            raise QuestionError("The question is empty.", fix="Type a question.")
        messages = _defused(messages)
        sent_tokens = self._count(messages)
        self._check_fits(messages, sent_tokens)
        converted = [_KINDS[message.role](content=message.content) for message in messages]
        limit = max_tokens or self._answer_tokens
        ending, any_text, started = Ending(), False, time.monotonic()
        try:
            for chunk in self._background.iterate(lambda: self._send(converted, limit)):
                if chunk is None:
                    yield ""
                    continue
                self._note(chunk, ending)
                text = str(chunk.text)
                any_text = any_text or bool(text.strip())
                if text:
                    yield text
        except AppError:
            raise
        except self.failures as error:
            raise self._translate(error, seconds=time.monotonic() - started) from error
        return self._finish(messages, sent_tokens, ending, any_text=any_text, limit=limit)

    def close(self) -> None:
        """End the thread of the connections."""
        self._background.close()

    def _finish(
        self, messages: Sequence[Message], sent_tokens: int, ending: Ending, *, any_text: bool, limit: int
    ) -> Usage:
        if ending.finish_reason is None:
            raise ModelError(
                f"{self._where()} broke off in the middle of the answer.",
                fix="Ask again; if it happens again, look into the server's log.",
            )
        uncut, proof = self._prove(messages, sent_tokens, ending)
        if not any_text:
            raise ModelError(
                f"{self._where()} gave an empty answer (it ended with {ending.finish_reason!r} after "
                f"{ending.answer_tokens or 0} of {limit} tokens).",
                fix="Raise FOREMOST_ANSWER_TOKENS or choose another model.",
            )
        return Usage(
            prompt_tokens=ending.prompt_tokens,
            sent_tokens=sent_tokens,
            answer_tokens=ending.answer_tokens,
            context_tokens=self.info.context_tokens,
            finish_reason=ending.finish_reason,
            uncut=uncut,
            proof=proof,
        )

    @abstractmethod
    def _count(self, messages: Sequence[Message]) -> int:
        """Tokens of the rendered prompt."""

    @abstractmethod
    def _send(self, messages: list[BaseMessage], limit: int) -> AsyncIterator[AIMessageChunk]:
        """Send the request; the chunks of the answer."""

    @abstractmethod
    def _note(self, chunk: AIMessageChunk, ending: Ending) -> None:
        """Store in `ending` what this chunk reports about the end of the stream."""

    @abstractmethod
    def _check_fits(self, messages: Sequence[Message], sent_tokens: int) -> None:
        """Raise ContextOverflowError when the prompt certainly does not fit."""

    @abstractmethod
    def _prove(
        self, messages: Sequence[Message], sent_tokens: int, ending: Ending
    ) -> tuple[Literal["proven", "not proven"], str]:
        """Whether the prompt was read whole and how we know; raises ContextOverflowError when it was cut."""

    @abstractmethod
    def _translate(self, error: Exception, *, seconds: float) -> AppError:
        """The AppError for a client library's exception."""

    @abstractmethod
    def _where(self) -> str:
        """The server for people, for example "Ollama at http://127.0.0.1:11434"."""


def _defused(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages with every mark of a chat template broken up."""
    return tuple(Message(role=message.role, content=broken_up(message.content)) for message in messages)


def time_limits(timeout_seconds: float) -> httpx.Timeout:
    """The longest silence of a server, and less for connecting."""
    return httpx.Timeout(timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds))


def client_options(url: str, timeout_seconds: float) -> dict[str, Any]:
    """Options for httpx: time limits, and no proxy for a server on this machine."""
    host = httpx.URL(url).host
    return {
        "timeout": time_limits(timeout_seconds),
        "trust_env": host not in ("127.0.0.1", "localhost", "::1"),
    }
