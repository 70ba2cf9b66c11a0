"""The strip above the conversation: model, context meter, reranker, time, and notices of degraded modes."""

from collections.abc import Sequence

from app.core.domain import Answer, ModelInfo
from app.present.translate import translated
from app.web.highlight import escape

_BACKENDS = {"ollama": "Ollama", "openai": "OpenAI-compatible server", "embedded": "embedded, on this machine"}


def render_status(info: ModelInfo, reranker: str, notices: Sequence[str], answer: Answer | None = None) -> str:
    """The strip for the selected answer; without one, for the current configuration."""
    model = (answer.model or info) if answer else info
    ranked = (answer.reranker or reranker) if answer else reranker
    shown = answer.notices if answer else tuple(notices)
    backend = _BACKENDS.get(model.backend, model.backend)
    items = [
        _item("Model", f"{escape(model.name)} <small>{escape(backend)}</small>"),
        _item("Context", _meter(model, answer)),
        _item("Reranker", f"{escape(ranked)}{_scored(answer)}"),
    ]
    if answer and answer.timings:
        items.append(_item("Time", _timings(answer)))
    warnings = "".join(f"<li>{escape(translated(text))}</li>" for text in shown)
    listed = f'<div role="status" aria-label="Notices"><ul class="fm-notices">{warnings}</ul></div>' if warnings else ""
    return f'<div class="fm-status"><dl>{"".join(items)}</dl>{listed}</div>'


def _item(name: str, value: str) -> str:
    return f"<div><dt>{name}</dt><dd>{value}</dd></div>"


def _scored(answer: Answer | None) -> str:
    if answer is None or not answer.context.hits:
        return ""
    return f" <small>{answer.scored} of {len(answer.context.hits)} scored</small>"


def _meter(model: ModelInfo, answer: Answer | None) -> str:
    usage = answer.usage if answer else None
    if usage is None:
        return f"{model.context_tokens:,} tokens"
    read = usage.prompt_tokens if usage.prompt_tokens is not None else usage.sent_tokens
    estimated = "" if usage.prompt_tokens is not None else "about "
    share = min(read / max(usage.context_tokens, 1), 1.0)
    proof = "proven" if usage.uncut == "proven" else "not proven"
    return (
        f'<span class="fm-meter" role="img" aria-label="{share:.0%} of the context used">'
        f'<i style="width:{share:.0%}"></i></span>'
        f"{estimated}{read:,} of {usage.context_tokens:,} tokens "
        f'<small class="fm-proof {proof.replace(" ", "-")}" title="{escape(usage.proof)}">read whole: {proof}</small>'
    )


def _timings(answer: Answer) -> str:
    """Total seconds with the stages in the tooltip; first_token is part of generate, so it is not added."""
    stages = {name: seconds for name, seconds in answer.timings.items() if name != "first_token"}
    detail = " · ".join(f"{name.replace('_', ' ')} {seconds:.2f} s" for name, seconds in answer.timings.items())
    return f'<span title="{escape(detail)}">{sum(stages.values()):.1f} s</span>'
