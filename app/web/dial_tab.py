"""The Dial tab: measure quality against time on the golden set, choose by a time budget, apply."""

from collections.abc import Mapping
from typing import Protocol

import gradio as gr

from app.core.errors import AppError
from app.core.settings import variable_names
from app.quality.dial.measure import MINUTES
from app.quality.dial.sweep import Recommendation, recommend
from app.quality.dial.tuning import State
from app.web.areas import Update, area, listen
from app.web.conversation import problem_line
from app.web.dial_view import render_choice, render_floor, render_intro, render_progress, render_sweep
from app.web.documents_table import render_message

_REFRESH_SECONDS = 1.0  # while something is measured
_BUDGET = 500  # milliseconds


class Tunes(Protocol):
    """What the tab needs of app.quality.dial.tuning; tests bring their own."""

    def state(self) -> State: ...

    def start_sweep(self, minutes: float) -> None: ...

    def start_floor(self) -> None: ...

    def stop(self) -> None: ...

    def apply(self, values: Mapping[str, str], reason: str) -> tuple[str, ...]: ...


class DialTab:
    """Components of the tab and what happens in them."""

    def __init__(self, tuning: Tunes) -> None:
        self._tuning = tuning
        with gr.Column(elem_classes="fm-scope fm-dial"):
            self._intro = area(name="fm-dial-intro")
            with gr.Row(elem_classes="fm-dial-do"):
                self._minutes = gr.Number(
                    MINUTES, label="Minutes", minimum=0.1, elem_id="fm-dial-minutes", scale=0, min_width=110
                )
                self._sweep = gr.Button("Measure every setting", variant="primary", elem_id="fm-dial-sweep", scale=0)
                self._floor = gr.Button("Measure refusals", elem_id="fm-dial-floor", scale=0)
                self._stop = gr.Button("Stop", elem_id="fm-dial-stop", visible=False, scale=0)
            self._progress = area(name="fm-dial-progress")
            self._message = area(name="fm-dial-message")
            with gr.Column(visible=False, elem_id="fm-dial-found") as self._found:
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
        asked = [self._budget, self._share]
        shown = [
            self._intro, self._sweep, self._floor, self._stop, self._progress, self._found, self._chart, self._choice,
            self._apply, self._curve, self._apply_floor, self._timer,
        ]  # fmt: skip
        listen(tab.select, self._refresh, asked, shown)
        listen(self._timer.tick, self._refresh, asked, shown)
        listen(self._sweep.click, self._start_sweep, [self._minutes, *asked], [self._message, *shown])
        listen(self._floor.click, self._start_floor, asked, [self._message, *shown])
        listen(self._stop.click, self._end, asked, shown)
        listen(self._budget.change, self._choose, asked, [self._chart, self._choice, self._apply])
        listen(self._share.change, self._choose, asked, [self._chart, self._choice, self._apply])
        listen(self._apply.click, self._take, asked, [self._message, *shown])
        listen(self._apply_floor.click, self._take_floor, asked, [self._message, *shown])

    def _start_sweep(self, minutes: float | None, budget: float | None, share: int) -> Update:
        try:
            self._tuning.start_sweep(minutes or MINUTES)
        except AppError as error:
            return {self._message: render_message([], [problem_line(error)])}
        return {self._message: ""} | self._refresh(budget, share)

    def _start_floor(self, budget: float | None, share: int) -> Update:
        try:
            self._tuning.start_floor()
        except AppError as error:
            return {self._message: render_message([], [problem_line(error)])}
        return {self._message: ""} | self._refresh(budget, share)

    def _end(self, budget: float | None, share: int) -> Update:
        self._tuning.stop()
        return self._refresh(budget, share)

    def _take(self, budget: float | None, share: int) -> Update:
        state = self._tuning.state()
        chosen, problem = _recommended(state, budget, share)
        if chosen is None:
            return {self._message: render_message([], [problem])} if problem else {}
        reason = f"dial, {1000 * chosen.budget:.0f} ms for {chosen.share} % of the questions"
        return self._applied(chosen.values, reason) | self._refresh(budget, share)

    def _take_floor(self, budget: float | None, share: int) -> Update:
        curve = self._tuning.state().curve
        if curve is None:
            return {}
        values = {"relevance_floor": f"{curve.recommended.floor:.2f}"}
        return self._applied(values, "floor measured in the Dial tab") | self._refresh(budget, share)

    def _applied(self, values: Mapping[str, str], reason: str) -> Update:
        try:
            covered = self._tuning.apply(values, reason)
        except AppError as error:
            return {self._message: render_message([], [problem_line(error)])}
        names = variable_names()
        said = ["Applied from the next question on: " + ", ".join(f"{names[k]}={v}" for k, v in values.items()) + "."]
        problems = [f"{variable} is set in the environment, which wins: remove it there." for variable in covered]
        return {self._message: render_message(said, problems)}

    def _choose(self, budget: float | None, share: int) -> Update:
        state = self._tuning.state()
        chosen, problem = _recommended(state, budget, share)
        return {
            self._chart: render_sweep(state.sweep, chosen),
            self._choice: render_choice(chosen, problem),
            self._apply: gr.update(interactive=chosen is not None),
        }

    def _refresh(self, budget: float | None, share: int) -> Update:
        try:
            state = self._tuning.state()
        except AppError as error:
            raise gr.Error(problem_line(error)) from error
        running = bool(state.running)
        return self._choose(budget, share) | {
            self._intro: render_intro(state),
            self._sweep: gr.update(interactive=bool(state.questions) and not running),
            self._floor: gr.update(interactive=bool(state.unanswerable) and not running),
            self._stop: gr.update(visible=running),
            self._progress: render_progress(state),
            self._found: gr.update(visible=state.sweep is not None),
            self._curve: render_floor(state.run, state.curve),
            self._apply_floor: gr.update(visible=state.curve is not None),
            self._timer: gr.Timer(active=running),
        }


def _recommended(state: State, budget: float | None, share: int) -> tuple[Recommendation | None, str]:
    """The setting for a budget in milliseconds, or why there is none."""
    if state.sweep is None or not budget:
        return None, ""
    try:
        return recommend(state.sweep, budget / 1000, share=share), ""
    except AppError as error:
        return None, problem_line(error)
