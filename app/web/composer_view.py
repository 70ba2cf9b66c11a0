"""The composer as HTML: its bar of chips, and the panels for scope, model and numbers that open above it."""

from collections.abc import Mapping, Sequence

from app.composer import Offered, UploadState
from app.present.chat_options import MOST_CANDIDATES, MOST_PASSAGES, ChatOptions
from app.web.highlight import escape

_CRITERIA = {
    "collection": "collection",
    "document": "document",
    "tag": "tag",
    "path": "path",
    "media_type": "type",
    "language": "language",
    "since": "from",
    "until": "before",
}
_KINDS = {  # media types in a person's words; others are shown as they are
    "application/pdf": "PDF",
    "text/markdown": "Markdown",
    "text/html": "Web page",
    "text/plain": "Text",
    "text/csv": "CSV table",
    "message/rfc822": "Mail",
    "application/json": "JSON",
    "application/epub+zip": "E-book",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel workbook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint slides",
}
_NUMBERS = '<span aria-hidden="true">⚙</span>'
_UPLOADS = {
    "queued": "waits to be read",
    "running": "is being read",
    "ready": "is ready, ask it",
    "empty": "has no text that could be read",
    "gone": "was removed",
}


def render_bar(options: ChatOptions, model: str) -> str:
    """The chips: one for each criterion of the scope, the model, the numbers."""
    set_ones = "".join(_set_chip(kind, value) for kind in _CRITERIA for value in _values(getattr(options.scope, kind)))
    where = "Searching in:" if set_ones else "Searching in: <b>all documents</b>"
    return (
        '<div class="fm-chips" role="group" aria-label="Where to search and how to answer">'
        f"{_opener('scope', where, 'Choose where to search')}{set_ones}"
        f'<span class="fm-pair">{_opener("model", escape(options.choice.model or model), "Choose the model")}'
        f"{_opener('numbers', _NUMBERS + _numbers(options), 'Passages, candidates and reranker')}</span></div>"
    )


def _opener(panel: str, text: str, label: str) -> str:
    return (
        f'<button type="button" class="fm-chip" data-act="panel" data-panel="{panel}" aria-haspopup="dialog" '
        f'aria-expanded="false" title="{label}">{text}</button>'
    )


def _numbers(options: ChatOptions) -> str:
    """What differs from the settings, else a name that only screen readers read."""
    choice = options.choice
    passages = f"{choice.passages} passage{'' if choice.passages == 1 else 's'}" if choice.passages else ""
    candidates = f"of {choice.candidates}" if choice.candidates else ""
    changed = ", ".join(part for part in (passages, candidates, "" if choice.rerank else "not reranked") if part)
    return f" {changed}" if changed else '<span class="fm-hidden">Passages, candidates and reranker</span>'


def _set_chip(kind: str, value: str) -> str:
    words = f"{_CRITERIA[kind]} {kind_of(value) if kind == 'media_type' else value}"
    return (
        f'<span class="fm-chip set" dir="auto">{escape(words)}<button type="button" data-act="drop" data-kind="{kind}" '
        f'data-value="{escape(value)}" aria-label="Without {escape(words)}">×</button></span>'
    )


def _values(value: str | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return value


def kind_of(media_type: str) -> str:
    """A media type in a person's words."""
    return _KINDS.get(media_type, media_type)


# ------------------------------------------------------------------------------------------------------------- panels


def render_scope(options: ChatOptions, offered: Offered) -> str:
    """The panel in which a person chooses collections, documents, tags, language, type and dates."""
    scope = options.scope
    collections = _boxes("collection", offered.collections, _values(scope.collection))
    tags = _boxes("tag", offered.tags, _values(scope.tag))
    documents = "".join(_box("document", name, name, checked=True) for name in _values(scope.document))
    languages = _select("language", "Language", offered.languages, scope.language)
    kinds = {name: kind_of(name) for name in offered.media_types}
    types = _select("media_type", "Type", offered.media_types, scope.media_type, kinds)
    body = (
        f"{_group('Collections', collections)}"
        '<fieldset><legend>Documents</legend><input type="search" class="fm-find" autocomplete="off" maxlength="200" '
        f'placeholder="Type a part of a name" aria-label="Find a document by its name"><div class="fm-suggestions" '
        f'role="status"></div><div class="fm-boxes" data-picked>{documents}</div></fieldset>'
        f"{_group('Tags', tags)}"
        f'<div class="fm-fields">{languages}{types}{_date("since", "From", scope.since)}'
        f"{_date('until', 'Before', scope.until)}</div>"
    )
    foot = '<button type="button" class="fm-link" data-act="everything">Search in all documents</button>'
    return _panel("scope", "Where to search", f'<form class="fm-scope-form">{body}</form>', foot)


def render_models(chosen: str, names: Sequence[str], problem: str = "") -> str:
    """The panel with the models that the server offers."""
    rows = "".join(
        f'<li><button type="button" data-act="model" data-name="{escape(name)}" '
        f'aria-pressed="{"true" if name == chosen else "false"}">{escape(name)}</button></li>'
        for name in names
    )
    gone = ""
    if chosen not in names and not problem:
        gone = f'<p class="fm-note">{escape(chosen)} is no longer offered; {escape(names[0])} answers instead.</p>'
    return _panel("model", "Model for this chat", f'{problem}{gone}<ul class="fm-models">{rows}</ul>')


def render_numbers(options: ChatOptions) -> str:
    """The panel with passages, candidates and the reranker."""
    choice = options.choice

    def number(name: str, label: str, value: int | None, most: int, detail: str) -> str:
        return (
            f'<label><span>{label}<small>{detail}</small></span><input type="number" name="{name}" min="1" '
            f'max="{most}" value="{value or ""}" placeholder="as set" inputmode="numeric"></label>'
        )

    checked = " checked" if choice.rerank else ""
    body = (
        '<form class="fm-numbers-form">'
        + number("passages", "Passages", choice.passages, MOST_PASSAGES, "that the model reads")
        + number("candidates", "Candidates", choice.candidates, MOST_CANDIDATES, "among which they are chosen")
        + "<label><span>Put the best first<small>the reranker reads every candidate; without it answers are quicker "
        f'and less exact</small></span><input type="checkbox" name="rerank"{checked}></label>'
        "</form>"
    )
    return _panel("numbers", "Answers of this chat", body)


def _panel(name: str, title: str, body: str, foot: str = "") -> str:
    return (
        f'<section class="fm-panel" role="dialog" aria-label="{title}" data-panel="{name}"><header><h2>{title}</h2>'
        f'<button type="button" class="fm-shut" data-act="shut" aria-label="Close">×</button></header>{body}'
        f"{f'<footer>{foot}</footer>' if foot else ''}</section>"
    )


def _group(title: str, boxes: str) -> str:
    return f'<fieldset><legend>{title}</legend><div class="fm-boxes">{boxes}</div></fieldset>' if boxes else ""


def _boxes(kind: str, counts: Mapping[str, int], chosen: Sequence[str]) -> str:
    """A box for each value in use, and for each chosen one that is no longer in use."""
    names = [*counts, *(name for name in chosen if name not in counts)]
    return "".join(_box(kind, name, f"{name} ({counts.get(name, 0):,})", checked=name in chosen) for name in names)


def _box(kind: str, value: str, text: str, *, checked: bool) -> str:
    mark = " checked" if checked else ""
    return (
        f'<label dir="auto"><input type="checkbox" name="{kind}" value="{escape(value)}"{mark}>{escape(text)}</label>'
    )


def _select(
    name: str, label: str, counts: Mapping[str, int], chosen: str, shown: Mapping[str, str] | None = None
) -> str:
    values = [*counts, *((chosen,) if chosen and chosen not in counts else ())]
    items = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape((shown or {}).get(value, value))} ({counts.get(value, 0):,})</option>"
        for value in values
    )
    return f'<label>{label}<select name="{name}"><option value="">any</option>{items}</select></label>'


def _date(name: str, label: str, value: str) -> str:
    return f'<label>{label}<input type="date" name="{name}" value="{escape(value)}"></label>'


def render_suggestions(names: Sequence[str], part: str) -> str:
    """Documents whose names hold what was typed."""
    if not names:
        return f'<p class="fm-note">No document has “{escape(part)}” in its name.</p>' if part else ""
    rows = "".join(
        f'<li><button type="button" data-act="adddocument" data-name="{escape(name)}" dir="auto">'
        f"{escape(name)}</button></li>"
        for name in names
    )
    return f"<ul>{rows}</ul>"


def render_uploads(states: Sequence[UploadState]) -> str:
    """A line for each file that was added here, until it can be asked."""
    lines = []
    for state in states:
        words = state.error if state.status == "failed" else f"{state.name} {_UPLOADS.get(state.status, state.status)}"
        kind = "fm-problem" if state.status in ("failed", "empty") else "fm-upload-line"
        lines.append(f'<p class="{kind} {escape(state.status)}">{escape(words)}</p>')
    return f'<div role="status">{"".join(lines)}</div>' if lines else ""
