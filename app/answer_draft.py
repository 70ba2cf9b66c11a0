"""An answer in progress: each stage fills in its part, `finished()` freezes it. Private to app.pipeline."""

import time
import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from app.core.domain import (
    Answer,
    Citations,
    Context,
    Hit,
    LeftOut,
    Message,
    ModelInfo,
    Outcome,
    Query,
    Question,
    Retrieved,
    Usage,
)
from app.core.plan import ONE_SEARCH, Plan, Step
from app.direct.direct import Direct

_EMPTY_CONTEXT = Context(passages=(), hits=(), tokens=0, token_budget=0)


@dataclass(kw_only=True, slots=True)
class AnswerDraft:
    """The mutable state of one answer."""

    question: Question
    query: Query
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    context: Context = _EMPTY_CONTEXT
    left_out: tuple[LeftOut, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    reranker: str = ""
    scored: int = 0
    plan: Plan = ONE_SEARCH
    text: str = ""
    prompt: tuple[Message, ...] = ()
    usage: Usage | None = None
    outcome: Outcome = Outcome.STOPPED
    error: str = ""
    checked: Citations | None = None  # of an answer that was computed; else the text is compared with its passages

    @contextmanager
    def timed(self, stage: str) -> Generator[None, None, None]:
        """Add the seconds of the block to the stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.timings[stage] = self.timings.get(stage, 0.0) + time.perf_counter() - start

    def add(self, retrieved: Retrieved) -> None:
        """Take over the candidates of the search."""
        self.context, self.left_out = retrieved.context, retrieved.left_out
        self.reranker, self.scored = retrieved.reranker, retrieved.scored
        self.plan = retrieved.plan
        self.notices += retrieved.notices
        self.timings |= retrieved.timings

    def take(self, made: Direct) -> None:
        """Take over a computed answer."""
        self.text, self.plan, self.context, self.outcome = made.text, made.plan, made.context, made.outcome
        self.prompt, self.usage = made.prompt, made.usage
        self.notices += made.notices
        cited = frozenset(number for sentence in made.sentences for number in sentence.passages)
        self.checked = Citations(text=made.text, sentences=made.sentences, removed_markers=0, cited=cited)

    def finished(
        self, checked: Citations, model: ModelInfo, settings: Mapping[str, str | int | float | bool | None]
    ) -> Answer:
        """The answer with its citations checked and every candidate marked as cited or not."""
        hits = tuple(replace(hit, cited=hit.passage_number in checked.cited) for hit in self.context.hits)
        passages = tuple(
            replace(passage, hits=tuple(replace(hit, cited=passage.number in checked.cited) for hit in passage.hits))
            for passage in self.context.passages
        )
        return Answer(
            id=self.id,
            chat_id=self.question.chat_id,
            question=self.question.text,
            query=self.query,
            collection=self.question.collection,
            text=checked.text,
            outcome=self.outcome,
            sentences=checked.sentences,
            removed_markers=checked.removed_markers,
            context=replace(self.context, hits=hits, passages=passages),
            prompt=self.prompt,
            model=model if self.prompt else None,
            usage=self.usage,
            reranker=self.reranker,
            scored=self.scored,
            notices=tuple(self.notices),
            timings=dict(self.timings),
            settings=settings,
            filters=self.question.filters,
            plan=replace(self.plan, steps=tuple(_counted(step, hits) for step in self.plan.steps)),
            error=self.error,
            replaces=self.question.replaces,
        )


def _counted(step: Step, hits: Sequence[Hit]) -> Step:
    """The step with how many of the candidates that it brought went into the prompt."""
    brought = [hit for hit in hits if step.name in hit.found_by.split(", ")]
    return replace(step, used=sum(hit.passage_number is not None for hit in brought))
