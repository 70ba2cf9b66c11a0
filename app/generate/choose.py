"""Builds the chat model that the settings choose."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app.core.chat import ChatModel
from app.core.errors import ModelError
from app.generate import embedded_server
from app.generate.offered import OfferedModels
from app.generate.ollama_server import SUGGESTED_MODEL, OllamaServer, full_name
from app.generate.options import CallOptions


def build_chat_model(
    *,
    backend: str,
    model: str,
    ollama_url: str,
    openai_url: str,
    openai_api_key: str,
    data_dir: Path,
    context_tokens: int,
    answer_tokens: int,
    temperature: float,
    seed: int,
    timeout_seconds: float,
    report: Callable[[str], None] = lambda _: None,
) -> tuple[ChatModel, tuple[str, ...]]:
    """The configured chat model, and notices about what differs from the configuration. Raises ModelError.

    backend "auto" takes an OpenAI-compatible server when its address is set, else Ollama when it answers within a
    second and has a chat model, else the embedded model. Any other backend is used as named, without a substitute.
    """
    options = CallOptions(
        context_tokens=context_tokens,
        answer_tokens=answer_tokens,
        temperature=temperature,
        seed=seed,
        timeout_seconds=timeout_seconds,
    )
    if backend == "openai" or (backend == "auto" and openai_url):
        return _openai(openai_url, openai_api_key, model, options)
    if backend == "ollama":
        return _ollama(ollama_url, model, options)
    if backend == "embedded" or model.endswith(".gguf"):
        return _embedded(data_dir, model, options, report)
    try:
        return _ollama(ollama_url, model, options)
    except ModelError as error:
        return _instead_of_ollama(error, data_dir, options, report)


def offered_models(
    configured: ChatModel,
    *,
    ollama_url: str,
    openai_url: str,
    openai_api_key: str,
    options: CallOptions,
) -> OfferedModels:
    """The models of the server that the configured one is on; the embedded one is alone."""

    def ollama_names() -> tuple[str, ...]:
        own = full_name(configured.info.name)  # which the settings may name without its tag
        with closing(OllamaServer(ollama_url)) as server:
            return tuple(name for name in server.chat_models() if full_name(name) != own)

    def openai_names() -> tuple[str, ...]:
        from app.generate.openai_server import OpenAIServer  # noqa: PLC0415  # as below

        with closing(OpenAIServer(openai_url, openai_api_key)) as server:
            return server.models

    match configured.info.backend:
        case "ollama":
            return OfferedModels(
                configured, names=ollama_names, open_model=lambda name: _ollama(ollama_url, name, options)
            )
        case "openai":
            return OfferedModels(
                configured,
                names=openai_names,
                open_model=lambda name: _openai(openai_url, openai_api_key, name, options),
            )
        case _:
            return OfferedModels(configured, names=tuple, open_model=lambda _: (configured, ()))


def _instead_of_ollama(
    error: ModelError, data_dir: Path, options: CallOptions, report: Callable[[str], None]
) -> tuple[ChatModel, tuple[str, ...]]:
    if not embedded_server.installed():
        problem = f"{error} {embedded_server.NOT_INSTALLED}"
        raise ModelError(problem, fix=embedded_server.HOW_TO_INSTALL) from error
    chat, notices = _embedded(data_dir, "", options, report)
    return chat, (f"The small embedded model {chat.info.name} answers. {error}", *notices)


def _ollama(url: str, model: str, options: CallOptions) -> tuple[ChatModel, tuple[str, ...]]:
    from app.generate.ollama import OllamaChat  # noqa: PLC0415  # LangChain's client costs a second to import

    server = OllamaServer(url)
    version = server.version()
    name = model or next(iter(server.chat_models()), "")
    if not name:
        raise ModelError(f"Ollama at {server.shown_url} has no chat model.", fix=f"Run: ollama pull {SUGGESTED_MODEL}")
    chat = OllamaChat(server, name, version=version, options=options)
    return chat, _smaller_context(chat, options)


def _openai(url: str, api_key: str, model: str, options: CallOptions) -> tuple[ChatModel, tuple[str, ...]]:
    from app.generate.openai_compatible import OpenAIChat  # noqa: PLC0415  # as above
    from app.generate.openai_server import OpenAIServer  # noqa: PLC0415

    if not url:
        raise ModelError("FOREMOST_OPENAI_URL is not set.", fix="Write it like http://127.0.0.1:8000/v1")
    server = OpenAIServer(url, api_key)
    name = model or next(iter(server.models), "")
    if not name:
        raise ModelError(f"{server.shown} lists no models.", fix="Set FOREMOST_CHAT_MODEL.")
    if server.models and name not in server.models:
        raise ModelError(
            f"{server.shown} has no model {name!r}.",
            fix=f"Set FOREMOST_CHAT_MODEL to one of: {', '.join(server.models)}.",
        )
    chat = OpenAIChat(server, name, backend="openai", api_key=api_key, options=options)
    if chat.info.tokens_counted:
        return chat, _smaller_context(chat, options)
    notice = (
        f"{server.shown} does not say how large its context is: {options.context_tokens} tokens "
        "(FOREMOST_CONTEXT_TOKENS) could not be confirmed, and tokens are estimated."
    )
    return chat, (notice,)


def _embedded(
    data_dir: Path, model: str, options: CallOptions, report: Callable[[str], None]
) -> tuple[ChatModel, tuple[str, ...]]:
    from app.generate.openai_compatible import OpenAIChat  # noqa: PLC0415  # as above
    from app.generate.openai_server import OpenAIServer  # noqa: PLC0415

    if model and not model.endswith(".gguf"):
        raise ModelError(
            f"The embedded backend has no model {model!r}.",
            fix=f"Leave FOREMOST_CHAT_MODEL empty for {embedded_server.MODEL_NAME}, or set it to a .gguf file.",
        )
    file = Path(model).expanduser() if model else embedded_server.chat_model_file(data_dir, report)
    running = embedded_server.chat_server(file, context_tokens=options.context_tokens)
    server = OpenAIServer(f"{running.url}/v1", running.api_key, shown="The embedded model")
    name = embedded_server.MODEL_NAME if not model else file.stem
    chat = OpenAIChat(
        server,
        server.models[0],
        backend="embedded",
        api_key=running.api_key,
        name=name,
        options=options,
        digest="" if model else embedded_server.MODEL_SHA256,
    )
    return chat, _smaller_context(chat, options)


def _smaller_context(chat: ChatModel, options: CallOptions) -> tuple[str, ...]:
    if chat.info.context_tokens >= options.context_tokens:
        return ()
    return (
        f"{chat.info.name} reads at most {chat.info.context_tokens} tokens, fewer than the "
        f"{options.context_tokens} of FOREMOST_CONTEXT_TOKENS.",
    )
