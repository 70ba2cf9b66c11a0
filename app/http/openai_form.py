"""Chat completions in OpenAI's form: what a request may hold, and the answers and pieces made of an answer."""

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.domain import Answer, Turn
from app.http.problems import RefusedError
from app.present.as_json import checked_view
from app.present.filters import FilterOptions
from app.present.footnotes import without_footnotes

MODEL = "foremost"  # searches all collections; "foremost/NAME" searches one
_MOST_MESSAGES = 1000


class Part(BaseModel):
    """A piece of a message."""

    type: str
    text: str = ""


class ChatMessage(BaseModel):
    """A message of the conversation. Only the words of user and assistant are read."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """The message's words. Raises RefusedError for pictures, sound and files."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        if other := next((part.type for part in self.content if part.type not in ("text", "input_text")), None):
            raise RefusedError(f"A message holds {other}.", fix="Send text; files go to POST /v1/documents.")
        return "\n".join(part.text for part in self.content)


class Options(BaseModel):
    """What Foremost adds to the form (`extra_body={"foremost": …}` in OpenAI's client)."""

    model_config = ConfigDict(extra="forbid")

    collection: str | list[str] = Field(default="", description="Search only this collection, or these; empty: all.")
    document: str | list[str] = Field(
        default="", description="Search only this document, or these: number or file name."
    )
    path: str = Field(default="", description="Search only documents whose path starts with this.")
    media_type: str = Field(default="", description="Search only this type, for example application/pdf or text/*.")
    language: str = Field(default="", description="Search only documents in this language, for example en.")
    since: str = Field(default="", description="Search only documents changed on this date or later.")
    until: str = Field(default="", description="Search only documents changed before this date.")
    tag: str | list[str] = Field(default="", description="Search only documents with this tag, or with all of these.")

    def filters(self) -> FilterOptions:
        """The same as the options of commands."""
        given = {option.name: getattr(self, option.name) for option in fields(FilterOptions)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
        }
        return FilterOptions(**values)


class ChatOptions(Options):
    """The same for chat completions."""

    footnotes: bool = Field(default=True, description="Write the verdict and the sources below the answer's text.")


class StreamOptions(BaseModel):
    """OpenAI's options of a stream."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A chat completion. Parameters of sampling are accepted and not used: the settings decide."""

    model: str
    messages: list[ChatMessage] = Field(min_length=1, max_length=_MOST_MESSAGES)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    response_format: dict[str, Any] | None = None
    foremost: ChatOptions = ChatOptions()

    def require_possible(self) -> None:
        """Raises RefusedError for what an answer from documents cannot be."""
        if self.n not in (None, 1):
            raise RefusedError("One answer is given to a question.", fix="Leave `n` out.", param="n")
        if self.tools or self.functions:
            raise RefusedError(
                "Tools are not called.", fix="Leave `tools` out, or use /v1/mcp from an agent.", param="tools"
            )
        if self.response_format and self.response_format.get("type", "text") != "text":
            raise RefusedError(
                "An answer is text.", fix="Leave `response_format` out; `foremost` is JSON.", param="response_format"
            )

    def question(self) -> tuple[str, tuple[Turn, ...]]:
        """The last message of the user, and the exchanges before it. Raises RefusedError when there is none."""
        said = [(message.role, message.text) for message in self.messages if message.role in ("user", "assistant")]
        if not said or said[-1][0] != "user":
            raise RefusedError("The last message is not the user's.", fix="End with a question.", param="messages")
        return said[-1][1], _turns(said[:-1])


def _turns(said: Sequence[tuple[str, str]]) -> tuple[Turn, ...]:
    """Exchanges of a question and its answer; a question that was not answered is left out."""
    turns: list[Turn] = []
    question = ""
    for role, text in said:
        if role == "user":
            question = text
        elif question and text:
            turns.append(Turn(question=question, answer=without_footnotes(text)))
            question = ""
    return tuple(turns)


def completion(answer: Answer, *, identifier: str, created: int, model: str, content: str) -> dict[str, Any]:
    """The whole answer; `foremost` holds its verdict, sentences and sources."""
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason(answer), "logprobs": None}
    head = {"id": identifier, "object": "chat.completion", "created": created, "model": model}
    return head | {"choices": [choice], "usage": usage(answer), "foremost": checked_view(answer)}


class Pieces:
    """Makes the events of one stream."""

    def __init__(self, *, identifier: str, created: int, model: str, with_usage: bool) -> None:
        self._head = {"id": identifier, "object": "chat.completion.chunk", "created": created, "model": model}
        self._nothing: dict[str, Any] = {"usage": None} if with_usage else {}

    def text(self, text: str, *, first: bool = False) -> str:
        """A piece of the text; the first one names the role."""
        delta = {"role": "assistant", "content": text} if first else {"content": text}
        return sse(self._head | self._nothing | {"choices": [_choice(delta)]})

    def end(self, answer: Answer) -> str:
        """The last piece, with `foremost`."""
        choice = _choice({}, finish_reason(answer))
        return sse(self._head | self._nothing | {"choices": [choice], "foremost": checked_view(answer)})

    def usage(self, answer: Answer) -> str:
        """The counts of tokens, when the client wants them."""
        return sse(self._head | {"choices": [], "usage": usage(answer)}) if self._nothing else ""


def sse(value: object) -> str:
    """A server-sent event."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def finish_reason(answer: Answer) -> str:
    """OpenAI's word for how the answer ended."""
    return "length" if answer.usage is not None and answer.usage.finish_reason == "length" else "stop"


def usage(answer: Answer) -> dict[str, int]:
    """Tokens of the prompt and of the answer; 0 when no model was called."""
    used = answer.usage
    prompt = (used.prompt_tokens or used.sent_tokens) if used else 0
    written = (used.answer_tokens or 0) if used else 0
    return {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}


def _choice(delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
