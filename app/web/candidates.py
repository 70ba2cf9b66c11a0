"""The ranks of candidates as HTML: one line for a card, and the sortable table of all candidates with their fates."""

from collections.abc import Sequence

from app.core.domain import Hit
from app.present.candidate_table import COLUMNS, Column, fate_details, what_became
from app.present.question_parts import found_by
from app.present.sources import file_names
from app.web.highlight import escape

_SNIPPET = 160  # characters of a candidate's text in the table


def trace(hit: Hit) -> str:
    """The ranks of a candidate stage by stage, for example "vector 7 · text 3 · fused 4 → reranked 1 · logit 2.31"."""
    legs = [f"{name} {rank if rank is not None else '–'}" for name, rank in _legs(hit)]
    steps = " · ".join([*legs, f"fused {hit.fused_rank}"])
    if hit.final_rank is not None:
        steps += f" → reranked <b>{hit.final_rank}</b>" if hit.logit is not None else f" → kept at {hit.final_rank}"
    steps += f" · logit {hit.logit:.2f}" if hit.logit is not None else ""
    return steps + "".join(f" · {escape(words)}" for words in (found_by(hit), hit.reason) if words)


def _legs(hit: Hit) -> tuple[tuple[str, int | None], ...]:
    return (("vector", hit.vector_rank), ("text", hit.text_rank))


def render_candidates(hits: Sequence[Hit], key: str) -> str:
    """Every candidate in final order, with its ranks, scores, fate and, when opened, its whole text.

    key: id of the answer, empty while it is being written. script.js sorts by the column whose header is pressed.
    """
    if not hits:
        return ""
    names = file_names(hits)
    rows = "".join(_row(hit, key, names[hit.document_id]) for hit in hits)
    head = "".join(_header(column, sorted_now=column.name == "final") for column in COLUMNS)
    return (
        '<div class="fm-candidates"><p class="fm-count">Every candidate, and why it was kept or dropped</p>'
        f'<div class="fm-sorts" role="group" aria-label="Sort candidates by">{_sorts()}</div>'
        f'<div class="fm-scroll" tabindex="0"><table><thead><tr>{head}<th scope="col">result</th>'
        f'<th scope="col">passage</th></tr></thead><tbody>{rows}</tbody></table></div></div>'
    )


def _header(column: Column, *, sorted_now: bool) -> str:
    state = ' aria-sort="ascending"' if sorted_now else ""
    return f'<th scope="col" title="{escape(column.meaning)}"{state}>{_sort_button(column)}</th>'


def _sorts() -> str:
    """The sort buttons for narrow screens, where the table has no header."""
    return "<span>Sort by</span>" + "".join(_sort_button(column) for column in COLUMNS)


def _sort_button(column: Column) -> str:
    first = "descending" if column.largest_first else "ascending"
    return (
        f'<button type="button" class="fm-sort" data-act="sort" data-column="{column.name}" data-first="{first}">'
        f"{column.name}</button>"
    )


def _row(hit: Hit, key: str, file_name: str) -> str:
    cells = "".join(
        f'<td data-label="{column.name}" data-value="{_plain(column.value(hit))}">{column.shown(hit)}</td>'
        for column in COLUMNS
    )
    kept = hit.passage_number is not None
    details = fate_details(hit)
    detail = f"<small>{escape(details)}</small>" if details else ""
    more = "".join(f" · {escape(part)}" for part in (hit.location, file_name) if part)
    title = f"<b>{escape(hit.title)}</b>{more}"
    if key:
        at = f'data-answer="{escape(key)}" data-rank="{hit.fused_rank}"'
        title = f'<button type="button" class="fm-plain" data-act="open" {at}>{title}</button>'
    return (
        f'<tr class="{"kept" if kept else "dropped"}">{cells}'
        f"<td class='fm-fate'>{escape(what_became(hit, answered=bool(key)))}{detail}</td>"
        f"<td class='fm-what'>{title}{_whole(hit, key)}</td></tr>"
    )


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _whole(hit: Hit, key: str) -> str:
    """The beginning of the text, which opens to all of it, and the button that marks the passage as the right one."""
    snippet = " ".join(hit.text.split())
    right = right_button(key, hit.fused_rank) if key else ""
    if len(snippet) <= _SNIPPET:
        return f'<p class="fm-whole" dir="auto">{escape(snippet)}</p>{right}'
    return (
        f'<details class="fm-whole"><summary dir="auto"><span>{escape(snippet[:_SNIPPET].rstrip())}…</span></summary>'
        f'<p dir="auto">{escape(hit.text)}</p>{right}</details>'
    )


def right_button(key: str, fused_rank: int) -> str:
    """A button that adds the question to the golden set with this candidate as its passage."""
    return (
        f'<button type="button" class="fm-right-one" data-act="right" data-answer="{escape(key)}" '
        f'data-rank="{fused_rank}" title="Keep it in the golden set, and show why it was used or dropped">'
        "This was the right passage</button>"
    )
