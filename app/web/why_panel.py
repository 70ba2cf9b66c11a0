"""The panel beside an answer that explains why a passage was lost and keeps the right ones."""

from collections.abc import Callable

import gradio as gr

from app.core.domain import Answer
from app.core.errors import AppError
from app.present.problem import problem_of
from app.web.areas import Update, area, listen, owner_of
from app.web.conversation import Conversations
from app.web.look import look, render_found
from app.web.parts import Services
from app.web.verdict import render_why

_LONGEST = 400  # characters that are looked for


class WhyPanel:
    """An area for one tab; `area` is redrawn by the tab whenever another answer is shown."""

    def __init__(self, services: Services, *, name: str) -> None:
        self._services = services
        self._conversations = Conversations(services)
        self.area = area(name=name)
        self._found = area(name=f"{name}-found")

    def wire(self, sources: gr.HTML) -> None:
        """Connect the form, and the buttons of the tab's sources; called inside the page."""
        listen(self.area.why, self._why, [], [self.area, self._found])
        listen(self.area.look, self._look, [], [self._found])
        listen(self._found.why, self._why, [], [self.area, self._found])
        listen(self.area.golden, self._keep, [], [self.area])
        listen(sources.right, self._right, [], [self.area])

    def _why(self, request: gr.Request, event: gr.EventData) -> Update:
        html = self._rendered(request, event, lambda answer: self._explained(answer, str(event.expect)))
        return {self.area: html, self._found: ""}

    def _look(self, request: gr.Request, event: gr.EventData) -> str:
        """Hits while the owner of the answer types."""
        answer = self._conversations.answer(str(event.answer), owner_of(request))
        text = str(event.text)[:_LONGEST]
        return render_found(look(self._services, text), answer.id, text)

    def _explained(self, answer: Answer, expected: str) -> str:
        verdict = self._services.diagnosis.of_answer(answer, expected)
        return render_why(answer.id, expected=expected, verdict=verdict)

    def _keep(self, request: gr.Request, event: gr.EventData) -> str:
        def kept(answer: Answer) -> str:
            expected = str(event.expect)
            passage = self._services.diagnosis.golden_passage(expected, answer)
            number = self._services.feedback.keep(answer, passage)
            return render_why(answer.id, expected=expected, message=f"Kept as golden question {number}.")

        return self._rendered(request, event, kept)

    def _right(self, request: gr.Request, event: gr.EventData) -> str:
        def picked(answer: Answer) -> str:
            hit = self._services.feedback.candidate(answer, event.rank)
            number = self._services.feedback.right_passage(answer, hit)
            verdict = self._services.diagnosis.of_answer(answer, f"chunk:{hit.chunk_id}")
            message = f"Kept as golden question {number}: it should find “{hit.heading or hit.title}”."
            return render_why(answer.id, verdict=verdict, message=message)

        return self._rendered(request, event, picked)

    def _rendered(self, request: gr.Request, event: gr.EventData, render: Callable[[Answer], str]) -> str:
        """The panel after an action on an answer of the owner; a problem is shown in it and the form is kept."""
        answer_id = str(event.answer)
        try:
            return render(self._conversations.answer(answer_id, owner_of(request)))
        except AppError as error:
            expected = event._data.get("expect")
            text = expected if isinstance(expected, str) else ""
            return render_why(answer_id, expected=text, problem=problem_of(error))
