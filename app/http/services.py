"""Protocols of the services behind the routes; app.bootstrap builds the real ones, tests bring fakes."""

from collections.abc import Generator, Mapping, Sequence
from typing import Protocol

from app.chats import Chats
from app.core.domain import NO_FILTERS, Answer, Event, Filters, Question, Retrieved
from app.core.models.embedding import Embedder
from app.ledger import AnswerSummary
from app.library import DocumentRow
from app.quality.diagnosis import Verdict
from app.rerank import Reranker
from app.sections import Sections


class Answers(Protocol):
    """Answers questions and searches."""

    def answer(self, question: Question) -> Generator[Event, None, None]: ...

    def search(self, text: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieved: ...

    def rows(self, question: Question) -> Sequence[Sequence[str]]: ...


class Search(Protocol):
    """The search stages."""

    @property
    def reranker(self) -> Reranker: ...


class History(Protocol):
    """Keeps answers and chats."""

    def load(self, answer_id: str) -> Answer: ...

    def find(self, reference: str) -> str: ...

    def history(self, *, owner: str = "", limit: int = 100) -> tuple[AnswerSummary, ...]: ...

    def start_chat(self, title: str, owner: str = "") -> str: ...


class Documents(Protocol):
    """Lists, stores and removes documents."""

    def counts(self) -> Mapping[str, int]: ...

    def documents(
        self, collection: str | None = None, *, name: str = "", limit: int | None = None
    ) -> Sequence[DocumentRow]: ...

    def document(self, document_id: int) -> DocumentRow: ...

    def upload_row(self, upload_id: int) -> DocumentRow: ...

    def delete(self, document_id: int) -> None: ...

    def delete_upload(self, upload_id: int) -> None: ...

    def upload(self, name: str, content: bytes, *, collection: str) -> int: ...

    def original(self, document_id: int) -> tuple[str, str, bytes]: ...

    def text(self, document_id: int) -> str: ...


class Diagnoses(Protocol):
    """Finds the stage that lost a passage."""

    def of_answer(self, answer: Answer, expected: str) -> Verdict: ...

    def of_question(self, question: str, expected: str, *, collection: str | None = None) -> Verdict: ...


class Services(Protocol):
    """All services of the routes. Read at each request: applied settings replace some of them."""

    @property
    def answerer(self) -> Answers: ...

    @property
    def searcher(self) -> Search: ...

    @property
    def embedder(self) -> Embedder: ...

    @property
    def ledger(self) -> History: ...

    @property
    def chats(self) -> Chats: ...

    @property
    def library(self) -> Documents: ...

    @property
    def sections(self) -> Sections: ...

    @property
    def diagnosis(self) -> Diagnoses: ...
