"""Prompts: each is a .md file beside this module."""

import re
from pathlib import Path
from typing import Literal

from app.core.domain import Message
from app.core.language import language_name, language_of_question

NOT_FOUND = "I could not find this in the documents."
"""The sentence that the prompt asks for when the passages do not hold the answer."""

_ROLE = re.compile(r"^## (system|user|assistant)\n", re.MULTILINE)
_ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "user": "user",
    "assistant": "assistant",
}


def conversation(name: str, **fields: str) -> tuple[Message, ...]:
    """The messages of app/prompts/NAME.md, which begin with "## system", "## user" or "## assistant", filled in.

    {in_language} is " in German" for a question in German, and empty for one in English or an uncertain language.
    """
    fields = {"in_language": _in_language(fields.get("question", ""))} | fields
    pieces = _ROLE.split(_text(name))[1:]
    return tuple(
        Message(role=_ROLES[role], content=_filled(text.strip(), fields))
        for role, text in zip(pieces[::2], pieces[1::2], strict=True)
    )


def _in_language(question: str) -> str:
    language = language_of_question(question)
    return "" if language in (None, "en") else f" in {language_name(str(language))}"


def _text(name: str) -> str:
    """Text of app/prompts/NAME.md with fields such as {question} not yet filled in."""
    return Path(__file__).with_name(f"{name}.md").read_text("utf-8").strip().replace("{not_found}", NOT_FOUND)


def _filled(text: str, fields: dict[str, str]) -> str:
    """Every {name} replaced at once, so that braces in a value stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda match: fields.get(match[1], match[0]), text)
