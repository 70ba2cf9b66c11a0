"""An error as every command and every tab shows it: the problem, then `fix:` and what to do about it."""

from dataclasses import dataclass

from app.core.errors import FIX_LABEL, AppError, reason


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and what to do about it, one line each."""

    text: str
    fix: str = ""  # empty when there is nothing to suggest

    def __str__(self) -> str:
        return f"{self.text} {FIX_LABEL} {self.fix}" if self.fix else self.text


def problem_of(error: Exception) -> Problem:
    """The problem that an error states; an error of another library has no fix."""
    if not isinstance(error, AppError):
        return Problem(reason(error))
    return Problem(" ".join(error.problem.split()) or type(error).__name__, " ".join(error.fix.split()))
