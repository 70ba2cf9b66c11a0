"""Chat through Ollama: the same context size in every call, and a server that refuses a long prompt, never cuts it."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, Literal

import httpx
import ollama
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_ollama import ChatOllama

from app.core.domain import Message, ModelInfo
from app.core.errors import AppError, ModelError
from app.generate import failures, tokens
from app.generate.base import Ending, StreamingChat, time_limits
from app.generate.ollama_server import SUGGESTED_MODEL, OllamaServer, refused
from app.generate.options import CallOptions

# Top-level fields of /api/chat that the Python client lacks: refuse an over-long prompt instead of cutting off its
# start, and stop at the end of the context instead of dropping the oldest half.
UNCUT = {"truncate": False, "shift": False}
_REFUSES_SINCE = (0, 13)  # Older servers may ignore these fields.
_STREAM_ERROR = -1  # Status in ollama.ResponseError of an error line in a stream.


class UncutTransport(httpx.AsyncBaseTransport):
    """HTTP transport that adds the fields of UNCUT to every chat request."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, with the fields added when it is a chat."""
        if request.method == "POST" and request.url.path.endswith("/api/chat"):
            body = json.loads(await request.aread()) | UNCUT
            headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
            request = httpx.Request(
                request.method,
                request.url,
                headers=headers,
                content=json.dumps(body, ensure_ascii=False).encode(),
                extensions=request.extensions,
            )
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class OllamaChat(StreamingChat):
    """A model of an Ollama server."""

    failures = (ollama.ResponseError, httpx.HTTPError, OSError, ValueError)

    def __init__(
        self,
        server: OllamaServer,
        model: str,
        *,
        version: str,
        options: CallOptions,
    ) -> None:
        shown = server.show(model)
        if shown.embeds_only:
            raise ModelError(
                f"{model} is an embedding model and cannot chat.",
                fix=f"Run: ollama pull {SUGGESTED_MODEL} ({server.choices()}).",
            )
        context = min(options.context_tokens, shown.context_tokens or options.context_tokens)
        info = ModelInfo(
            backend="ollama",
            name=model,
            context_tokens=context,
            tokens_counted=False,
            options={
                "num_ctx": context,
                "temperature": options.temperature,
                "seed": options.seed,
                "num_predict": options.answer_tokens,
            },
            digest=server.digest(model),
        )
        super().__init__(info=info, answer_tokens=options.answer_tokens)
        self._server = server
        self._refuses = _numbers(version) >= _REFUSES_SINCE
        self._confirmed = False
        self._model = ChatOllama(
            model=model,
            base_url=server.url,
            # Thinking would use up the answer's tokens. Only models that can think accept the field.
            reasoning=False if "thinking" in shown.capabilities else None,
            async_client_kwargs={
                "transport": UncutTransport(),
                "timeout": time_limits(options.timeout_seconds),
            },
        )

    def _count(self, messages: Sequence[Message]) -> int:
        """Upper estimate: Ollama does not count tokens."""
        return tokens.at_most(messages)

    async def _send(self, messages: list[BaseMessage], limit: int) -> AsyncIterator[AIMessageChunk]:
        options = dict(self.info.options) | {"num_predict": limit}
        async for chunk in self._model.astream(messages, options=options):
            yield chunk

    def _note(self, chunk: AIMessageChunk, ending: Ending) -> None:
        metadata: dict[str, Any] = chunk.response_metadata
        if metadata.get("done"):
            ending.finish_reason = str(metadata.get("done_reason") or "stop")
            ending.prompt_tokens = metadata.get("prompt_eval_count")
            ending.answer_tokens = metadata.get("eval_count")

    def _check_fits(self, messages: Sequence[Message], sent_tokens: int) -> None:  # noqa: ARG002  # the base's
        least = tokens.at_least(messages)
        if least > self.info.context_tokens:
            raise failures.overflow(needed=least, context=self.info.context_tokens)

    def _prove(
        self, messages: Sequence[Message], sent_tokens: int, ending: Ending
    ) -> tuple[Literal["proven", "not proven"], str]:
        self._confirm_context()
        least, read = tokens.at_least(messages), ending.prompt_tokens
        if read is not None and read < least:
            raise failures.overflow(needed=sent_tokens, context=self.info.context_tokens)
        count = f"it read {read} tokens" if read is not None else "it did not say how many tokens it read"
        if self._refuses:
            return "proven", f"Ollama refuses a prompt that does not fit (truncate: false), and {count}."
        if read is not None and sent_tokens <= self.info.context_tokens:
            return (
                "proven",
                f"At most {sent_tokens} tokens were sent into a context of {self.info.context_tokens}, and {count}.",
            )
        return "not proven", f"This Ollama may cut a prompt that does not fit; {count}. Update Ollama to be sure."

    def _confirm_context(self) -> None:
        """Replace the context size by that of the loaded model, once."""
        if self._confirmed:
            return
        loaded = self._server.loaded_context(self.info.name)
        if loaded is not None:
            self._confirmed = True
            if loaded < self.info.context_tokens:
                self._info = replace(self.info, context_tokens=loaded)

    def _translate(self, error: Exception, *, seconds: float) -> AppError:
        where = self._where()
        if isinstance(error, ollama.ResponseError):
            if error.status_code == httpx.codes.NOT_FOUND:
                return self._server.unknown(self.info.name)
            if error.status_code == _STREAM_ERROR:
                return failures.broke_off(where) if "EOF" in error.error else failures.other(where, error.error)
            return refused(error.status_code, error.error, where=where)
        if isinstance(error, httpx.TimeoutException):
            return failures.silent(where, seconds)
        if isinstance(error, ConnectionError | httpx.ConnectError):
            return ModelError(f"{where} does not answer.", fix="Start it: ollama serve")
        if isinstance(error, httpx.HTTPError | OSError):
            return failures.broke_off(where)
        return failures.other(where, f"its answer is not what Ollama sends ({failures.one_line(str(error))})")

    def _where(self) -> str:
        return f"Ollama at {self._server.shown_url}"

    def close(self) -> None:
        """Close the connections."""
        super().close()
        self._server.close()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
