"""Relevance of a candidate as a bar from 0 to 1 with the floor marked, and its ranks folded below."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.domain import Answer, Fate, Hit
from app.web.candidates import trace
from app.web.parts import Answers


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How relevant the candidates of one answer are."""

    relevance: Callable[[Hit], float] | None = None  # 0..1; None: another reranker than today's put them in order
    floor: float | None = None  # that a passage needed for the prompt; None in answers that did not record it


NO_SCALE = Scale()


def scale_of(answerer: Answers, answer: Answer | None = None) -> Scale:
    """The scale of an answer, or of the one being written. Relevance is computed from what the answer recorded."""
    if answer is None:
        return Scale(relevance=answerer.relevance, floor=answerer.relevance_floor)
    floor = answer.settings.get("relevance_floor")
    return Scale(
        relevance=answerer.relevance if answer.reranker == answerer.reranker_name else None,
        floor=float(floor) if isinstance(floor, int | float) else None,
    )


def render_relevance(hit: Hit, scale: Scale, *, more: str = "") -> str:
    """The bar, and the ranks folded. more: what else is to be told about the ranks, as HTML."""
    bar = ""
    if scale.relevance is not None and hit.fate is not Fate.NOT_SCORED:
        value = min(max(scale.relevance(hit), 0.0), 1.0)
        floor, told = "", f"Relevance {value:.2f} of 1"
        if scale.floor is not None:
            floor = f'<u style="left:{min(max(scale.floor, 0.0), 1.0):.1%}"></u>'
            told += f"; the floor is {scale.floor:.2f}"
        bar = (
            f'<div class="fm-relevance" title="{told}"><span>Relevance {value:.2f}</span>'
            f'<div class="fm-bar" role="img" aria-label="{told}"><i style="width:{value:.1%}"></i>{floor}</div></div>'
        )
    return (
        f'{bar}<details class="fm-ranks"><summary>Ranks</summary><p class="fm-trace">{trace(hit)}{more}</p></details>'
    )
