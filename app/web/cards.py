"""The sources of one answer as HTML: a card for each passage, or for the nearest misses, then all candidates."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from app.core.domain import HEADING_SEPARATOR, Answer, Context, Hit, Outcome, Passage, Sentence, Support
from app.library import clean_text
from app.present.instructions import speaks_to_the_model
from app.present.sources import file_date, file_names
from app.web.address import address_link
from app.web.candidates import render_candidates, right_button, trace
from app.web.highlight import escape, mark_terms, terms

_NEAREST_MISSES = 3
_PRINTED_LINE = 40  # characters; a shorter line of a PDF is a heading, a list item or the end of a paragraph


def render_sources(answer: Answer, *, focus: int | None = None, whole_ledger: bool = False) -> str:
    """Panel of a finished answer. focus: passage number to select. whole_ledger: open the table of candidates."""
    return _panel(
        answer.context,
        question=answer.query.text,
        key=answer.id,
        sentences=answer.sentences,
        finished=True,
        not_found=answer.outcome is Outcome.NOT_FOUND,
        listed=answer.outcome is Outcome.ANSWERED and not answer.context.hits,
        scored=answer.scored,
        focus=focus,
        whole_ledger=whole_ledger,
    )


def render_pending_sources(context: Context, question: str, scored: int) -> str:
    """Panel while the answer is being written, when nothing can be cited yet."""
    return _panel(
        context, question=question, key="", sentences=(), finished=False, not_found=not context.passages, scored=scored
    )


def _panel(
    context: Context,
    *,
    question: str,
    key: str,
    sentences: Sequence[Sentence],
    finished: bool,
    not_found: bool,
    scored: int,
    listed: bool = False,  # the answer is a list of documents
    focus: int | None = None,
    whole_ledger: bool = False,
) -> str:
    stems = terms(question)
    scale, names = _Scale(context.hits), file_names(context.hits)
    head = f"<h2>Sources</h2><p class='fm-count'>{_count(context, scored)}</p>"
    if context.passages:
        badges = _badges(sentences) if finished else {}
        cards = "".join(
            _passage_card(
                passage, names, stems, scale, key, badges.get(passage.number, "not cited") if finished else "read"
            )
            for passage in context.passages
        )
    else:
        cards = ""
    misses = [hit for hit in context.hits if hit.passage_number is None][:_NEAREST_MISSES] if not_found else []
    if not context.passages and misses:
        cards += "<p class='fm-note'>Nothing was close enough to be used. These came nearest:</p>"
        cards += "".join(_miss_card(hit, names, stems, scale, key) for hit in misses)
    if not context.hits:
        cards = f"<p class='fm-note'>{'Nothing was searched.' if listed else 'The search found no passages.'}</p>"
    chosen = f' data-focus="{focus}"' if focus is not None else ""
    return (
        f'<section class="fm-sources" data-answer="{escape(key)}"{chosen} aria-label="Sources">'
        f'<header class="fm-panel-head">{head}</header><div class="fm-cards">{cards}</div>'
        f"{render_candidates(context.hits, key, opened=whole_ledger)}</section>"
    )


class _Scale:
    """The scores of one answer's candidates scaled to 0..1, from the weakest to the strongest."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        scores = [hit.rerank_score for hit in hits if hit.rerank_score is not None]
        self._low, self._high = (min(scores), max(scores)) if scores else (0.0, 0.0)

    def of(self, hit: Hit) -> float | None:
        """None when the candidate was not scored."""
        if hit.rerank_score is None:
            return None
        if self._high == self._low:
            return 1.0
        return (hit.rerank_score - self._low) / (self._high - self._low)


def _count(context: Context, scored: int) -> str:
    candidates, used = len(context.hits), len(context.passages)
    reranked = "not reranked"
    if scored:
        reranked = f"{scored} reranked" if scored == candidates else f"the first {scored} reranked"
    passages = "passage" if used == 1 else "passages"
    return f"{candidates} candidates · {reranked} · {used} {passages} read by the model"


def _badges(sentences: Sequence[Sentence]) -> dict[int, str]:
    """Passage number -> how the answer uses it; the model's marker wins over our comparison, a doubt over both."""
    badges: dict[int, str] = {}
    for name in ("closest passage", "cited", "check"):
        for sentence in sentences:
            if _badge(sentence) == name:
                badges |= dict.fromkeys(sentence.passages, name)
    return badges


def _badge(sentence: Sentence) -> str:
    if sentence.support is Support.ATTRIBUTED:
        return "closest passage"
    if sentence.support is Support.CITED:
        return "check" if sentence.doubt else "cited"
    return ""


_BADGE_TITLES = {
    "cited": "The model cited this passage, and it agrees",
    "check": "The model cited this passage, but it says something else",
    "closest passage": "The model wrote no marker; this passage is the closest to a sentence of the answer",
    "not cited": "The model read this passage, but the answer does not use it",
    "not used": "Not close enough to the question to be given to the model",
    "read": "The model is reading this passage",
}


_SPEAKS = "This passage has text that gives instructions to a language model. They are not followed on purpose."


_CLOSE = (  # shown where a card is a sheet of its own, on a narrow screen
    '<button type="button" class="fm-action fm-card-close" data-act="cardclose" aria-label="Close">✕</button>'
)


def _passage_card(
    passage: Passage, names: Mapping[int, str], stems: frozenset[str], scale: _Scale, key: str, badge: str
) -> str:
    best = min(passage.hits, key=lambda hit: (hit.final_rank or 10**9, hit.fused_rank))
    joined = f" · {len(passage.hits)} neighbouring chunks joined" if len(passage.hits) > 1 else ""
    return _card(
        number=str(passage.number),
        attributes=f'data-n="{passage.number}"',
        title=passage.title,
        where=_where(passage.title, passage.heading, passage.location),
        file_name=names[passage.hits[0].document_id],
        badge=badge,
        how=trace(best) + joined,
        bar=scale.of(best),
        hit=best,
        text=passage.text,
        stems=stems,
        open_label=f"Open {passage.location.split(' ')[0]}" if passage.location else "Open",
        key=key,
    )


def _miss_card(hit: Hit, names: Mapping[int, str], stems: frozenset[str], scale: _Scale, key: str) -> str:
    return _card(
        number="–",
        attributes=f'data-rank="{hit.fused_rank}"',
        title=hit.title,
        where=_where(hit.title, hit.heading, hit.location),
        file_name=names[hit.document_id],
        badge="not used",
        how=trace(hit) + f" · {escape(hit.fate_detail or hit.fate.value)}",
        bar=scale.of(hit),
        hit=hit,
        text=hit.text,
        stems=stems,
        open_label="Open",
        key=key,
    )


def _card(
    *,
    number: str,
    attributes: str,
    title: str,
    where: str,
    file_name: str,
    badge: str,
    how: str,
    bar: float | None,
    hit: Hit,
    text: str,
    stems: frozenset[str],
    open_label: str,
    key: str,
) -> str:
    meter = ""
    if bar is not None:
        meter = (
            f'<div class="fm-bar" role="img" aria-label="Relevance {bar:.0%} of the best candidate’s" '
            f'title="Between the weakest and the strongest candidate of this question">'
            f'<i style="width:{max(bar, 0.02):.0%}"></i></div>'
        )
    opener = (
        f'<button type="button" class="fm-link" data-act="open" data-answer="{escape(key)}" '
        f'data-rank="{hit.fused_rank}">{escape(open_label)}</button>'
        if key
        else ""
    )
    right = right_button(key, hit.fused_rank) if key else ""
    warning = f'<p class="fm-speaks">{_SPEAKS}</p>' if speaks_to_the_model(text) else ""
    return (
        f'<article class="fm-card {badge.replace(" ", "-")}" {attributes} tabindex="-1">'
        f'<header><span class="fm-number">{number}</span><div class="fm-title"><h3>{escape(title)}</h3>'
        f"<p>{where}</p>{_file(hit, file_name)}</div>"
        f'<span class="fm-badge" title="{_BADGE_TITLES[badge]}">{badge}</span>{_CLOSE}</header>{warning}'
        f'<blockquote dir="auto">{mark_terms(_flowing(text, hit.media_type), stems)}</blockquote>'
        f'<footer><div class="fm-how"><p class="fm-trace">{how}</p>{meter}{right}</div>{opener}</footer></article>'
    )


def _where(title: str, heading: str, location: str) -> str:
    """Heading path and location, without the title, which the card shows already."""
    path = "" if heading == title else heading.removeprefix(title + HEADING_SEPARATOR)
    parts = [escape(path), f'<span class="fm-place">{escape(location)}</span>' if location else ""]
    return " · ".join(part for part in parts if part)


def _file(hit: Hit, name: str) -> str:
    """The file's name, with its path as a tooltip, or a link to the web page, and the date."""
    name = "" if (link := address_link(hit.source_uri)) else name
    parts = [
        link,
        f'<span title="{escape(hit.source_uri)}">{escape(clean_text(name))}</span>' if name else "",
        f'<time datetime="{hit.dated.isoformat()}">{file_date(hit)}</time>' if hit.dated else "",
    ]
    line = " · ".join(filter(None, parts))
    return f'<p class="fm-file">{line}</p>' if line else ""


def _flowing(text: str, media_type: str) -> str:
    """The text with the printed lines of a PDF joined to paragraphs, which read better at the width of a card."""
    if media_type != "application/pdf":
        return text
    lines = text.split("\n")
    joined = lines[0]
    for before, line in pairwise(lines):
        full = len(before) >= _PRINTED_LINE
        goes_on = full and line[:1].isalnum() and (line[:1].islower() or before.rstrip()[-1:] not in ".:!?")
        joined += (" " if goes_on else "\n") + line
    return joined
