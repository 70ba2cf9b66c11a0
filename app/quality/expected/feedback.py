"""What people say about answers goes in: it stays with the answer and, where it names the right passages, as golden."""

from collections.abc import Sequence

from app.core.domain import Answer, Hit, Outcome
from app.core.errors import NotFoundError
from app.ledger import Ledger
from app.quality.expected.golden import Expected, Golden, expected_of


class Judgements:
    """Thumbs and "this was the right passage"."""

    def __init__(self, ledger: Ledger, golden: Golden) -> None:
        self._ledger = ledger
        self._golden = golden

    def rate(self, answer: Answer, value: int) -> int | None:
        """Set -1, 0 or 1 on an answer; returns the id of the golden question that came of it, if one did.

        A good answer vouches for the passages it cites; a good "not found" says that the question has no answer here.
        A thumb that is taken back takes back what it vouched for.
        """
        self._ledger.give_feedback(answer.id, value)
        cited = [expected_of(hit) for hit in answer.context.hits if hit.cited]
        missing = answer.outcome is Outcome.NOT_FOUND
        if value != 1:
            self._take_back(answer)
            return None
        if not missing and not (cited and answer.outcome is Outcome.ANSWERED):
            return None
        return self._golden.add(
            answer.query.text,
            () if missing else cited,
            answerable=not missing,
            source="thumbs",
            collection=answer.collection,
        )

    def right_passage(self, answer: Answer, hit: Hit) -> int:
        """Keep a candidate as what the question should find; returns the golden question's id."""
        return self._golden.add(answer.query.text, [expected_of(hit)], source="picked", collection=answer.collection)

    def keep(self, answer: Answer, passages: Sequence[Expected]) -> int:
        """Keep what was expected of an answer; returns the golden question's id."""
        return self._golden.add(answer.query.text, passages, source="why", collection=answer.collection)

    @staticmethod
    def candidate(answer: Answer, fused_rank: object) -> Hit:
        """The candidate of that fused rank. Raises NotFoundError."""
        found = next((hit for hit in answer.context.hits if hit.fused_rank == fused_rank), None)
        if found is None:
            raise NotFoundError(f"This answer has no candidate {fused_rank}.")
        return found

    def _take_back(self, answer: Answer) -> None:
        """Only what a thumb alone has put there."""
        known = self._golden.questions(collection=answer.collection)
        text = " ".join(answer.query.text.split())
        ids = [
            question.id
            for question in known
            if question.question == text and question.collection == answer.collection and question.source == "thumbs"
        ]
        if ids:
            self._golden.remove(ids)
