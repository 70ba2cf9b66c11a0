"""The Measure tab: measure quality against time on the golden set, choose a setting for a time budget, apply it."""

from collections.abc import Callable, Mapping
from typing import Protocol

import gradio as gr

from app.core.errors import AppError
from app.core.settings import variable_names
from app.present.problem import Problem, problem_of
from app.quality.dial.measure import MINUTES
from app.quality.dial.sweep import FEWEST, Recommendation, recommend
from app.quality.dial.tuning import State
from app.web.areas import Update, area, listen
from app.web.dial_view import (
    missing_questions,
    render_choice,
    render_drafts,
    render_floor,
    render_intro,
    render_progress,
    render_sweep,
)
from app.web.problem import Message, render_problem

_REFRESH_SECONDS = 1.0  # while a measurement runs
_BUDGET = 500  # milliseconds, the first value of the field


class TuningService(Protocol):
    """The background measurements that the tab shows and starts; app.quality.dial.tuning implements them."""

    def state(self) -> State: ...

    def start_sweep(self, minutes: float) -> None: ...

    def start_floor(self) -> None: ...

    def start_drafts(self, count: int) -> None: ...

    def accept_drafts(self) -> int: ...

    def stop(self) -> None: ...

    def apply(self, values: Mapping[str, str], reason: str) -> tuple[str, ...]: ...


class DialTab:
    """The tab's components and their event handlers."""

    def __init__(self, tuning: TuningService) -> None:
        self._tuning = tuning
        with gr.Column(elem_classes="fm-scope fm-dial"):
            self._intro = area(name="fm-dial-intro")
            with gr.Row(elem_classes="fm-dial-do"):
                self._minutes = gr.Number(
                    MINUTES, label="Minutes", minimum=0.1, elem_id="fm-dial-minutes", scale=0, min_width=110
                )
                self._sweep = gr.Button("Measure every setting", variant="primary", elem_id="fm-dial-sweep", scale=0)
                self._floor = gr.Button("Measure refusals", elem_id="fm-dial-floor", scale=0)
                self._draft = gr.Button(
                    f"Draft {FEWEST} from your documents", elem_id="fm-dial-draft", visible=False, scale=0
                )
                self._accept = gr.Button("Accept the drafts", elem_id="fm-dial-accept", visible=False, scale=0)
                self._stop = gr.Button("Stop", elem_id="fm-dial-stop", visible=False, scale=0)
            self._progress = area(name="fm-dial-progress")
            self._drafts = area(name="fm-dial-drafts")
            self._message = area(name="fm-dial-message")
            with gr.Column(visible=False, elem_id="fm-dial-result") as self._result:
                self._chart = area(name="fm-dial-chart")
                with gr.Row(elem_classes="fm-dial-do"):
                    self._budget = gr.Number(
                        _BUDGET, label="Milliseconds before the model begins", minimum=1, elem_id="fm-dial-budget",
                        scale=0, min_width=230,
                    )  # fmt: skip
                    self._share = gr.Dropdown(
                        [("half of the questions", 50), ("95 % of the questions", 95)], value=95, label="for",
                        elem_id="fm-dial-share", scale=0, min_width=240,
                    )  # fmt: skip
                    self._apply = gr.Button("Apply", elem_id="fm-dial-apply", scale=0)
                self._choice = area(name="fm-dial-choice")
            self._curve = area(name="fm-dial-curve")
            self._apply_floor = gr.Button(
                "Apply this floor", elem_id="fm-dial-apply-floor", visible=False, elem_classes="fm-dial-apply-floor"
            )
            self._timer = gr.Timer(_REFRESH_SECONDS, active=False)

    def wire(self, tab: gr.Tab) -> None:
        """Connect events to handlers; called inside the page once all its components exist."""
        choice = [self._budget, self._share]
        shown = [
            self._intro, self._sweep, self._floor, self._stop, self._progress, self._result, self._chart, self._choice,
            self._apply, self._curve, self._apply_floor, self._timer, self._draft, self._accept,
            self._drafts,
        ]  # fmt: skip
        listen(tab.select, self._refresh, choice, shown)
        listen(self._timer.tick, self._refresh, choice, shown)
        listen(self._sweep.click, self._start_sweep, [self._minutes, *choice], [self._message, *shown])
        listen(self._floor.click, self._start_floor, choice, [self._message, *shown])
        listen(self._draft.click, self._start_drafts, choice, [self._message, *shown])
        listen(self._accept.click, self._accept_drafts, choice, [self._message, *shown])
        listen(self._stop.click, self._stop_measurement, choice, shown)
        listen(self._budget.change, self._choose, choice, [self._chart, self._choice, self._apply])
        listen(self._share.change, self._choose, choice, [self._chart, self._choice, self._apply])
        listen(self._apply.click, self._apply_choice, choice, [self._message, *shown])
        listen(self._apply_floor.click, self._apply_recommended_floor, choice, [self._message, *shown])

    def _start_sweep(self, minutes: float | None, budget: float | None, share: int) -> Update:
        return self._started(lambda: self._tuning.start_sweep(minutes or MINUTES), budget, share)

    def _start_floor(self, budget: float | None, share: int) -> Update:
        return self._started(self._tuning.start_floor, budget, share)

    def _start_drafts(self, budget: float | None, share: int) -> Update:
        return self._started(lambda: self._tuning.start_drafts(FEWEST), budget, share)

    def _accept_drafts(self, budget: float | None, share: int) -> Update:
        count = self._tuning.accept_drafts()
        line = "1 draft counts now." if count == 1 else f"{count} drafts count now."
        return {self._message: Message(lines=(line,)).html} | self._refresh(budget, share)

    def _started(self, start: Callable[[], None], budget: float | None, share: int) -> Update:
        try:
            start()
        except AppError as error:
            return {self._message: render_problem(problem_of(error))}
        return {self._message: ""} | self._refresh(budget, share)

    def _stop_measurement(self, budget: float | None, share: int) -> Update:
        self._tuning.stop()
        return self._refresh(budget, share)

    def _apply_choice(self, budget: float | None, share: int) -> Update:
        state = self._tuning.state()
        chosen, problem = _recommended(state, budget, share)
        if chosen is None:
            return {self._message: render_problem(problem)} if problem else {}
        reason = f"dial, {1000 * chosen.budget:.0f} ms for {chosen.share} % of the questions"
        return self._apply_values(chosen.values, reason) | self._refresh(budget, share)

    def _apply_recommended_floor(self, budget: float | None, share: int) -> Update:
        curve = self._tuning.state().curve
        if curve is None or missing_questions(curve.answerable + curve.unanswerable):
            return {}
        values = {"relevance_floor": f"{curve.recommended.floor:.2f}"}
        return self._apply_values(values, "floor measured on the page") | self._refresh(budget, share)

    def _apply_values(self, values: Mapping[str, str], reason: str) -> Update:
        before = dict(self._tuning.state().in_effect)
        try:
            covered = self._tuning.apply(values, reason)
        except AppError as error:
            return {self._message: render_problem(problem_of(error))}
        names = variable_names()
        applied = ", ".join(f"{names[name]} {before.get(name, '?')} → {value}" for name, value in values.items())
        message = Message(
            lines=(f"Applied for everybody who asks here, from the next question on: {applied}.",),
            problems=tuple(
                Problem(f"{variable} is set in the environment, which wins.", "Remove it there.")
                for variable in covered
            ),
        )
        return {self._message: message.html}

    def _choose(self, budget: float | None, share: int) -> Update:
        state = self._tuning.state()
        chosen, problem = _recommended(state, budget, share)
        return {
            self._chart: render_sweep(state.sweep, chosen),
            self._choice: render_choice(chosen, problem, in_effect=state.in_effect),
            self._apply: gr.update(interactive=chosen is not None),
        }

    def _refresh(self, budget: float | None, share: int) -> Update:
        try:
            state = self._tuning.state()
        except AppError as error:
            return {self._intro: render_problem(problem_of(error))}
        running = bool(state.running)
        few = state.curve is not None and missing_questions(state.curve.answerable + state.curve.unanswerable)
        return self._choose(budget, share) | {
            self._intro: render_intro(state),
            self._sweep: gr.update(interactive=bool(state.questions) and not running),
            self._floor: gr.update(interactive=bool(state.unanswerable) and not running),
            self._stop: gr.update(visible=running),
            self._progress: render_progress(state),
            self._result: gr.update(visible=state.sweep is not None),
            self._curve: render_floor(state.run, state.curve),
            self._apply_floor: gr.update(visible=state.curve is not None and not few),
            self._draft: gr.update(visible=not running and bool(missing_questions(state.questions + state.drafts))),
            self._accept: gr.update(visible=not running and state.drafts > 0),
            self._drafts: render_drafts(state),
            self._timer: gr.Timer(active=running),
        }


def _recommended(state: State, budget: float | None, share: int) -> tuple[Recommendation | None, Problem | None]:
    """The setting for a budget in milliseconds, or why there is none."""
    if state.sweep is None or not budget:
        return None, None
    if missing := missing_questions(state.sweep.questions):
        return None, Problem(
            f"No setting is recommended: {state.sweep.questions} of {FEWEST} test questions were measured, {missing} "
            "are missing.",
            "Draft questions from your documents, accept them, and measure again.",
        )
    try:
        return recommend(state.sweep, budget / 1000, share=share), None
    except AppError as error:
        return None, problem_of(error)
