"""The right side of one answer as HTML: cards of its passages or nearest misses, all candidates, its details."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.domain import HEADING_SEPARATOR, Answer, Context, Hit, Outcome, Passage, Sentence, Support
from app.core.plan import Kind
from app.library import clean_text
from app.present.instructions import speaks_to_the_model
from app.present.sources import file_date, file_names
from app.web.address import address_link
from app.web.candidates import render_candidates, right_button
from app.web.details import details_html
from app.web.highlight import escape, terms
from app.web.passage import flowing, render_passage
from app.web.relevance import NO_SCALE, Scale, render_relevance
from app.web.side_tabs import SideTab, render_tabs

_NEAREST_MISSES = 3


def render_sources(answer: Answer, scale: Scale = NO_SCALE, *, focus: int | None = None) -> str:
    """Panel of a finished answer. focus: passage number to select."""
    return _panel(
        answer.context,
        _Shown(
            question=answer.query.text,
            key=answer.id,
            scale=scale,
            badges=_badges(answer.sentences),
            not_found=answer.outcome is Outcome.NOT_FOUND,
            listed=answer.outcome is Outcome.ANSWERED and not answer.context.hits,
            scored=answer.scored,
            computed=answer.plan.kind in (Kind.COUNT, Kind.TABLE),
        ),
        details=details_html(answer),
        focus=focus,
    )


def render_pending_sources(context: Context, question: str, scored: int, scale: Scale = NO_SCALE) -> str:
    """Panel while the answer is being written, when nothing can be cited yet."""
    shown = _Shown(question=question, key="", scale=scale, not_found=not context.passages, scored=scored)
    return _panel(context, shown)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """What the cards of one answer share."""

    question: str
    key: str  # id of the answer; empty while it is being written
    scale: Scale
    badges: Mapping[int, str] = field(default_factory=dict)  # passage number -> how the answer uses it
    not_found: bool
    scored: int
    listed: bool = False  # the answer is a list of documents
    computed: bool = False  # the answer is counted or computed: no model has read anything

    @property
    def stems(self) -> frozenset[str]:
        """Of the question's words."""
        return terms(self.question)


def _panel(context: Context, shown: _Shown, *, details: str = "", focus: int | None = None) -> str:
    names = file_names(context.hits)
    cards = "".join(_passage_card(passage, names, shown) for passage in context.passages)
    misses = [hit for hit in context.hits if hit.passage_number is None][:_NEAREST_MISSES] if shown.not_found else []
    if not context.passages and misses:
        cards += "<p class='fm-note'>Nothing was close enough to be used. These came nearest:</p>"
        cards += "".join(_miss_card(hit, names, shown) for hit in misses)
    if not context.hits:
        cards = f"<p class='fm-note'>{'Nothing was searched.' if shown.listed else 'The search found no passages.'}</p>"
    count = f"<p class='fm-count'>{_count(context, shown)}</p>"
    tabs = (
        SideTab("sources", "Sources", f'{count}<div class="fm-cards">{cards}</div>'),
        SideTab("all", f"All {len(context.hits)}", render_candidates(context.hits, shown.key)),
        SideTab("details", "Details", details),
    )
    chosen = f' data-focus="{focus}"' if focus is not None else ""
    return (
        f'<section class="fm-sources" data-answer="{escape(shown.key)}"{chosen} aria-label="Sources">'
        f'<h2 class="fm-hidden">Sources</h2>'
        f"{render_tabs(tabs, prefix=f'fm-now-{shown.key}', selected='sources', label='Sources')}"
        "</section>"
    )


def _count(context: Context, shown: _Shown) -> str:
    candidates, used, scored = len(context.hits), len(context.passages), shown.scored
    if shown.computed and not scored:
        return f"{used} {'passage' if used == 1 else 'passages'} · looked up in all documents, read by no model"
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


def _passage_card(passage: Passage, names: Mapping[int, str], shown: _Shown) -> str:
    best = min(passage.hits, key=lambda hit: (hit.final_rank or 10**9, hit.fused_rank))
    joined = f" · {len(passage.hits)} neighbouring chunks joined" if len(passage.hits) > 1 else ""
    card = _Card(
        number=str(passage.number),
        attributes=f'data-n="{passage.number}"',
        title=passage.title,
        where=_where(passage.title, passage.heading, passage.location),
        file_name=names[passage.hits[0].document_id],
        badge=shown.badges.get(passage.number, "not cited") if shown.key else "read",
        more=joined,
        hit=best,
        text=passage.text,
        open_label=f"Open {passage.location.split(' ')[0]}" if passage.location else "Open",
    )
    return _card(card, shown)


def _miss_card(hit: Hit, names: Mapping[int, str], shown: _Shown) -> str:
    card = _Card(
        number="–",
        attributes=f'data-rank="{hit.fused_rank}"',
        title=hit.title,
        where=_where(hit.title, hit.heading, hit.location),
        file_name=names[hit.document_id],
        badge="not used",
        more=f" · {escape(hit.fate_detail or hit.fate.value)}",
        hit=hit,
        text=hit.text,
        open_label="Open",
    )
    return _card(card, shown)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Card:
    """One passage or near miss."""

    number: str
    attributes: str  # HTML
    title: str
    where: str  # HTML
    file_name: str
    badge: str
    more: str  # HTML behind the ranks
    hit: Hit
    text: str
    open_label: str


def _card(card: _Card, shown: _Shown) -> str:
    hit, key = card.hit, shown.key
    opener = right = ""
    if key:
        opener = (
            f'<button type="button" class="fm-link" data-act="open" data-answer="{escape(key)}" '
            f'data-rank="{hit.fused_rank}">{escape(card.open_label)}</button>'
        )
        right = right_button(key, hit.fused_rank)
    warning = f'<p class="fm-speaks">{_SPEAKS}</p>' if speaks_to_the_model(card.text) else ""
    ranks = render_relevance(hit, shown.scale, more=card.more)
    body = render_passage(flowing(card.text, hit.media_type), hit.media_type, shown.stems)
    return (
        f'<article class="fm-card {card.badge.replace(" ", "-")}" {card.attributes} tabindex="-1">'
        f'<header><span class="fm-number">{card.number}</span><div class="fm-title"><h3>{escape(card.title)}</h3>'
        f"<p>{card.where}</p>{_file(hit, card.file_name)}</div>"
        f'<span class="fm-badge" title="{_BADGE_TITLES[card.badge]}">{card.badge}</span>{_CLOSE}</header>{warning}'
        f'<blockquote dir="auto" tabindex="0">{body}</blockquote>'
        f'<footer><div class="fm-how">{ranks}{right}</div>{opener}</footer>'
        "</article>"
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
