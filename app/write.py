"""Packed passages go in; the model's answer streams out, into the answer in progress."""

import time
from collections.abc import Generator

from app.answer_draft import AnswerDraft
from app.core.chat import ChatModel
from app.core.domain import Event, Notice, Outcome, Started, Token, Usage, Waiting
from app.core.errors import ModelError
from app.fit import Fitter
from app.present.instructions import instruction_notice


class Writer:
    """Lets one model answer."""

    def __init__(self, *, model: ChatModel, fitter: Fitter, not_found: str, answer_tokens: int) -> None:
        """not_found: the sentence with which the model says that the passages do not hold the answer."""
        self._model = model
        self._fitter = fitter
        self._not_found = not_found
        self._answer_tokens = answer_tokens

    def write(self, draft: AnswerDraft) -> Generator[Event, None, None]:
        """Stream the answer into the draft. Raises ModelError."""
        if not draft.context.passages:
            draft.outcome, draft.text = Outcome.NOT_FOUND, self._not_found
            yield Token(text=draft.text)
            return
        warning = instruction_notice(draft.context.passages)
        if warning:
            draft.notices.append(warning)
            yield Notice(text=warning)
        yield Started(stage="generate")
        draft.prompt = self._fitter.prompt(draft.context.passages, answer_id=draft.id, question=draft.query.text)
        draft.usage = yield from self._generate(draft)
        if not draft.text.strip():
            raise ModelError(
                f"The model {self._model.info.name} answered nothing.", fix="Ask again, or choose another model."
            )
        draft.outcome = Outcome.NOT_FOUND if self._says_not_found(draft.text) else Outcome.ANSWERED
        if draft.usage.finish_reason == "length":
            draft.notices.append(
                f"The answer was ended at {self._answer_tokens} tokens. FOREMOST_ANSWER_TOKENS raises the limit."
            )

    def _generate(self, draft: AnswerDraft) -> Generator[Event, None, Usage]:
        """Stream the model's answer into the draft."""
        start = time.perf_counter()
        stream = self._model.stream(draft.prompt, max_tokens=self._answer_tokens)
        try:
            while True:
                piece = next(stream)
                if not piece:  # The model is still reading the prompt.
                    yield Waiting()
                    continue
                draft.timings.setdefault("first_token", time.perf_counter() - start)
                draft.text += piece
                yield Token(text=piece)
        except StopIteration as end:
            usage: Usage = end.value
            return usage
        finally:
            stream.close()  # Closes the connection, which is what stops the server's work.
            draft.timings["generate"] = time.perf_counter() - start

    def _says_not_found(self, text: str) -> bool:
        """Whether the answer begins with the sentence that means "not in the passages"."""
        return text.strip().casefold().startswith(self._not_found.strip().rstrip(".").casefold())
