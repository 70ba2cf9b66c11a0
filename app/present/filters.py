"""What narrows a search, as people and programs write it: one definition for commands, HTTP and MCP."""

import functools
import inspect
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from app.core.domain import Filters
from app.core.errors import QuestionError
from app.core.tags import clean_tags

Result = TypeVar("Result")


def _plain_type(_help: str, several: bool) -> Any:
    """The type of an option for programs: a list, or a text with one value on each line; else a text."""
    return list[str] | str | None if several else str


def _option(help_text: str, *, several: bool = False) -> Any:
    return field(default="", metadata={"help": help_text, "several": several})


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterOptions:
    """The options of a search; an empty one narrows nothing. Several values are a tuple, or a text with one a line."""

    collection: str | tuple[str, ...] = _option("Search only this collection, or these; empty: all.", several=True)
    document: str | tuple[str, ...] = _option("Search only this document, or these: number or file name.", several=True)
    path: str = _option("Search only documents whose path starts with this.")
    media_type: str = _option("Search only this type, for example application/pdf or text/*.")
    language: str = _option("Search only documents in this language, for example en.")
    since: str = _option("Search only documents changed on this date or later, for example 2026-01-31.")
    until: str = _option("Search only documents changed before this date.")
    tag: str | tuple[str, ...] = _option("Search only documents with this tag, or with all of these.", several=True)

    @property
    def only_collection(self) -> str | None:
        """The collection when exactly one is named; several are part of the filters."""
        names = _each(self.collection)
        return names[0] if len(names) == 1 else None

    def parse(self) -> Filters:
        """Filters for the retriever; a single collection is not part of them (only_collection).

        A path that starts with . or ~ is completed. A date is 2026-01-31 or 2026-01-31T12:00, in local time unless it
        names a zone. Raises QuestionError for a malformed date.
        """
        collections = _each(self.collection)
        return Filters(
            collections=collections if len(collections) > 1 else (),
            documents=tuple(int(text) if text.isdecimal() else text for text in _each(self.document)),
            tags=clean_tags(_each(self.tag)),
            path_prefix=_completed(self.path) if self.path else None,
            media_type=self.media_type.strip().lower() or None,
            language=self.language.strip().lower() or None,
            since=_date(self.since, "since"),
            until=_date(self.until, "until"),
        )


EVERYTHING = FilterOptions(collection=(), document=(), tag=())


def filters_view(filters: Filters) -> dict[str, Any]:
    """The filters that are set, as plain JSON values; dates in ISO 8601."""
    view = {name: value for name, value in filters.criteria().items() if not name.startswith("document_")}
    return ({"documents": list(filters.documents)} if filters.documents else {}) | view


def filter_help(name: str) -> str:
    """The help text of an option."""
    return next(str(option.metadata["help"]) for option in fields(FilterOptions) if option.name == name)


def with_filter_options(
    function: Callable[..., Result],
    *,
    annotation: Callable[[str, bool], Any] = _plain_type,
) -> Callable[..., Result]:
    """The function with its parameter `filters: FilterOptions` replaced by a parameter for each option.

    Typer and Gradio make options of parameters, so this is what both are given. annotation: help text and whether the
    option takes several values -> type of the parameter. The docstring's line "filters: …" is replaced by a line for
    each option.
    """
    options = {option.name: str(option.metadata["help"]) for option in fields(FilterOptions)}
    several = {option.name: bool(option.metadata["several"]) for option in fields(FilterOptions)}
    signature = inspect.signature(function)
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        if parameter.name == "filters":
            parameters += [
                parameter.replace(
                    name=name, default=None if several[name] else "", annotation=annotation(text, several[name])
                )
                for name, text in options.items()
            ]
        else:
            parameters.append(parameter)
    expanded = signature.replace(parameters=parameters)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Result:
        arguments = dict(expanded.bind(*args, **kwargs).arguments)
        given = {name: arguments.pop(name, "") or "" for name in options}
        values: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in given.items()}
        filters = FilterOptions(**values)
        return function(**arguments, filters=filters)

    wrapper.__signature__ = expanded  # type: ignore[attr-defined]  # read by inspect.signature
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    wrapper.__annotations__["return"] = signature.return_annotation
    lines = "\n".join(rf"\1{name}: {text}" for name, text in options.items())
    wrapper.__doc__ = re.sub(r"^( *)filters: .*$", lines, function.__doc__ or "", flags=re.MULTILINE)
    return wrapper


def _each(values: str | Sequence[str]) -> tuple[str, ...]:
    """The values, each once; a text has one on each line."""
    texts = values.splitlines() if isinstance(values, str) else values
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


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
