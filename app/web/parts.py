"""Protocols of the services behind the page; app.bootstrap builds the real ones, tests bring fakes."""

from collections.abc import Generator, Mapping, Sequence
from typing import Protocol

from app.chats import Chats
from app.composer import Composer
from app.core.document_tags import DocumentTags
from app.core.domain import NO_FILTERS, Answer, Event, Filters, Hit, ModelInfo, Question, Retrieved
from app.core.progress import Progress
from app.library import DocumentRow
from app.programs import ProgramAnswers
from app.quality.diagnosis import Verdict
from app.quality.expected.feedback import Feedback
from app.quality.expected.golden import Expected
from app.quality.expected.located import StoredChunk, StoredDocument
from app.unanswered import Unanswered


class Answers(Protocol):
    """Answers questions and searches."""

    @property
    def info(self) -> ModelInfo: ...

    @property
    def reranker_name(self) -> str: ...

    @property
    def notices(self) -> Sequence[str]: ...

    @property
    def relevance_floor(self) -> float: ...

    def relevance(self, hit: Hit) -> float: ...

    def answer(self, question: Question) -> Generator[Event, None, None]: ...

    def search(self, text: str, *, collection: str | None = None, filters: Filters = NO_FILTERS) -> Retrieved: ...

    def rows(self, question: Question) -> Sequence[Sequence[str]]: ...


class Ledger(Protocol):
    """Keeps answers and chats."""

    def load(self, answer_id: str) -> Answer: ...

    def start_chat(self, title: str, owner: str = "") -> str: ...

    def chat_answers(self, chat_id: str) -> tuple[Answer, ...]: ...

    def show_version(self, answer_id: str) -> None: ...

    def give_feedback(self, answer_id: str, value: int) -> None: ...


class Documents(Protocol):
    """Lists, stores and removes documents."""

    def counts(self) -> Mapping[str, int]: ...

    def progress(self) -> Progress: ...

    @property
    def max_file_mib(self) -> int: ...

    def documents(
        self,
        collection: str | None = None,
        *,
        name: str = "",
        limit: int | None = None,
        sort: str = "",
        descending: bool = False,
    ) -> tuple[DocumentRow, ...]: ...

    def retry_upload(self, upload_id: int) -> None: ...

    def retry_file(self, document_id: int) -> None: ...

    def move(self, document_ids: Sequence[int], collection: str) -> tuple[str, ...]: ...

    def delete(self, document_id: int) -> None: ...

    def delete_upload(self, upload_id: int) -> None: ...

    def upload(self, name: str, content: bytes, *, collection: str) -> int: ...

    def original(self, document_id: int) -> tuple[str, str, bytes]: ...

    def text(self, document_id: int) -> str: ...


class Diagnoses(Protocol):
    """Finds the stage that lost a passage."""

    def of_answer(self, answer: Answer, expected: str) -> Verdict: ...

    def exact(self, words: str, *, limit: int) -> tuple[tuple[StoredDocument, StoredChunk], ...]: ...

    def golden_passage(self, expected: str, answer: Answer | None = None) -> Expected: ...


class Models(Protocol):
    """The chat models that a chat can choose."""

    def names(self) -> Sequence[str]: ...


class Services(Protocol):
    """All services of the page."""

    @property
    def composer(self) -> Composer: ...

    @property
    def models(self) -> Models: ...

    @property
    def tags(self) -> DocumentTags: ...

    @property
    def answerer(self) -> Answers: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def chats(self) -> Chats: ...

    @property
    def programs(self) -> ProgramAnswers: ...

    @property
    def unanswered(self) -> Unanswered: ...

    @property
    def library(self) -> Documents: ...

    @property
    def diagnosis(self) -> Diagnoses: ...

    @property
    def feedback(self) -> Feedback: ...
