"""The panel beside an answer that says why a passage was lost and keeps the right ones; in Ask and in History."""

from collections.abc import Callable

import gradio as gr

from app.core.domain import Answer
from app.core.errors import AppError
from app.web.areas import area, listen, owner_of
from app.web.conversation import Conversations, problem_line
from app.web.parts import Services
from app.web.verdict import render_why


class WhyPanel:
    """An area for one tab; `area` is redrawn by the tab whenever another answer is shown."""

    def __init__(self, services: Services, *, name: str) -> None:
        self._services = services
        self._conversations = Conversations(services)
        self.area = area(name=name)

    def wire(self, sources: gr.HTML) -> None:
        """Connect the form, and the buttons of the tab's sources; called inside the page."""
        listen(self.area.why, self._why, [], [self.area])
        listen(self.area.golden, self._keep, [], [self.area])
        listen(sources.right, self._right, [], [self.area])

    def _why(self, request: gr.Request, event: gr.EventData) -> str:
        return self._answered(request, event, lambda answer: self._explained(answer, str(event.expect)))

    def _explained(self, answer: Answer, expected: str) -> str:
        verdict = self._services.diagnosis.of_answer(answer, expected)
        return render_why(answer.id, expected=expected, verdict=verdict)

    def _keep(self, request: gr.Request, event: gr.EventData) -> str:
        def kept(answer: Answer) -> str:
            expected = str(event.expect)
            passages = self._services.diagnosis.golden_passages(expected, answer)
            number = self._services.judgements.keep(answer, passages)
            return render_why(answer.id, expected=expected, said=f"Kept as golden question {number}.")

        return self._answered(request, event, kept)

    def _right(self, request: gr.Request, event: gr.EventData) -> str:
        def picked(answer: Answer) -> str:
            hit = self._services.judgements.candidate(answer, event.rank)
            number = self._services.judgements.right_passage(answer, hit)
            verdict = self._services.diagnosis.of_answer(answer, f"chunk:{hit.chunk_id}")
            said = f"Kept as golden question {number}: what it should find is “{hit.heading or hit.title}”."
            return render_why(answer.id, verdict=verdict, said=said)

        return self._answered(request, event, picked)

    def _answered(self, request: gr.Request, event: gr.EventData, act: Callable[[Answer], str]) -> str:
        """What the act says of the owner's answer; a problem is said in the panel, with the form as it was."""
        answer_id = str(event.answer)
        try:
            return act(self._conversations.answer(answer_id, owner_of(request)))
        except AppError as error:
            expected = event._data.get("expect")
            return render_why(
                answer_id, expected=expected if isinstance(expected, str) else "", said=problem_line(error)
            )
