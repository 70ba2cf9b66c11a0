"""The configured chat model, those beside it, and the prompt for each."""

from app.bootstrap.databases import Report
from app.core.chat import ChatModel
from app.core.settings import Settings
from app.generate import CallOptions, OfferedModels, build_chat_model, offered_models


def open_chat_model(settings: Settings, *, report: Report) -> tuple[ChatModel, tuple[str, ...]]:
    """The configured chat model, and notices about what differs from the configuration. Raises ModelError."""
    return build_chat_model(
        backend=settings.chat_backend,
        model=settings.chat_model,
        ollama_url=settings.ollama_url,
        openai_url=settings.openai_url,
        openai_api_key=settings.openai_api_key.get_secret_value(),
        data_dir=settings.data_dir,
        context_tokens=settings.context_tokens,
        answer_tokens=settings.answer_tokens,
        temperature=settings.temperature,
        seed=settings.seed,
        timeout_seconds=settings.timeout_seconds,
        report=report,
    )


def open_offered(settings: Settings, model: ChatModel) -> OfferedModels:
    """The configured model and those that its server offers."""
    options = CallOptions(
        context_tokens=settings.context_tokens,
        answer_tokens=settings.answer_tokens,
        temperature=settings.temperature,
        seed=settings.seed,
        timeout_seconds=settings.timeout_seconds,
    )
    return offered_models(
        model,
        ollama_url=settings.ollama_url,
        openai_url=settings.openai_url,
        openai_api_key=settings.openai_api_key.get_secret_value(),
        options=options,
    )


def answers_at_once(model: ChatModel) -> int:
    """Answers at a time: the embedded model writes one, and beside it the passages of the next are searched."""
    return 2 if model.info.backend == "embedded" else 8


def answer_prompt(model: ChatModel) -> str:
    """Name of the prompt. With instructions to refuse, the small embedded model refuses too much (see DECISIONS.md)."""
    return "answer_small" if model.info.backend == "embedded" else "answer"
