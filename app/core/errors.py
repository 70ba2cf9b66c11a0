"""One family of errors: each says what is wrong, which thing, and what to do about it."""


class AppError(Exception):
    """A problem that a person can act on; its text is one line and is shown as it is."""

    exit_code = 1


class SettingsError(AppError):
    """A setting is unknown, malformed or contradicts another."""

    exit_code = 2


class DatabaseError(AppError):
    """The database cannot be reached, is too old, or its schema is not the one this version needs."""


class CorpusError(AppError):
    """The stored corpus and the configured embedding model do not fit together."""


class ModelError(AppError):
    """A model is missing, broken, or its server refused or failed."""


class ContextOverflowError(ModelError):
    """The prompt does not fit the model's context, so the server refused it or would have cut it."""


class QuestionError(AppError):
    """The question itself cannot be used (empty, or longer than the context)."""

    exit_code = 2


class NotFoundError(AppError):
    """Something named by the user does not exist (a collection, a document, an answer)."""


class DocumentError(AppError):
    """One document cannot be ingested, and trying again will not help; the run goes on with the next."""
