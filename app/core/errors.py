"""The errors of this application: each names the problem, the thing concerned and the fix."""

ASK_AN_ADMIN = "An administrator of this server can give you the right."
FIX_LABEL = "fix:"  # before the fix of an error, wherever it is shown


class AppError(Exception):
    """A problem that a person can act on.

    `problem` says what is wrong with which thing, `fix` what to do about it; both are whole sentences, `fix` may be
    empty. str() is both on one line. Page and commands may show the fix separately; no code depends on the wording.
    """

    exit_code = 1

    def __init__(self, problem: str = "", *, fix: str = "") -> None:
        super().__init__(" ".join(filter(None, (problem, fix))))
        self.problem = problem
        self.fix = fix


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


class RightsError(AppError):
    """The user may not do this."""


class DocumentError(AppError):
    """One document cannot be ingested, and a retry will not help; the run continues with the next."""


def reason(error: BaseException) -> str:
    """First line of another library's error, without its full stop; its class name when it has no text.

    SQLAlchemy wraps the driver's error and adds the statement, so the driver's own text is used.
    """
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(cause).__name__
