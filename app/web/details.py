"""The Details of an answer: the prompt, seconds and tokens, the settings that shaped it, and what was reported."""

from collections.abc import Mapping

from app.core.domain import Answer, Usage
from app.present.filters import filters_view
from app.present.translate import translated
from app.web.highlight import escape


def details_html(answer: Answer) -> str:
    """Everything about how an answer came about, folded into blocks; empty blocks are left out."""
    tokens = f"{answer.context.tokens:,} of {answer.context.token_budget:,} tokens of passages"
    filters = {f"filter {name}": value for name, value in filters_view(answer.filters).items()}
    notices = "".join(f"<li>{escape(translated(notice))}</li>" for notice in answer.notices)
    prompt = "".join(
        f'<h4>{escape(message.role)}</h4><pre dir="auto">{escape(message.content)}</pre>' for message in answer.prompt
    )
    blocks = (
        ("How the question was searched", _searched(answer)),
        ("Model and tokens", _table(_model(answer))),
        ("Seconds per stage", _table({name: f"{seconds:.3f} s" for name, seconds in answer.timings.items()})),
        ("Settings that shaped it", _table({**answer.settings, **filters})),
        ("Notices", f"<ul>{notices}</ul>" if notices else ""),
        (f"The prompt as it was sent ({tokens})", prompt),
    )
    return "".join(
        f'<details class="fm-more"><summary>{escape(title)}</summary>{body}</details>' for title, body in blocks if body
    )


def _searched(answer: Answer) -> str:
    query = answer.query
    reason = f"<p>{escape(query.reason)}</p>" if query.reason else ""
    also = f'<p dir="auto">also: <q>{escape(query.also)}</q></p>' if query.also else ""
    return f'<p dir="auto"><q>{escape(query.text)}</q></p>{also}{reason}'


def _model(answer: Answer) -> Mapping[str, object]:
    rows: dict[str, object] = {"answer": answer.id}
    if len(answer.versions) > 1:
        rows["version"] = f"{answer.version} of {len(answer.versions)}"
    if answer.model:
        rows |= {"model": f"{answer.model.name} ({answer.model.backend})"}
    rows |= {"reranker": answer.reranker, "passages scored": answer.scored}
    if "late interaction" in answer.reranker:
        rows |= {"a full cross-encoder instead": "python -m app models"}
    if answer.usage:
        rows |= {
            "prompt tokens": _read(answer.usage),
            "answer tokens": answer.usage.answer_tokens,
            "prompt read whole": f"{answer.usage.uncut}: {answer.usage.proof}",
        }
    return rows


def _read(usage: Usage) -> str:
    """How many tokens the model read, of how many that fit; our own count where the server tells none."""
    if usage.prompt_tokens is None:
        return f"about {usage.sent_tokens:,} of {usage.context_tokens:,}"
    return f"{usage.prompt_tokens:,} of {usage.context_tokens:,}"


def _table(rows: Mapping[str, object]) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape("" if value is None else value)}</td></tr>'
        for name, value in rows.items()
    )
    return f"<table>{body}</table>" if body else ""
