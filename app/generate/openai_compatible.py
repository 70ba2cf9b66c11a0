"""Chat through any server with the OpenAI protocol: llama-server, vLLM, and the embedded llama.cpp."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

import httpx
import httpx2
import openai
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from app.core.domain import Message, ModelInfo
from app.core.errors import AppError, ModelError
from app.generate import failures, tokens
from app.generate.base import Ending, StreamingChat, client_options
from app.generate.openai_server import OpenAIServer
from app.generate.options import CallOptions


class OpenAIChat(StreamingChat):
    """A model of an OpenAI-compatible server."""

    failures = (openai.OpenAIError, httpx.HTTPError, httpx2.HTTPError, OSError, ValueError)

    def __init__(
        self,
        server: OpenAIServer,
        model: str,
        *,
        backend: Literal["openai", "embedded"],
        api_key: str,
        options: CallOptions,
        name: str = "",  # shown instead of the server's name of the model
        digest: str = "",  # of the weights, where it is known
    ) -> None:
        served = server.context_tokens(model)
        self._counts = served is not None  # Servers that report it also count tokens and refuse long prompts.
        info = ModelInfo(
            backend=backend,
            name=name or model,
            context_tokens=min(options.context_tokens, served or options.context_tokens),
            tokens_counted=self._counts,
            options={"temperature": options.temperature, "seed": options.seed, "max_tokens": options.answer_tokens},
            digest=digest,
        )
        super().__init__(info=info, answer_tokens=options.answer_tokens)
        self._server, self._served_name = server, model
        http_options = _as_httpx2(client_options(server.url, options.timeout_seconds))
        self._model = ChatOpenAI(
            model=model,
            base_url=server.url,
            api_key=SecretStr(api_key or "none"),  # the client requires one
            temperature=options.temperature,
            seed=options.seed,
            stream_usage=True,
            max_retries=0,  # a retry would load a busy server twice and hide the error
            stream_chunk_timeout=None,
            timeout=http_options["timeout"],  # the client overrides its HTTP library's own
            # A client of its own: LangChain shares its default one between models, and so between event loops.
            http_async_client=httpx2.AsyncClient(**http_options),
        )

    def _count(self, messages: Sequence[Message]) -> int:
        """Exact where the server has a tokenizer, else an upper estimate."""
        counted = self._server.count(self._served_name, messages)
        return tokens.at_most(messages) if counted is None else counted

    async def _send(self, messages: list[BaseMessage], limit: int) -> AsyncIterator[AIMessageChunk]:
        # Every server accepts max_tokens. LangChain's own parameter is sent as max_completion_tokens.
        extra: dict[str, Any] = {"max_tokens": limit}
        if self._counts:  # Thinking would use up the answer's tokens.
            extra["chat_template_kwargs"] = {"enable_thinking": False}
        async for chunk in self._model.astream(messages, extra_body=extra):
            yield chunk

    def _note(self, chunk: AIMessageChunk, ending: Ending) -> None:
        reason = chunk.response_metadata.get("finish_reason")
        if reason:
            ending.finish_reason = str(reason)
        if chunk.usage_metadata:
            ending.prompt_tokens = chunk.usage_metadata["input_tokens"]
            ending.answer_tokens = chunk.usage_metadata["output_tokens"]

    def _check_fits(self, messages: Sequence[Message], sent_tokens: int) -> None:
        least = sent_tokens if self._counts else tokens.at_least(messages)
        if least >= self.info.context_tokens:
            raise failures.overflow(needed=least, context=self.info.context_tokens)

    def _prove(
        self, messages: Sequence[Message], sent_tokens: int, ending: Ending
    ) -> tuple[Literal["proven", "not proven"], str]:
        read = ending.prompt_tokens
        least = sent_tokens if self._counts else tokens.at_least(messages)
        if read is not None and read < least:
            raise failures.overflow(needed=sent_tokens, context=self.info.context_tokens)
        if self._counts and read is not None:
            return "proven", f"{sent_tokens} tokens were sent, counted by the server's tokenizer, and it read {read}."
        if self._counts:
            return "proven", f"{sent_tokens} tokens were sent and the server refuses a prompt that does not fit."
        count = f"it read {read} tokens" if read is not None else "it did not say how many tokens it read"
        return "not proven", f"The server does not say how it treats a prompt that does not fit; {count}."

    def _translate(self, error: Exception, *, seconds: float) -> AppError:
        where = self._where()
        if isinstance(error, openai.APIStatusError):
            return self._refused(error)
        if isinstance(error, openai.APITimeoutError | httpx.TimeoutException | httpx2.TimeoutException):
            return failures.silent(where, seconds)
        if isinstance(error, openai.APIConnectionError):
            if not _never_connected(error):
                return failures.broke_off(where)
            return ModelError(f"{where} does not answer.", fix="Start it or set FOREMOST_OPENAI_URL.")
        if isinstance(error, openai.APIError):  # an error object in mid-stream
            if failures.is_overflow(error.message):
                return failures.overflow(error.message)
            return failures.other(where, error.message)
        if isinstance(error, httpx.HTTPError | httpx2.HTTPError | OSError):
            return failures.broke_off(where)
        return failures.other(where, f"its answer is not what the protocol says ({failures.one_line(str(error))})")

    def _refused(self, error: openai.APIStatusError) -> AppError:
        message = error.response.text
        if failures.is_overflow(message):
            return failures.overflow(message, context=self.info.context_tokens)
        match error.status_code:
            case httpx.codes.NOT_FOUND:
                names = ", ".join(self._server.models) or "none"
                return ModelError(
                    f"{self._where()} has no model {self._served_name!r}.",
                    fix=f"Set FOREMOST_CHAT_MODEL to one of: {names}.",
                )
            case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN:
                return ModelError(f"{self._where()} refuses the key.", fix="Set FOREMOST_OPENAI_API_KEY.")
            case httpx.codes.TOO_MANY_REQUESTS | httpx.codes.SERVICE_UNAVAILABLE:
                return ModelError(f"{self._where()} is busy.", fix="Ask again in a moment.")
            case _:
                return failures.other(self._where(), f"{error.message} (status {error.status_code})")

    def _where(self) -> str:
        return self._server.shown

    def close(self) -> None:
        """Close the connections."""
        super().close()
        self._server.close()


def _never_connected(error: BaseException | None) -> bool:
    """Whether a refused connection is among the causes of the client's error."""
    while error is not None:
        if isinstance(error, httpx.ConnectError | httpx2.ConnectError):
            return True
        error = error.__cause__
    return False


def _as_httpx2(options: dict[str, Any]) -> dict[str, Any]:
    """The same options for the OpenAI client's own HTTP library."""
    return options | {"timeout": httpx2.Timeout(**options["timeout"].as_dict())}
