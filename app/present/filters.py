"""What narrows a search, as people and programs write it: one definition for commands, HTTP and MCP."""

import functools
import inspect
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from app.core.domain import Filters
from app.core.errors import QuestionError

Result = TypeVar("Result")


def _option(help_text: str) -> Any:
    return field(default="", metadata={"help": help_text})


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterOptions:
    """The options of a search, all of them text; an empty one narrows nothing."""

    collection: str = _option("Search only this collection; empty searches all.")
    document: str = _option("Search only this document: its number or file name.")
    path: str = _option("Search only documents whose path starts with this.")
    media_type: str = _option("Search only this type, for example application/pdf or text/*.")
    language: str = _option("Search only documents in this language, for example en.")
    since: str = _option("Search only documents changed on this date or later, for example 2026-01-31.")
    until: str = _option("Search only documents changed before this date.")

    def parse(self) -> Filters:
        """Filters for the retriever; the collection is not part of them.

        A path that starts with . or ~ is completed. A date is 2026-01-31 or 2026-01-31T12:00, in local time unless it
        names a zone. Raises QuestionError for a malformed date.
        """
        number = int(self.document) if self.document.isdecimal() else None
        return Filters(
            document_id=number,
            document_name=self.document if self.document and number is None else None,
            path_prefix=_completed(self.path) if self.path else None,
            media_type=self.media_type.strip().lower() or None,
            language=self.language.strip().lower() or None,
            since=_date(self.since, "since"),
            until=_date(self.until, "until"),
        )


def filters_view(filters: Filters) -> dict[str, str | int]:
    """The filters that are set, as plain JSON values; dates in ISO 8601."""
    criteria = {name: value for name, value in asdict(filters).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in criteria.items()}


def filter_help(name: str) -> str:
    """The help text of an option."""
    return next(str(option.metadata["help"]) for option in fields(FilterOptions) if option.name == name)


def with_filter_options(
    function: Callable[..., Result], *, annotation: Callable[[str], Any] = lambda _: str
) -> Callable[..., Result]:
    """The function with its parameter `filters: FilterOptions` replaced by one text parameter for each option.

    Typer and Gradio make options of parameters, so this is what both are given. annotation: help text -> type of the
    parameter. The docstring's line "filters: …" is replaced by a line for each option.
    """
    options = {option.name: str(option.metadata["help"]) for option in fields(FilterOptions)}
    signature = inspect.signature(function)
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        if parameter.name == "filters":
            parameters += [
                parameter.replace(name=name, default="", annotation=annotation(text)) for name, text in options.items()
            ]
        else:
            parameters.append(parameter)
    expanded = signature.replace(parameters=parameters)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Result:
        arguments = dict(expanded.bind(*args, **kwargs).arguments)
        filters = FilterOptions(**{name: arguments.pop(name, "") for name in options})
        return function(**arguments, filters=filters)

    wrapper.__signature__ = expanded  # type: ignore[attr-defined]  # read by inspect.signature
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    wrapper.__annotations__["return"] = signature.return_annotation
    lines = "\n".join(rf"\1{name}: {text}" for name, text in options.items())
    wrapper.__doc__ = re.sub(r"^( *)filters: .*$", lines, function.__doc__ or "", flags=re.MULTILINE)
    return wrapper


def _completed(path: str) -> str:
    """An absolute path for one relative to the working or home directory; a trailing separator is kept."""
    if not path.startswith((".", "~")):
        return path
    completed = os.path.normpath(Path.cwd() / Path(path).expanduser())
    return completed + os.sep if path.endswith((os.sep, "..", "/.")) or path == "." else completed


def _date(text: str, name: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).astimezone()
    except ValueError as error:
        raise QuestionError(f"{name} is not a date: {text!r}.", fix="Write it as 2026-01-31.") from error
