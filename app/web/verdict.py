"""The verdict of a diagnosis as HTML: the stage that lost the passage, the evidence, the remedies."""

import re
from collections.abc import Mapping, Sequence

from app.present.problem import Problem
from app.quality.diagnosis import Standing, Verdict
from app.quality.expected.expectation import FORMS
from app.quality.expected.loss import Loss, Side
from app.web.highlight import escape
from app.web.problem import render_problem

# The stages as people see them, each with the losses that happen there.
_ROAD: tuple[tuple[str, frozenset[Loss]], ...] = (
    ("ingested", frozenset({Loss.NOT_INGESTED, Loss.NOT_IN_TEXT})),
    ("whole in a chunk", frozenset({Loss.NOT_AS_QUOTED, Loss.SPLIT})),
    ("found by a leg", frozenset({Loss.OUT_OF_SCOPE, Loss.NOT_RETRIEVED})),
    ("fused", frozenset({Loss.FUSED_OUT})),
    ("reranked", frozenset({Loss.NOT_SCORED, Loss.RERANKED_DOWN, Loss.BEYOND_LIMIT})),
    ("packed", frozenset({Loss.BELOW_FLOOR, Loss.DUPLICATE, Loss.BUDGET})),
    ("used by the model", frozenset({Loss.NOT_USED})),
)


def render_why(
    answer_id: str,
    *,
    expected: str = "",
    verdict: Verdict | None = None,
    message: str = "",
    problem: Problem | None = None,
) -> str:
    """The form beside an answer, with a message or problem and the verdict below it."""
    if not answer_id:
        return ""
    results = ""
    if message:
        results += f'<p class="fm-message">{escape(message)}</p>'
    if problem is not None:
        results += render_problem(problem)
    if verdict is not None:
        results += render_verdict(verdict)
        results += _keep_button(answer_id, expected) if expected else ""
    field, forms = f"fm-expect-{escape(answer_id)}", escape(FORMS)
    return (
        f'<section class="fm-why" data-answer="{escape(answer_id)}" aria-label="Missing something?">'
        "<h2>Missing something?</h2>"
        f'<form class="fm-why-form" data-answer="{escape(answer_id)}"><label class="fm-hidden" for="{field}">'
        f'What should have been found: {forms}</label><input id="{field}" name="expect" type="text" dir="auto" '
        f'autocomplete="off" maxlength="2000" placeholder="Words, or a document’s name" value="{escape(expected)}">'
        '<button type="submit" class="fm-link">Why was it lost?</button></form>'
        f'<div class="fm-why-results" role="status">{results}</div></section>'
    )


def _keep_button(answer_id: str, expected: str) -> str:
    return (
        f'<p><button type="button" class="fm-right-one" data-act="golden" data-answer="{escape(answer_id)}" '
        f'data-expect="{escape(expected)}">Keep this question with the passage in the golden set</button></p>'
    )


def render_verdict(verdict: Verdict) -> str:
    """The verdict alone."""
    side = verdict.loss.side
    kind = "fine" if side is Side.NOTHING else "lost"
    where = "" if side is Side.NOTHING else f'<span class="fm-side">{escape(side.value)}</span>'
    evidence = "".join(f"<li>{escape(line)}</li>" for line in verdict.evidence)
    notes = "".join(f'<p class="fm-note">{escape(note)}</p>' for note in verdict.notes)
    rows = _standings(verdict)
    return (
        f'<div class="fm-verdict {kind}">{_road(verdict.loss)}'
        f"<h3>{escape(_sentence(verdict.loss.text))}{where}</h3><p>{escape(verdict.summary)}</p>"
        f"{f'<ul>{evidence}</ul>' if evidence else ''}{rows}{_remedies(verdict)}{notes}</div>"
    )


def _road(loss: Loss) -> str:
    """The stages with the one that lost the passage: a list for screen readers, drawn as a line of steps."""
    lost_at = next((at for at, (_, losses) in enumerate(_ROAD) if loss in losses), len(_ROAD))
    steps = ""
    for at, (name, _) in enumerate(_ROAD):
        state = "passed" if at < lost_at else "lost" if at == lost_at else "beyond"
        word = {"passed": "passed", "lost": "lost here", "beyond": "not reached"}[state]
        steps += f'<li class="{state}"><span>{name}</span><span class="fm-hidden">: {word}</span></li>'
    return f'<ol class="fm-road" aria-label="Stages">{steps}</ol>'


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _standings(verdict: Verdict) -> str:
    """The ranks of the expected passage beside those of the passages in the prompt."""
    if verdict.passage is None:
        return ""
    rivals: Sequence[Standing] = () if verdict.loss.side is Side.NOTHING else verdict.winners
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("", "vector", "text", "fused", "logit", "score", "final")
    )
    rows = _row("expected", verdict.passage, "expected")
    rows += "".join(_row("in the prompt", rival, "") for rival in rivals)
    exact = (
        "<p class='fm-note'>Its ranks in the legs are exact: among everything that was searched.</p>"
        if verdict.passage.exact
        else ""
    )
    return (
        f'<div class="fm-scroll" tabindex="0"><table class="fm-standings"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{exact}"
    )


def _row(label: str, standing: Standing, kind: str) -> str:
    ranks = (standing.vector_rank, standing.text_rank, standing.fused_rank)
    numbers = ["–" if rank is None else f"{rank:,}" for rank in ranks]
    numbers += ["–" if score is None else f"{score:.2f}" for score in (standing.logit, standing.combined_score)]
    numbers.append("–" if standing.final_rank is None else f"{standing.final_rank}")
    place = f" · {escape(standing.place)}" if standing.place else ""
    name = escape(standing.name)
    return (
        f'<tr class="{kind}"><th scope="row"><small>{label}</small>{name}{place}</th>'
        + "".join(f"<td>{number}</td>" for number in numbers)
        + "</tr>"
    )


def _remedies(verdict: Verdict) -> str:
    if not verdict.remedies:
        return ""
    items = "".join(
        f"<li>{_with_commands(remedy.text)}{_settings(remedy.settings)}{_tried(remedy.tried)}</li>"
        for remedy in verdict.remedies
    )
    return f"<h4>What would help</h4><ol>{items}</ol>"


def _with_commands(text: str) -> str:
    """Escaped text whose parts between backquotes are shown as commands."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _settings(settings: Mapping[str, str]) -> str:
    if not settings:
        return ""
    return "<br>" + "".join(f"<code>{escape(name)}={escape(value)}</code>" for name, value in settings.items())


def _tried(outcome: str) -> str:
    return f"<small>{escape(_sentence(outcome))}</small>" if outcome else ""
