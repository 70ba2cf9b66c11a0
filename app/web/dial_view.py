"""The Measure tab as HTML: the golden set, the sweep, the recommended setting, the relevance floor."""

from collections.abc import Mapping
from types import MappingProxyType

from app.present.problem import Problem
from app.quality.dial.measure import Step
from app.quality.dial.sweep import FEWEST, NO_RERANKER, PASSAGES, Point, Recommendation, Sweep
from app.quality.dial.tuning import State
from app.quality.evaluation.floor import FloorCurve
from app.quality.evaluation.report import advice, split
from app.quality.evaluation.run import EvaluationRun
from app.web.dial_chart import render_floor_chart, render_sweep_chart
from app.web.highlight import escape
from app.web.problem import render_problem
from app.web.thread import when

_WHOM = "for everybody who asks here, from the next question on"
_STAGES = {
    "drafting": "Drafting questions",
    "searching": "Searching",
    "timing": "Timing every stage",
    "reranking": "Reranking",
    "evaluating": "Evaluating",
    "sections": "Widening prompts",
}


def missing_questions(count: int) -> int:
    """How many test questions are missing for a recommendation."""
    return max(FEWEST - count, 0)


def render_intro(state: State) -> str:
    """The size of the golden set and the settings in effect."""
    if not state.questions:
        return (
            '<div class="fm-empty"><h2>No test questions yet</h2><p>Settings are measured by questions whose passages '
            f"are known; {FEWEST} are needed. Let the chat model draft them from your documents, "
            "mark “this was the right passage” beside a source, or add some in a terminal: "
            "<code>python -m app golden import FILE</code>, "
            f"<code>python -m app golden draft --count 50</code>.{_drafts(state)}</p></div>"
        )
    now = " · ".join(f"{escape(name.replace('_', ' '))} {escape(value)}" for name, value in state.in_effect.items())
    return (
        f'<p class="fm-note"><b>{state.questions:,}</b> golden questions, {state.unanswerable:,} of them unanswerable.'
        f'{_missing(state)}{_drafts(state)}<br><span class="fm-count">Now: {now}</span></p>'
    )


def _missing(state: State) -> str:
    missing = missing_questions(state.questions)
    return f" <b>{missing}</b> more are needed before a setting is recommended." if missing else ""


def _drafts(state: State) -> str:
    return f" {state.drafts:,} drafts wait to be accepted." if state.drafts else ""


def render_drafts(state: State) -> str:
    """The drafted questions, to be read before they count."""
    if not state.drafted:
        return ""
    items = "".join(f'<li dir="auto">{escape(question)}</li>' for question in state.drafted)
    return (
        f'<details class="fm-more fm-drafts" open><summary>{len(state.drafted):,} drafted questions</summary>'
        f'<ol>{items}</ol><p class="fm-note">Read them first: a question that asks for nothing, or that many '
        "passages answer, measures chance. <code>python -m app golden remove NUMBER</code> removes one.</p></details>"
    )


def render_progress(state: State) -> str:
    """The progress of the measurement, or why the last one ended early."""
    if state.running:
        step = state.step or Step(stage="starting", done=0, of=1)
        share = min(step.done / max(step.of, 1), 1.0)
        name = _STAGES.get(step.stage, step.stage.capitalize())
        return (
            f'<div class="fm-progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" '
            f'aria-valuenow="{100 * share:.0f}" aria-label="{name}"><span class="fm-count">{name}: {step.done:,} of '
            f'{step.of:,}</span><div class="fm-bar"><i style="width:{share:.1%}"></i></div></div>'
        )
    return f'<p class="fm-note" role="status">{escape(state.problem)}</p>' if state.problem else ""


def render_sweep(sweep: Sweep | None, chosen: Recommendation | None) -> str:
    """The chart and the table of a sweep."""
    if sweep is None:
        return ""
    legend = "".join(
        f'<li class="{escape(label)}"><i></i>{escape(name)}</li>'
        for label, name in ((NO_RERANKER, "no reranking"), *((k, f"{k}: {v}") for k, v in sweep.rerankers.items()))
    )
    items = "".join(f"<li>{escape(line)}</li>" for line in sweep.left_out)
    left_out = (
        f'<details class="fm-more"><summary>What was left out</summary><ul>{items}</ul></details>' if items else ""
    )
    names = ("setting", "nDCG@10", "gain", *(f"in {passages}" for passages in PASSAGES), "questions", "p50", "p95")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    rows = "".join(_row(point, chosen) for point in sweep.points if point.quality.questions)
    measured = f" · {when(sweep.created_at)}" if sweep.created_at else ""
    return (
        f'<div class="fm-panel-head"><h2>What each setting costs and gives</h2><span class="fm-count">'
        f"{sweep.questions:,} questions, {sweep.timed} timed on {escape(sweep.machine)}{measured}</span></div>"
        f'<figure class="fm-figure">{render_sweep_chart(sweep, chosen)}<ul class="fm-legend">{legend}'
        '<li class="front"><i></i>no other is better and faster</li></ul></figure>'
        f'<details class="fm-more fm-figures"><summary>All settings in figures</summary><div class="fm-scroll"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="fm-note">Gain: over no reranking, with '
        "its 95 % interval. In N: percent of the questions with an expected passage among the first N. p50, p95: "
        "milliseconds within which half and 95 % of the questions have their final order.</p></details>"
        f"{_sections(sweep)}{left_out}"
    )


def _sections(sweep: Sweep) -> str:
    """What section context brings to the prompt, where it was measured."""
    if not sweep.sections:
        return ""
    names = ("section tokens", "one in the prompt", "all in the prompt", "tokens of passages")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{point.section_tokens:,}</th><td>{100 * point.found.mean:.1f}</td>'
        f"<td>{100 * point.whole.mean:.1f}</td><td>{point.tokens:,.0f}</td></tr>"
        for point in sweep.sections
    )
    return (
        '<details class="fm-more fm-figures"><summary>Section context in figures</summary><div class="fm-scroll">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="fm-note"><code>FOREMOST_SECTION_TOKENS</code> with everything else as configured: percent of '
        f"{sweep.sections[0].found.questions:,} questions with one, and with all expected passages in the prompt."
        "</p></details>"
    )


def _row(point: Point, chosen: Recommendation | None) -> str:
    gain = (
        f"{100 * point.gain.mean:+.1f} <small>({100 * point.gain.low:+.1f} to {100 * point.gain.high:+.1f})</small>"
        if point.candidates
        else ""
    )
    values = (
        f"{100 * point.quality.mean:.1f}",
        gain,
        *(f"{100 * point.found[passages].mean:.1f}" for passages in PASSAGES),
        f"{point.quality.questions:,}",
        f"{1000 * point.p50:,.0f}",
        f"{1000 * point.p95:,.0f}",
    )
    kind = "" if point.pareto else "dropped"
    if chosen is not None and chosen.point.name == point.name:
        kind = "chosen"
    cells = "".join(f"<td>{value}</td>" for value in values)
    return f'<tr class="{kind}"><th scope="row">{escape(point.name)}</th>{cells}</tr>'


def render_choice(
    chosen: Recommendation | None,
    problem: Problem | None = None,
    *,
    in_effect: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The recommended setting with what it changes, or why there is none. in_effect: values by field name."""
    if problem is not None:
        return render_problem(problem)
    if chosen is None:
        return ""
    point = chosen.point
    better = ""
    if chosen.best.name != point.name:
        better = (
            f"<p>Without a budget: {escape(chosen.best.name)}, {100 * chosen.best.quality.mean:.1f} in "
            f"{1000 * chosen.best.p50:,.0f} ms.</p>"
        )
    return (
        f'<div class="fm-message fm-choice" role="status"><b>{escape(point.name)}, {chosen.passages} '
        f"passage{'' if chosen.passages == 1 else 's'}</b><p>nDCG@10 {100 * point.quality.mean:.1f}; half of the "
        f"questions within {1000 * point.p50:,.0f} ms, 95 % within {1000 * point.p95:,.0f} ms.</p>"
        f"{better}{_changes(chosen, in_effect)}</div>"
    )


def _changes(chosen: Recommendation, in_effect: Mapping[str, str]) -> str:
    """Each value that Apply would change, before and after, and whom it concerns."""
    changed = [
        f"{escape(name)} <b>{escape(in_effect[name])} → {escape(value)}</b>"
        for name, value in chosen.values.items()
        if name in in_effect and in_effect[name] != value
    ]
    if not in_effect:
        return ""
    if not changed:
        return "<p>These are the values in effect.</p>"
    return f"<p>Apply changes {', '.join(changed)} {_WHOM}.</p>"


def render_floor(run: EvaluationRun | None, curve: FloorCurve | None) -> str:
    """Where answers are lost, and the curve of the relevance floor."""
    if run is None:
        return ""
    losses = "".join(
        f"<tr><td>{count:,}</td><td>{100 * share:.1f} %</td><td>{escape(loss.text)}</td></tr>"
        for loss, count, share in split(run)
        if count
    )
    split_table = (
        f'<h3>Where answers are lost</h3><table class="fm-split"><tbody>{losses}</tbody></table>'
        f'<p class="fm-note">{escape(advice(run))}</p>'
    )
    if curve is None:
        return split_table
    chosen = curve.recommended
    if missing := missing_questions(curve.answerable + curve.unanswerable):
        note = f'<p class="fm-note">No floor is recommended: {missing} more test questions are needed.</p>'
        return f"{split_table}<h3>The relevance floor</h3>{note}"
    return (
        f"{split_table}<h3>The relevance floor</h3>"
        f'<figure class="fm-figure">{render_floor_chart(curve)}<ul class="fm-legend"><li class="full"><i></i>'
        'answerable kept, %</li><li class="small"><i></i>unanswerable refused, %</li><li class="now"><i></i>now</li>'
        '<li class="budget"><i></i>recommended</li></ul></figure>'
        f'<div class="fm-message"><b>{chosen.floor:.2f}</b> refuses {chosen.refused:,} of {chosen.unanswerable:,} '
        f"unanswerable questions and keeps {chosen.kept:,} of {chosen.answerable:,} answerable ones; now "
        f"{curve.current.floor:.2f} refuses {curve.current.refused:,} and keeps {curve.current.kept:,}. "
        f"{escape(curve.warning)}{_floor_change(curve)}</div>"
    )


def _floor_change(curve: FloorCurve) -> str:
    before, after = f"{curve.current.floor:.2f}", f"{curve.recommended.floor:.2f}"
    if before == after:
        return "<p>This is the value in effect.</p>"
    return f"<p>Apply changes relevance_floor <b>{before} → {after}</b> {_WHOM}.</p>"
