"""How candidates got to their places: one line for a card, and the table of all of them with their fates."""

from collections.abc import Sequence

from app.core.domain import Fate, Hit, place_of
from app.web.highlight import escape

_SNIPPET = 160  # characters of a candidate's text in the table


def trace(hit: Hit) -> str:
    """How a candidate got to its place, for example "vector 7 · text 3 · fused 4 → reranked 1 · logit 2.31"."""
    legs = [f"{name} {rank if rank is not None else '–'}" for name, rank in _legs(hit)]
    steps = " · ".join([*legs, f"fused {hit.fused_rank}"])
    if hit.final_rank is not None:
        steps += f" → reranked <b>{hit.final_rank}</b>" if hit.logit is not None else f" → kept at {hit.final_rank}"
    return steps + (f" · logit {hit.logit:.2f}" if hit.logit is not None else "")


def _legs(hit: Hit) -> tuple[tuple[str, int | None], ...]:
    return (("vector", hit.vector_rank), ("text", hit.text_rank))


def render_candidates(hits: Sequence[Hit], key: str) -> str:
    """Every candidate, in final order, with its rank at each stage and what became of it."""
    if not hits:
        return ""
    rows = "".join(_row(hit, key) for hit in hits)
    columns = ("final", "vector", "text", "fused", "logit", "passage", "what became of it")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return (
        f'<details class="fm-candidates"><summary>All {len(hits)} candidates and what became of them</summary>'
        f'<div class="fm-scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        "</details>"
    )


def _row(hit: Hit, key: str) -> str:
    snippet = " ".join(hit.text.split())
    snippet = snippet if len(snippet) <= _SNIPPET else snippet[:_SNIPPET].rstrip() + "…"
    place = place_of(hit.part_kind, hit.part_first, hit.part_last, hit.part_name)
    numbers = {
        "final": hit.final_rank,
        "vector": hit.vector_rank,
        "text": hit.text_rank,
        "fused": hit.fused_rank,
        "logit": None if hit.logit is None else f"{hit.logit:.2f}",
    }
    cells = "".join(
        f'<td data-label="{name}">{"–" if value is None else value}</td>' for name, value in numbers.items()
    )
    kept = hit.fate is Fate.IN_PROMPT
    fate = f"in the prompt as {hit.passage_number}" if kept and hit.passage_number else hit.fate.value
    detail = f"<small>{escape(hit.fate_detail)}</small>" if hit.fate_detail else ""
    title = f"<b>{escape(hit.title)}</b>{' · ' + escape(place) if place else ''}"
    if key:
        title = (
            f'<button type="button" class="fm-plain" data-act="open" data-answer="{escape(key)}" '
            f'data-rank="{hit.fused_rank}">{title}</button>'
        )
    return (
        f'<tr class="{"kept" if kept else "dropped"}">{cells}'
        f"<td class='fm-what'>{title}<span>{escape(snippet)}</span></td>"
        f"<td class='fm-fate'>{escape(fate)}{detail}</td></tr>"
    )
